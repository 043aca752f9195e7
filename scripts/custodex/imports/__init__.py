"""Spreadsheets in: a mapping says which column goes to which field; rows become drafts, never files."""

from __future__ import annotations
