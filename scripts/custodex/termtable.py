"""A sorted table of terms with their postings in one file, read in place.

Terms stand in blocks of 128: where their postings are and the terms, compressed, then the postings. The same
postings are written once. The first term of every block is kept at the end of the file, so a look-up reads one
block.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice
from typing import BinaryIO

MAGIC = b"CXTT2\n"
_BLOCK = 128
_HEAD = struct.Struct("<HI")  # terms in the block, bytes of the compressed lengths and terms
_TAIL = struct.Struct("<QQQ")  # where the first terms and the block offsets begin, how many blocks
_STEP = struct.Struct("<Q")
_WORTH_SHARING = 12


def write(out: BinaryIO, terms: Iterable[tuple[bytes, bytes]]) -> None:
    """Write `(term, postings)` pairs, which come sorted by term; no term holds a newline."""
    out.write(MAGIC)
    firsts: list[bytes] = []
    offsets: list[int] = []
    position = len(MAGIC)
    known: dict[bytes, int] = {}
    pairs = iter(terms)
    while block := list(islice(pairs, _BLOCK)):
        firsts.append(block[0][0])
        offsets.append(position)
        data = _block(block, position, known)
        out.write(data)
        position += len(data)
    joined = b"\n".join(firsts)
    out.write(joined)
    out.write(b"".join(map(_STEP.pack, offsets)))
    out.write(_TAIL.pack(position, position + len(joined), len(offsets)))


def _block(block: Sequence[tuple[bytes, bytes]], position: int, known: dict[bytes, int]) -> bytes:
    """Return one block. *known* says where long postings stand already, and is told where these do."""
    lengths = array("I", [len(data) for _, data in block])
    # where postings stand that were written before, 0 for those that follow the head
    backs = array("Q", bytes(8 * len(block)))
    fresh: list[bytes] = []
    placed: list[tuple[bytes, int]] = []
    at = 0
    for place, (_, data) in enumerate(block):
        if len(data) >= _WORTH_SHARING and data in known:
            backs[place] = known[data]
            continue
        fresh.append(data)
        placed.append((data, at))
        at += len(data)
    terms = b"\n".join([term for term, _ in block])
    head = zlib.compress(_little(lengths) + _little(backs) + terms, 6)
    start = position + _HEAD.size + len(head)
    known.update((data, start + at) for data, at in placed if len(data) >= _WORTH_SHARING)
    return b"".join((_HEAD.pack(len(block), len(head)), head, *fresh))


def _little(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


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
        terms, lengths, backs, start = self._block(index)
        try:
            place = terms.index(term)
        except ValueError:
            return None
        if not backs[place]:
            elsewhere = sum(compress(lengths[:place], backs[:place]))
            start += sum(lengths[:place]) - elsewhere
        else:
            start = backs[place]
        return bytes(self._data[start : start + lengths[place]])

    def items(self, prefix: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Yield the terms that begin with *prefix* and their postings, in order."""
        for index in range(max(0, bisect_right(self._firsts, prefix) - 1), len(self._firsts)):
            terms, lengths, backs, start = self._block(index)
            for term, length, back in zip(terms, lengths, backs, strict=True):
                if term.startswith(prefix):
                    begin = back or start
                    yield term, bytes(self._data[begin : begin + length])
                elif term > prefix:
                    return
                start += 0 if back else length

    def _block(self, index: int) -> tuple[list[bytes], array[int], array[int], int]:
        start = self._offsets[index]
        count, size = _HEAD.unpack(self._data[start : start + _HEAD.size])
        start += _HEAD.size
        head = zlib.decompress(self._data[start : start + size])
        lengths, backs = array("I", head[: 4 * count]), array("Q", head[4 * count : 12 * count])
        if sys.byteorder == "big":
            lengths.byteswap()
            backs.byteswap()
        return head[12 * count :].split(b"\n"), lengths, backs, start + size
