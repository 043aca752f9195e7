"""What a document says about others: references, unique values, and the latest time that must be past."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from custodex.findings import Pointer
from custodex.hints import Found, Marks
from custodex.records import KIND, record_key
from custodex.schemas import is_date, is_date_time

MENTIONS = "format:mention-text"
"""The role of texts in which colleagues may be mentioned."""
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


def facts_of(marks: Marks) -> Facts:
    """Return the facts of one document by what its schema marks."""
    references = [found for mark in marks.get("ref", ()) for found in _references(mark)]
    references += [found for mark in marks.get(MENTIONS, ()) for found in mentions_in(mark)]
    moments = [moment(found) for _, _, found in marks.get("past", ()) if isinstance(found, str)]
    return Facts(tuple(references), tuple(uniques_of(marks)), max(moments, default=""))


def uniques_of(marks: Marks) -> list[UniqueValue]:
    """Return the unique values of one document alone."""
    return [
        UniqueValue(pointer, str(node.hint("unique")), text)
        for pointer, node, found in marks.get("unique", ())
        if (text := _unique_text(found))
    ]


def _references(mark: Found) -> Iterator[Reference]:
    pointer, node, found = mark
    ref = node.hint("ref")
    if isinstance(found, str) and isinstance(ref, str) and ref not in _INSIDE:
        targets = tuple(record_key(kind, found) for kind in ref.split("|") if kind in KIND)
        yield Reference(pointer, targets, found)


def mentions_in(mark: Found) -> Iterator[Reference]:
    """Yield whom a text mentions by @id: a colleague or a team."""
    pointer, _, found = mark
    if isinstance(found, str) and "@" in found:
        for name in dict.fromkeys(_MENTION.findall(found)):
            targets = (record_key("staff", name), record_key("team", name))
            yield Reference(pointer, targets, name, mention=True)


def _unique_text(found: Any) -> str:
    if isinstance(found, dict):
        return ":".join(str(value) for value in found.values() if isinstance(value, (str, int)))
    return str(found) if isinstance(found, (str, int)) and not isinstance(found, bool) else ""


def moment(text: str) -> str:
    """Return a date or date-time as a sortable UTC moment; empty when it is neither."""
    if is_date_time(text):
        found = datetime.fromisoformat(text)
        try:
            found = found.astimezone(UTC)
        except OverflowError:  # the first or last hours of the calendar: as it is written
            found = found.replace(tzinfo=UTC)
        return found.isoformat(timespec="seconds")[:19]
    return f"{text}T00:00:00" if is_date(text) else ""
