"""Which commit touched which record: one pass over the log, kept in SQLite, continued from where it ended."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import NamedTuple

from custodex.git import Git
from custodex.gitlog import Commit, commits
from custodex.records import locate
from custodex.revisions import first_parents
from custodex.store import Store, state_folder

VERSION = "3"
_DDL = """
CREATE TABLE commits (id INTEGER PRIMARY KEY, name TEXT NOT NULL, author TEXT NOT NULL, email TEXT NOT NULL,
                      at TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL, approved TEXT NOT NULL,
                      written TEXT NOT NULL);
CREATE TABLE touches (record TEXT NOT NULL, commit_id INTEGER NOT NULL, path TEXT NOT NULL,
                      old_blob TEXT NOT NULL, blob TEXT NOT NULL);
CREATE INDEX touches_record ON touches (record, commit_id);
CREATE INDEX touches_commit ON touches (commit_id);
CREATE INDEX touches_removed ON touches (old_blob) WHERE blob = '';
"""
_BATCH = 5000


class Step(NamedTuple):
    """One file's step through one commit; an absent side has an empty blob."""

    commit: str
    author: str
    email: str
    at: str
    subject: str
    reason: str
    record: str
    path: str
    old_blob: str
    blob: str
    approved: str = ""
    written: str = ""


_COLUMNS = "name, author, email, at, subject, reason, record, path, old_blob, blob, approved, written"
_NO_LIMIT = 1 << 62


