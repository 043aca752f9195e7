"""History in the words of the business: which field of which customer changed, when, by whom, why."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from custodex.diffing import DEFAULT_CLASS, FieldChange, Place, class_at, diff, label_of, leaves
from custodex.examining import Value
from custodex.findings import json_pointer
from custodex.git import Change as PathChange
from custodex.git import Git
from custodex.history.ledger import Ledger, Step
from custodex.readers import Reader
from custodex.records import MAX_BYTES, locate
from custodex.texts import Text
from custodex.yamlfile import parse

__all__ = ["Change", "FieldChange", "History", "Ledger", "Origin", "Place", "Step"]

Action = Literal["added", "changed", "removed"]
_REASONS = {"correction", "change", "merge"}
_BATCH = 1000
Known = Callable[[Collection[tuple[str, str]]], Iterable[tuple[str, str, str]]]
"""Yields (blob, kind, JSON text) of those documents, given as (blob, kind), that need not be read again."""


@dataclass(frozen=True, slots=True)
class Change:
    """One document's change in one commit; `fields` is empty where the bytes changed and the data did not."""

    at: str
    """RFC 3339, in the time zone of the book."""
    who: str
    commit: str
    subject: str
    reason: str
    record: str
    path: str
    kind: str
    action: Action
    fields: tuple[FieldChange, ...]
    approved: str = ""
    moved_from: str = ""
    written: str = ""
    """When the oldest commit of what was merged was written; empty where nothing was merged."""
    value: Value = field(default_factory=dict)
    """The document after the change, before it where it was removed; as far as it may be read."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Since when a field has the value it has, and who gave it."""

    place: Place
    value: Any
    at: str
    who: str
    commit: str
    subject: str
    approved: str = ""
    reason: str = ""


