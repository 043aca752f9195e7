"""Tables as CSV, a line at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from custodex.sheets.writing import harmless

BOM = "\ufeff"


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]], *, bom: bool = False) -> Iterator[str]:
    """Yield a CSV file line by line: RFC 4180 with LF, no cell a formula; *bom* for Excel."""
    yield from ([BOM] if bom else [])
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in [headings, *rows]:
        writer.writerow([harmless(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
