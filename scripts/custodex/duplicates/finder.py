"""Who a candidate may be already, and which customers of a book may be one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from custodex.catalog import Catalog
from custodex.duplicates.companies import Name, Normaliser
from custodex.duplicates.index import Index, Kept, documents_of
from custodex.duplicates.likeness import NEAR, Likeness, likeness
from custodex.duplicates.matching import Evidence, Persons, chained, evidence
from custodex.duplicates.tokens import ALONE_NOTHING, Documents, Traits, pieces, token_of, traits_of
from custodex.readers import Reader
from custodex.records import path_of
from custodex.vocabularies import labels

Level = Literal["same", "near"]
_CROWD = 1000
"""A piece that so many names have leads nowhere."""
_LOOKED_AT = 80
_COMMON = 6
"""A name proper that so many names share tells no company apart."""
_WHOLE = 0.94
_SHARED_BY = 8
"""A value or piece that more customers share says nothing about two of them."""
_EXACT = frozenset({"number", "phone", "email"})
_SCORES = {"website": 0.85}


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """Why two customers may be one.

    `code`: `number`, `phone`, `email`, `website`, `name`, `near-name`, `sound`, `branch`; of persons also
    `part-name`, `born` (the same birthday), `near-born`, `address`, `place` (postal code or town), `chain` (both may be
    a third one), and against it `other-born`.
    `field` is `kind/pointer` of the place in the customer found, never its value.
    """

    code: str
    field: str


@dataclass(frozen=True, slots=True)
class Match:
    """A customer that a candidate may be: `same` by an exact number or address, else `near`; *score* up to 1."""

    id: str
    name: str
    level: Level
    score: float
    reasons: tuple[Reason, ...]

    def as_json(self) -> Mapping[str, Any]:
        """Return the documented JSON shape."""
        reasons = [{"code": reason.code, "field": reason.field} for reason in self.reasons]
        return {
            "id": self.id,
            "name": self.name,
            "level": self.level,
            "score": round(self.score, 3),
            "reasons": reasons,
        }


@dataclass(frozen=True, slots=True)
class Pair:
    """Two customers that may be one; *match* is the second as the first would find it."""

    id: str
    name: str
    match: Match

    def as_json(self) -> Mapping[str, Any]:
        """Return the documented JSON shape."""
        return {"id": self.id, "name": self.name, "match": self.match.as_json()}


@dataclass(slots=True)
class _Found:
    """What speaks for one customer so far."""

    score: float = 0.0
    reasons: dict[Reason, float] = field(default_factory=dict)

    def add(self, score: float, code: str, place: str) -> None:
        self.score = max(self.score, score)
        self.reasons[Reason(code, place)] = max(score, self.reasons.get(Reason(code, place), 0.0))

    def add_all(self, why: Evidence) -> None:
        for code, place in why.reasons:
            self.add(why.score, code, place)
            if code == "other-born":  # what speaks against comes last
                self.reasons[Reason(code, place)] = 0.0

    @property
    def level(self) -> Level:
        return "same" if any(reason.code in _EXACT for reason in self.reasons) else "near"


class Duplicates:
    """Finds likely duplicates in the catalog, as far as the reader's audience may know of them.

    The catalog was synced; its keys are brought up to date here.
    """

    def __init__(self, catalog: Catalog, reader: Reader) -> None:
        book = catalog.book
        self._catalog = catalog
        self._reader = reader
        self._schemas = book.schemas
        self._name = Normaliser(
            text.zh for vocabulary in ("provinces", "cities") for text in labels(book, vocabulary).values()
        )
        self._index = Index(catalog, self._name)
        self._index.refresh()
        self._persons = Persons(self._index, self._name, self._may_read)
        self._open: dict[str, bool] = {}
        self._common: dict[str, bool] = {}

    def like(self, documents: Documents, *, but: Collection[str] = (), limit: int = 5) -> list[Match]:
        """Return the customers that a candidate may be, best first.

        *documents* are its modules by kind, as they would be written. Left out are the customers in *but* and
        those that it names itself: its parent, its relations, the ones it is known to be distinct from.
        """
        traits = traits_of(self._schemas, documents)
        found: dict[str, _Found] = {}
        self._by_values(traits, found)
        persons = self._by_names(traits, found)
        if traits.person:
            self._by_persons(traits, persons, found)
        own = (documents.get("customer") or {}).get("id")
        for customer in {*but, *traits.known, own}:
            found.pop(str(customer), None)
        best = sorted(found.items(), key=lambda item: (item[1].level != "same", -item[1].score, item[0]))
        return list(self._matches(best, own, limit))

    def holders(self, sort: str, text: str, region: str | None = None) -> list[tuple[str, str]]:
        """Return (customer, field) of those who have this `phone` or `email`, as far as the audience may know."""
        token = token_of(sort, text, region)
        found = self._index.holders(token, _LOOKED_AT) if token else []
        return [(customer, place) for customer, place in found if self._may_read(place)]

    def pairs(self, *, weak: bool = False) -> Iterator[Pair]:
        """Yield every two customers that may be one, best first.

        With *weak* also persons who look like people of one household, or hang together by weak links.
        """
        found: dict[tuple[str, str], _Found] = {}
        persons: set[tuple[str, str]] = set()
        for one, other, place, token in self._sharing_values():
            if token.startswith(ALONE_NOTHING):
                persons.add((one, other))
            else:
                found.setdefault((one, other), _Found()).add(*_weight(token), place)
        for first, second in self._sharing_pieces():
            pair = (min(first.customer, second.customer), max(first.customer, second.customer))
            if first.person and second.person:
                persons.add(pair)
                continue
            score, code = self._likeness(self._parsed(first), self._parsed(second))
            if score >= NEAR:
                found.setdefault(pair, _Found()).add(score, code, second.field)
        self._weigh(persons, found, weak)
        best = sorted(found.items(), key=lambda item: (item[1].level != "same", -item[1].score, item[0]))
        for (one, other), why in best:
            if self._strangers(one, other):
                here, *_ = [*self._matches([(one, why)], None, 1), None]
                match, *_ = [*self._matches([(other, why)], None, 1), None]
                if here and match:
                    yield Pair(one, here.name, match)

    # --- one candidate

    def _by_values(self, traits: Traits, found: dict[str, _Found]) -> None:
        for value in traits.values:
            if not value.token.startswith(ALONE_NOTHING):
                for customer, place in self._index.holders(value.token, _LOOKED_AT):
                    if self._may_read(place):
                        found.setdefault(customer, _Found()).add(*_weight(value.token), place)

    def _by_names(self, traits: Traits, found: dict[str, _Found]) -> set[str]:
        """Take companies by their names alone; return the persons whose names have something in common."""
        own = [self._name(written.text, person=traits.person) for written in traits.names]
        weights: dict[int, float] = {}
        for token in dict.fromkeys(token for name in own for token in pieces(name)):
            ids = self._index.with_piece(token, _CROWD)
            if len(ids) < _CROWD or token[1] in "=#":
                for number in ids:
                    weights[number] = weights.get(number, 0.0) + len(token) / (1 + len(ids))
        chosen = sorted(weights, key=lambda number: (-weights[number], number))[:_LOOKED_AT]
        persons: set[str] = set()
        for kept in self._index.names(chosen):
            if kept.person:
                persons.add(kept.customer)
            elif self._may_read(kept.field):
                score, code = max(self._likeness(name, self._parsed(kept)) for name in own)
                if score >= NEAR:
                    found.setdefault(kept.customer, _Found()).add(score, code, kept.field)
        return persons

    def _by_persons(self, traits: Traits, persons: set[str], found: dict[str, _Found]) -> None:
        own = self._persons.candidate(traits)
        for value in (*traits.values, *traits.leads(own.person.names)):
            if value.token.startswith(ALONE_NOTHING):
                holders = self._index.holders(value.token, _LOOKED_AT)
                persons.update(
                    customer for customer, field in holders if self._persons.may_follow(value.token, field)
                )
        for customer in sorted(persons):
            if why := evidence(own, self._persons.known(customer)):
                found.setdefault(customer, _Found()).add_all(why)

    def _weigh(self, persons: set[tuple[str, str]], found: dict[tuple[str, str], _Found], weak: bool) -> None:
        """Add the persons who may be one, then those that hang together by others."""
        links: dict[tuple[str, str], float] = {}
        for one, other in sorted(persons):
            why = evidence(self._persons.known(one), self._persons.known(other), weak=weak)
            if why and self._strangers(one, other):
                links[one, other] = why.score
                found.setdefault((one, other), _Found()).add_all(why)
        for pair, score in chained(links, weak=weak):
            found.setdefault(pair, _Found()).add(score, "chain", "customer/id")

    def _likeness(self, one: Name, other: Name) -> Likeness:
        """Compare two names; a name proper that many companies have needs the rest to come close as well."""
        score, code = likeness(one, other)
        if NEAR <= score < _WHOLE and code == "near-name" and one.mark == other.mark and self._is_common(one):
            return 0.0, code
        return score, code

    def _is_common(self, name: Name) -> bool:
        if name.mark not in self._common:
            self._common[name.mark] = len(self._index.with_piece(f"c#{name.mark}", _COMMON)) >= _COMMON
        return self._common[name.mark]

    def _parsed(self, kept: Kept) -> Name:
        return self._name(kept.text, person=kept.person)

    def _matches(self, best: list[tuple[str, _Found]], own: Any, limit: int) -> Iterator[Match]:
        told = 0
        for customer, why in best:
            record = self._reader.record(f"customers/{customer}") if told < limit else None
            if record is None or not record.main:
                continue
            # the other side may know the two for distinct as well
            if own and str(own) in traits_of(self._schemas, documents_of(record)).known:
                continue
            told += 1
            reasons = sorted(why.reasons, key=lambda reason: (-why.reasons[reason], reason))
            yield Match(customer, str(record.main.get("name", "")), why.level, why.score, tuple(reasons))

    def _may_read(self, place: str) -> bool:
        """Tell whether the audience may read a field; an answer about another one would give its value away."""
        if place not in self._open:
            kind, _, pointer = place.partition("/")
            path = path_of(kind, "a" * 11)
            self._open[place] = self._reader.may_read_at(path, f"/{pointer}")
        return self._open[place]

    # --- all customers

    def _sharing_values(self) -> Iterator[tuple[str, str, str, str]]:
        for token, holders in _grouped(self._index.shared_values(_SHARED_BY)):
            follow = self._persons.may_follow
            open_ = sorted({(customer, place) for customer, place in holders if follow(token, place)})
            for at, (one, _) in enumerate(open_):
                for other, place in open_[at + 1 :]:
                    if one != other:
                        yield one, other, place, token

    def _sharing_pieces(self) -> Iterator[tuple[Kept, Kept]]:
        seen: set[tuple[int, int]] = set()
        for _, name in self._groups:
            for at, one in enumerate(name):
                seen.update((one, other) for other in name[at + 1 :])
        kept = {name.id: name for name in self._index.names({number for pair in seen for number in pair})}
        for one, other in sorted(seen):
            first, second = kept[one], kept[other]
            if (
                first.customer != second.customer
                and self._may_read(first.field)
                and self._may_read(second.field)
            ):
                yield first, second

    @cached_property
    def _groups(self) -> list[tuple[str, list[int]]]:
        groups: dict[str, list[int]] = {}
        for token, name in self._index.shared_pieces(_SHARED_BY):
            groups.setdefault(token, []).append(name)
        return list(groups.items())

    def _strangers(self, one: str, other: str) -> bool:
        """Tell whether neither customer names the other: as its parent, a relation, known to be distinct."""
        for here, there in ((one, other), (other, one)):
            if any(path.startswith(path_of("customer", here)[: -len("customer.yaml")])
                   for path, _ in self._catalog.referrers(f"customers/{there}")):  # fmt: skip
                return False
        return True


def _weight(token: str) -> tuple[float, str]:
    code = token.partition(":")[0]
    return _SCORES.get(code, 1.0), code


def _grouped(rows: Iterator[tuple[str, str, str]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for token, customer, place in rows:
        groups.setdefault(token, []).append((customer, place))
    yield from groups.items()
