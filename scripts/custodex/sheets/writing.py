"""Rows as files that every spreadsheet program opens, and in which no cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from custodex.sheets.table import MAX_CELL, REFUSED, needs_guard

_WIDTHS = (8, 48)
_SAMPLE = 200


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Return *rows* as CSV: UTF-8 with a byte order mark, CRLF, formula cells made harmless by `'`."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig", "replace")


def harmless(text: str) -> str:
    """Return a cell that opens as text: `'` goes before what a program could compute, and reading takes it away."""
    return f"'{text}" if needs_guard(text) and not isinstance(text, Refused) else text


class Refused(str):
    """A doubtful cell as it goes back with its row: nothing computes it, and no import takes it as it stands."""

    __slots__ = ()

    def __new__(cls, text: str) -> Refused:
        """Return *text* behind the sign of a refused cell."""
        return super().__new__(cls, text if text.startswith(REFUSED) else f"{REFUSED}{text}")


def write_xlsx(out: BinaryIO, title: str, rows: Iterable[Sequence[str]]) -> None:
    """Write *rows* as a workbook of one sheet, the first row as its fixed header; every cell is text.

    A number of eighteen digits, a leading zero and a phone number stay what they are.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    listed = iter(rows)
    first = [row for _, row in zip(range(_SAMPLE), listed, strict=False)]
    for at, width in enumerate(_widths(first), 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    bold = Font(bold=True)
    for number, row in enumerate(_chained(first, listed)):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", harmless(text))[:MAX_CELL])
            cell.data_type, cell.number_format = "s", "@"
            if not number:
                cell.font = bold
            cells.append(cell if text else None)
        sheet.append(cells)
    book.save(out)


def _chained(first: Iterable[Sequence[str]], rest: Iterable[Sequence[str]]) -> Iterable[Sequence[str]]:
    yield from first
    yield from rest


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide each column should be: a Chinese character takes two cells."""
    low, high = _WIDTHS
    widths: list[int] = []
    for row in rows:
        widths += [low] * (len(row) - len(widths))
        for at, text in enumerate(row):
            cells = sum(2 if char > "\u2e7f" else 1 for char in text[:high])
            widths[at] = min(high, max(widths[at], cells + 2))
    return widths
