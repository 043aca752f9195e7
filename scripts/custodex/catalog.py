"""The catalog: every document of the last snapshot, with references, unique values and findings.

`sync` moves it to another snapshot at the cost of the difference. Delete the file and the next command
makes it again, with the same answers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from custodex.books import Book
from custodex.examining import Examiner, Record
from custodex.findings import Finding, finding_of_row
from custodex.pathrules import with_clashes
from custodex.records import ROOT
from custodex.snapshots import Entry, Snapshot
from custodex.store import Store, state_folder
from custodex.tables import DDL, VERSION, records_of

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What one `sync` did: documents read anew, records examined."""

    read: int
    examined: int


class Catalog:
    """The catalog of one repository. One per command; `sync` before asking."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.store = Store(state_folder(root) / "catalog.sqlite", DDL, VERSION)
        self.db = self.store.db
        self.book = Book({})
        self.snapshot: Snapshot | None = None

    def again(self) -> Catalog:
        """Return the catalog as it stands through a connection of its own, as another process needs it."""
        other = Catalog(self._root)
        other.book, other.snapshot = self.book, self.snapshot
        return other

    @property
    def synced(self) -> Snapshot:
        """The snapshot that the catalog stands at."""
        if self.snapshot is None:
            raise RuntimeError("the catalog was asked before it was synced")
        return self.snapshot

    @property
    def epoch(self) -> str:
        """The life of this catalog; another value means: compare everything anew."""
        return self.store.meta("epoch")

    @property
    def seq(self) -> int:
        """A number that grows with every sync that changed something."""
        return int(self.store.meta("seq"))

    def sync(self, snapshot: Snapshot, examiner: Examiner, processes: int | None = None) -> SyncResult:
        """Move to *snapshot*: read what is new, examine the records that this touches."""
        workers = processes if processes is not None else min(os.cpu_count() or 1, 4)
        with self.store.transaction():
            return self.move(snapshot, examiner, workers)

    def move(self, snapshot: Snapshot, examiner: Examiner, processes: int) -> SyncResult:
        """Move inside a transaction that the caller holds, and may yet take back."""
        from custodex.syncing import Sync

        moved = Sync(self.store, snapshot, examiner, processes)
        read, examined = moved.run()
        self.book, self.snapshot = moved.book, snapshot
        return SyncResult(read, examined)

    def counts(self) -> tuple[int, int]:
        """Return how many records and how many documents there are."""
        records = self.db.execute("SELECT count(*) FROM records WHERE alive").fetchone()[0]
        documents = self.db.execute("SELECT count(*) FROM entries WHERE record IS NOT NULL").fetchone()[0]
        return int(records), int(documents)

    def findings(self) -> list[Finding]:
        """Return all findings about schemas, paths, documents and records, sorted."""
        found = self.document_findings()
        found.extend(self._kept_findings("NOT LIKE"))
        if self.counts()[0] == 0 and not self._holds(f"{ROOT}/.gitkeep"):
            found.append(Finding(ROOT, 1, 1, "no-records"))
        return sorted(found)

    def document_findings(self) -> list[Finding]:
        """Return what schemas, paths and single documents show by themselves, sorted."""
        found = list(self.book.findings)
        query = (  # CROSS keeps the few documents in front: the other way round every path would be looked at
            "SELECT path, findings FROM documents INDEXED BY documents_findings"
            " CROSS JOIN entries ON entries.doc = documents.id WHERE findings IS NOT NULL"
        )
        for path, text in self.db.execute(query):
            found.extend(finding_of_row(path, row) for row in json.loads(text))
        found.extend(with_clashes(self._kept_findings("LIKE"), self._holds))
        return sorted(found)

    def _kept_findings(self, about_path: str) -> list[Finding]:
        query = (  # one of two words of our own is filled in
            "SELECT path, line, col, code, pointer, severity, params FROM findings"  # noqa: S608
            f" WHERE record {about_path} 'path:%'"
        )
        return [
            finding_of_row(path, [*row[:-1], json.loads(row[-1])]) for path, *row in self.db.execute(query)
        ]

    def _holds(self, path: str) -> bool:
        return self.db.execute("SELECT 1 FROM entries WHERE path = ?", (path,)).fetchone() is not None

    def paths(self) -> list[str]:
        """Return the paths of all documents, sorted."""
        return [
            row[0]
            for row in self.db.execute("SELECT path FROM entries WHERE record IS NOT NULL ORDER BY path")
        ]

    def stands_at(self, path: str) -> bool:
        """Tell whether the snapshot holds a file at *path*, or a folder with files."""
        bounds = (path, f"{path}/", f"{path}0")
        query = "SELECT 1 FROM entries WHERE path = ? OR (path >= ? AND path < ?) LIMIT 1"
        return self.db.execute(query, bounds).fetchone() is not None

    def content(self, path: str) -> bytes | None:
        """Return the bytes of the regular file at *path* of the snapshot, None if there is none."""
        row = self.db.execute("SELECT mode, blob, local FROM entries WHERE path = ?", (path,)).fetchone()
        if row is None or not row[0].startswith("100"):
            return None
        entry = Entry(path, row[0], row[1], bool(row[2]))
        return next(data for _, data in self.synced.read([entry]))

    def files(self, keys: Sequence[str], kinds: Sequence[str]) -> Iterator[tuple[str, str, str, str, bytes]]:
        """Yield (key, kind, path, blob, bytes) of the regular files of these records and kinds, by path.

        A few hundred keys at a time: all of them are read by one git process and kept together.
        """
        marks = [",".join("?" * len(names)) for names in (keys, kinds)]
        rows = self.db.execute(
            "SELECT path, mode, blob, local, record, kind FROM entries"  # noqa: S608 - only question marks
            f" WHERE record IN ({marks[0]}) AND kind IN ({marks[1]}) AND mode LIKE '100%' ORDER BY path",
            (*keys, *kinds),
        ).fetchall()
        known = {row[0]: (row[4], row[5]) for row in rows}
        entries = [Entry(path, mode, blob, bool(local)) for path, mode, blob, local, *_ in rows]
        for entry, data in self.synced.read(entries):
            yield (*known[entry.path], entry.path, entry.blob.removeprefix("local:"), data)

    def keys(self, kind: str) -> list[str]:
        """Return the keys of all records of this kind, sorted."""
        query = "SELECT key FROM records WHERE kind = ? AND alive ORDER BY key"
        return [row[0] for row in self.db.execute(query, (kind,))]

    def record(self, key: str) -> Record | None:
        """Return one record, or None."""
        return next(self.records([key]), None)

    def records(self, keys: Iterable[str]) -> Iterator[Record]:
        """Yield the records with these keys that exist, in the order asked for."""
        return records_of(self.db, keys)

    def changes(self, since: int) -> list[tuple[str, str, bool]]:
        """Return (key, kind, deleted) of every record touched after the number *since*."""
        query = "SELECT key, kind, alive FROM records WHERE seq > ? ORDER BY key"
        return [(key, kind, not alive) for key, kind, alive in self.db.execute(query, (since,))]

    def referrers(self, key: str) -> list[tuple[str, str]]:
        """Return (path, JSON pointer) of every reference to the record *key*, sorted; mentions excepted."""
        query = (
            "SELECT entries.path, refs.pointer FROM refs JOIN entries ON entries.doc = refs.doc"
            " WHERE refs.target = ? AND NOT refs.mention ORDER BY 1, 2"
        )
        return [(path, pointer) for path, pointer in self.db.execute(query, (key,))]

    def targets(self, folder: str) -> set[str]:
        """Return the keys below *folder* that some document refers to, whether such a record exists or not."""
        query = "SELECT DISTINCT target FROM refs WHERE target >= ? AND target < ? AND NOT mention"
        return {key for (key,) in self.db.execute(query, (f"{folder}/", f"{folder}0"))}

    def later_than(self, moment: str) -> list[tuple[str, str, str]]:
        """Return (path, kind, JSON text) of documents with a past-only time after *moment* (UTC)."""
        query = (
            "SELECT entries.path, documents.kind, documents.value FROM documents INDEXED BY documents_latest"
            " CROSS JOIN entries ON entries.doc = documents.id WHERE latest <> '' AND latest > ? ORDER BY 1"
        )
        return self.db.execute(query, (moment,)).fetchall()

    def document_value(self, blob: str, kind: str) -> str | None:
        """Return the JSON text of a document by its blob, if it is still known."""
        query = "SELECT value FROM documents WHERE blob = ? AND kind = ?"
        row = self.db.execute(query, (blob, kind)).fetchone()
        return row[0] if row else None

    def document_values(self, documents: Collection[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
        """Yield (blob, kind, JSON text) of these documents, by blob and kind, as far as they are known and readable."""
        rest = iter({blob for blob, _ in documents})
        while part := list(islice(rest, _AT_ONCE)):
            marks = ",".join("?" * len(part))
            query = f"SELECT blob, kind, value FROM documents WHERE blob IN ({marks}) AND value IS NOT NULL"  # noqa: S608
            yield from (row for row in self.db.execute(query, part) if row[:2] in documents)

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()
