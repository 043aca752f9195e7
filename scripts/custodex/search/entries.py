"""What search knows of one customer: taken from its documents by the hints of the schema, folded once.

The same `Entry` feeds the index and the brute-force `oracle`, so both answer about the same values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from custodex.hanzi import fold, initials, readings
from custodex.search.cards import Card, card_of
from custodex.search.record import Record, Schemas

HINTS = frozenset({"x-search", "x-facet", "x-pinyin-of"})
_SEPARATORS = re.compile(r"[\s().+\-]+")


def compact(number: str) -> str:
    """Return a phone or identifier without what people put between its parts."""
    return _SEPARATORS.sub("", fold(number))


@dataclass(frozen=True, slots=True)
class Entry:
    """The searchable values of one customer; `texts` pairs `kind.field` with a folded value."""

    card: Card
    names: tuple[str, ...]
    pinyin: tuple[str, ...]
    emails: tuple[str, ...]
    numbers: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]

    @property
    def initials(self) -> tuple[str, ...]:
        """The first letters of the syllables of every reading."""
        return tuple(dict.fromkeys(initials(reading) for reading in self.pinyin))


@dataclass(slots=True)
class _Found:
    """What the walk over one record has met so far."""

    names: dict[str, None] = field(default_factory=dict)
    pinyin: dict[str, None] = field(default_factory=dict)
    emails: dict[str, None] = field(default_factory=dict)
    numbers: dict[str, None] = field(default_factory=dict)
    texts: dict[tuple[str, str], None] = field(default_factory=dict)
    facets: dict[str, dict[str, None]] = field(default_factory=dict)
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: in a document of a kind, at a pointer, under a schema."""

    kind: str
    pointer: tuple[str | int, ...]
    schema: Mapping[str, Any]

    @property
    def name(self) -> str:
        return _name(self.pointer)


def is_searchable(record: Record) -> bool:
    """Tell whether a record is a customer; stubs of merged ones and tombstones are not."""
    return bool(record.main) and not record.main.get("merged_into") and not record.main.get("erased")


def entry_of(record: Record, schemas: Schemas) -> Entry:
    """Return the searchable values of one customer."""
    found = _Found()
    person_by_type = record.main.get("type") == "person"
    # the customer's own names come first: the first of them is what a list shows
    for document in sorted(record.documents, key=lambda document: document.kind != "customer"):
        hinted = list(schemas.walk(document.kind, document.value, HINTS))
        overrides = dict(_overrides(hinted))
        person = document.kind == "contacts" or person_by_type
        for pointer, node, value in hinted:
            place = _Place(document.kind, pointer, node.schema)
            _note_facet(found, place, value)
            if isinstance(value, str) and "x-search" in node.schema:
                read = partial(readings, person=person, override=overrides.get(pointer, ""))
                _note_value(found, place, value, read)
    facets = {name: tuple(values) for name, values in found.facets.items()}
    card = card_of(record, facets, found.phone, found.email)
    names, numbers = tuple(found.names), tuple(found.numbers)
    return Entry(card, names, tuple(found.pinyin), tuple(found.emails), numbers, tuple(found.texts))


def _overrides(hinted: list[tuple[Any, Any, Any]]) -> Iterator[tuple[Any, str]]:
    for pointer, node, value in hinted:
        of = node.schema.get("x-pinyin-of")
        if of and isinstance(value, str):
            yield (*pointer[:-1], of), value


def _note_value(found: _Found, place: _Place, value: str, read: Callable[[str], Sequence[str]]) -> None:
    hint = place.schema["x-search"]
    folded = fold(value)
    named = place.kind in ("customer", "contacts")
    if hint == "name" and named and folded:
        found.names[folded] = None
        found.pinyin.update(dict.fromkeys(read(value)))
    elif hint == "email" and named and folded:
        found.emails[folded] = None
        found.email = found.email or value
    elif hint == "number" and folded:
        found.numbers[compact(value)] = None
        if place.schema.get("x-format") == "phone":
            found.phone = found.phone or value
    elif hint == "text" and folded:
        found.texts[f"{place.kind}.{place.name}", folded] = None


def _note_facet(found: _Found, place: _Place, value: Any) -> None:
    if "x-facet" not in place.schema and place.schema.get("x-search") != "keyword":
        return
    if isinstance(value, Mapping):
        value = _region(value)
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, str) and value:
        found.facets.setdefault(facet_name(place.kind, place.pointer), {})[value] = None


def facet_name(kind: str, pointer: tuple[str | int, ...]) -> str:
    """Return the name under which a keyword field is asked for: `stage`, `channel`, `note.tags`."""
    name = _name(pointer)
    return name if kind == "customer" else f"{kind}.{name}"


def _name(pointer: tuple[str | int, ...]) -> str:
    return next((part for part in reversed(pointer) if isinstance(part, str)), "")


def _region(value: Mapping[str, Any]) -> str:
    """Return a region as its most exact code: `CN-4403`, `CN-44`, `DE`."""
    part = value.get("city") or value.get("province")
    country = value.get("country")
    exact = isinstance(part, str) and re.fullmatch("[0-9]{2,4}", part)
    return f"{country}-{part}" if exact else str(country or "")
