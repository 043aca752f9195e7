"""The catalog: every document of the last snapshot, with references, unique values and findings.

`sync` moves it to another snapshot at the cost of the difference. Delete the file and the next command
makes it again, with the same answers.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custodex.books import Book
from custodex.examining import Document, Examiner, Holder, Record, Value
from custodex.findings import Fault, Finding, json_pointer
from custodex.git import EMPTY_TREE
from custodex.loading import Loaded, Wanted, collector_paused, load
from custodex.pathrules import path_fault
from custodex.placing import place
from custodex.records import SCHEMA_ROOT, kind_of_record, locate
from custodex.snapshots import Entry, Snapshot
from custodex.store import Store, state_folder

VERSION = "3"
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
        with self.store.transaction(), collector_paused():
            return Sync(self, snapshot, examiner, workers).run()

    def counts(self) -> tuple[int, int]:
        """Return how many records and how many documents there are."""
        records = self.db.execute("SELECT count(*) FROM records WHERE alive").fetchone()[0]
        documents = self.db.execute("SELECT count(*) FROM entries WHERE record IS NOT NULL").fetchone()[0]
        return int(records), int(documents)

    def findings(self) -> list[Finding]:
        """Return all findings about schemas, paths, documents and records, sorted."""
        found = list(self.book.findings)
        query = (
            "SELECT path, findings FROM documents INDEXED BY documents_findings"
            " JOIN entries ON entries.doc = documents.id WHERE findings IS NOT NULL"
        )
        for path, text in self.db.execute(query):
            found.extend(finding_from(path, row) for row in json.loads(text))
        query = "SELECT path, line, col, code, pointer, severity, params FROM findings"
        for path, *row in self.db.execute(query):
            found.append(finding_from(path, [*row[:-1], json.loads(row[-1])]))
        return sorted(found)

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
            "SELECT entries.path, documents.kind, documents.value FROM documents"
            " JOIN entries ON entries.doc = documents.id WHERE latest > ? ORDER BY 1"
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


def finding_to(finding: Finding) -> list[Any]:
    """Return a finding without its path as a JSON row."""
    return [
        finding.line, finding.column, finding.code, finding.pointer, finding.severity, dict(finding.params)
    ]  # fmt: skip


def finding_from(path: str, row: list[Any]) -> Finding:
    """Return the finding a JSON row stands for."""
    line, column, code, pointer, severity, params = row
    return Finding(path, line, column, code, pointer, severity, params)


class Sync:
    """One move of the catalog from the snapshot it knows to another."""

    def __init__(self, catalog: Catalog, snapshot: Snapshot, examiner: Examiner, processes: int) -> None:
        self._catalog = catalog
        self._db = catalog.db
        self._snapshot = snapshot
        self._examiner = examiner
        self._processes = processes
        self._dirty: set[str] = set()
        self._dep_keys: set[str] = set()
        self._old_docs: list[int] = []

    def run(self) -> SyncResult:
        """Entries, book, documents, records: the pipeline, in this order."""
        changed = self._move_entries()
        book = self._open_book()
        wanted = self._unread()
        for loaded in load(self._snapshot, wanted, book, self._examiner, self._processes):
            self._keep(loaded)
        self._link(wanted)
        self._note_old_values()
        examined = self._examine(book)
        self._forget_orphans(changed)
        return SyncResult(len(wanted), examined)

    # --- entries

    def _move_entries(self) -> int:
        rows = self._candidates()
        changed = 0
        for path, entry in rows:
            known = self._db.execute(
                "SELECT mode, blob, record, doc FROM entries WHERE path = ?", (path,)
            ).fetchone()
            before = (known[0], known[1]) if known else None
            after = (entry.mode, entry.blob) if entry else None
            if before != after:
                changed += 1
                self._move_entry(path, entry, known)
            elif entry is not None:
                self._db.execute("UPDATE entries SET local = ? WHERE path = ?", (entry.local, path))
        self._catalog.store.set_meta("tree", self._snapshot.tree)
        return changed

    def _move_entry(self, path: str, entry: Entry | None, known: Any) -> None:
        place_ = locate(path)
        record = place_.record if place_ else None
        self._db.execute("DELETE FROM findings WHERE record = ?", (f"path:{path}",))
        if known and known[3] is not None:
            self._old_docs.append(known[3])
        if record:
            self._dirty.add(record)
        if entry is None:
            self._db.execute("DELETE FROM entries WHERE path = ?", (path,))
            return
        fault = path_fault(path, entry.mode)
        if fault:
            finding = Finding(path, 1, 1, fault.code, params=fault.params)
            self._keep_finding(f"path:{path}", finding)
        kind = place_.kind if place_ and not fault else None
        self._db.execute(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, NULL)",
            (path, record if kind else None, kind, entry.mode, entry.blob, entry.local),
        )

    def _candidates(self) -> list[tuple[str, Entry | None]]:
        """Return every path that may differ from what the catalog knows, with what stands there now."""
        snapshot, tree = self._snapshot, self._catalog.store.meta("tree")
        if not tree or not snapshot.git.has_tree(tree):
            return self._all_candidates()
        found: dict[str, Entry | None] = {
            entry.path: entry if entry.blob else None for entry in snapshot.entries_since(tree)
        }
        settled = [row[0] for row in self._db.execute("SELECT path FROM entries WHERE local = 1")]
        settled += json.loads(self._catalog.store.meta("overlay") or "[]")
        for path, entry in _entries_at(snapshot, [path for path in settled if path not in found]):
            found[path] = entry  # noqa: PERF403 — later rows win over earlier ones
        return self._with_overlay(found)

    def _all_candidates(self) -> list[tuple[str, Entry | None]]:
        found: dict[str, Entry | None] = {
            row[0]: None for row in self._db.execute("SELECT path FROM entries")
        }
        for entry in self._snapshot.entries_since(EMPTY_TREE):
            found[entry.path] = entry
        return self._with_overlay(found)

    def _with_overlay(self, found: dict[str, Entry | None]) -> list[tuple[str, Entry | None]]:
        for path, entry in self._snapshot.overlay.items():
            found[path] = entry if entry.blob else None
        overlay = json.dumps(sorted(self._snapshot.overlay))
        self._catalog.store.set_meta("overlay", overlay)
        return sorted(found.items())

    # --- schema folder

    def _open_book(self) -> Book:
        query = "SELECT path, mode, blob, local FROM entries WHERE path >= ? AND path < ? ORDER BY path"
        bounds = (f"{SCHEMA_ROOT}/", f"{SCHEMA_ROOT}0")
        entries = [
            Entry(path, mode, blob, bool(local))
            for path, mode, blob, local in self._db.execute(query, bounds)
        ]
        files = {
            entry.path: (entry.blob, data)
            for entry, data in self._snapshot.read(entry for entry in entries if entry.mode.startswith("100"))
        }
        book = self._catalog.book = Book(files)
        self._catalog.snapshot = self._snapshot
        fingerprint = f"{book.fingerprint}/{self._examiner.fingerprint}"
        if self._catalog.store.meta("fingerprint") != fingerprint:
            self._forget_documents()
            self._catalog.store.set_meta("fingerprint", fingerprint)
        return book

    def _forget_documents(self) -> None:
        """Judge everything anew: another schema or another program may say something else."""
        for table in ("documents", "refs", "uniques", "deps"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608
        self._db.execute("DELETE FROM findings WHERE record NOT LIKE 'path:%'")
        self._db.execute("UPDATE entries SET doc = NULL")
        self._dirty.update(row[0] for row in self._db.execute("SELECT key FROM records"))

    # --- documents

    def _unread(self) -> list[Wanted]:
        """Return the entries whose document is not known yet, one per blob and kind."""
        query = (
            "SELECT path, mode, blob, local, kind FROM entries WHERE doc IS NULL AND kind IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM documents WHERE documents.blob = entries.blob"
            " AND documents.kind = entries.kind) GROUP BY blob, kind ORDER BY path"
        )
        return [
            (Entry(path, mode, blob, bool(local)), kind)
            for path, mode, blob, local, kind in self._db.execute(query)
        ]

    def _keep(self, loaded: Loaded) -> None:
        findings = (
            json.dumps([finding_to(f) for f in loaded.findings], ensure_ascii=True)
            if loaded.findings
            else None
        )
        cursor = self._db.execute(
            "INSERT INTO documents (blob, kind, value, findings, latest) VALUES (?, ?, ?, ?, ?)",
            (loaded.blob, loaded.kind, _storable(loaded.text), findings, loaded.facts.latest),
        )
        doc = cursor.lastrowid
        if loaded.facts.references:
            self._db.executemany(
                "INSERT INTO refs VALUES (?, ?, ?, ?)",
                [
                    (doc, target, json_pointer(ref.pointer), ref.mention)
                    for ref in loaded.facts.references
                    for target in ref.targets
                ],
            )
        for unique in loaded.facts.uniques:
            row = (doc, unique.space, unique.value, json_pointer(unique.pointer))
            self._db.execute("INSERT INTO uniques VALUES (?, ?, ?, ?)", row)
            self._dep_keys.add(f"unique:{unique.space}:{unique.value}")

    def _link(self, wanted: list[Wanted]) -> None:
        if wanted or self._dirty:
            self._db.execute(
                "UPDATE entries SET doc = (SELECT id FROM documents WHERE documents.blob = entries.blob"
                " AND documents.kind = entries.kind) WHERE doc IS NULL AND kind IS NOT NULL"
            )

    def _note_old_values(self) -> None:
        for doc in self._old_docs:
            for space, value in self._db.execute("SELECT space, value FROM uniques WHERE doc = ?", (doc,)):
                self._dep_keys.add(f"unique:{space}:{value}")

    # --- records

    def _examine(self, book: Book) -> int:
        dirty = sorted(self._with_dependents())
        if not dirty:
            return 0
        seq = self._catalog.seq + 1
        self._catalog.store.set_meta("seq", str(seq))
        context = CatalogContext(self._catalog, book)
        faults: dict[str, list[tuple[str, Fault]]] = {}
        alive: set[str] = set()
        for record in self._catalog.records(dirty):
            alive.add(record.key)
            for check in self._examiner.record:
                for fault in check(record, context):
                    faults.setdefault(fault.path, []).append((record.key, fault))
            context.remember(record.key)
        context.flush(dirty)
        self._db.executemany("DELETE FROM findings WHERE record = ?", [(key,) for key in dirty])
        self._place(faults)
        rows = [(key, kind_of_record(key), seq, key in alive) for key in dirty]
        self._db.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", rows)
        return len(dirty)

    def _with_dependents(self) -> set[str]:
        touched = {f"record:{key}" for key in self._dirty} | self._dep_keys
        found = set(self._dirty)
        for dep in touched:
            found.update(row[0] for row in self._db.execute("SELECT record FROM deps WHERE dep = ?", (dep,)))
        return found

    def _place(self, faults: Mapping[str, list[tuple[str, Fault]]]) -> None:
        if not faults:
            return
        query = "SELECT path, mode, blob, local FROM entries WHERE path = ?"
        entries = [
            Entry(row[0], row[1], row[2], bool(row[3]))
            for path in sorted(faults)
            if (row := self._db.execute(query, (path,)).fetchone())
        ]
        for entry, data in self._snapshot.read(entries):
            owner = faults[entry.path][0][0]
            listed = [fault for _, fault in faults[entry.path]]
            for finding in place(listed, data, entry.path, self._examiner.severities):
                self._keep_finding(owner, finding)

    def _keep_finding(self, record: str, finding: Finding) -> None:
        line, column, code, pointer, severity, params = finding_to(finding)
        self._db.execute(
            "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (record, finding.path, line, column, code, pointer, severity, json.dumps(params)),
        )

    def _forget_orphans(self, changed: int) -> None:
        """Drop documents nobody has any more, once they are many: going back to a branch stays cheap."""
        if not changed:
            return
        documents = self._db.execute("SELECT count(*) FROM documents").fetchone()[0]
        entries = self._db.execute("SELECT count(*) FROM entries").fetchone()[0]
        if documents > 1.5 * entries + 5000:
            self._db.execute(
                "DELETE FROM documents WHERE id NOT IN (SELECT doc FROM entries WHERE doc IS NOT NULL)"
            )
            for table in ("refs", "uniques"):
                self._db.execute(f"DELETE FROM {table} WHERE doc NOT IN (SELECT id FROM documents)")  # noqa: S608


def _storable(text: str | None) -> str | None:
    """Return JSON text that SQLite takes: lone surrogates cannot be stored as UTF-8."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def _entries_at(snapshot: Snapshot, paths: list[str]) -> Iterator[tuple[str, Entry | None]]:
    """Yield what the snapshot's tree holds at *paths*."""
    missing = set(paths)
    for start in range(0, len(paths), _BATCH):
        literal = [f":(literal){path}" for path in paths[start : start + _BATCH]]
        for change in snapshot.git.tree_changes(EMPTY_TREE, snapshot.tree, literal):
            missing.discard(change.path)
            yield change.path, Entry(change.path, change.mode, change.blob or "")
    for path in missing:
        yield path, None


