"""Reads back the QR codes that `custodex.site.qrcodes` draws: one block, level L, mask 2 (ISO/IEC 18004)."""

from __future__ import annotations

import struct
import zlib

_ALIGNMENT = {1: 0, 2: 18, 3: 22, 4: 26, 5: 30}
_DATA = {1: 19, 2: 34, 3: 55, 4: 80, 5: 108}


def read(image: bytes) -> str:
    """Return the text of a QR code drawn as PNG."""
    matrix = modules(image)
    version = (len(matrix) - 17) // 4
    bits = [
        matrix[y][x] ^ (x % 3 == 0)
        for y, x in _order(len(matrix))
        if not _reserved(y, x, len(matrix), version)
    ]
    stream = "".join(str(int(bit)) for bit in bits[: _DATA[version] * 8])
    assert stream[:4] == "0100", "bytes"
    length = int(stream[4:12], 2)
    return bytes(int(stream[at : at + 8], 2) for at in range(12, 12 + length * 8, 8)).decode()


def modules(image: bytes) -> list[list[bool]]:
    """Return the modules of a QR code in a PNG image of one bit a pixel, row by row; True is dark."""
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    at, parts = 8, dict[bytes, bytes]()
    while at < len(image):
        length, name = struct.unpack(">I4s", image[at : at + 8])
        parts[name] = image[at + 8 : at + 8 + length]
        (check,) = struct.unpack(">I", image[at + 8 + length : at + 12 + length])
        assert check == zlib.crc32(name + parts[name])
        at += 12 + length
    width, height, *form = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    assert (width, form) == (height, [1, 0, 0, 0, 0])
    data, step = zlib.decompress(parts[b"IDAT"]), 1 + -(-width // 8)
    lines = [data[start : start + step] for start in range(0, len(data), step)]
    assert {line[0] for line in lines} == {0}, "no filter"
    dark = [[bit == "0" for byte in line[1:] for bit in f"{byte:08b}"][:width] for line in lines]
    inside = range(4, width - 4)
    assert not any(dark[y][x] for y in range(height) for x in range(width) if not {y, x} <= set(inside))
    return [[dark[y][x] for x in inside] for y in inside]


def _order(size: int) -> list[tuple[int, int]]:
    found = []
    upwards = True
    right = size - 1
    while right > 0:
        right -= right == 6
        rows = range(size - 1, -1, -1) if upwards else range(size)
        found += [(y, x) for y in rows for x in (right, right - 1)]
        upwards, right = not upwards, right - 2
    return found


def _reserved(y: int, x: int, size: int, version: int) -> bool:
    corner = (y < 9 and x < 9) or (y < 9 and x >= size - 8) or (y >= size - 8 and x < 9)
    centre = _ALIGNMENT[version]
    aligned = centre > 0 and abs(y - centre) < 3 and abs(x - centre) < 3
    return corner or aligned or y == 6 or x == 6
