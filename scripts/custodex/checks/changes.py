"""What changed since before, as the rules about changes look at it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from custodex.catalog import Catalog
from custodex.examining import Before, Value
from custodex.git import Change
from custodex.records import EVENT_KINDS, MAX_BYTES, Place, locate
from custodex.snapshots import Snapshot

_Located = tuple[Change, Place]


def changed_documents(catalog: Catalog, snapshot: Snapshot) -> Iterator[Before]:
    """Yield every changed customer document and every event that was there before, by path."""
    wanted = [
        (change, place)
        for change in snapshot.changes
        if (place := locate(change.path)) and _matters(change, place)
    ]
    before = dict(_before(catalog, snapshot, wanted))
    for change, place in sorted(wanted, key=lambda row: row[0].path):
        old = before.get((change.old_blob, place.kind))
        if change.old_blob and old is None:
            continue  # what could not be read before may become anything
        after, readable = _after(catalog, change)
        if readable:
            yield Before(change.path, place.kind, place.record, old, after)


def _matters(change: Change, place: Place) -> bool:
    """Tell whether a rule asks about the change; new events, the bulk of all changes, concern none."""
    return bool(change.old_blob) if place.kind in EVENT_KINDS else place.kind == "customer"


def _before(
    catalog: Catalog, snapshot: Snapshot, wanted: list[_Located]
) -> Iterator[tuple[tuple[str, str], Value]]:
    """Yield the old values: those the catalog still knows, the others read from Git at once."""
    asked = sorted({(change.old_blob, place.kind) for change, place in wanted if change.old_blob})
    unknown: list[tuple[str, str]] = []
    for blob, kind in asked:
        text = catalog.document_value(blob, kind)
        if text is None:
            unknown.append((blob, kind))
        else:
            yield (blob, kind), json.loads(text)
    if unknown:
        from custodex.yamlfile import parse

        contents = snapshot.git.blobs([blob for blob, _ in unknown], MAX_BYTES)
        for key, found in zip(unknown, contents, strict=True):
            value = parse(found.data).value if found.data is not None else None
            if value is not None:
                yield key, value


def _after(catalog: Catalog, change: Change) -> tuple[Value | None, bool]:
    """Return the new value, and whether there is one to judge: an unreadable file has findings enough."""
    if change.blob == "":
        return None, True
    query = "SELECT value FROM entries JOIN documents ON documents.id = entries.doc WHERE path = ?"
    row = catalog.db.execute(query, (change.path,)).fetchone()
    value: Mapping[str, object] | None = json.loads(row[0]) if row and row[0] else None
    return value, value is not None
