"""The one module that imports segno: a text as a QR code, a PNG image.

segno draws the frame of each size once; in the sizes that contacts need (one block, ISO/IEC 18004 version 1 to 5,
level L) the bytes of a text are then put into it here, module for module as segno does, in a fraction of its time.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

_QUIET = 4
_MASK = 2
"""One fixed mask: scoring all eight costs five times the code itself, and readers take any."""
_LIGHT = str.maketrans("01", "10")
"""From modules, "1" is dark, to pixels, 1 is white."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_UNFILTERED = "0" * 8
"""How every line of pixels begins."""
_WORDS = ((19, 7), (34, 10), (55, 15), (80, 20), (108, 26))
"""Data and error correction codewords of the versions 1 to 5 at level L."""
_HEAD = 2  # codewords: the mode, the length and the terminator
_PADS = b"\x00" + b"\xec\x11" * 53
"""What fills the rest, as segno fills it: a zero first, which the standard allows no reader to mind."""


def png(text: str) -> bytes:
    """Return a PNG image with the QR code of *text* (UTF-8, level L), black on white with its quiet zone.

    One pixel a module. Raises ValueError when the text does not fit.
    """
    rows = _rows(text.encode())
    size = len(rows) + 2 * _QUIET
    blank = "1" * (size * _QUIET)
    lines = "".join([blank, *(f"1111{row.translate(_LIGHT)}1111" for row in rows), blank])
    padding = "0" * (-size % 8)
    pixels = "".join([f"{_UNFILTERED}{lines[at : at + size]}{padding}" for at in range(0, size * size, size)])
    data = int(pixels, 2).to_bytes(len(pixels) // 8, "big")
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0))
    # stored, not packed: every version of zlib writes the same, and a code is as good as random
    return _SIGNATURE + head + _chunk(b"IDAT", zlib.compress(data, 0)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    """Return one part of a PNG file (ISO/IEC 15948)."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _rows(said: bytes) -> Sequence[str]:
    """Return the modules row by row, "1" is dark."""
    version = next((number for number, (words, _) in enumerate(_WORDS, 1) if len(said) + _HEAD <= words), 0)
    return _frame(version).rows(said) if said and version else _drawn(said)


def _drawn(said: bytes) -> Sequence[str]:
    """Return what segno makes of it."""
    import segno

    code: Any = segno.make(said, error="l", boost_error=False, micro=False, mode="byte", mask=_MASK)
    return ["".join(map(str, row)) for row in code.matrix]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all codes of one version have in common."""

    size: int
    words: int  # of data
    spare: int  # bits at the end that say nothing
    check: int  # bits of error correction
    remainders: Sequence[int]  # of each byte before `check` zero bits, divided by the generator
    mask: int  # of all bits in the order they are written in
    place: Callable[[str], Sequence[str]]  # from these bits, a light and a dark one to all modules

    def rows(self, said: bytes) -> Sequence[str]:
        """Return the modules of a text that fits."""
        length = len(said)
        head = (0b0100 << 8 | length) << 8 * length | int.from_bytes(said, "big")
        data = (head << 4).to_bytes(length + _HEAD, "big") + _PADS[: self.words - length - _HEAD]
        remainder, above, kept = 0, self.check - 8, (1 << self.check) - 1
        for byte in data:
            remainder = (remainder << 8) & kept ^ self.remainders[remainder >> above ^ byte]
        bits = (int.from_bytes(data, "big") << self.check | remainder) << self.spare ^ self.mask
        length = 8 * self.words + self.check + self.spare
        modules = "".join(self.place(f"{bits:0{length}b}01"))
        return [modules[start : start + self.size] for start in range(0, len(modules), self.size)]


@lru_cache(len(_WORDS))
def _frame(version: int) -> _Frame:
    words, checks = _WORDS[version - 1]
    rows = _drawn(b"a" * (words - _HEAD))
    size = len(rows)
    order = [(y, x) for y, x in _zigzag(size) if not _reserved(y, x, size)]
    count = len(order)
    number = {module: at for at, module in enumerate(order)}
    sources = [
        number.get((y, x), count + int(module)) for y, row in enumerate(rows) for x, module in enumerate(row)
    ]
    mask = int("".join("01"[x % 3 == 0] for _, x in order), 2)
    spare = count - 8 * (words + checks)
    return _Frame(size, words, spare, 8 * checks, _remainders(checks), mask, itemgetter(*sources))


def _zigzag(size: int) -> Iterator[tuple[int, int]]:
    """Yield the modules (row, column) in the order bits are written in: two columns up, the next two down."""
    for number, right in enumerate((*range(size - 1, 6, -2), 5, 3, 1)):
        for y in range(size) if number % 2 else reversed(range(size)):
            yield y, right
            yield y, right - 1


def _reserved(y: int, x: int, size: int) -> bool:
    """Tell whether a module belongs to the patterns by which a reader finds its way."""
    corner = (y < 9 and (x < 9 or x >= size - 8)) or (y >= size - 8 and x < 9)
    aligned = size > 21 and abs(y - size + 7) <= 2 and abs(x - size + 7) <= 2
    return corner or aligned or 6 in (y, x)


def _remainders(checks: int) -> Sequence[int]:
    """Return what each byte before *checks* zero bytes leaves, divided by the product of all x - 2^i, i < *checks*."""
    generator, root = [1], 1
    for _ in range(checks):
        shifted = [*generator, 0]
        generator = [one ^ _times(root, low) for one, low in zip(shifted, [0, *generator], strict=True)]
        root = _times(root, 2)
    return [int.from_bytes(bytes(_times(byte, one) for one in generator[1:]), "big") for byte in range(256)]


def _times(one: int, other: int) -> int:
    """Multiply in the field of 256 elements that QR codes use (polynomial 0x11d)."""
    product = 0
    while other:
        product ^= one if other & 1 else 0
        one = one << 1 ^ (0x11D if one & 0x80 else 0)
        other >>= 1
    return product