class History:
    """What happened to the records, as far as the reader's audience may know."""

    def __init__(self, git: Git, ledger: Ledger, reader: Reader, known: Known = lambda _blobs: ()) -> None:
        self._git = git
        self._ledger = ledger
        self._reader = reader
        self._known = known
        self._values: dict[tuple[str, str], Value] = {}
        # authors sit in many zones, and a forge writes its own: one book is read by one clock
        self._local = lru_cache(maxsize=1 << 12)(reader.book.local)

    def for_record(self, key: str) -> tuple[Change, ...]:
        """Return the changes of one record (`customers/<id>`), newest first."""
        return tuple(self._changes(self._ledger.steps(key)))

    def recent(self, limit: int) -> tuple[Change, ...]:
        """Return the newest changes of all records, at most *limit*."""
        return tuple(self._changes(self._ledger.recent(limit)))

    def last_change(self) -> dict[str, str]:
        """Return the moment of the newest commit for every record: key -> RFC 3339."""
        return {key: self._local(at) for key, at in self._ledger.last_change().items()}

    def since(self, moment: str, *, bare: bool = False) -> Iterator[Change]:
        """Yield the changes of all records written at *moment* (RFC 3339) or later, newest first.

        With *bare* the fields of what was added or removed are not listed one by one: their value says them all.
        """
        for batch in _batches(self._ledger.since(moment), _BATCH):
            self._values.clear()  # an audit of years must not hold every value it has seen
            yield from self._changes(batch, bare=bare)

    def blame(self, key: str, path: str) -> tuple[Origin, ...]:
        """Return for every field of a document as it is now: since when it says so, and who said it."""
        record = self._reader.record(key)
        document = next((item for item in record.documents if item.path == path), None) if record else None
        if document is None:
            return ()
        root = self._reader.book.schemas.node(document.kind)
        steps = [change for change in self.for_record(key) if change.path == path]
        found = (_origin(place, value, steps) for place, value in leaves(document.value, root, ()))
        return tuple(origin for origin in found if origin)

    def between(self, changes: Iterable[PathChange]) -> tuple[Change, ...]:
        """Return what differs between two trees, as `Git.tree_changes` lists it, without commits."""
        steps = [
            Step("", "", "", "", "", "", place.record, change.path, change.old_blob, change.blob or "")
            for change in changes
            if (place := locate(change.path))
        ]
        return tuple(self._changes(sorted(steps, key=lambda step: step.path)))

    def class_of(self, kind: str, place: Place) -> str:
        """Return the reading class of a field."""
        schemas = self._reader.book.schemas
        return class_at(schemas.node(kind), place) if schemas.has(kind) else DEFAULT_CLASS

    def label(self, change: Change, place: Place) -> Text:
        """Return the name of a changed field in the labels of the schema."""
        return label_of(self._reader.book.schemas.node(change.kind), place)

    def _changes(self, steps: Sequence[Step], *, bare: bool = False) -> Iterator[Change]:
        readable = [step for step in steps if self._may_read(step)]
        self._fetch(readable)
        gone = {(step.commit, step.old_blob): step.path for step in readable if not step.blob}
        for step in readable:
            place = locate(step.path)
            if place is not None:
                moved = "" if step.old_blob else gone.get((step.commit, step.blob), "")
                fields = () if bare and not (step.old_blob and step.blob) else self._fields(step, place.kind)
                yield self._change(step, place.kind, moved or self._ledger.came_from(step), fields)

    def _may_read(self, step: Step) -> bool:
        place = locate(step.path)
        return place is not None and self._reader.may_read(place.kind)

    def _fields(self, step: Step, kind: str) -> tuple[FieldChange, ...]:
        """Return what differs, as far as it may be read."""
        schemas = self._reader.book.schemas
        old, new = (self._values.get((blob, kind), {}) for blob in (step.old_blob, step.blob))
        found = diff(old, new, schemas.node(kind) if schemas.has(kind) else None)
        if self._reader.reads_whole(kind):
            return tuple(found)
        return tuple(item for item in found if self._open(step.path, item.place))

    def _change(self, step: Step, kind: str, moved_from: str, fields: tuple[FieldChange, ...]) -> Change:
        value = self._values.get((step.blob or step.old_blob, kind), {})
        action: Action = "changed" if step.old_blob and step.blob else "added" if step.blob else "removed"
        # a subject line may name what the audience must not know
        subject = step.subject if self._reader.audience is None else ""
        reason = step.reason if step.reason in _REASONS else ""
        return Change(
            self._local(step.at), step.author, step.commit, subject, reason, step.record, step.path, kind,
            action, fields, step.approved, moved_from, step.written,
            self._reader.redacted(kind, value),
        )  # fmt: skip

    def _open(self, path: str, place: Place) -> bool:
        return self._reader.may_read_at(path, json_pointer(part.strip("[]") or "0" for part in place))

    def _fetch(self, steps: Iterable[Step]) -> None:
        """Read the values of all blobs these steps mention, those of the catalog first, the rest at once."""
        wanted = {
            (blob, place.kind)
            for step in steps
            if (place := locate(step.path)) is not None
            for blob in (step.old_blob, step.blob)
            if blob and (blob, place.kind) not in self._values
        }
        for blob, kind, text in self._known(wanted):
            self._values[blob, kind] = json.loads(text)
        missing: dict[str, set[str]] = {}
        for blob, kind in wanted:
            if (blob, kind) not in self._values:
                missing.setdefault(blob, set()).add(kind)
        for found in self._git.blobs(sorted(missing), MAX_BYTES) if missing else ():
            for kind in missing[found.name]:
                self._values[found.name, kind] = parse(found.data or b"").value or {}


def _batches(steps: Iterator[Step], size: int) -> Iterator[list[Step]]:
    while batch := list(islice(steps, size)):
        yield batch


def _origin(place: Place, value: Any, newest_first: Sequence[Change]) -> Origin | None:
    """Return the newest change that touched *place*; a value not committed yet has none."""
    for change in newest_first:
        for item in change.fields:
            touched = item.place[:-1] if item.place[-1:] == ("[]",) else item.place
            shorter = min(len(touched), len(place))
            if touched[:shorter] == place[:shorter]:
                return Origin(
                    place, value, change.at, change.who, change.commit, change.subject, change.approved,
                    change.reason,
                )  # fmt: skip
    return None
