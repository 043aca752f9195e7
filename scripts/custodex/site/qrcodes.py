"""The one module that imports segno: a text as a QR code, a PNG image.

segno draws the frame of each size once; in the sizes that contacts need (one block, ISO/IEC 18004 version 1 to 5,
level L) the bytes of a text are then put into it here, module for module as segno does, in a fraction of its time.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import xor
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
    said = text.encode()
    version = next((number for number, (words, _) in enumerate(_WORDS, 1) if len(said) + _HEAD <= words), 0)
    if said and version:
        frame = _frame(version)
        size, data = frame.size, frame.pixels(said)
    else:
        rows = _drawn(said)
        size, data = len(rows), _packed(rows).to_bytes(_bits(len(rows)) // 8, "big")
    side = size + 2 * _QUIET
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    # stored, not packed: every version of zlib writes the same, and a code is as good as random
    return _SIGNATURE + head + _chunk(b"IDAT", zlib.compress(data, 0)) + _chunk(b"IEND", b"")


def _width(size: int) -> int:
    """Return the bits of one line of pixels: a byte that says how it is written, the pixels, up to a whole byte."""
    side = size + 2 * _QUIET
    return len(_UNFILTERED) + side + -side % 8


def _bits(size: int) -> int:
    return _width(size) * (size + 2 * _QUIET)


def _packed(rows: Sequence[str]) -> int:
    """Return the pixels of modules given row by row, "1" is dark, as one number."""
    side = len(rows) + 2 * _QUIET
    blank = "1" * side
    margin = [blank] * _QUIET
    lines = [*margin, *(f"1111{row.translate(_LIGHT)}1111" for row in rows), *margin]
    padding = "0" * (-side % 8)
    return int("".join([f"{_UNFILTERED}{line}{padding}" for line in lines]), 2)


def _chunk(name: bytes, data: bytes) -> bytes:
    """Return one part of a PNG file (ISO/IEC 15948)."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _drawn(said: bytes) -> Sequence[str]:
    """Return what segno makes of it."""
    import segno

    code: Any = segno.make(said, error="l", boost_error=False, micro=False, mode="byte", mask=_MASK)
    return ["".join(map(str, row)) for row in code.matrix]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all codes of one version have in common.

    A bit of data always turns the same pixels: its own, and those of the error correction it adds to. A code is
    the empty one with the pixels of all its bits turned.
    """

    size: int
    words: int  # of data
    empty: int  # the pixels where all data and error correction is zero
    turns: Sequence[
        tuple[Sequence[int], Sequence[int]]
    ]  # of each word: by its upper four bits, by its lower four
    padded: dict[int, int]  # by the length of the text: the pixels with nothing but what fills the rest

    def pixels(self, said: bytes) -> bytes:
        """Return the pixels of a text that fits, as a PNG file holds them."""
        length = len(said)
        if length not in self.padded:
            self.padded[length] = self._turned(
                self.empty, _PADS[: self.words - length - _HEAD], length + _HEAD
            )
        head = (0b0100 << 8 | length) << 8 * length | int.from_bytes(said, "big")
        data = (head << 4).to_bytes(length + _HEAD, "big")
        return self._turned(self.padded[length], data).to_bytes(_bits(self.size) // 8, "big")

    def _turned(self, pixels: int, data: bytes, start: int = 0) -> int:
        for byte, (upper, lower) in zip(data, self.turns[start:], strict=False):
            pixels ^= upper[byte >> 4] ^ lower[byte & 15]
        return pixels


@lru_cache(len(_WORDS))
def _frame(version: int) -> _Frame:
    words, checks = _WORDS[version - 1]
    rows = _drawn(b"a" * (words - _HEAD))
    size = len(rows)
    order = [(y, x) for y, x in _zigzag(size) if not _reserved(y, x, size)]
    cleared = [list(row) for row in rows]
    for y, x in order:
        cleared[y][x] = "01"[x % 3 == 0]
    last, width = _bits(size) - 1, _width(size)
    pixel = [1 << last - (y + _QUIET) * width - len(_UNFILTERED) - _QUIET - x for y, x in order]
    own, corrections = pixel[: 8 * words], pixel[8 * words : 8 * (words + checks)]
    turns = [
        one ^ _sum(place for bit, place in enumerate(reversed(corrections)) if remainder >> bit & 1)
        for one, remainder in zip(own, _remainders(words, checks), strict=True)
    ]
    tables = [(_sums(turns[at : at + 4]), _sums(turns[at + 4 : at + 8])) for at in range(0, 8 * words, 8)]
    return _Frame(size, words, _packed(["".join(row) for row in cleared]), tables, {})


def _sums(four: Sequence[int]) -> list[int]:
    """Return for each number of four bits the sum of what its bits stand for, the first of *four* for the highest."""
    return [_sum(one for bit, one in enumerate(reversed(four)) if number >> bit & 1) for number in range(16)]


def _sum(ones: Iterable[int]) -> int:
    return reduce(xor, ones, 0)


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


def _remainders(words: int, checks: int) -> list[int]:
    """Return what each single bit of so many *words*, the first one first, adds to so many *checks*.

    That is the remainder of the data with *checks* zero bytes behind it, divided by the product of all x - 2^i, where
    i < *checks*.
    """
    generator, root = [1], 1
    for _ in range(checks):
        shifted = [*generator, 0]
        generator = [one ^ _times(root, low) for one, low in zip(shifted, [0, *generator], strict=True)]
        root = _times(root, 2)
    of_byte = [
        int.from_bytes(bytes(_times(byte, one) for one in generator[1:]), "big") for byte in range(256)
    ]
    above, kept = 8 * (checks - 1), (1 << 8 * checks) - 1
    found: list[int] = []
    word = [of_byte[1 << bit] for bit in range(8)]  # of the last word, its lowest bit first
    for _ in range(words):
        found += word
        word = [(one << 8) & kept ^ of_byte[one >> above] for one in word]
    return found[::-1]


def _times(one: int, other: int) -> int:
    """Multiply in the field of 256 elements that QR codes use (polynomial 0x11d)."""
    product = 0
    while other:
        product ^= one if other & 1 else 0
        one = one << 1 ^ (0x11D if one & 0x80 else 0)
        other >>= 1
    return product
