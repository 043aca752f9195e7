"""Reading an index that Whoosh wrote, without importing Whoosh: its files are mapped into memory.

What Whoosh's table of contents knows of a segment (name, documents, which are deleted) stands in the
index's own state file too, as JSON; a query so starts much sooner and unpickles nothing.
"""

from __future__ import annotations

import mmap
import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from custodex import postings
from custodex.rowfile import Rows
from custodex.termtable import TermTable

NAME = "custodex"
COLUMNS: Mapping[str, int] = {"card": 16, "names": 32, "text": 1}
"""The columns, and how many documents of each are compressed together: fewer where single ones are read."""
SMALL = ("names", "pinyin", "numbers", "emails", "days")
"""The rows that are stored together in the column `names`, with `BETWEEN` between them."""
BETWEEN = b"\x1f"
DAMAGE = (OSError, ValueError, LookupError, TypeError, struct.error, zlib.error)
"""What reading a truncated, deleted or foreign index may raise."""
_TOC = re.compile(f"_{NAME}_([0-9]+).toc")


@dataclass(frozen=True, slots=True)
class Described:
    """One segment: its name, how many documents were written, the numbers of those since deleted."""

    name: str
    count: int
    deleted: tuple[int, ...]


class Part:
    """One of several rows that are stored as one."""

    def __init__(self, rows: Rows, place: int) -> None:
        self._rows = rows
        self._place = place

    def __getitem__(self, number: int) -> bytes:
        return self._rows[number].split(BETWEEN)[self._place]


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

    def rows(self, name: str) -> Rows | Part:
        """Return one of the rows."""
        if name in SMALL:
            return Part(self._column("names"), SMALL.index(name))
        return self._column(name)

    def _column(self, name: str) -> Rows:
        if name not in self._rows:
            self._rows[name] = Rows(Path(f"{self._stem}.{name}.col"), self.count, COLUMNS[name])
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

    def members(self) -> Iterator[tuple[str, Sequence[int]]]:
        """Yield all terms, in order, with the numbers of the documents that hold them."""
        return ((term, postings.decode(data)) for term, data in self.items(""))


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
