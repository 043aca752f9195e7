"""A sorted table of terms with their postings in one file, read in place.

Terms stand in blocks of 64: the lengths of their postings, the terms, the postings. The first term of every
block is kept at the end of the file, so a look-up reads one block.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import BinaryIO

MAGIC = b"CXTT1\n"
_BLOCK = 64
_HEAD = struct.Struct("<HI")  # terms in the block, bytes of the joined terms
_TAIL = struct.Struct("<QQQ")  # where the first terms and the block offsets begin, how many blocks
_STEP = struct.Struct("<Q")


def write(out: BinaryIO, terms: Iterable[tuple[bytes, bytes]]) -> None:
    """Write `(term, postings)` pairs, which come sorted by term; no term holds a newline."""
    out.write(MAGIC)
    firsts: list[bytes] = []
    offsets: list[int] = []
    block: list[tuple[bytes, bytes]] = []
    position = len(MAGIC)
    for pair in terms:
        block.append(pair)
        if len(block) == _BLOCK:
            position += _write_block(out, block, position, firsts, offsets)
            block = []
    if block:
        position += _write_block(out, block, position, firsts, offsets)
    joined = b"\n".join(firsts)
    out.write(joined)
    out.write(b"".join(map(_STEP.pack, offsets)))
    out.write(_TAIL.pack(position, position + len(joined), len(offsets)))


def _write_block(
    out: BinaryIO, block: list[tuple[bytes, bytes]], position: int, firsts: list[bytes], offsets: list[int]
) -> int:
    firsts.append(block[0][0])
    offsets.append(position)
    joined = b"\n".join(term for term, _ in block)
    lengths = array("I", [len(data) for _, data in block])
    data = b"".join(
        (_HEAD.pack(len(block), len(joined)), lengths.tobytes(), joined, *(data for _, data in block))
    )
    out.write(data)
    return len(data)


class TermTable:
    """Looks terms up in the bytes of such a file; any buffer will do, a memory map costs nothing to open."""

    def __init__(self, data: memoryview) -> None:
        if bytes(data[: len(MAGIC)]) != MAGIC or len(data) < len(MAGIC) + _TAIL.size:
            raise ValueError("not a table of terms")
        self._data = data
        firsts, offsets, count = _TAIL.unpack(data[-_TAIL.size :])
        if offsets + count * _STEP.size + _TAIL.size != len(data):
            raise ValueError("a table of terms with an end missing")
        self._firsts = bytes(data[firsts:offsets]).split(b"\n") if count else []
        self._offsets = [step for (step,) in _STEP.iter_unpack(data[offsets : -_TAIL.size])]

    def get(self, term: bytes) -> bytes | None:
        """Return the postings of *term*, or None."""
        index = bisect_right(self._firsts, term) - 1
        if index < 0:
            return None
        terms, lengths, start = self._block(index)
        try:
            place = terms.index(term)
        except ValueError:
            return None
        start += sum(lengths[:place])
        return bytes(self._data[start : start + lengths[place]])

    def items(self, prefix: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Yield the terms that begin with *prefix* and their postings, in order."""
        for index in range(max(0, bisect_right(self._firsts, prefix) - 1), len(self._firsts)):
            terms, lengths, start = self._block(index)
            for term, length in zip(terms, lengths, strict=True):
                if term.startswith(prefix):
                    yield term, bytes(self._data[start : start + length])
                elif term > prefix:
                    return
                start += length

    def _block(self, index: int) -> tuple[list[bytes], list[int], int]:
        start = self._offsets[index]
        count, size = _HEAD.unpack(self._data[start : start + _HEAD.size])
        start += _HEAD.size
        lengths = self._data[start : start + 4 * count].cast("I").tolist()
        start += 4 * count
        terms = bytes(self._data[start : start + size]).split(b"\n")
        return terms, lengths, start + size
