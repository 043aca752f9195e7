"""What a query means, said without an index: reads every value of every customer. Slow and plainly right.

Tests hold the index and the browser's search against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from custodex.hanzi import fold
from custodex.search.cards import broader
from custodex.search.entries import Entry, compact
from custodex.search.fields import NAME_FIELDS, Fields
from custodex.search.query import And, Field, Node, Not, Or, Range, Term
from custodex.search.where import day

_LATIN = "0123456789abcdefghijklmnopqrstuvwxyz"


def matching(entries: Iterable[Entry], node: Node, fields: Fields, today: date | None = None) -> set[str]:
    """Return the ids of the customers a query means."""
    return {entry.card.id for entry in entries if matches(entry, node, fields, today)}


def matches(entry: Entry, node: Node, fields: Fields, today: date | None = None) -> bool:
    """Tell whether a query means a customer."""
    if isinstance(node, And):
        return all(matches(entry, part, fields, today) for part in node.parts)
    if isinstance(node, Or):
        return any(matches(entry, part, fields, today) for part in node.parts)
    if isinstance(node, Not):
        return not matches(entry, node.part, fields, today)
    if isinstance(node, Term):
        return has_term(entry, fold(node.text))
    if isinstance(node, Range):
        return _in_range(entry, node, fields, today)
    return _has_field(entry, node, fields, today)


def has_term(entry: Entry, term: str) -> bool:
    """Tell whether a bare term matches: by name, reading, number, e-mail or text."""
    if not term:
        return False
    rows = ("names", "pinyin", "numbers", "emails")
    return any(_in_row(entry, term, row) for row in rows) or any(
        _in_text(value, term) for _, value in entry.texts
    )


def _in_row(entry: Entry, term: str, row: str) -> bool:
    if row == "names":
        return any(term in name for name in entry.names)
    if row == "emails":
        return any(term in email for email in entry.emails)
    if row == "numbers":
        part = compact(term)
        enough = part.isascii() and part.isalnum() and sum(char.isdigit() for char in part) >= 3
        return enough and any(part in number for number in entry.numbers)
    if not (term.isascii() and term.isalpha()):
        return False
    spoken = any(rest.startswith(term) for reading in entry.pinyin for rest in _from_each_syllable(reading))
    return spoken or (len(term) >= 2 and any(term in letters for letters in entry.initials))


def _from_each_syllable(reading: str) -> Iterator[str]:
    return (reading[at:].lower() for at, char in enumerate(reading) if char.isupper())


def _is_latin(char: str) -> bool:
    return (
        char in _LATIN or ("\u00df" <= char <= "\u024f" and char != "\u00f7") or "\u1e00" <= char <= "\u1eff"
    )


def _in_text(value: str, term: str) -> bool:
    """Tell whether a text contains a term, a Latin one only where no Latin character stands before it."""
    starts = (at for at in range(len(value)) if value.startswith(term, at))
    return any(at == 0 or not (_is_latin(term[0]) and _is_latin(value[at - 1])) for at in starts)


def _values(entry: Entry, name: str) -> set[str]:
    if name in entry.card.dates:
        return {entry.card.dates[name]}
    return {one for value in entry.card.facets.get(name, ()) for one in (value, *broader(name, value))}


def _in_range(entry: Entry, node: Range, fields: Fields, today: date | None) -> bool:
    name = fields.keyword(node.name) or ""
    first, last = day(node.first, today), day(node.last, today)
    return any(value >= first and (not last or value[: len(last)] <= last) for value in _values(entry, name))


def _has_field(entry: Entry, node: Field, fields: Fields, today: date | None) -> bool:
    term = fold(node.value)
    row = NAME_FIELDS.get(node.name)
    if row:
        return bool(term) and _in_row(entry, term, row)
    name = fields.keyword(node.name)
    if name in ("last_note", "next_due", "since") and node.value:
        return _in_range(entry, Range(node.name, node.value, node.value), fields, today)
    if name:
        values = {fold(value) for value in _values(entry, name)}
        return term in values if node.value else not values
    tags = fields.tags(node.name) or frozenset()
    wanted = {fields.texts[number] for number in tags}
    return bool(term) and any(_in_text(value, term) for field, value in entry.texts if field in wanted)
