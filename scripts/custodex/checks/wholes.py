"""The rules that judge a whole record among the others, in the order they run."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks import (
    assignees,
    completeness,
    corrections,
    event_dates,
    folders,
    identities,
    mentions,
    parents,
    persons,
    references,
    relations,
    uniques,
)
from custodex.checks.sight import Sight
from custodex.examining import Context, Record
from custodex.findings import Fault

MODULES = (
    identities, folders, references, persons, corrections, parents, relations, uniques, assignees, mentions,
    completeness, event_dates,
)  # fmt: skip


def check(record: Record, context: Context) -> Iterator[Fault]:
    """Yield what is wrong with a record; every fault is about one of its own documents."""
    sight = Sight(record, context)
    for module in MODULES:
        yield from module.check(sight)
