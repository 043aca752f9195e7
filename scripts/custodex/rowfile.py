"""Rows of bytes, one a document, in compressed blocks of a few documents: written once, read in place.

A block is the rows joined by `END`, which no row holds; where each block ends stands at the end of the file.
"""

from __future__ import annotations

import mmap
import sys
import zlib
from array import array
from pathlib import Path
from typing import BinaryIO

END = b"\x1e"
_LEVEL = 3
_KEPT = 64


class RowWriter:
    """Writes the rows of one column, *size* documents a block."""

    def __init__(self, out: BinaryIO, size: int) -> None:
        self._out = out
        self._size = size
        self._ends = array("I")
        self._position = 0
        self._waiting: list[bytes] = []

    def add(self, row: bytes) -> None:
        """Write the row of the next document."""
        self._waiting.append(row)
        if len(self._waiting) == self._size:
            self._flush()

    def finish(self) -> None:
        """Write the last block and where the blocks end."""
        if self._waiting:
            self._flush()
        if sys.byteorder == "big":
            self._ends.byteswap()
        self._out.write(self._ends.tobytes())

    def _flush(self) -> None:
        data = zlib.compress(END.join(self._waiting), _LEVEL)
        self._out.write(data)
        self._position += len(data)
        self._ends.append(self._position)
        self._waiting = []


class Rows:
    """The rows of *count* documents, as `RowWriter` wrote them."""

    def __init__(self, path: Path, count: int, size: int) -> None:
        self._size = size
        blocks = -(-count // size)
        with path.open("rb") as stream:
            self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        ends = array("I")
        ends.frombytes(self._map[max(0, len(self._map) - 4 * blocks) :])
        if sys.byteorder == "big":
            ends.byteswap()
        if len(ends) != blocks or (blocks and ends[-1] + 4 * blocks != len(self._map)):
            raise ValueError("a column that is cut short")
        self._ends = ends
        self._kept: dict[int, list[bytes]] = {}

    def __getitem__(self, number: int) -> bytes:
        return self._block(number // self._size)[number % self._size]

    def _block(self, index: int) -> list[bytes]:
        if index not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)))
            start = self._ends[index - 1] if index else 0
            try:
                self._kept[index] = zlib.decompress(self._map[start : self._ends[index]]).split(END)
            except zlib.error as fault:
                raise ValueError("a column that was changed") from fault
        return self._kept[index]
