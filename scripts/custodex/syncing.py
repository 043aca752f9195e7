"""How the catalog moves from one snapshot to another: entries, schema folder, documents, records.

The cost is that of the difference. What is examined again is what changed and what had asked about it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from custodex.books import Book
from custodex.contexts import CatalogContext
from custodex.examining import Examiner
from custodex.findings import Fault, Finding, finding_of_row, finding_row
from custodex.git import EMPTY_TREE, pathspec
from custodex.pathrules import path_fault
from custodex.records import SCHEMA_ROOT, SINGLE_KINDS, kind_of_record, locate
from custodex.snapshots import Contents, Entry, Snapshot
from custodex.store import Store
from custodex.tables import FindingRow, finding_row_of, records_of

if TYPE_CHECKING:
    from custodex.loading import Batch, Judged, Loaded, Wanted

_BATCH = 500


class Sync:
    """One move of the catalog from the snapshot it knows to another; `book` rules the other one."""

    book: Book

    def __init__(self, store: Store, snapshot: Snapshot, examiner: Examiner, processes: int) -> None:
        self._store = store
        self._db = store.db
        self._snapshot = snapshot
        self._examiner = examiner
        self._processes = processes
        self._dirty: set[str] = set()
        self._judged: set[str] = set()
        self._dep_keys: set[str] = set()
        self._old_docs: list[int] = []
        self._fresh = self._is_empty("records")
        self._alone = True

    def run(self) -> tuple[int, int]:
        """Entries, book, documents, records: the pipeline, in this order; how many were read and examined."""
        changed = self._move_entries()
        book = self.book = self._open_book()
        self._alone = self._is_empty("deps")
        self._link()
        read = self._read(book)
        self._note_old_values()
        examined = self._examine(book)
        self._forget_orphans(changed)
        return read, examined

    # --- entries

    def _move_entries(self) -> int:
        rows = self._candidates()
        changed = 0
        query = "SELECT mode, blob, record, doc FROM entries WHERE path = ?"
        fresh = self._is_empty("entries")
        new: list[tuple[Any, ...]] = []
        for path, entry in rows:
            known = None if fresh else self._db.execute(query, (path,)).fetchone()
            before = (known[0], known[1]) if known else None
            after = (entry.mode, entry.blob) if entry else None
            if before != after:
                changed += 1
                if known:
                    self._drop_entry(path, known)
                if entry:
                    new.append(self._new_entry(path, entry))
            elif entry is not None:
                self._db.execute("UPDATE entries SET local = ? WHERE path = ?", (entry.local, path))
        self._db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, NULL)", new)
        self._store.set_meta("tree", self._snapshot.tree)
        self._store.set_meta("source", self._snapshot.source)
        return changed

    def _drop_entry(self, path: str, known: tuple[str, str, str | None, int | None]) -> None:
        _, _, record, doc = known
        self._db.execute("DELETE FROM findings WHERE record = ?", (f"path:{path}",))
        self._db.execute("DELETE FROM entries WHERE path = ?", (path,))
        if doc is not None:
            self._old_docs.append(doc)
        if record:
            self._dirty.add(record)

    def _new_entry(self, path: str, entry: Entry) -> tuple[Any, ...]:
        """Return the row of an entry, after saying what is wrong with its path, if anything is."""
        place = locate(path)
        fault = path_fault(path, entry.mode, place)
        if fault:
            finding = Finding(path, 1, 1, fault.code, params=fault.params)
            self._keep_findings([finding_row_of(f"path:{path}", finding)])
            place = None
        record, kind = (place.record, place.kind) if place else (None, None)
        if record:
            self._dirty.add(record)
        return path, record, kind, entry.mode, entry.blob, entry.local

    def _candidates(self) -> list[tuple[str, Entry | None]]:
        """Return every path that may differ from what the catalog knows, with what stands there now."""
        snapshot, tree = self._snapshot, self._store.meta("tree")
        if not tree or (tree != snapshot.tree and not snapshot.git.has_tree(tree)):
            return self._all_candidates()
        found: dict[str, Entry | None] = {
            entry.path: entry if entry.blob else None for entry in snapshot.entries_since(tree)
        }
        settled = [row[0] for row in self._db.execute("SELECT path FROM entries WHERE local")]
        settled += json.loads(self._store.meta("overlay") or "[]")
        known = found.keys() | snapshot.overlay.keys()
        for path, entry in _entries_at(snapshot, sorted(set(settled) - known)):
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
        self._store.set_meta("overlay", overlay)
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
        book = self._known_book(Contents(self._snapshot, regular))
        fingerprint = f"{book.fingerprint}/{self._examiner.fingerprint}"
        if self._store.meta("fingerprint") != fingerprint:
            self._forget_documents()
            self._store.set_meta("fingerprint", fingerprint)
        return book

    def _known_book(self, folder: Contents) -> Book:
        """Return the book of a folder; what was wrong with it is only found out once."""
        store = self._store
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
        values: dict[str, Any] = json.loads(self._store.meta("values") or "{}")
        return values

    def _forget_documents(self) -> None:
        """Judge everything anew: another schema or another program may say something else."""
        for table in ("documents", "refs", "uniques", "deps"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608
        self._db.execute("DELETE FROM findings WHERE record NOT LIKE 'path:%'")
        self._db.execute("UPDATE entries SET doc = NULL")
        self._dirty.update(row[0] for row in self._db.execute("SELECT key FROM records"))

    # --- documents

    def _link(self) -> None:
        """Give every entry the document it has; one that is known and comes back counts once more."""
        if self._fresh or self._is_empty("documents"):
            return
        known = (
            "SELECT documents.id FROM entries JOIN documents ON documents.blob = entries.blob"
            " AND documents.kind = entries.kind WHERE entries.doc IS NULL AND entries.kind IS NOT NULL"
        )
        self._old_docs.extend(row[0] for row in self._db.execute(known))
        self._link_all()

    def _link_all(self) -> None:
        self._db.execute(
            "UPDATE entries SET doc = (SELECT id FROM documents WHERE documents.blob = entries.blob"
            " AND documents.kind = entries.kind) WHERE doc IS NULL AND kind IS NOT NULL"
        )

    def _read(self, book: Book) -> int:
        """Read the documents that are not known yet, one per blob and kind; return how many they were."""
        query = "SELECT count(*) FROM entries WHERE doc IS NULL AND kind IS NOT NULL"
        unread, read = self._db.execute(query).fetchone()[0], 0
        if unread:
            from custodex.loading import collector_paused

            with collector_paused():
                for documents, records in self._batches(unread, book):
                    read += self._keep(documents)
                    self._keep_judged(records)
            self._link_all()
            self._judge_doubles()
        return read

    def _batches(self, unread: int, book: Book) -> Iterator[Batch]:
        from custodex import loading

        if loading.worth_a_pool(unread, self._processes):
            cut = loading.tasks(self._unread_records())
            return loading.load_in_pool(
                self._snapshot, cut, book, self._examiner, self._standing(), self._processes
            )
        loader = loading.Loader(self._snapshot, book, self._examiner, None)
        return (loader.load(task) for task in loading.tasks((one, True) for one in self._unread()))

    def _unread(self) -> Iterator[Wanted]:
        from custodex.loading import Wanted

        query = (
            "SELECT path, mode, blob, local, kind, record FROM entries WHERE doc IS NULL AND kind IS NOT NULL"
            " GROUP BY blob, kind ORDER BY path"
        )
        for path, mode, blob, local, kind, record in self._db.execute(query).fetchall():
            yield Wanted(Entry(path, mode, blob, bool(local)), kind, record)

    def _unread_records(self) -> Iterator[tuple[Wanted, bool]]:
        """Yield all documents of the records that have one to be read, and whether that is it."""
        from custodex.loading import Wanted

        query = (
            "SELECT path, mode, blob, local, kind, record, doc IS NULL FROM entries WHERE record IN"
            " (SELECT record FROM entries WHERE doc IS NULL AND kind IS NOT NULL) ORDER BY path"
        )
        for path, mode, blob, local, kind, record, is_unread in self._db.execute(query):
            yield Wanted(Entry(path, mode, blob, bool(local)), kind, record), bool(is_unread)

    def _standing(self) -> dict[str, tuple[str, bool]]:
        """Return what `contexts.Standing` says."""
        query = "SELECT DISTINCT record FROM entries WHERE record IS NOT NULL"
        found = dict.fromkeys((row[0] for row in self._db.execute(query)), ("", False))
        kinds = ", ".join(f"'{kind}'" for kind in ("customer", *SINGLE_KINDS))
        query = f"SELECT record, blob, local FROM entries WHERE kind IN ({kinds})"  # noqa: S608 - words of our own
        found.update((record, (blob, bool(local))) for record, blob, local in self._db.execute(query))
        return found

    def _keep(self, documents: list[Loaded]) -> int:
        """Keep documents with their facts; return how many of them were not known yet."""
        first = self._db.execute("SELECT coalesce(max(id), 0) + 1 FROM documents").fetchone()[0]
        before = self._db.total_changes
        self._db.executemany(
            "INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?, ?, ?)",
            [(number, *loaded[:5]) for number, loaded in enumerate(documents, first)],
        )
        kept = list(enumerate(documents, first))
        if self._db.total_changes - before != len(documents):  # the same bytes stand at several paths
            query = "SELECT id FROM documents WHERE id >= ?"
            known = {row[0] for row in self._db.execute(query, (first,))}
            kept = [(number, loaded) for number, loaded in kept if number in known]
        self._db.executemany(
            "INSERT INTO refs VALUES (?, ?, ?, ?)",
            [(number, *row) for number, loaded in kept for row in loaded.references],
        )
        uniques = [(number, *row) for number, loaded in kept for row in loaded.uniques]
        self._db.executemany("INSERT INTO uniques VALUES (?, ?, ?, ?)", uniques)
        if not self._alone:
            self._dep_keys.update(f"unique:{space}:{value}" for _, space, value, _ in uniques)
        return len(kept)

    def _keep_judged(self, records: list[Judged]) -> None:
        """Keep what was found out about records while their documents were read."""
        keys = [judged.key for judged in records]
        self._judged.update(keys)
        if not self._alone:
            self._db.executemany("DELETE FROM deps WHERE record = ?", [(key,) for key in keys])
        if not self._fresh:
            self._db.executemany("DELETE FROM findings WHERE record = ?", [(key,) for key in keys])
        deps = [(dep, judged.key) for judged in records for dep in judged.asked]
        self._db.executemany("INSERT OR IGNORE INTO deps VALUES (?, ?)", deps)
        self._keep_findings(row for judged in records for row in judged.findings)

    def _judge_doubles(self) -> None:
        """Have the holders of values that are not unique examined again, now that all are known."""
        if not self._judged:
            return
        query = (
            "SELECT DISTINCT entries.record FROM (SELECT space, value FROM uniques"
            " JOIN entries ON entries.doc = uniques.doc GROUP BY 1, 2 HAVING count(*) > 1) AS doubled"
            " JOIN uniques ON uniques.space = doubled.space AND uniques.value = doubled.value"
            " JOIN entries ON entries.doc = uniques.doc"
        )
        self._judged.difference_update(row[0] for row in self._db.execute(query).fetchall())

    def _note_old_values(self) -> None:
        for doc in self._old_docs:
            for space, value in self._db.execute("SELECT space, value FROM uniques WHERE doc = ?", (doc,)):
                self._dep_keys.add(f"unique:{space}:{value}")

    # --- records

    def _examine(self, book: Book) -> int:
        dirty = self._with_dependents()
        if not dirty:
            return 0
        left = sorted(dirty - self._judged)
        context = CatalogContext(self._db, book)
        faults: dict[str, list[tuple[str, Fault]]] = {}
        alive = self._judged & dirty
        for record in records_of(self._db, left):
            alive.add(record.key)
            for check in self._examiner.record:
                for fault in check(record, context):
                    faults.setdefault(fault.path, []).append((record.key, fault))
            context.remember(record.key)
        context.flush(left)
        self._db.executemany("DELETE FROM findings WHERE record = ?", [(key,) for key in left])
        self._place(faults)
        seq = int(self._store.meta("seq")) + 1
        self._store.set_meta("seq", str(seq))
        rows = [(key, kind_of_record(key), seq, key in alive) for key in sorted(dirty)]
        self._db.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", rows)
        return len(dirty)

    def _is_empty(self, table: str) -> bool:
        """Tell whether nothing is known yet: a first sync need not ask about every path."""
        return self._db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None  # noqa: S608

    def _with_dependents(self) -> set[str]:
        found = set(self._dirty)
        if self._alone:
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
                self._keep_findings([finding_row_of(owner, finding)])

    def _keep_findings(self, rows: Iterable[FindingRow]) -> None:
        self._db.executemany("INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

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
