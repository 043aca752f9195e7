"""What a document says about others: references, unique values, and the latest time that must be past."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from custodex.findings import Pointer
from custodex.hints import Node
from custodex.records import KIND, record_key
from custodex.schemas import Schemas, is_date, is_date_time

_HINTS = frozenset({"x-ref", "x-unique", "x-time", "x-format"})
_UNIQUE = frozenset({"x-unique"})
_MENTION = re.compile(r"(?<![\w@.])@([a-z][a-z0-9-]{1,31})(?![\w@]|\.\w)", re.ASCII)
_INSIDE = frozenset({"person", "event"})
"""References that stay within one customer; they are looked up in the record itself."""


class Reference(NamedTuple):
    """One value that names a record: `targets` are the record keys it may mean (staff or team)."""

    pointer: Pointer
    targets: tuple[str, ...]
    value: str
    mention: bool = False


class UniqueValue(NamedTuple):
    """One value that no other live record may have, in its name space."""

    pointer: Pointer
    space: str
    value: str


class Facts(NamedTuple):
    """The facts of one document; `latest` is its latest moment marked `x-time: past` (UTC, ISO 8601)."""

    references: tuple[Reference, ...] = ()
    uniques: tuple[UniqueValue, ...] = ()
    latest: str = ""


def facts_of(schemas: Schemas, kind: str, value: Mapping[str, Any]) -> Facts:
    """Return the facts of one document, found by the hints of its schema."""
    references: list[Reference] = []
    uniques: list[UniqueValue] = []
    latest = ""
    for pointer, node, found in schemas.walk(kind, value, _HINTS):
        if isinstance(found, str):
            references.extend(_references(pointer, node, found))
            if node.hint("time") == "past":
                latest = max(latest, moment(found))
        if (space := node.hint("unique")) and (text := _unique_text(found)):
            uniques.append(UniqueValue(pointer, str(space), text))
    return Facts(tuple(references), tuple(uniques), latest)


def uniques_of(schemas: Schemas, kind: str, value: Mapping[str, Any]) -> list[UniqueValue]:
    """Return the unique values of one document alone."""
    return [
        UniqueValue(pointer, str(node.hint("unique")), text)
        for pointer, node, found in schemas.walk(kind, value, _UNIQUE)
        if node.hint("unique") and (text := _unique_text(found))
    ]


def _references(pointer: Pointer, node: Node, found: str) -> Iterator[Reference]:
    ref = node.hint("ref")
    if isinstance(ref, str) and ref not in _INSIDE:
        yield Reference(
            pointer, tuple(record_key(kind, found) for kind in ref.split("|") if kind in KIND), found
        )
    if node.hint("format") == "mention-text":
        for name in dict.fromkeys(_MENTION.findall(found)):
            yield Reference(
                pointer, (record_key("staff", name), record_key("team", name)), name, mention=True
            )


def _unique_text(found: Any) -> str:
    if isinstance(found, dict):
        return ":".join(str(value) for value in found.values() if isinstance(value, (str, int)))
    return str(found) if isinstance(found, (str, int)) and not isinstance(found, bool) else ""


def moment(text: str) -> str:
    """Return a date or date-time as a sortable UTC moment; empty when it is neither."""
    if is_date_time(text):
        return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}T00:00:00" if is_date(text) else ""
