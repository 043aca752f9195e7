"""The only writer of records: judges a batch by the whole pipeline, then writes all of it or nothing."""

from __future__ import annotations

from custodex.authoring.author import Author, Judgement
from custodex.authoring.encoding import encode

__all__ = ["Author", "Judgement", "encode"]
