"""What speaks for and against two persons being one: names, birthdays, addresses, weighed after Fellegi and Sunter.

Each comparison has a level; its weight is log2(m/u), m and u being how often the level occurs among pairs that are one
person and among the others. They were fitted by expectation maximization on FEBRL4, a public set of 10,000 persons,
without looking at its answers (`tests/benchmarks/fitting.py`); no book's own records enter them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from custodex.duplicates.companies import Name
from custodex.duplicates.likeness import (
    NEAR,
    alike_of_one_birthday,
    alike_town,
    alike_words,
    likeness,
    same_given,
    slip,
)
from custodex.hanzi import fold

UNKNOWN = -1
PRIOR = -2.7
"""The weight of two persons who share any key at all: one such pair of eight is one person."""
WEIGHTS: Mapping[str, tuple[float, ...]] = {
    "name": (-5.3, -1.1, 5.2),
    "born": (-4.5, 4.5, 4.5),
    "code": (-5.9, 2.1, 2.1),
    "town": (-4.3, 6.3),
    "street": (-6.1, -0.9, 8.8),
}
"""By field, from no agreement to whole agreement; what one side does not say weighs nothing.

A slip weighs no more than equality, though the fit says so: equal days and codes are looked for, slips are not.
"""
RAREST_TOWN = WEIGHTS["town"][1]
_SAME_STREET, _LIKE_STREET = 0.8, 0.4
_SPELT = {
    "st": "street", "str": "street", "rd": "road", "ave": "avenue", "av": "avenue", "dr": "drive", "ln": "lane",
    "ct": "court", "pl": "place", "sq": "square", "cres": "crescent", "hwy": "highway", "blvd": "boulevard",
}  # fmt: skip
_WORDS = re.compile(r"[0-9]+|[^\W\d_]+")
_MOST_PLACES, _MOST_WORDS = 5, 3


class Place(NamedTuple):
    """One postal address in the form in which it is compared; empty where the record does not say.

    `worth` is the weight of the town: where half of a book lives, living there says little.
    """

    code: str = ""
    town: str = ""
    street: tuple[str, ...] = ()
    worth: float = RAREST_TOWN


class Person(NamedTuple):
    """What a person is compared by; `born` is a day as `YYYY-MM-DD`."""

    names: tuple[Name, ...]
    born: str = ""
    places: tuple[Place, ...] = ()


class Levels(NamedTuple):
    """How far two persons agree, field by field; `UNKNOWN` where one side says nothing."""

    name: int
    born: int = UNKNOWN
    code: int = UNKNOWN
    town: int = UNKNOWN
    street: int = UNKNOWN
    worth: float = RAREST_TOWN

    @property
    def weight(self) -> float:
        """The sum of the weights in bits; above zero the two are likelier one than not."""
        pairs = zip(WEIGHTS.values(), self[:-1], strict=True)
        known = sum(weights[level] for weights, level in pairs if level != UNKNOWN)
        return PRIOR + known + (self.worth - RAREST_TOWN if self.town == 1 else 0)

    @property
    def score(self) -> float:
        """The probability that the two are one."""
        return float(1 / (1 + 2**-self.weight))


def levels(one: Person, other: Person) -> Levels:
    """Compare two persons by the names and the addresses of each that fit best."""
    name = max((_name(a, b) for a in one.names for b in other.names), default=0)
    born = _code(one.born.replace("-", ""), other.born.replace("-", ""))
    found = [
        Levels(name, born, *_place(a, b), worth=max(a.worth, b.worth))
        for a in one.places
        for b in other.places
    ]
    return max(found or [Levels(name, born)], key=lambda levels: (levels.weight, levels))


def is_weak(one: Person, other: Person, found: Levels) -> bool:
    """Tell whether two look alike only as two people may: of one household, or by half a name and nearly a birthday.

    A household shares the family name and the address; who shares the given name is none, since people change the
    family name.
    """
    if found.name == 2 or found.born == 2:
        return False
    if found.name == 1 and found.born == 1:
        return found.street < 1
    return not (found.name == 1 and any(same_given(a, b) for a in one.names for b in other.names))


def _name(one: Name, other: Name) -> int:
    if likeness(one, other)[0] >= NEAR:
        return 2
    return 1 if alike_of_one_birthday(one, other) else 0


def _code(one: str, other: str) -> int:
    """Compare digits: the same, one of them or two neighbours off, others."""
    if not one or not other:
        return UNKNOWN
    return 2 if one == other else 1 if slip(one, other) else 0


def _place(one: Place, other: Place) -> tuple[int, int, int]:
    town = int(alike_town(one.town, other.town)) if one.town and other.town else UNKNOWN
    return _code(one.code, other.code), town, _street(one.street, other.street)


def _street(one: Sequence[str], other: Sequence[str]) -> int:
    if not one or not other:
        return UNKNOWN
    alike = alike_words(one, other)
    here, there = (frozenset(word for word in words if word.isdigit()) for words in (one, other))
    if here and there and here.isdisjoint(there):
        return min(1, int(alike >= _LIKE_STREET))  # neighbours
    return 2 if alike >= _SAME_STREET else int(alike >= _LIKE_STREET)


# --- places and what leads to them


def places_of(contacts: Mapping[str, Any]) -> Iterator[tuple[int, Place]]:
    """Yield (number in the list, place) of the first addresses of a contacts document that say anything."""
    found = contacts.get("addresses")
    for number, address in enumerate(found[:_MOST_PLACES] if isinstance(found, list) else ()):
        if isinstance(address, Mapping):
            said = {name: text for name, text in address.items() if isinstance(text, str)}
            place = place_of(said.get("postal_code", ""), said.get("city", ""), said.get("street", ""))
            if place != Place():
                yield number, place


@lru_cache(maxsize=4_000)
def place_of(code: str, town: str, street: str) -> Place:
    """Return an address in the form in which it is compared."""
    words = tuple(_SPELT.get(word, word) for word in _WORDS.findall(fold(street)))
    compact = "".join(_WORDS.findall(fold(town)))
    return Place("".join(_WORDS.findall(fold(code))), compact.removesuffix("市"), words)


def packed(place: Place) -> str:
    """Return a place as one line, which `unpacked` reads."""
    return "|".join((place.code, place.town, " ".join(place.street)))


def unpacked(line: str) -> Place:
    """Return the place that `packed` wrote."""
    code, town, street = line.split("|")
    return Place(code, town, tuple(street.split()))


def keys(names: Iterable[Name], place: Place) -> Iterator[str]:
    """Yield what leads to a person at a place: the postal code, the town, the number with a word of name or street."""
    said = dict.fromkeys(word for name in names for word in name.words)
    named, street = (
        list(said)[:_MOST_WORDS],
        [word for word in place.street if not word.isdigit()][:_MOST_WORDS],
    )
    number = next((word for word in place.street if word.isdigit()), "")
    for mark, beside in (("c", place.code), ("n", number)):
        if beside:
            yield from (f"{mark}:{beside}:{word}" for word in dict.fromkeys([*named, *street]))
    if place.town:
        yield from (f"t:{place.town}:{word}" for word in named)
