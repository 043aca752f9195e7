"""Changes for a machine, and as rows of a spreadsheet; the shapes are an interface."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from custodex.history import Change
from custodex.telling.words import Teller

COLUMNS = (
    "at", "who", "approved", "commit", "reason", "record", "name", "path", "kind", "action", "field", "old", "new",
)  # fmt: skip
"""The columns of the audit log, one row a field."""


def as_json(change: Change, teller: Teller) -> dict[str, Any]:
    """Return a change as `log`, `diff`, `show` and `changes` print it."""
    return {
        "at": change.at, "who": change.who, "approved": change.approved, "commit": change.commit,
        "subject": change.subject, "reason": change.reason, "record": change.record, "path": change.path,
        "kind": change.kind, "action": change.action, "moved_from": change.moved_from,
        "headline": teller.headline(change),
        "fields": [
            {
                "field": item.written, "label": told.label,
                "old": teller.masked_at(change.kind, item.place, item.old),
                "new": teller.masked_at(change.kind, item.place, item.new), "masked": told.masked,
            }
            for item, told in zip(change.fields, teller.fields(change), strict=True)
        ],
    }  # fmt: skip


def rows(changes: Iterable[Change], teller: Teller) -> Iterator[tuple[str, ...]]:
    """Yield the audit log as rows of `COLUMNS`; a change without fields is one row."""
    for change in changes:
        start = (
            change.at, change.who, change.approved, change.commit, change.reason, change.record,
            teller.name(change.record), change.path, change.kind, change.action,
        )  # fmt: skip
        told = teller.fields(change)
        for field in told:
            yield (*start, field.field, field.old or "", field.new or "")
        if not told:
            yield (*start, "", "", "")
