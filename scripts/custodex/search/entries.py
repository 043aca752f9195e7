"""What search knows of one customer: taken from its documents by the hints of the schema, folded once.

The same `Entry` feeds the index and the brute-force `oracle`, so both answer about the same values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from custodex.hanzi import fold, initials, readings
from custodex.search.cards import Card, card_of
from custodex.search.record import Record, Schemas

HINTS = frozenset({"x-search", "x-facet", "x-pinyin-of"})
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SEPARATORS = re.compile(r"[\s().+\-]+")


def compact(number: str) -> str:
    """Return a folded phone or identifier without what people put between its parts."""
    return _SEPARATORS.sub("", number)


@dataclass(frozen=True, slots=True)
class Entry:
    """The searchable values of one customer; `texts` pairs `kind.field` with a folded value.

    `events` says for each of the texts of which event it is: by its day (`2026-03-02`), by the name of its file
    (`2026-03-02-9fj2k1`) where the customer has several of the kind that day, empty where it is of none.
    """

    card: Card
    names: tuple[str, ...]
    pinyin: tuple[str, ...]
    emails: tuple[str, ...]
    numbers: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]
    events: tuple[str, ...] = ()

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
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    facets: dict[str, dict[str, None]] = field(default_factory=dict)
    phone: str = ""
    email: str = ""
    person: bool = False
    event: str = ""


class _Way(NamedTuple):
    """The part of a kind's schema that leads to what search wants, and what to do at one place of it.

    `facet` names the keyword field a value here belongs to, `search` says what kind of text it is, `text` is
    `kind.field`, `spoken` the neighbour that says how the value is read aloud; all are empty for no.
    """

    facet: str
    search: str
    text: str
    phone: bool
    spoken: str
    fields: tuple[tuple[str, _Way], ...]
    items: _Way | None

    def wanted(self) -> bool:
        """Tell whether there is anything to do here or below."""
        return bool(self.facet or self.search or self.fields or self.items)


class Entries:
    """Takes the searchable values out of records; what the schema says is looked up once."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._ways: dict[str, _Way] = {}

    def of(self, record: Record) -> Entry:
        """Return the searchable values of one customer."""
        found = _Found()
        by_type = record.main.get("type") == "person"
        several = Counter((document.kind, document.stem[:10]) for document in record.documents)
        # the customer's own names come first: the first of them is what a list shows
        for document in sorted(record.documents, key=lambda document: document.kind != "customer"):
            found.person = by_type or document.kind == "contacts"
            day = document.stem[:10] if _DAY.match(document.stem) else ""
            found.event = document.stem if day and several[document.kind, day] > 1 else day
            _walk(self._way(document.kind), document.value, {}, found)
        facets = {name: tuple(values) for name, values in found.facets.items()}
        card = card_of(record, facets, found.phone, found.email)
        names, numbers = tuple(found.names), tuple(found.numbers)
        events = tuple(found.texts.values())
        return Entry(
            card, names, tuple(found.pinyin), tuple(found.emails), numbers, tuple(found.texts), events
        )

    def _way(self, kind: str) -> _Way:
        if kind not in self._ways:
            known = self._schemas.has(kind)
            self._ways[kind] = _way_of(kind, "", self._schemas.node(kind), "") if known else _NOTHING
        return self._ways[kind]


def entry_of(record: Record, schemas: Schemas) -> Entry:
    """Return the searchable values of one customer; for many, keep one `Entries`."""
    return Entries(schemas).of(record)


_NOTHING = _Way("", "", "", phone=False, spoken="", fields=(), items=None)


def _way_of(kind: str, name: str, node: Any, spoken: str) -> _Way:
    schema = node.schema
    search = str(schema.get("x-search", ""))
    if search in ("name", "email") and kind not in ("customer", "contacts"):
        search = ""  # who is mentioned in an event is not who the customer is
    readers = {
        child.schema["x-pinyin-of"]: other
        for other, child in node.fields.items()
        if child.schema.get("x-pinyin-of")
    }
    ways = ((one, _way_of(kind, one, child, readers.get(one, ""))) for one, child in node.fields.items())
    items = _way_of(kind, name, node.items, "") if node.items else None
    return _Way(
        facet=facet_name(kind, name) if "x-facet" in schema or search == "keyword" else "",
        search="" if search == "keyword" else search,
        text=f"{kind}.{name}",
        phone=schema.get("x-format") == "phone",
        spoken=spoken,
        fields=tuple((one, way) for one, way in ways if way.wanted()),
        items=items if items and items.wanted() else None,
    )


def _walk(way: _Way, value: Any, around: Mapping[str, Any], found: _Found) -> None:
    if way.facet:
        _note_facet(found, way.facet, value)
    if way.search and isinstance(value, str):
        _note_value(found, way, value, around.get(way.spoken))
    if way.fields and isinstance(value, dict):
        for name, child in way.fields:
            if name in value:
                _walk(child, value[name], value, found)
    elif way.items is not None and isinstance(value, list):
        for item in value:
            _walk(way.items, item, {}, found)


def _note_value(found: _Found, way: _Way, value: str, spoken: object) -> None:
    folded = fold(value)
    if not folded:
        return
    if way.search == "text":
        found.texts[way.text, folded] = found.event  # said twice: the latest, events come in order
    elif way.search == "name":
        override = spoken if isinstance(spoken, str) else ""
        found.names[folded] = None
        found.pinyin.update(dict.fromkeys(readings(value, person=found.person, override=override)))
    elif way.search == "email":
        found.emails[folded] = None
        found.email = found.email or value
    elif way.search == "number":
        found.numbers[compact(folded)] = None
        if way.phone:
            found.phone = found.phone or value


def _note_facet(found: _Found, facet: str, value: Any) -> None:
    if isinstance(value, Mapping):
        value = _region(value)
    elif isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, str) and value:
        found.facets.setdefault(facet, {})[value] = None


def facet_name(kind: str, name: str) -> str:
    """Return the name under which a keyword field is asked for: `stage`, `channel`, `note.tags`."""
    return name if kind == "customer" else f"{kind}.{name}"


def is_searchable(record: Record) -> bool:
    """Tell whether a record is a customer; stubs of merged ones and tombstones are not."""
    return bool(record.main) and not record.main.get("merged_into") and not record.main.get("erased")


def _region(value: Mapping[str, Any]) -> str:
    """Return a region as its most exact code: `CN-4403`, `CN-44`, `DE`."""
    part = value.get("city") or value.get("province")
    country = value.get("country")
    exact = isinstance(part, str) and re.fullmatch("[0-9]{2,4}", part)
    return f"{country}-{part}" if exact else str(country or "")
