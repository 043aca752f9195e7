"""What a customer is found by: exact values, and pieces of names that are rare enough to lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from custodex.duplicates.companies import Name
from custodex.duplicates.persons import Place, keys, packed, places_of
from custodex.facts import uniques_of
from custodex.findings import Pointer, json_pointer
from custodex.hanzi import fold
from custodex.hints import Node
from custodex.phones import e164
from custodex.schemas import Schemas

Documents = Mapping[str, Mapping[str, Any]]
"""A customer's modules by kind: `customer`, `contacts`, `identity`."""
_HINTS = frozenset({"x-search", "x-format", "x-ref", "x-time"})
BORN = "born:"
"""Begins the token of a person's birthday: it leads to one customer only together with the name."""
AT, TOWN, KEY = "at:", "town:", "key:"
"""Begin the token of a person's address, of its town, and of what leads to it together with a name."""
PLACE_TOKENS = (AT, TOWN, KEY)
ALONE_NOTHING = (BORN, *PLACE_TOKENS)
"""What two customers may share without being one."""
MODULES = ("customer", "contacts", "identity")


class Value(NamedTuple):
    """One value that leads to the same customer: its token, and the field it stands in (`kind/pointer`)."""

    token: str
    field: str


class Written(NamedTuple):
    """One name of a customer as it is written, and its field."""

    text: str
    field: str


class Traits(NamedTuple):
    """All that a customer may be found by; `known` are the customers it already names.

    `places` are the addresses of a person, each with the field it stands in.
    """

    person: bool
    values: tuple[Value, ...]
    names: tuple[Written, ...]
    known: frozenset[str]
    places: tuple[tuple[str, Place], ...] = ()

    @property
    def born(self) -> str:
        """The birthday, empty if it is not known."""
        return next(
            (value.token.removeprefix(BORN) for value in self.values if value.token.startswith(BORN)), ""
        )

    def leads(self, names: Iterable[Name]) -> Iterator[Value]:
        """Yield a person's addresses and what leads to them; *names* are its own, taken apart."""
        known = list(names)
        for place, found in self.places:
            yield Value(f"{AT}{packed(found)}", place)
            if found.town:
                yield Value(f"{TOWN}{found.town}", place)
            yield from (Value(f"{KEY}{key}", place) for key in keys(known, found))


def traits_of(schemas: Schemas, documents: Documents) -> Traits:
    """Return the traits of one customer; the schema's hints say which fields have any."""
    values: dict[Value, None] = {}
    names: dict[str, Written] = {}
    known: set[str] = set()
    for kind in MODULES:
        document = documents.get(kind)
        if not document:
            continue
        for unique in uniques_of(schemas.marks(kind, document)):
            values[Value(f"number:{unique.space}:{unique.value}", _field(kind, unique.pointer))] = None
        for pointer, node, found in schemas.walk(kind, document, _HINTS):
            if not isinstance(found, str):
                continue
            if kind == "identity" and len(pointer) == 1 and node.hint("time") == "past":
                values[Value(f"{BORN}{found}", _field(kind, pointer))] = None
            elif token := _token(node, found, document, pointer):
                values[Value(token, _field(kind, pointer))] = None
            elif kind == "customer" and node.hint("search") == "name":
                names.setdefault(found, Written(found, _field(kind, pointer)))
            elif node.hint("ref") == "customer":
                known.add(found)
    person = (documents.get("customer") or {}).get("type") == "person"
    places = [
        (f"contacts/addresses/{number}", place)
        for number, place in places_of(documents.get("contacts") or {})
    ]
    return Traits(
        person, tuple(values), tuple(names.values()), frozenset(known), tuple(places) if person else ()
    )


def _field(kind: str, pointer: Pointer) -> str:
    return f"{kind}{json_pointer(pointer)}"


def _token(node: Node, text: str, document: Mapping[str, Any], pointer: Pointer) -> str:
    form = str(node.hint("format") or "")
    if form == "phone":
        return token_of(form, text, _beside(document, pointer, str(node.hint("region") or "")))
    if form == "email":
        return token_of(form, text)
    return f"website:{host}" if text.startswith(("http://", "https://")) and (host := _host(text)) else ""


def token_of(sort: str, text: str, region: str | None = None) -> str:
    """Return the token of a `phone` (local to *region*) or an `email`; empty where there is none."""
    if sort == "email":
        return f"email:{fold(text)}"
    digits = "".join(char for char in text if char.isdigit())
    return f"phone:{e164(text, region) or digits}" if len(digits) >= 5 else ""


def _beside(document: Mapping[str, Any], pointer: Pointer, name: str) -> str | None:
    value: Any = document
    for part in pointer[:-1]:
        value = value[part]
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else None


def _host(text: str) -> str:
    try:
        return (urlsplit(text).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def pieces(name: Name) -> Iterator[str]:
    """Yield the tokens of one name: whole, by sound, and in overlapping pieces.

    `=` the stem, `#` the name proper, `~` a reading, `-` the name proper short of one character, and pairs of
    Chinese characters or words and triples of letters. A person's tokens are apart from a company's.
    """
    sort = "p" if name.person else "c"
    yield f"{sort}={name.stem}"
    yield f"{sort}#{name.mark}"
    for sound in name.sounds:
        yield f"{sort}~{sound}"
    if not name.mark.isascii() and not name.person and 3 <= len(name.mark) <= 5:
        for at in range(len(name.mark)):
            yield f"{sort}-{name.mark[:at]}{name.mark[at + 1 :]}"
    for word in name.words:
        yield f"{sort}:{word}"
    text = name.core if not name.person else " ".join(name.words)
    size = 3 if text.isascii() else 2
    if text.isascii() or not name.person:
        for at in range(len(text) - size + 1):
            yield f"{sort}:{text[at : at + size]}"