class Ledger:
    """The steps of every record up to a commit."""

    def __init__(self, root: Path, git: Git) -> None:
        self._git = git
        self._store = Store(state_folder(root) / "history.sqlite", _DDL, VERSION)
        self._db = self._store.db
        self._until = _NO_LIMIT
        self._gone: bool | None = None

    def look_back(self, revision: str) -> None:
        """Answer from now on as on the day of *revision*; what came after it has not happened."""
        later = first_parents(self._git, revision, self.head)
        query = "SELECT id FROM commits WHERE name = ?"
        rows = [row for name in later if (row := self._db.execute(query, (name,)).fetchone())]
        self._until = min((row[0] for row in rows), default=_NO_LIMIT + 1) - 1

    def at(self, revision: str) -> Ledger:
        """Return this ledger as on the day of *revision*."""
        other = copy(self)
        other.look_back(revision)
        return other

    def sync(self, revision: str = "HEAD") -> int:
        """Take in what is new up to *revision* and return how many commits; rewritten history starts anew."""
        head = self._git.commit(revision)
        known = self._store.meta("head")
        if head is None or head == known:
            return 0
        self._gone = None
        with self._store.transaction():
            if known and not self._git.is_ancestor(known, head):
                known = ""
            if not known:
                self._db.execute("DELETE FROM commits")
                self._db.execute("DELETE FROM touches")
                self._db.execute("DELETE FROM meta WHERE name LIKE 'reach %'")
            taken = self._take(commits(self._git.root, self._git.environ, known, head))
            self._store.set_meta("head", head)
            # a commit without records has no number of its own: without this, all that follows it would count as new
            last = self._db.execute("SELECT coalesce(max(id), 0) FROM commits").fetchone()[0]
            self._store.set_meta(f"reach {head}", str(last))
        return taken

    def _take(self, stream: Iterator[Commit]) -> int:
        taken = 0
        touches: list[tuple[str, int, str, str, str]] = []
        row = self._db.execute("SELECT coalesce(max(id), 0) FROM commits").fetchone()
        for number, commit in enumerate((one for one in stream if one.touches), start=row[0] + 1):
            taken += 1
            self._db.execute(
                "INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (number, commit.name, commit.author, commit.email, commit.at, commit.subject, commit.reason,
                 commit.approved, commit.written),
            )  # fmt: skip
            touches.extend(
                (place.record, number, touch.path, touch.old_blob, touch.blob)
                for touch in commit.touches
                if (place := locate(touch.path)) is not None
            )
            if len(touches) >= _BATCH:
                self._write(touches)
        self._write(touches)
        return taken

    def _write(self, touches: list[tuple[str, int, str, str, str]]) -> None:
        self._db.executemany("INSERT INTO touches VALUES (?, ?, ?, ?, ?)", touches)
        touches.clear()

    @property
    def head(self) -> str:
        """The commit the ledger reaches to; empty before the first one."""
        return self._store.meta("head")

    def steps(self, record: str) -> list[Step]:
        """Return the steps of one record, newest commit first, files in path order within a commit."""
        query = (
            f"SELECT {_COLUMNS} FROM touches JOIN commits ON commits.id = commit_id"  # noqa: S608
            " WHERE record = ? AND commit_id <= ? ORDER BY commit_id DESC, path"
        )
        return list(map(Step._make, self._db.execute(query, (record, self._until))))

    def recent(self, limit: int) -> list[Step]:
        """Return the steps of the newest commits, at most *limit* steps, as `steps` orders them."""
        found: list[Step] = []
        # one commit after the other: the first commit of a book may hold all of it, and is seldom reached
        query = "SELECT DISTINCT commit_id FROM touches WHERE commit_id <= ? ORDER BY commit_id DESC"
        newest = self._db.execute(query, (self._until,))
        for (number,) in newest:
            query = (  # Git tells of files in the order of their paths, and so they were taken in
                f"SELECT {_COLUMNS} FROM touches JOIN commits ON commits.id = commit_id"  # noqa: S608
                " WHERE commit_id = ? ORDER BY touches.rowid LIMIT ?"
            )
            found.extend(map(Step._make, self._db.execute(query, (number, limit - len(found)))))
            if len(found) == limit:
                break
        return found

    def since(self, moment: str) -> Iterator[Step]:
        """Yield the steps of commits written at *moment* (RFC 3339) or later, newest first."""
        query = (
            f"SELECT {_COLUMNS} FROM touches JOIN commits ON commits.id = commit_id"  # noqa: S608
            " WHERE julianday(at) >= julianday(?) AND commit_id <= ? ORDER BY commit_id DESC, path"
        )
        yield from map(Step._make, self._db.execute(query, (moment, self._until)))

    def came_from(self, step: Step) -> str:
        """Return the path from which the same commit took away what *step* added; empty if it is new."""
        query = (
            "SELECT path FROM touches JOIN commits ON commits.id = commit_id"
            " WHERE old_blob = ? AND blob = '' AND name = ? LIMIT 1"
        )
        if step.old_blob or not self._has_gone():
            return ""
        row = self._db.execute(query, (step.blob, step.commit)).fetchone()
        return row[0] if row else ""

    def _has_gone(self) -> bool:
        """Tell whether any file was ever removed: where none was, nothing is asked about each that was added."""
        if self._gone is None:
            self._gone = (
                self._db.execute("SELECT 1 FROM touches WHERE blob = '' LIMIT 1").fetchone() is not None
            )
        return self._gone

    def last_change(self) -> dict[str, str]:
        """Return the moment of the newest commit for every record: key -> RFC 3339."""
        query = (
            "SELECT record, at FROM (SELECT record, max(commit_id) AS newest FROM touches WHERE commit_id <= ?"
            " GROUP BY record) JOIN commits ON commits.id = newest"
        )
        return dict(self._db.execute(query, (self._until,)).fetchall())

    def last_touched(self, path: str) -> str:
        """Return the moment of the newest commit that changed a document (RFC 3339), empty if none did."""
        place = locate(path)
        query = (
            "SELECT at FROM touches JOIN commits ON commits.id = commit_id"
            " WHERE record = ? AND path = ? AND commit_id <= ? ORDER BY commit_id DESC LIMIT 1"
        )
        row = self._db.execute(query, (place.record, path, self._until)).fetchone() if place else None
        return row[0] if row else ""

    def heads(self, records: list[str]) -> dict[str, int]:
        """Return the number of the newest commit of each record: what a page about its history depends on."""
        query = "SELECT max(commit_id) FROM touches WHERE record = ?"
        return {key: self._db.execute(query, (key,)).fetchone()[0] or 0 for key in records}

    def changed_since(self, name: str) -> set[str] | None:
        """Return the records touched after the commit *name*; None when it is not known any more."""
        row = self._db.execute("SELECT id FROM commits WHERE name = ?", (name,)).fetchone()
        number = row[0] if row else self._store.meta(f"reach {name}")
        if number == "":
            return None
        query = "SELECT DISTINCT record FROM touches WHERE commit_id > ?"
        return {key for (key,) in self._db.execute(query, (int(number),))}

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()
