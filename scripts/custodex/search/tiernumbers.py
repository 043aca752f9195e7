"""The numbers customers have in the browser's postings, and lists of them written in printable characters.

A list is a digit that says how its gaps are written, then the gaps (the first number, then the differences):
`1` one character each, the last of `DIGITS` means "add as much and read on"; `2`, `3`, `4` so many characters
each, the most significant first. Characters instead of packed bits: after gzip a frequent term takes about what
its gaps tell, where base64 would hide from gzip that they are alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import sub

DIGITS = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in '"&<>\\')
"""The digits: printable, never escaped in a script; those of the packed columns of the list."""
_BASE = len(DIGITS)
_MORE = _BASE - 1
_TABLE = DIGITS.encode("ascii").ljust(256)
_VALUES = bytes(max(0, DIGITS.find(chr(code))) for code in range(256))
_PAIRS = [high + low for high in DIGITS for low in DIGITS]


class _Gaps(dict[int, str]):
    """Gaps as they are written with one character each."""

    def __missing__(self, gap: int) -> str:
        self[gap] = text = DIGITS[_MORE] * (gap // _MORE) + DIGITS[gap % _MORE]
        return text


_GAPS = _Gaps()


def numbers_of(slots: Sequence[int], free: range) -> Sequence[int]:
    """Return a number from *free* for each of the slots (sorted): the slot itself or the next free number.

    Who finds none before the end takes the first ones left over at the beginning. Hence a new customer moves
    only those that stand close behind it.
    """
    numbers, last = list[int](), free.start - 1
    for slot in slots:
        last = max(last + 1, slot)
        numbers.append(last)
    if last >= free.stop:
        fitting = [number for number in numbers if number < free.stop]
        left = sorted(set(free).difference(fitting))
        numbers = [*fitting, *left[: len(numbers) - len(fitting)]]
    return numbers


def written(numbers: Sequence[int]) -> str:
    """Return sorted, unique *numbers* as text."""
    gaps = [numbers[0], *map(sub, numbers[1:], numbers)]
    peak = max(gaps)
    if peak < _MORE:
        return "1" + bytes(gaps).translate(_TABLE).decode("ascii")
    width = 2 if peak < _BASE**2 else 3 if peak < _BASE**3 else 4
    if len(gaps) + numbers[-1] // _MORE <= width * len(gaps):
        return "1" + "".join(map(_GAPS.__getitem__, gaps))
    if width == 2:
        return "2" + "".join(map(_PAIRS.__getitem__, gaps))
    pairs = (divmod(gap, _BASE**2) for gap in gaps)
    if width == 3:
        return "3" + "".join([DIGITS[high] + _PAIRS[low] for high, low in pairs])
    return "4" + "".join([_PAIRS[high] + _PAIRS[low] for high, low in pairs])


def read(text: str) -> list[int]:
    """Return the numbers in what `written` returned."""
    width, digits = int(text[0]), text[1:].encode("ascii").translate(_VALUES)
    if width == 1:
        sums = accumulate(digits)
        return (
            [total for total, gap in zip(sums, digits, strict=True) if gap != _MORE]
            if _MORE in digits
            else list(sums)
        )
    gaps: Iterable[int] = digits[::width]
    for place in range(1, width):
        gaps = map(_next_digit, gaps, digits[place::width])
    return list(accumulate(gaps))


def _next_digit(high: int, low: int) -> int:
    return high * _BASE + low
