"""The keys of all customers, in the catalog's own file: brought up to date with every change, never scanned."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from custodex.catalog import Catalog
from custodex.duplicates.companies import Normaliser
from custodex.duplicates.tokens import MODULES, Documents, pieces, traits_of
from custodex.examining import Record
from custodex.ids import ALPHABET

VERSION = "3"
_NAMES = 64
"""So many names of one customer are looked at; the schema allows a few less."""
_DIGIT = {char: value for value, char in enumerate(ALPHABET)}
_STUBS = frozenset({"merged_into", "erased"})
_DDL = """
CREATE TABLE twin_names (id INTEGER PRIMARY KEY, field TEXT NOT NULL, person INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE twin_pieces (token TEXT NOT NULL, name INTEGER NOT NULL, PRIMARY KEY (token, name)) WITHOUT ROWID;
CREATE TABLE twin_values (token TEXT NOT NULL, customer TEXT NOT NULL, field TEXT NOT NULL,
                          PRIMARY KEY (token, customer, field)) WITHOUT ROWID;
CREATE INDEX twin_values_customer ON twin_values (customer);
"""
_TABLES = ("twin_names", "twin_pieces", "twin_values")


class Kept(NamedTuple):
    """One name that the index keeps."""

    id: int
    field: str
    person: bool
    text: str

    @property
    def customer(self) -> str:
        """The id of the customer who has this name."""
        return _customer_of(self.id)


class Index:
    """The keys of the customers of a catalog that was synced; `refresh` before asking."""

    def __init__(self, catalog: Catalog, normaliser: Normaliser) -> None:
        self._catalog = catalog
        self._db = catalog.db
        self._name = normaliser

    def refresh(self) -> None:
        """Read what changed since the last time; all of it when the schema or this program is another one."""
        store = self._catalog.store
        seq, fingerprint = self._catalog.seq, f"{VERSION}/{self._catalog.book.fingerprint}"
        known, _, since = store.meta("twins").rpartition("@")
        if known == fingerprint and int(since) == seq:
            return
        # inside a batch that is only judged, what is read here is taken back together with the batch
        with contextlib.nullcontext() if self._db.in_transaction else store.transaction():
            if known != fingerprint:
                for table in _TABLES:
                    self._db.execute(f"DROP TABLE IF EXISTS {table}")
                for statement in _DDL.split(";\n"):  # executescript would end the transaction
                    self._db.execute(statement)
                self._fill()
            else:
                self._update(int(since))
            store.set_meta("twins", f"{fingerprint}@{seq}")

    def _fill(self) -> None:
        tokens: list[tuple[str, int]] = []
        query = (
            "SELECT entries.record, entries.kind, documents.value FROM entries"
            " JOIN documents ON documents.id = entries.doc"
            " WHERE entries.kind IN (SELECT value FROM json_each(?)) AND documents.value IS NOT NULL"
            " ORDER BY entries.record"
        )
        rows = self._db.execute(query, (json.dumps(MODULES),))
        for key, group in itertools.groupby(rows, key=lambda row: row[0]):
            tokens += self._add(key.partition("/")[2], {kind: json.loads(value) for _, kind, value in group})
        tokens.sort()  # rows in the order of their key are written many times as fast
        self._db.executemany("INSERT OR IGNORE INTO twin_pieces VALUES (?, ?)", tokens)

    def _update(self, since: int) -> None:
        changed = [key for key, kind, _ in self._catalog.changes(since) if kind == "customer"]
        for key in changed:
            self._forget(key.partition("/")[2])
        for record in self._catalog.records(changed):
            tokens = self._add(record.id, documents_of(record))
            self._db.executemany("INSERT OR IGNORE INTO twin_pieces VALUES (?, ?)", tokens)

    def _add(self, customer: str, documents: Documents) -> list[tuple[str, int]]:
        main = documents.get("customer")
        if not main or not _STUBS.isdisjoint(main):
            return []
        traits = traits_of(self._catalog.book.schemas, documents)
        names = [self._name(written.text, person=traits.person) for written in traits.names[:_NAMES]]
        leads = traits.leads(names)
        rows = [(value.token, customer, value.field) for value in (*traits.values, *leads)]
        self._db.executemany("INSERT OR IGNORE INTO twin_values VALUES (?, ?, ?)", rows)
        tokens: list[tuple[str, int]] = []
        for number, (written, name) in enumerate(
            zip(traits.names, names, strict=False), _number_of(customer)
        ):
            self._db.execute(
                "INSERT OR REPLACE INTO twin_names VALUES (?, ?, ?, ?)",
                (number, written.field, traits.person, written.text),
            )
            tokens += [(token, number) for token in pieces(name)]
        return tokens

    def _forget(self, customer: str) -> None:
        self._db.execute("DELETE FROM twin_values WHERE customer = ?", (customer,))
        first = _number_of(customer)
        bounds = (first, first + _NAMES)
        query = "SELECT id, person, text FROM twin_names WHERE id >= ? AND id < ?"
        for name, person, text in self._db.execute(query, bounds).fetchall():
            gone = [(token, name) for token in pieces(self._name(text, person=bool(person)))]
            self._db.executemany("DELETE FROM twin_pieces WHERE token = ? AND name = ?", gone)
        self._db.execute("DELETE FROM twin_names WHERE id >= ? AND id < ?", bounds)

    # --- questions

    def holders(self, token: str, limit: int) -> list[tuple[str, str]]:
        """Return (customer, field) of at most *limit* holders of an exact value."""
        query = "SELECT customer, field FROM twin_values WHERE token = ? LIMIT ?"
        return self._db.execute(query, (token, limit)).fetchall()

    def with_piece(self, token: str, limit: int) -> list[int]:
        """Return at most *limit* names that have this piece."""
        query = "SELECT name FROM twin_pieces WHERE token = ? LIMIT ?"
        return [row[0] for row in self._db.execute(query, (token, limit))]

    def names(self, ids: Iterable[int]) -> Iterator[Kept]:
        """Yield the names with these numbers."""
        query = "SELECT id, field, person, text FROM twin_names WHERE id IN (SELECT value FROM json_each(?))"
        for name, field, person, text in self._db.execute(query, (json.dumps(list(ids)),)):
            yield Kept(name, field, bool(person), text)

    def names_of(self, customer: str) -> Iterator[Kept]:
        """Yield the names of one customer."""
        first = _number_of(customer)
        query = "SELECT id, field, person, text FROM twin_names WHERE id >= ? AND id < ?"
        for name, field, person, text in self._db.execute(query, (first, first + _NAMES)):
            yield Kept(name, field, bool(person), text)

    def values_of(self, customer: str, sorts: Collection[str]) -> list[tuple[str, str]]:
        """Return (token, field) of the values of one customer whose token begins with one of *sorts*."""
        query = "SELECT token, field FROM twin_values WHERE customer = ? ORDER BY token, field"
        rows = self._db.execute(query, (customer,)).fetchall()
        return [row for row in rows if row[0].startswith(tuple(sorts))]

    def holding(self, token: str) -> int:
        """Return how many values have this token."""
        found = self._db.execute("SELECT count(*) FROM twin_values WHERE token = ?", (token,)).fetchone()
        return int(found[0])

    def beginning(self, sort: str) -> int:
        """Return how many values there are whose token begins with *sort*."""
        query = "SELECT count(*) FROM twin_values WHERE token >= ? AND token < ?"
        return int(self._db.execute(query, (sort, f"{sort}\U0010ffff")).fetchone()[0])

    def shared_values(self, most: int) -> Iterator[tuple[str, str, str]]:
        """Yield (token, customer, field) of every exact value that two to *most* customers have."""
        yield from self._db.execute(
            "SELECT token, customer, field FROM twin_values WHERE token IN (SELECT token FROM twin_values"
            " GROUP BY token HAVING count(DISTINCT customer) BETWEEN 2 AND ?) ORDER BY token, customer", (most,)
        )  # fmt: skip

    def shared_pieces(self, most: int) -> Iterator[tuple[str, int]]:
        """Yield (token, name) of every piece that two to *most* names have."""
        yield from self._db.execute(
            "SELECT token, name FROM twin_pieces WHERE token IN (SELECT token FROM twin_pieces"
            " GROUP BY token HAVING count(*) BETWEEN 2 AND ?) ORDER BY token, name", (most,)
        )  # fmt: skip


def is_kept(catalog: Catalog) -> bool:
    """Tell whether the keys were made for the schema the catalog knows; else all customers have to be read."""
    fingerprint = json.loads(catalog.store.meta("book") or '[""]')[0]
    return catalog.store.meta("twins").rpartition("@")[0] == f"{VERSION}/{fingerprint}"


def documents_of(record: Record) -> Documents:
    """Return a customer's modules by kind."""
    return {kind: record.one(kind) for kind in MODULES}


def _number_of(customer: str) -> int:
    """Return where the numbers of a customer's names begin: the id itself, so that no order of work counts."""
    number = 0
    for char in customer:
        number = number << 5 | _DIGIT[char]
    return number * _NAMES


def _customer_of(name: int) -> str:
    number = name // _NAMES
    return "".join(ALPHABET[number >> shift & 31] for shift in range(50, -1, -5))