class CatalogContext:
    """The other records, for the checks of one; remembers who asked about what."""

    def __init__(self, catalog: Catalog, book: Book) -> None:
        self.book = book
        self._db: sqlite3.Connection = catalog.db
        self._asked: set[str] = set()
        self._deps: list[tuple[str, str]] = []
        self._mains: dict[str, Value] = {}

    def exists(self, key: str) -> bool:
        """Tell whether there is a record with this key."""
        self._asked.add(f"record:{key}")
        return (
            self._db.execute("SELECT 1 FROM entries WHERE record = ? LIMIT 1", (key,)).fetchone() is not None
        )

    def main(self, key: str) -> Value:
        """Return the main value of another record; empty if absent or unreadable."""
        self._asked.add(f"record:{key}")
        if key not in self._mains:
            query = (
                "SELECT value FROM entries JOIN documents ON documents.id = entries.doc"
                " WHERE entries.record = ? AND entries.kind = ?"
            )
            row = self._db.execute(query, (key, kind_of_record(key))).fetchone()
            self._mains[key] = json.loads(row[0]) if row and row[0] else {}
        return self._mains[key]

    def holders(self, space: str, value: str) -> list[Holder]:
        """Return every document that holds a unique value, sorted by path."""
        self._asked.add(f"unique:{space}:{value}")
        query = (
            "SELECT entries.record, entries.path, uniques.pointer FROM uniques"
            " JOIN entries ON entries.doc = uniques.doc WHERE space = ? AND uniques.value = ? ORDER BY 2, 3"
        )
        return [Holder(*row) for row in self._db.execute(query, (space, value))]

    def remember(self, record: str) -> None:
        """Note what was asked since the last call as what *record* depends on."""
        own = f"record:{record}"
        self._deps.extend((dep, record) for dep in self._asked if dep != own)
        self._asked.clear()

    def flush(self, examined: Iterable[str]) -> None:
        """Write down what the *examined* records depend on, in place of what they did before."""
        self._db.executemany("DELETE FROM deps WHERE record = ?", [(key,) for key in examined])
        self._db.executemany("INSERT OR IGNORE INTO deps VALUES (?, ?)", self._deps)
        self._deps.clear()
