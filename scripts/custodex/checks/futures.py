"""What happened lies in the past (`x-time: past`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from custodex.books import Book
from custodex.checks.naming import named
from custodex.examining import Value
from custodex.facts import moment
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "time-future",
        Text("时间在将来", "time in the future"),
        Text(
            "备注、交易和签署记的是已经发生的事。将来的时间多半是年份写错；要做的事请写成任务。",
            "Notes, transactions and signatures record what has happened. A future time is usually a wrong "
            "year; what is still to be done is a task.",
        ),
        Text("{name}是 {value}，还没有到", "{name} is {value}, which has not come yet"),
        Text("改正时间；计划中的事写成任务", "correct it; write what is planned as a task"),
        bad='occurred_at: "2062-03-02T14:30:00+08:00"',
        good='occurred_at: "2026-03-02T14:30:00+08:00"',
    ),
)

_HINT = frozenset({"x-time"})
_SKEW = timedelta(minutes=10)
"""Clocks differ; who writes a note while the call ends must not be refused."""


def horizon(now: datetime) -> str:
    """Return the moment after which a document may hold a future time, as `Catalog.later_than` takes it."""
    return min(
        (now + _SKEW).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), f"{now.date().isoformat()}T00:00:00"
    )


def check(kind: str, value: Value, book: Book, now: datetime) -> Iterator[Fault]:
    """Yield a fault for every time that must be past and is not; days are compared in the zone of *now*."""
    latest, today = (now + _SKEW).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), now.date().isoformat()
    for pointer, node, found in book.schemas.walk(kind, value, _HINT):
        if node.schema["x-time"] != "past" or not isinstance(found, str) or not moment(found):
            continue
        if (found > today) if len(found) == 10 else (moment(found) > latest):
            yield Fault("time-future", pointer, {**named(node, pointer), "value": found})
