"""The catalog: every document of the last snapshot, with references, unique values and findings.

`sync` moves it to another snapshot at the cost of the difference. Delete the file and the next command
makes it again, with the same answers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from custodex.books import Book
from custodex.examining import Document, Examiner, Record
from custodex.findings import Finding, finding_of_row
from custodex.pathrules import with_clashes
from custodex.records import ROOT, kind_of_record
from custodex.snapshots import Entry, Snapshot
from custodex.store import Store, state_folder

VERSION = "10"
_BATCH = 500
_DDL = """
CREATE TABLE entries (path TEXT PRIMARY KEY, record TEXT, kind TEXT, mode TEXT NOT NULL, blob TEXT NOT NULL,
                      local INTEGER NOT NULL, doc INTEGER);
CREATE INDEX entries_record ON entries (record);
CREATE INDEX entries_doc ON entries (doc);
CREATE INDEX entries_local ON entries (path) WHERE local;
CREATE TABLE documents (id INTEGER PRIMARY KEY, blob TEXT NOT NULL, kind TEXT NOT NULL, value TEXT,
                        findings TEXT, latest TEXT NOT NULL, UNIQUE (blob, kind));
CREATE INDEX documents_findings ON documents (id) WHERE findings IS NOT NULL;
CREATE INDEX documents_latest ON documents (latest) WHERE latest <> '';
CREATE TABLE refs (doc INTEGER NOT NULL, target TEXT NOT NULL, pointer TEXT NOT NULL,
                   mention INTEGER NOT NULL);
CREATE INDEX refs_doc ON refs (doc);
CREATE INDEX refs_target ON refs (target);
CREATE TABLE uniques (doc INTEGER NOT NULL, space TEXT NOT NULL, value TEXT NOT NULL, pointer TEXT NOT NULL);
CREATE INDEX uniques_doc ON uniques (doc);
CREATE INDEX uniques_value ON uniques (space, value);
CREATE TABLE records (key TEXT PRIMARY KEY, kind TEXT NOT NULL, seq INTEGER NOT NULL, alive INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE INDEX records_seq ON records (seq);
CREATE INDEX records_kind ON records (kind, alive, key);
CREATE TABLE findings (record TEXT NOT NULL, path TEXT NOT NULL, line INTEGER NOT NULL, col INTEGER NOT NULL,
                       code TEXT NOT NULL, pointer TEXT NOT NULL, severity TEXT NOT NULL,
                       params TEXT NOT NULL);
CREATE INDEX findings_record ON findings (record);
CREATE TABLE deps (dep TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (dep, record)) WITHOUT ROWID;
CREATE INDEX deps_record ON deps (record);
"""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What one `sync` did: documents read anew, records examined."""

    read: int
    examined: int


class Catalog:
    """The catalog of one repository. One per command; `sync` before asking."""

    def __init__(self, root: Path) -> None:
        self.store = Store(state_folder(root) / "catalog.sqlite", _DDL, VERSION)
        self.db = self.store.db
        self.book = Book({})
        self.snapshot: Snapshot | None = None

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
        from custodex.syncing import Sync

        workers = processes if processes is not None else min(os.cpu_count() or 1, 4)
        with self.store.transaction():
            return SyncResult(*Sync(self, snapshot, examiner, workers).run())

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

    def keys(self, kind: str) -> list[str]:
        """Return the keys of all records of this kind, sorted."""
        query = "SELECT key FROM records WHERE kind = ? AND alive ORDER BY key"
        return [row[0] for row in self.db.execute(query, (kind,))]

    def record(self, key: str) -> Record | None:
        """Return one record, or None."""
        return next(self.records([key]), None)

    def records(self, keys: Iterable[str]) -> Iterator[Record]:
        """Yield the records with these keys that exist, in the order asked for."""
        listed = list(keys)
        for start in range(0, len(listed), _BATCH):
            yield from self._batch(listed[start : start + _BATCH])

    def _batch(self, keys: list[str]) -> Iterator[Record]:
        marks = ",".join("?" * len(keys))
        query = (
            "SELECT entries.record, entries.path, entries.kind, documents.value FROM entries"  # noqa: S608
            f" LEFT JOIN documents ON documents.id = entries.doc WHERE entries.record IN ({marks})"
            " ORDER BY entries.path"
        )
        grouped: dict[str, list[Document]] = {}
        for record, path, kind, value in self.db.execute(query, keys):
            grouped.setdefault(record, []).append(Document(path, kind, value))
        for key in keys:
            if key in grouped:
                yield Record(key, kind_of_record(key), key.partition("/")[2], tuple(grouped[key]))

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

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()
