"""The one module that opens SQLite: a derived file that may be deleted at any time.

The file is made anew when it is damaged or of another format. Its folder hides itself from Git.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from custodex.errors import EnvironmentFault
from custodex.texts import Text

FOLDER = ".custodex"
_WAIT_SECONDS = 30.0


def state_folder(root: Path) -> Path:
    """Return the folder of everything derived that is kept between runs, made and ignored by Git."""
    folder = root / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise EnvironmentFault(
            Text(f"不能写入 {folder}：{error.strerror}", f"cannot write to {folder}: {error.strerror}"),
            Text("检查文件夹的权限和剩余空间", "check the folder's permissions and the free space"),
        ) from error
    return folder


class Store:
    """One SQLite file with its schema; `epoch` names the life of this file."""

    def __init__(self, path: Path, ddl: str, version: str) -> None:
        self._path = path
        try:
            self.db = self._open(ddl, version)
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                raise self._busy() from error
            self._remove()
            self.db = self._open(ddl, version)

    def _open(self, ddl: str, version: str) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA cache_size=-16384")
            db.execute("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
            if _meta(db, "version") != version:
                _drop_all(db)
                db.executescript(ddl)
                db.execute(
                    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID"
                )
                rows = [("version", version), ("epoch", os.urandom(8).hex()), ("seq", "0")]
                db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)
        except BaseException:
            db.close()
            raise
        return db

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _busy(self) -> EnvironmentFault:
        return EnvironmentFault(
            Text("另一个 custodex 正在使用目录缓存", "another custodex is using the catalog"),
            Text("等它结束后再试", "wait for it to end and try again"),
        )

    def meta(self, name: str) -> str:
        """Return a remembered value, empty if there is none."""
        return _meta(self.db, name)

    def set_meta(self, name: str, value: str) -> None:
        """Remember *value* under *name*."""
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the one write lock; all or nothing is kept."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise self._busy() from error
        try:
            yield self.db
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()


def _meta(db: sqlite3.Connection, name: str) -> str:
    row: Any = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else ""


def _drop_all(db: sqlite3.Connection) -> None:
    names = db.execute("SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
    for kind, name in names:
        if not name.startswith("sqlite_"):
            db.execute(f'DROP {kind} IF EXISTS "{name}"')


def write_database(
    path: Path, tables: Iterable[tuple[str, Mapping[str, str], Iterable[Sequence[Any]]]]
) -> None:
    """Write a new SQLite file of *tables*, each (name, columns with their type, rows); *path* must not exist yet."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=OFF")
        db.execute("BEGIN")
        for name, columns, rows in tables:
            declared = ", ".join(f'"{column}" {sort}' for column, sort in columns.items())
            marks = ", ".join("?" * len(columns))
            db.execute(f'CREATE TABLE "{name}" ({declared})')
            db.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)  # noqa: S608 - names of the schema's fields
            for column in [column for column in columns if column in _JOINED]:
                db.execute(f'CREATE INDEX "{name}_{column}" ON "{name}" ("{column}")')
        db.execute("COMMIT")


_JOINED = ("id", "customer")
