"""Lists of document numbers, packed: sorted numbers as gaps of one, two or four bytes, or as a bitmap.

The same bytes are read by the browser's search, so the format is simple: one byte names the packing.
"""

from __future__ import annotations

import sys
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import accumulate, repeat
from operator import sub

BYTES, SHORTS, LONGS, BITMAP = range(4)
_BITS_OF_BYTE = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def encode(numbers: Sequence[int]) -> bytes:
    """Return sorted, unique *numbers* in the packing that is (nearly) the smallest."""
    count, last = len(numbers), numbers[-1]
    if count == 1:
        return bytes((BYTES, last)) if last < 255 else _words(numbers)
    if last // 8 < 2 * count and last >= 255:
        return bytes((BITMAP,)) + to_bits(numbers).to_bytes(last // 8 + 1, "little")
    return _from_gaps([numbers[0], *map(sub, numbers[1:], numbers)], last)


def encode_set(field: int) -> bytes:
    """Return the numbers of a set that is not empty, packed as `encode` packs them."""
    last, count = field.bit_length() - 1, field.bit_count()
    if last // 8 < 2 * count and last >= 255:
        return bytes((BITMAP,)) + field.to_bytes(last // 8 + 1, "little")
    if count == 1:
        return encode((last,))
    # the zeros between the ones, lowest first, are the gaps
    first, *gaps = map(len, bin(field)[:1:-1].split("1")[:-1])
    return _from_gaps([first, *map((1).__add__, gaps)], last)


def _from_gaps(gaps: Sequence[int], last: int) -> bytes:
    count, peak = len(gaps), max(gaps)
    if peak < 255:
        return b"\0" + bytes(gaps)
    if (2 * count if peak < 1 << 16 else 4 * count) < count + last // 255:
        return _words(gaps)
    # 255 means "add 255 and read on"
    return b"\0" + b"".join([b"\xff" * (gap // 255) + bytes((gap % 255,)) for gap in gaps])


def _words(gaps: Sequence[int]) -> bytes:
    kind, code = (SHORTS, "H") if max(gaps) < 1 << 16 else (LONGS, "I")
    words = array(code, gaps)
    if sys.byteorder == "big":
        words.byteswap()
    return bytes((kind,)) + words.tobytes()


def decode(data: bytes) -> list[int]:
    """Return the numbers packed in *data*, in order."""
    kind, body = data[0], data[1:]
    if kind == BITMAP:
        return list(positions(int.from_bytes(body, "little")))
    if kind == BYTES:
        sums = accumulate(body)
        return (
            [total for total, step in zip(sums, body, strict=True) if step != 255]
            if 255 in body
            else list(sums)
        )
    words = array("H" if kind == SHORTS else "I", body)
    if sys.byteorder == "big":
        words.byteswap()
    return list(accumulate(words))


def bits(data: bytes) -> int:
    """Return the numbers packed in *data* as a set: an integer with one bit a number."""
    if data[0] == BITMAP:
        return int.from_bytes(data[1:], "little")
    return to_bits(decode(data))


def to_bits(numbers: Sequence[int]) -> int:
    """Return *numbers* (sorted) as an integer with one bit a number."""
    if not numbers:
        return 0
    digits = bytearray(b"0") * (numbers[-1] + 1)
    deque(map(digits.__setitem__, numbers, repeat(0x31)), maxlen=0)  # no loop of our own: half of the time
    digits.reverse()
    return int(digits, 2)


def positions(field: int) -> Iterator[int]:
    """Yield the numbers in a set, smallest first."""
    base = 0
    for byte in field.to_bytes((field.bit_length() + 7) // 8, "little"):
        if byte:
            for bit in _BITS_OF_BYTE[byte]:
                yield base + bit
        base += 8
