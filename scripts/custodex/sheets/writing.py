"""Rows as a CSV that every spreadsheet program opens, and in which no cell is ever a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9][0-9 ()./-]*")
"""A signed number or a phone number: no program reads it as more than a number."""


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Return *rows* as CSV: UTF-8 with a byte order mark, CRLF, formula cells made harmless by `'`."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig", "replace")


def harmless(text: str) -> str:
    """Return a cell that opens as text: `'` goes before what a program could compute."""
    if text.startswith(_FORMULA_START) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
