"""Terms: how rows of folded text become the terms of the index, and a query the terms it needs.

Latin letters and digits form words; every other script is cut into single characters and pairs, and into
triples whose characters are thrown into forty classes, which narrows long phrases without a term for each of
the millions of triples. Terms of texts stand as they are; a control character, which no folded text holds,
begins all others and says which row they come from. Classes are capital letters, which folding removes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add

from custodex.hanzi import initials

# fixed ranges instead of Unicode properties: Python and browsers know different versions of those
LATIN = "0-9a-z\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff"
PLAIN = "\x00-\x7f\x80-\xbf\u00d7\u00f7\u2000-\u206f\u3000-\u3004\u3008-\u303f\U00100000-\U0010ffff"
LATIN_RUN = re.compile(f"[{LATIN}]+")
OTHER_RUN = re.compile(f"[^{LATIN}{PLAIN}]+")
_NOT_OTHER = re.compile(f"[{LATIN}{PLAIN}]+")
_SYMBOL = re.compile(f"[^\\s{LATIN}\U00100000-\U0010ffff]")
_PIECES = re.compile(f"([{LATIN}]+)|([^{LATIN}{PLAIN}]+)|([^\\s])")
_TAG_BASE = 0x100000
_LONGEST_WORD = 32
_SHORT = 3
_CLASSES = "ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍ"

NAME, NAME_EXACT, NAME_PREFIX, EMAIL, NUMBER, SYLLABLE, LETTERS, LETTERS_EXACT, KEYWORD, ID = (
    "\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c"
)
"""What begins the terms of each row."""


class _Classes(dict[int, str]):
    """Throws characters into forty classes, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = char = _CLASSES[(code * 40503 >> 4 & 0xFFFF) % len(_CLASSES)]
        return char


_CLASS_OF = _Classes({10: "\n"})


def tag(number: int) -> str:
    """Return the character that stands before a text value and says which field it is."""
    return chr(_TAG_BASE + number)


def text_terms(text: str) -> set[str]:
    """Return the terms of the row of texts."""
    words = set(LATIN_RUN.findall(text))
    terms = {word[:_LONGEST_WORD] for word in words}
    for size in range(1, _SHORT + 1):
        terms.update({f"{word[:size]}*" for word in words})
    terms.update(_SYMBOL.findall("".join(set(text))))
    other = _NOT_OTHER.sub("\n", text)
    classes = other.translate(_CLASS_OF)
    found = set(map(add, other, other[1:]))
    found.update(map(add, map(add, classes, classes[1:]), classes[2:]))
    terms.update([gram for gram in found if "\n" not in gram])
    return terms


def part_terms(letter: str, values: Sequence[str], *, sizes: Sequence[int] = (1, 2, 3)) -> set[str]:
    """Return the terms of values that are found by any part of them."""
    return {
        letter + value[start : start + size]
        for value in values
        for size in sizes
        for start in range(len(value) - size + 1)
    }


def name_terms(names: Sequence[str]) -> set[str]:
    """Return the terms of names: their parts, how they begin, the whole."""
    terms = part_terms(NAME, names)
    for name in names:
        terms.add(NAME_EXACT + name[:64])
        terms.update(NAME_PREFIX + name[:size] for size in range(1, 5))
        terms.update(NAME + run[at : at + 4] for run in OTHER_RUN.findall(name) for at in range(len(run) - 3))
    return terms


def pinyin_terms(variants: Sequence[str]) -> set[str]:
    """Return the terms of readings: what a query from a syllable on begins with, and the initials."""
    terms: set[str] = set()
    for reading in variants:
        plain = reading.lower()
        for start in [place for place, letter in enumerate(reading) if "A" <= letter <= "Z"]:
            first = SYLLABLE + plain[start : start + _SHORT]
            terms.update((first, first[:2], first[:3]))
    letters = {initials(reading) for reading in variants}
    terms.update(LETTERS_EXACT + one for one in letters)
    return terms | part_terms(LETTERS, sorted(letters), sizes=(2, 3))


def all_terms(rows: Mapping[str, bytes]) -> set[str]:
    """Return the terms of one document, from its rows."""
    values = {name: row.decode("utf-8", "surrogatepass") for name, row in rows.items() if name != "card"}
    lines = {name: value.split("\n") if value else [] for name, value in values.items()}
    return (
        text_terms(values["text"])
        | name_terms(lines["names"])
        | pinyin_terms(lines["pinyin"])
        | part_terms(EMAIL, lines["emails"])
        | part_terms(NUMBER, lines["numbers"], sizes=(3,))
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """The terms a document must hold; `prefix` must begin one of them; `sure` when that is all it takes."""

    terms: tuple[str, ...]
    prefix: str
    sure: bool


def text_plan(term: str) -> Plan:
    """Return what a document must hold so that a text of it can contain the folded *term*."""
    pieces = [match.groups() for match in _PIECES.finditer(term)]
    terms: list[str] = []
    prefix = ""
    for index, (word, run, symbol) in enumerate(pieces):
        if symbol:
            terms.append(symbol)
        elif run:
            terms.extend(_run_terms(run))
        elif index + 1 < len(pieces) or not term.endswith(word) or len(word) > _LONGEST_WORD:
            terms.append(word[:_LONGEST_WORD])
        elif len(word) <= _SHORT:
            terms.append(f"{word}*")
        else:
            prefix = word
    sure = len(pieces) == 1 and len(term) <= (_LONGEST_WORD if pieces[0][0] else 2)
    return Plan(tuple(dict.fromkeys(terms)), prefix, sure)


def _run_terms(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    yield from (run[at : at + 2] for at in range(len(run) - 1))
    classes = run.translate(_CLASS_OF)
    yield from (classes[at : at + 3] for at in range(len(run) - 2))


def part_plan(letter: str, part: str, *, longest: int = 3) -> Plan:
    """Return the terms of a part of a value; `sure` for parts that are terms themselves."""
    size = min(len(part), longest if OTHER_RUN.fullmatch(part) else 3)
    terms = dict.fromkeys(letter + part[at : at + size] for at in range(len(part) - size + 1))
    return Plan(tuple(terms), "", len(part) == size)


def line_has(text: str, term: str) -> bool:
    """Tell whether a value contains a folded term; a Latin one only from the beginning of a word."""
    if not LATIN_RUN.match(term):
        return term in text
    at = text.find(term)
    while at >= 0:
        if at == 0 or not LATIN_RUN.match(text[at - 1]):
            return True
        at = text.find(term, at + 1)
    return False
