"""All findings about one snapshot: what the catalog knows, the clock and the changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from custodex.catalog import Catalog
from custodex.checks import dues, futures
from custodex.examining import Before
from custodex.findings import Fault, Finding, Severity, json_pointer
from custodex.snapshots import Entry, Snapshot


def findings(
    catalog: Catalog, snapshot: Snapshot, now: datetime, severities: Mapping[str, Severity]
) -> list[Finding]:
    """Return every finding about *snapshot*, which the catalog was moved to, sorted."""
    faults: dict[str, list[Fault]] = {}
    for fault in (*_future(catalog, now), *dues.overdue(catalog, now.date()), *_changed(catalog, snapshot)):
        faults.setdefault(fault.path, []).append(fault)
    found = catalog.findings()
    if faults:
        found.extend(_placed(catalog, snapshot, faults, severities))
    return sorted(found)


def _future(catalog: Catalog, now: datetime) -> Iterator[Fault]:
    for path, kind, text in catalog.later_than(futures.horizon(now)):
        for fault in futures.check(kind, json.loads(text), catalog.book, now):
            yield Fault(fault.code, fault.pointer, fault.params, path=path)


def _changed(catalog: Catalog, snapshot: Snapshot) -> Iterator[Fault]:
    if not snapshot.changes:
        return
    from custodex.checks import edits, stage_moves
    from custodex.checks.changes import changed_documents

    book = catalog.book
    for change in changed_documents(catalog, snapshot):
        yield from stage_moves.check(change, book)
        for fault in edits.check(change, book, lambda key: _exists(catalog, key)):
            if fault.code != "event-deleted" or _lives(catalog, change):
                yield fault


def _exists(catalog: Catalog, key: str) -> bool:
    query = "SELECT 1 FROM entries WHERE record = ? LIMIT 1"
    return catalog.db.execute(query, (key,)).fetchone() is not None


def _lives(catalog: Catalog, change: Before) -> bool:
    """Tell whether the customer of a deleted event is still there, neither merged away nor erased."""
    record = catalog.record(change.record)
    return record is not None and not {"merged_into", "erased"} & record.main.keys()


def _placed(
    catalog: Catalog,
    snapshot: Snapshot,
    faults: Mapping[str, list[Fault]],
    severities: Mapping[str, Severity],
) -> Iterator[Finding]:
    from custodex.placing import place

    query = "SELECT path, mode, blob, local FROM entries WHERE path = ?"
    rows = [row for path in sorted(faults) if (row := catalog.db.execute(query, (path,)).fetchone())]
    present = [Entry(path, mode, blob, bool(local)) for path, mode, blob, local in rows]
    for entry, data in snapshot.read(present):
        yield from place(faults[entry.path], data, entry.path, severities)
    for path in sorted(faults.keys() - {entry.path for entry in present}):
        for fault in faults[path]:
            severity = severities.get(fault.code, "error")
            yield Finding(path, 1, 1, fault.code, json_pointer(fault.pointer), severity, fault.params)
