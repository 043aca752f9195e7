"""The date in an event's file name is the day it happened."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from custodex.books import Book
from custodex.checks.sight import Sight
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.schemas import is_date, is_date_time
from custodex.texts import Text

RULES = (
    Rule(
        "event-date",
        Text("文件名的日期与内容不符", "date in the file name differs"),
        Text(
            "事件按文件名的日期排列。日期不符，时间线的顺序就是错的。",
            "Events are put in order by the date in their file names. Where it differs the timeline "
            "is wrong.",
        ),
        Text("文件名说 {stem}，{field} 说 {date}", "the file name says {stem}, {field} says {date}"),
        Text("改正 {field}，或给文件换上正确的日期", "correct {field}, or rename the file"),
        bad='# notes/2026/2026-03-02-9fj2k1.yaml\noccurred_at: "2026-03-05T14:30:00+08:00"',
        good='# notes/2026/2026-03-02-9fj2k1.yaml\noccurred_at: "2026-03-02T14:30:00+08:00"',
    ),
)


def check(sight: Sight) -> Iterator[Fault]:
    """Yield a fault for every event whose own date is not the one in its file name."""
    for document in sight.events():
        field = _time_field(sight.book, document.kind)
        found = document.value.get(field)
        named = document.stem[:10]
        if not isinstance(found, str) or found[:10] == named:
            continue
        if named not in _days(sight.book, found):
            params = {"stem": named, "field": field, "date": found[:10]}
            yield Fault("event-date", (field,), params, path=document.path)


@lru_cache(maxsize=16)
def _time_field(book: Book, kind: str) -> str:
    """Return the field that says when an event of this kind happened: the first one that must be past."""
    fields = book.schemas.node(kind).fields if book.schemas.has(kind) else {}
    return next((name for name, node in fields.items() if node.hint("time") == "past"), "")


def _days(book: Book, found: str) -> tuple[str, ...]:
    """Return the days a file may be named by: as written, and in the time zone of the settings."""
    if not is_date_time(found) or is_date(found):
        return (found[:10],)
    return found[:10], book.local(found)[:10]
