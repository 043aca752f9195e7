"""How the catalog moves from one snapshot to another: entries, schema folder, documents, records.

The cost is that of the difference. What is examined again is what changed and what had asked about it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from custodex.books import Book
from custodex.examining import Examiner, Holder, Value
from custodex.findings import Fault, Finding, finding_of_row, finding_row, json_pointer
from custodex.git import EMPTY_TREE, pathspec
from custodex.pathrules import path_fault
from custodex.records import SCHEMA_ROOT, kind_of_record, locate
from custodex.snapshots import Entry, Snapshot

if TYPE_CHECKING:
    from custodex.catalog import Catalog
    from custodex.loading import Loaded, Wanted

_BATCH = 500


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

    def run(self) -> tuple[int, int]:
        """Entries, book, documents, records: the pipeline, in this order; how many were read and examined."""
        changed = self._move_entries()
        book = self._open_book()
        self._old_docs.extend(self._coming_back())
        wanted = self._unread()
        self._read(wanted, book)
        self._link(wanted)
        self._note_old_values()
        examined = self._examine(book)
        self._forget_orphans(changed)
        return len(wanted), examined

    # --- entries

    def _move_entries(self) -> int:
        rows = self._candidates()
        changed = 0
        query = "SELECT mode, blob, record, doc FROM entries WHERE path = ?"
        fresh = self._is_empty("entries")
        for path, entry in rows:
            known = None if fresh else self._db.execute(query, (path,)).fetchone()
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
        if known:
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
        if not tree or (tree != snapshot.tree and not snapshot.git.has_tree(tree)):
            return self._all_candidates()
        found: dict[str, Entry | None] = {
            entry.path: entry if entry.blob else None for entry in snapshot.entries_since(tree)
        }
        settled = [row[0] for row in self._db.execute("SELECT path FROM entries WHERE local")]
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
        regular = [entry for entry in entries if entry.mode.startswith("100")]
        book = self._catalog.book = self._known_book(SchemaFolder(self._snapshot, regular))
        self._catalog.snapshot = self._snapshot
        fingerprint = f"{book.fingerprint}/{self._examiner.fingerprint}"
        if self._catalog.store.meta("fingerprint") != fingerprint:
            self._forget_documents()
            self._catalog.store.set_meta("fingerprint", fingerprint)
        return book

    def _known_book(self, folder: SchemaFolder) -> Book:
        """Return the book of a folder; what was wrong with it is only found out once."""
        store = self._catalog.store
        book = Book(folder, blobs=folder.blobs)
        fingerprint, *rows = json.loads(store.meta("book") or '[""]')
        if fingerprint == book.fingerprint:
            known = [finding_of_row(path, row) for path, *row in rows]
            return Book(folder, blobs=folder.blobs, known=known, values=self._known_values)
        found = [[finding.path, *finding_row(finding)] for finding in book.findings]
        store.set_meta("book", json.dumps([book.fingerprint, *found]))
        store.set_meta("values", json.dumps(book.values))
        return book

    def _known_values(self) -> Mapping[str, Any]:
        values: dict[str, Any] = json.loads(self._catalog.store.meta("values") or "{}")
        return values

    def _forget_documents(self) -> None:
        """Judge everything anew: another schema or another program may say something else."""
        for table in ("documents", "refs", "uniques", "deps"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608
        self._db.execute("DELETE FROM findings WHERE record NOT LIKE 'path:%'")
        self._db.execute("UPDATE entries SET doc = NULL")
        self._dirty.update(row[0] for row in self._db.execute("SELECT key FROM records"))

    # --- documents

    def _read(self, wanted: list[Wanted], book: Book) -> None:
        if wanted:
            from custodex.loading import collector_paused, load

            with collector_paused():
                for loaded in load(self._snapshot, wanted, book, self._examiner, self._processes):
                    self._keep(loaded)

    def _coming_back(self) -> list[int]:
        """Return known documents that stand at a path again: their unique values count once more."""
        query = (
            "SELECT documents.id FROM entries JOIN documents ON documents.blob = entries.blob"
            " AND documents.kind = entries.kind WHERE entries.doc IS NULL AND entries.kind IS NOT NULL"
        )
        return [row[0] for row in self._db.execute(query)]

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
            json.dumps([finding_row(f) for f in loaded.findings], ensure_ascii=True)
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

    def _is_empty(self, table: str) -> bool:
        """Tell whether nothing is known yet: a first sync need not ask about every path."""
        return self._db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None  # noqa: S608

    def _with_dependents(self) -> set[str]:
        found = set(self._dirty)
        if self._is_empty("deps"):
            return found
        touched = {f"record:{key}" for key in self._dirty} | self._dep_keys
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
        from custodex.placing import place

        for entry, data in self._snapshot.read(entries):
            owner = faults[entry.path][0][0]
            listed = [fault for _, fault in faults[entry.path]]
            for finding in place(listed, data, entry.path, self._examiner.severities):
                self._keep_finding(owner, finding)

    def _keep_finding(self, record: str, finding: Finding) -> None:
        line, column, code, pointer, severity, params = finding_row(finding)
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
        literal = [pathspec(path) for path in paths[start : start + _BATCH]]
        for change in snapshot.git.tree_changes(EMPTY_TREE, snapshot.tree, literal):
            if change.path not in missing:
                continue
            missing.discard(change.path)
            yield change.path, Entry(change.path, change.mode, change.blob or "")
    for path in missing:
        yield path, None


class SchemaFolder(Mapping[str, tuple[str, bytes]]):
    """The files below schema/ by path, as (blob, content); they are read when first asked for."""

    def __init__(self, snapshot: Snapshot, entries: list[Entry]) -> None:
        self.blobs = {entry.path: entry.blob for entry in entries}
        self._snapshot = snapshot
        self._entries = entries

    @cached_property
    def _files(self) -> dict[str, tuple[str, bytes]]:
        return {entry.path: (entry.blob, data) for entry, data in self._snapshot.read(self._entries)}

    def __getitem__(self, path: str) -> tuple[str, bytes]:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.blobs)

    def __len__(self) -> int:
        return len(self.blobs)


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
