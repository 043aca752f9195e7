"""Judging a change of few records without looking at every file of the book: when that may be done.

The catalog knows the worktree as it was looked at last. A change of one customer is judged against that
where its own files, and those of every record the rules asked about, stand as the catalog says, and where
it brings no value that has to be the only one of its kind. Everything else is judged after looking at all.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from custodex import snapshots
from custodex.catalog import Catalog
from custodex.git import Git
from custodex.records import SCHEMA_ROOT, kind_of_record, path_of
from custodex.snapshots import Snapshot

_MOST_PATHS = 100
_MOST_RECORDS = 50


def last_seen(catalog: Catalog, git: Git) -> Snapshot | None:
    """Return the worktree as it was looked at last, with what differed from HEAD then as it is now.

    None where that cannot be said: HEAD has moved, the catalog stands elsewhere, or much differed.
    """
    store = catalog.store
    if store.meta("source") != "worktree" or store.meta("tree") != git.head_tree():
        return None
    paths = set(json.loads(store.meta("overlay") or "[]"))
    query = "SELECT path FROM entries WHERE local LIMIT ?"
    paths.update(row[0] for row in catalog.db.execute(query, (_MOST_PATHS + 1,)))
    return snapshots.worktree_at(git, [*sorted(paths), SCHEMA_ROOT]) if len(paths) <= _MOST_PATHS else None


def stand(catalog: Catalog, root: Path, records: Iterable[str]) -> bool:
    """Tell whether the files of *records* (keys) stand on disk as the catalog knows them, no more and no less."""
    return all(_known(catalog, record) == dict(_on_disk(root, record)) for record in records)


def asked_of(catalog: Catalog, records: Iterable[str]) -> set[str]:
    """Return what the rules asked when they last examined *records* and those that depend on them.

    `record:<key>` for another record, `unique:<space>:<value>` for all that hold a value.
    """
    around = set(records)
    for record in tuple(around):
        query = "SELECT record FROM deps WHERE dep = ? LIMIT ?"
        around.update(row[0] for row in catalog.db.execute(query, (f"record:{record}", _MOST_RECORDS + 1)))
    asked = {f"record:{record}" for record in around}
    for record in around:
        asked.update(row[0] for row in catalog.db.execute("SELECT dep FROM deps WHERE record = ?", (record,)))
    return asked


def may_be_judged(catalog: Catalog, root: Path, touched: Iterable[str], before: set[str]) -> bool:
    """Tell whether what was found out about a batch that is in the catalog now would be found after looking at all.

    *touched* are its records, already known to stand as the catalog says; *before* is what was asked about
    them before the batch.
    """
    asked = asked_of(catalog, touched)
    if any(one.startswith("unique:") for one in asked - before):
        return False
    others = {one.removeprefix("record:") for one in asked if one.startswith("record:")} - set(touched)
    return len(others) <= _MOST_RECORDS and stand(catalog, root, others)


def _known(catalog: Catalog, record: str) -> dict[str, str]:
    query = "SELECT path, blob FROM entries WHERE record = ?"
    return dict(catalog.db.execute(query, (record,)).fetchall())


def _on_disk(root: Path, record: str) -> Iterator[tuple[str, str]]:
    """Yield path and blob of all that stands where a record lives."""
    kind = kind_of_record(record)
    main = path_of(kind, record.rpartition("/")[2])
    if kind != "customer":
        yield from _look(root, main)
        return
    folder = root / main.rpartition("/")[0]
    for place, _, names in os.walk(folder):
        for name in names:
            yield from _look(root, f"{Path(place).relative_to(root).as_posix()}/{name}")


def _look(root: Path, path: str) -> Iterator[tuple[str, str]]:
    mode, blob = snapshots.look(root, path)
    if blob:
        yield path, blob if mode.startswith("100") else mode
