"""The other records, as the checks of one may ask the catalog for them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from custodex.books import Book
from custodex.examining import Holder, Value
from custodex.records import kind_of_record

if TYPE_CHECKING:
    import sqlite3


class CatalogContext:
    """The other records by the catalog; remembers who asked about what."""

    def __init__(self, db: sqlite3.Connection, book: Book) -> None:
        self.book = book
        self._db = db
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
