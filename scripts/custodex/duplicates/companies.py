"""Names brought to the form in which they are compared: width, script, brackets, legal form, place, trade."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from custodex.duplicates.wordlists import (
    BRANCH,
    BRANCH_WORDS,
    HAN_FORM_IN_FRONT,
    HAN_FORMS,
    HAN_TRADES,
    LATIN_FORMS,
    LATIN_IN_FRONT,
    LATIN_TRADES,
)
from custodex.hanzi import fold, has_han, readings

_ABBREVIATED = re.compile(r"(?<=\b\w)\.(?=\w\b|\s|$|,)")
_APOSTROPHE = re.compile(r"['’`]")
_NOT_WORD = re.compile(r"[^\w&]+|_+")
_RUNS = re.compile(
    r"[\u3007\u3400-\u9fff\U00020000-\U00031fff]+|[^\u3007\u3400-\u9fff\U00020000-\U00031fff]+"
)
_LONGEST_FORM = max(map(len, LATIN_FORMS))
_FORMS = frozenset(LATIN_FORMS)


@dataclass(frozen=True, slots=True)
class Name:
    """One name in parts.

    `stem` has no legal form, `core` no place in front of it, `mark` no trade behind it (字号: 华为 of
    深圳市华为技术有限公司); all without spaces. `words` are the words of the mark, `sounds` its readings and
    the core's in Latin letters, `branch` the end that makes it a branch; `bare` is a name without a legal form.
    """

    stem: str
    core: str
    mark: str
    words: tuple[str, ...]
    sounds: tuple[str, ...]
    place: str = ""
    branch: str = ""
    bare: bool = False
    person: bool = False


class Normaliser:
    """Takes names apart; *places* are the names of provinces and cities that may stand in front of one."""

    def __init__(self, places: Iterable[str]) -> None:
        known = sorted(
            {short for place in places for short in _short(fold(place))}, key=lambda p: (-len(p), p)
        )
        listed = "|".join(map(re.escape, known)) or "(?!)"
        self._places = re.compile(f"(?:(?:中国|{listed})(?:特别行政区|自治区|自治州|地区|省|市|盟)?)+(?=..)")
        self._parsed = lru_cache(maxsize=4_000)(self._take_apart)

    def __call__(self, name: str, *, person: bool = False) -> Name:
        """Return *name* in parts."""
        return self._parsed(name, person)

    def _take_apart(self, name: str, person: bool) -> Name:
        text = _plain(name)
        if person:
            return _person(text)
        words = _without_forms(_NOT_WORD.sub(" ", _ABBREVIATED.sub("", text)).split())
        compact = "".join(words)
        if not has_han(compact):
            branch = next((word for word in words if word in BRANCH_WORDS), "")
            marked = tuple(word for word in words if word not in LATIN_TRADES | BRANCH_WORDS) or tuple(words)
            core = "".join(words)
            return Name(core, core, "".join(marked), marked, _sounds(core, "".join(marked)), branch=branch)
        return self._han(compact)

    def _han(self, text: str) -> Name:
        text, branch = _branch(text)
        text = HAN_FORM_IN_FRONT.sub("", text)
        stem = _kept(HAN_FORMS.sub("", text), text)
        place, core = self._place(stem)
        mark = core
        while len(shorter := HAN_TRADES.sub("", mark)) >= 2 and shorter != mark:
            mark = shorter
        words = tuple(_RUNS.findall(mark))
        return Name(stem, core, mark, words, _sounds(core, mark), place, branch, bare=stem == text)

    def _place(self, stem: str) -> tuple[str, str]:
        """Return the place in front of a name and the rest; a trade alone is no rest: 中国银行."""
        found = self._places.match(stem)
        if not found or HAN_TRADES.sub("", stem[found.end() :]) == "":
            return "", stem
        return found[0], stem[found.end() :]


def _short(place: str) -> tuple[str, ...]:
    """Return a place's name with and without what it is: 深圳市, 深圳."""
    short = re.sub("(?:壮族|回族|维吾尔)?(?:特别行政区|自治区|自治州|地区|省|市|盟)$", "", place)
    return tuple(name for name in (place, short) if len(name) >= 2)


def _plain(name: str) -> str:
    """Return *name* folded (NFKC, case, simplified) and without accents and apostrophes."""
    text = fold(name)
    if not text.isascii() and not has_han(text):
        marked = unicodedata.normalize("NFD", text)
        text = unicodedata.normalize(
            "NFC", "".join(char for char in marked if unicodedata.category(char) != "Mn")
        )
    return _APOSTROPHE.sub("", text)


def _kept(text: str, whole: str) -> str:
    return text if len(text) >= 2 else whole


def _branch(text: str) -> tuple[str, str]:
    """Return the name before a branch's own end, and that end."""
    found = BRANCH.search(text)
    if not found or found.start(1) < 2:
        return text, ""
    return text[: found.start(1)], found[1]


def _without_forms(words: list[str]) -> list[str]:
    while len(words) > 1 and words[0] in LATIN_IN_FRONT:
        words = words[1:]
    while len(words) > 1:
        length = next(
            (n for n in range(min(_LONGEST_FORM, len(words) - 1), 0, -1) if tuple(words[-n:]) in _FORMS), 0
        )
        if not length:
            break
        words = words[:-length]
    return words


def _sounds(*texts: str) -> tuple[str, ...]:
    found = []
    for text in dict.fromkeys(texts):
        spoken = readings(text)[:1] if has_han(text) else (text,)
        found += [sound.lower() for sound in spoken if len(sound) >= 4 and sound.isascii()]
    return tuple(dict.fromkeys(found))


def _person(text: str) -> Name:
    """A person's name: nothing is stripped; a Latin one counts in any order of its words."""
    words = _NOT_WORD.sub(" ", text.replace(".", " ")).split()
    if any(has_han(word) for word in words):
        compact = "".join(words)
        spoken = readings(compact, person=True)[:1]
        return Name(compact, compact, compact, (compact,), tuple(_turns(spoken)), person=True)
    ordered, compact = "".join(sorted(words)), "".join(words)
    turned = "".join(words[1:] + words[:1])
    return Name(ordered, ordered, ordered, tuple(words), tuple(dict.fromkeys((compact, turned))), person=True)


def _turns(spoken: Iterable[str]) -> list[str]:
    """Return a reading with the family name first and last: Zhang Wei, Wei Zhang."""
    turned = []
    for reading in spoken:
        parts = re.findall("[A-Z][a-z]*|[0-9]+", reading)
        turned += ["".join(parts).lower(), "".join(parts[1:] + parts[:1]).lower()]
    return list(dict.fromkeys(turned))
