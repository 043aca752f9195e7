"""Columns that line up on a terminal, Chinese included: an ideograph takes two cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from custodex.findings import printable

_GAP = "  "
_LONGEST = 60


def cells(text: str) -> int:
    """Return how many cells of a terminal *text* takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def clip(text: str, width: int) -> str:
    """Return *text* cut to *width* cells, with an ellipsis where something is missing."""
    if cells(text) <= width:
        return text
    kept = ""
    for char in text:
        if cells(kept + char) > width - 1:
            break
        kept += char
    return f"{kept}…"


def pad(text: str, width: int) -> str:
    """Return *text* followed by spaces up to *width* cells."""
    return text + " " * (width - cells(text))


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> Iterator[str]:
    """Yield the lines of a table; with *width*, the widest columns give way until it fits."""
    safe = [[printable(cell, 400) for cell in row] for row in rows]
    widths = [
        min(max(map(cells, column), default=0), _LONGEST) for column in zip(headings, *safe, strict=True)
    ]
    if width is not None:
        _squeeze(widths, width - len(_GAP) * (len(widths) - 1))
    for row in [list(headings), *safe]:
        yield _GAP.join(pad(clip(cell, size), size) for cell, size in zip(row, widths, strict=True)).rstrip()


def _squeeze(widths: list[int], room: int) -> None:
    while sum(widths) > room and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
