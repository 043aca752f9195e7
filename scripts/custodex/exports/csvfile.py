"""CSV that spreadsheets open without running anything in it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"
_STARTS = frozenset("=+-@\t\r\n\0")


def neutral(cell: str) -> str:
    """Return *cell* so that no spreadsheet takes it for a formula: with a ' in front where it could.

    The characters are those of OWASP ASVS 5, 1.2.10, their full-width forms included; `custodex import` takes
    exactly this ' off again. A plain number keeps its sign.
    """
    first = unicodedata.normalize("NFKC", cell[:1])
    if first not in _STARTS or first == "" or _is_number(cell):
        return f"'{cell}" if cell[:1] == "'" and neutral(cell[1:]) != cell[1:] else cell
    return f"'{cell}"


def _is_number(cell: str) -> bool:
    digits = cell[1:].replace(".", "", 1)
    return cell[0] == "-" and digits.isascii() and digits.isdigit()


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]], *, bom: bool = False) -> Iterator[str]:
    """Yield a CSV file line by line: RFC 4180 with LF, every cell neutral; *bom* for Excel."""
    yield from ([BOM] if bom else [])
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in [headings, *rows]:
        writer.writerow([neutral(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
