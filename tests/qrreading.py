"""Reads back the QR codes that `custodex.site.qrcodes` draws: one block, level L, mask 2 (ISO/IEC 18004)."""

from __future__ import annotations

import re

_ALIGNMENT = {1: 0, 2: 18, 3: 22, 4: 26, 5: 30}
_DATA = {1: 19, 2: 34, 3: 55, 4: 80, 5: 108}


def read(svg: bytes) -> str:
    """Return the text of a QR code drawn in SVG."""
    matrix = modules(svg)
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
    """Return the modules of a QR code drawn in SVG, row by row; True is dark."""
    svg = image.decode()
    size = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0]) - 8
    matrix = [[False] * size for _ in range(size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        for column in range(int(x), int(x) + int(width)):
            matrix[int(y) - 4][column - 4] = True
    return matrix


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
