"""The other records before the catalog holds them, as checks in another process may ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from custodex.books import Book
from custodex.examining import Holder, Value
from custodex.git import REGULAR
from custodex.records import kind_of_record, path_of
from custodex.snapshots import Entry, Snapshot
from custodex.yamlfile import parse

_REMEMBERED = 2000
Standing = Mapping[str, tuple[str, bool]]
"""Every record that stands in a snapshot: the blob of its main document and whether that is on disk.

The blob is empty where the record has no main document.
"""


class EarlyContext:
    """The other records before the catalog holds them: by what stands in the snapshot, read when asked for.

    A unique value is taken for unique: two holders in different records are only known at the end, and both
    are then examined again.
    """

    def __init__(self, snapshot: Snapshot, book: Book, standing: Standing) -> None:
        self.book = book
        self._snapshot = snapshot
        self._standing = standing
        self._mains: dict[str, Value] = {}
        self._asked: set[str] = set()
        self._holders: dict[tuple[str, str], list[Holder]] = {}

    def turn_to(self, key: str, uniques: Iterable[tuple[str, str, str, str]]) -> None:
        """Look at the record *key* from now on, whose unique values are (path, space, value, pointer)."""
        self._holders.clear()
        self._asked.clear()
        for path, space, value, pointer in uniques:
            self._holders.setdefault((space, value), []).append(Holder(key, path, pointer))

    def asked(self, key: str) -> list[str]:
        """Return what was asked on behalf of the record *key*."""
        return [dep for dep in self._asked if dep != f"record:{key}"]

    def exists(self, key: str) -> bool:
        """Tell whether there is a record with this key."""
        self._asked.add(f"record:{key}")
        return key in self._standing

    def main(self, key: str) -> Value:
        """Return the main value of another record; empty if absent or unreadable."""
        self._asked.add(f"record:{key}")
        if key not in self._mains:
            if len(self._mains) >= _REMEMBERED:
                self._mains.clear()
            self._mains[key] = self._read(key)
        return self._mains[key]

    def _read(self, key: str) -> Value:
        blob, local = self._standing.get(key, ("", False))
        if not blob:
            return {}
        path = path_of(kind_of_record(key), key.partition("/")[2])
        _, data = next(self._snapshot.read([Entry(path, REGULAR, blob, local)]))
        return parse(data).value or {}

    def holders(self, space: str, value: str) -> list[Holder]:
        """Return the documents of the record itself that hold a unique value, sorted by path."""
        self._asked.add(f"unique:{space}:{value}")
        return sorted(self._holders.get((space, value), ()), key=lambda holder: holder[1:])
