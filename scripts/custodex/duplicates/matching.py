"""Which persons of a book may be one: their keys read from the index as far as the audience may know of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from math import log2
from typing import NamedTuple

from custodex.duplicates.companies import Normaliser
from custodex.duplicates.index import Index
from custodex.duplicates.likeness import likeness
from custodex.duplicates.persons import RAREST_TOWN, UNKNOWN, Levels, Person, Place, is_weak, levels, unpacked
from custodex.duplicates.tokens import AT, BORN, PLACE_TOKENS, TOWN, Traits

_BORN = "identity/birthday"
_SURE = 0.95
"""So likely are two persons through whom others hang together, the threshold that Splink documents for clusters."""
_LARGEST = 20
"""More persons than these are not taken for one, however they hang together."""


class Known(NamedTuple):
    """A person and the fields its names and places stand in, in the same order."""

    person: Person
    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    born: str = ""


class Persons:
    """Compares persons; *may_read* tells of a field whether the audience may know it."""

    def __init__(self, index: Index, normaliser: Normaliser, may_read: Callable[[str], bool]) -> None:
        self._index = index
        self._name = normaliser
        self._may_read = may_read
        self._known: dict[str, Known] = {}
        self._worth: dict[str, float] = {"": RAREST_TOWN}

    def candidate(self, traits: Traits) -> Known:
        """Return a person who is not in the book."""
        names = tuple(self._name(written.text, person=True) for written in traits.names)
        places = tuple(self._weighed(place) for _, place in traits.places)
        return Known(Person(names, traits.born, places))

    def known(self, customer: str) -> Known:
        """Return a person of the book as the audience knows it."""
        if customer not in self._known:
            kept = [
                name for name in self._index.names_of(customer) if name.person and self._may_read(name.field)
            ]
            born, day, places = "", "", dict[str, Place]()
            for token, field in self._index.values_of(customer, (BORN, AT)):
                if token.startswith(BORN) and self._may_read(field):
                    born, day = field, token.removeprefix(BORN)
                elif token.startswith(AT) and self.may_read_place(field):
                    places[field] = self._weighed(unpacked(token.removeprefix(AT)))
            names = tuple(self._name(name.text, person=True) for name in kept)
            self._known[customer] = Known(
                Person(names, day, tuple(places.values())),
                tuple(name.field for name in kept),
                tuple(places),
                born,
            )
        return self._known[customer]

    def _weighed(self, place: Place) -> Place:
        """Return an address with what its town is worth: log2(1/share), as in the theory for values of their own."""
        if place.town not in self._worth:
            these = self._index.holding(f"{TOWN}{place.town}")
            self._worth[place.town] = min(RAREST_TOWN, log2(self._towns / these)) if these else RAREST_TOWN
        return place._replace(worth=self._worth[place.town])

    @cached_property
    def _towns(self) -> int:
        """How many towns of persons there are, each as often as it is written; counted once for all of them."""
        return self._index.beginning(TOWN)

    def may_follow(self, token: str, field: str) -> bool:
        """Tell whether the audience may know what two persons share; being compared because of it tells as much."""
        return self.may_read_place(field) if token.startswith(PLACE_TOKENS) else self._may_read(field)

    def may_read_place(self, place: str) -> bool:
        """Tell whether the audience may know an address: the parts of it that are compared."""
        return all(self._may_read(f"{place}/{name}") for name in ("postal_code", "city", "street"))


class Evidence(NamedTuple):
    """What speaks for two persons being one: a probability, and (code, field of the second) of each reason."""

    score: float
    reasons: tuple[tuple[str, str], ...]


def evidence(one: Known, other: Known, *, weak: bool = False) -> Evidence | None:
    """Return why two persons may be one, None where they are likelier two; with *weak* as the weights alone say."""
    if not one.person.names or not other.person.names:
        return None
    found = levels(one.person, other.person)
    if found.weight <= 0 or (not weak and is_weak(one.person, other.person, found)):
        return None
    return Evidence(found.score, tuple(_reasons(one, other, found)))


def _reasons(one: Known, other: Known, found: Levels) -> Iterator[tuple[str, str]]:
    (_, code), field = max(
        (likeness(mine, name), field)
        for mine in one.person.names
        for name, field in zip(other.person.names, other.names, strict=True)
    )
    if found.name:
        yield (code if found.name == 2 else "part-name"), field
    if found.born != UNKNOWN:
        yield ("other-born", "near-born", "born")[found.born], other.born
    if other.places and (found.street == 2 or found.code > 0 or found.town > 0):
        yield ("address" if found.street == 2 else "place"), other.places[0]


def chained(
    links: Mapping[tuple[str, str], float], *, weak: bool = False
) -> Iterator[tuple[tuple[str, str], float]]:
    """Yield further pairs that hang together by sure links, each with the score of the weakest link between them.

    With *weak* every link counts.
    """
    group: dict[str, list[str]] = {}
    for (one, other), score in sorted(links.items(), key=lambda link: (-link[1], link[0])):
        if score < _SURE and not weak:
            break
        here, there = group.setdefault(one, [one]), group.setdefault(other, [other])
        if here is there or len(here) + len(there) > _LARGEST:
            continue
        for first in here:
            for second in there:
                pair = (min(first, second), max(first, second))
                if pair not in links:
                    yield pair, score
        here += there
        for member in there:
            group[member] = here
