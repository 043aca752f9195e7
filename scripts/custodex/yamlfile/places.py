"""Where the values of a document stand in its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from custodex.findings import Pointer


class Spot(NamedTuple):
    """Where a value stands: line and column (from 1) of its key and of itself, its characters."""

    key_line: int
    key_column: int
    line: int
    column: int
    start: int
    end: int


Spots = dict[Pointer, Spot]


@dataclass(slots=True)
class Part:
    """A value as it stands in the text: characters *start* to *end*, its key (a list's item: itself) at *key*.

    `style` is `"`, `'`, `|` or `>` or empty (plain) of a scalar, `flow` or `block` of what has *parts*, by key
    or index. A block's end is the end of its last part.
    """

    style: str
    key: int
    start: int
    end: int
    parts: dict[str | int, Part] = field(default_factory=dict)
