"""Reading an index that Whoosh wrote, without importing Whoosh: its files are mapped into memory.

What Whoosh's table of contents knows of a segment (name, documents, which are deleted) stands in the
index's own state file too, as JSON; a query so starts much sooner and unpickles nothing.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from custodex import postings
from custodex.termtable import TermTable

NAME = "custodex"
DAMAGE = (OSError, ValueError, LookupError, TypeError, struct.error)
"""What reading a truncated, deleted or foreign index may raise."""
_TOC = re.compile(f"_{NAME}_([0-9]+).toc")


@dataclass(frozen=True, slots=True)
class Described:
    """One segment: its name, how many documents were written, the numbers of those since deleted."""

    name: str
    count: int
    deleted: tuple[int, ...]


class Rows:
    """One row of bytes a document, one after the other in a file that ends with where each row ends."""

    def __init__(self, path: Path, count: int) -> None:
        self._map = _mapped(path)
        size = len(self._map) - 8 * count
        if size < 0:
            raise ValueError("a column that is cut short")
        self._ends = memoryview(self._map)[size:].cast("Q")
        if count and self._ends[-1] != size:
            raise ValueError("a column that is cut short")

    def __getitem__(self, number: int) -> bytes:
        return self._map[self._ends[number - 1] if number else 0 : self._ends[number]]

    def holds(self, needle: bytes, number: int) -> bool:
        """Tell whether the row of a document contains *needle*, without copying it."""
        start = self._ends[number - 1] if number else 0
        return self._map.find(needle, start, self._ends[number]) >= 0

    def begins(self, needle: bytes, number: int) -> bool:
        """Tell whether a line of the row of a document begins with *needle*."""
        start, end = (self._ends[number - 1] if number else 0), self._ends[number]
        return (
            self._map[start : start + len(needle)] == needle
            or self._map.find(b"\n" + needle, start, end) >= 0
        )


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as stream:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


class Segment:
    """One segment as queries see it: sets of document numbers, and rows."""

    def __init__(self, folder: Path, described: Described) -> None:
        self.name = described.name
        self.count = described.count
        self.live = ((1 << self.count) - 1) & ~postings.to_bits(described.deleted)
        self._stem = str(folder / f"{NAME}_{described.name}")
        self._terms = TermTable(memoryview(_mapped(Path(f"{self._stem}.trm"))))
        self._rows: dict[str, Rows] = {}

    def rows(self, name: str) -> Rows:
        """Return one column of rows."""
        if name not in self._rows:
            self._rows[name] = Rows(Path(f"{self._stem}.{name}.col"), self.count)
        return self._rows[name]

    def packed(self, term: str) -> bytes | None:
        """Return the packed postings of a term, deleted documents included."""
        return self._terms.get(term.encode("utf-8", "surrogatepass"))

    def holding(self, term: str) -> int:
        """Return the set of documents that hold a term, deleted ones included."""
        data = self.packed(term)
        return postings.bits(data) if data else 0

    def items(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Yield the terms that begin with *prefix* and their packed postings, in order."""
        for term, data in self._terms.items(prefix.encode("utf-8", "surrogatepass")):
            yield term.decode("utf-8", "surrogatepass"), data


def generation(folder: Path) -> int:
    """Return the number of the last commit, -1 for no index."""
    found = [int(match[1]) for path in folder.iterdir() if (match := _TOC.fullmatch(path.name))]
    return max(found, default=-1)


def files(folder: Path) -> Mapping[str, int]:
    """Return the sizes of the files the segments consist of."""
    return {
        path.name: path.stat().st_size
        for path in sorted(folder.iterdir())
        if path.name.startswith(f"{NAME}_") and path.suffix in (".trm", ".col")
    }
