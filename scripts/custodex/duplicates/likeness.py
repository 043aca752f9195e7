"""How alike two names are, from 0 to 1; the one module that knows rapidfuzz."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rapidfuzz.distance import OSA, Indel, JaroWinkler, Levenshtein

from custodex.duplicates.companies import Name

NEAR = 0.82
"""From here on two names are told to a person."""

Likeness = tuple[float, Literal["name", "near-name", "sound", "branch"]]
_WORD = 0.88


def likeness(one: Name, other: Name) -> Likeness:
    """Return how alike two names are, and in what; different sorts of customer are never alike."""
    if one.person != other.person:
        return 0.0, "near-name"
    if one.stem == other.stem:
        if bool(one.branch) != bool(other.branch) or one.branch != other.branch:
            return 0.9, "branch"
        return 1.0, "name"
    score = _person(one, other) if one.person else _company(one, other)
    if score < NEAR and _sound_alike(one, other):
        return 0.84, "sound"
    return score, "near-name"


def alike_of_one_birthday(one: Name, other: Name) -> bool:
    """Tell whether two persons born on the same day may be one: part of the name is enough then."""
    if not (one.person and other.person):
        return False
    if one.stem.isascii() and other.stem.isascii():
        return any(_word(word, partner) >= _WORD for word in one.words for partner in other.words)
    longer = max(len(one.stem), len(other.stem))
    near = longer >= 3 and Levenshtein.distance(one.stem, other.stem, score_cutoff=1) <= 1
    return near or one.stem == other.stem or _sound_alike(one, other)


def same_given(one: Name, other: Name) -> bool:
    """Tell whether two persons share the given name: the first word, in Chinese what follows the family name."""
    if not one.words or not other.words:
        return False
    if one.stem.isascii() and other.stem.isascii():
        return _word(one.words[0], other.words[0]) >= _WORD
    return len(one.stem) >= 2 and one.stem[1:] == other.stem[1:]


def slip(one: str, other: str) -> bool:
    """Tell whether one sign, or two neighbours that changed places, make the difference."""
    return bool(OSA.distance(one, other, score_cutoff=1) <= 1)


def alike_words(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how alike two texts are, by words in any order or written without the spaces between them."""
    closed = "".join(one), "".join(other)
    if closed[0] == closed[1]:
        return 1.0
    whole = Indel.normalized_similarity(*closed) if min(map(len, closed)) > 6 else 0.0
    return max(_words(one, other), float(whole))


def alike_town(one: str, other: str) -> bool:
    """Tell whether two names of towns are one; a Chinese one may stand with what lies around it."""
    if one.isascii() and other.isascii():
        return bool(JaroWinkler.similarity(one, other) >= _WORD)
    return one in other or other in one


def _sound_alike(one: Name, other: Name) -> bool:
    """Tell whether two names are read alike; two short Chinese names that are so are two names."""
    same = set(one.sounds) & set(other.sounds)
    if one.person or one.mark.isascii() or other.mark.isascii():
        return bool(same) and one.mark.isascii() != other.mark.isascii()
    return bool(same) and min(len(one.mark), len(other.mark)) >= 3


def _company(one: Name, other: Name) -> float:
    if one.core == other.core:
        return 0.86 if one.place and other.place else 0.97
    marks = _marks(one, other)
    if marks < _WORD:
        return _short_form(one, other)
    whole = Indel.normalized_similarity(one.core, other.core)
    return max(0.65 * marks + 0.35 * whole, _short_form(one, other))


def _marks(one: Name, other: Name) -> float:
    """Compare the names proper: a shared trade, place or legal form says nothing."""
    if one.mark == other.mark:
        return 1.0
    if not one.mark.isascii() or not other.mark.isascii():
        longer = max(len(one.mark), len(other.mark))
        # one character of a short Chinese name is another name; of a longer one it may be a slip
        return 0.9 if longer >= 4 and Levenshtein.distance(one.mark, other.mark, score_cutoff=1) <= 1 else 0.0
    return max(_words(one.words, other.words), _closed(one.mark, other.mark))


def _closed(one: str, other: str) -> float:
    """Compare two names without their spaces: `Data Base` and `Database`."""
    alike = Indel.normalized_similarity(one, other)
    return float(alike) if min(len(one), len(other)) >= 5 and alike >= 0.9 else 0.0


def _words(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how well each word of either side finds its partner, long words counting more."""
    few, many = sorted((list(one), list(other)), key=len)
    found, total = 0.0, sum(map(len, few)) + sum(map(len, many))
    left = list(many)
    for word in few:
        best = max(left, key=lambda partner: _word(word, partner), default="")
        alike = _word(word, best) if best else 0.0
        if alike >= _WORD:
            left.remove(best)
            found += alike * (len(word) + len(best))
    return found / total if total else 0.0


def _word(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if min(len(one), len(other)) < 4 or one.isdigit() or other.isdigit():
        return 0.0
    return float(JaroWinkler.normalized_similarity(one, other)) if one[0] == other[0] else float(
        Indel.normalized_similarity(one, other)
    )  # fmt: skip


def _short_form(one: Name, other: Name) -> float:
    """Score a Chinese short name against the full one: its characters stand there in order, the first in front."""
    short, full = sorted((one, other), key=lambda name: len(name.stem))
    if not short.bare or short.core != short.mark or short.core.isascii() or not 2 <= len(short.core) <= 6:
        return 0.0
    if full.core.startswith(short.core):
        return 0.83 if len(short.core) == 2 else 0.88
    rest = iter(full.core)
    ordered = full.core[:2] == short.core[:2] and all(char in rest for char in short.core)
    return 0.83 if ordered else 0.0


def _person(one: Name, other: Name) -> float:
    if not one.stem.isascii() or not other.stem.isascii():
        return 0.0  # two Chinese names that differ in a character are two persons
    if closed := _closed("".join(one.words), "".join(other.words)):
        return closed
    if len(one.words) < 2 or len(other.words) < 2:
        return 0.0
    alike = _words(one.words, other.words)
    return alike if alike >= 0.9 else 0.0
