"""Tables as CSV, a line at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from custodex.sheets import harmless

BOM = "\ufeff"


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]], *, excel: bool = False) -> Iterator[str]:
    """Yield a CSV file line by line, no cell a formula: with LF for other programs; for *excel* a BOM and CRLF."""
    yield from ([BOM] if excel else [])
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n" if excel else "\n")
    for row in [headings, *rows]:
        writer.writerow([harmless(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
