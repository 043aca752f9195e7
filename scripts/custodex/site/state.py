"""What the last build knew: cards, edges, totals, what each customer page asked for, the files written.

Derived and disposable: without it the next build makes everything anew, with the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from custodex.facts import moment
from custodex.site.cards import Card, Edge, from_row
from custodex.site.known import Incoming
from custodex.store import Store

VERSION = "7"
_DDL = """
CREATE TABLE cards (key TEXT PRIMARY KEY, kind TEXT NOT NULL, alive INTEGER NOT NULL, sort TEXT NOT NULL,
                    bucket INTEGER NOT NULL, row TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX cards_sort ON cards (kind, alive, sort, key);
CREATE INDEX cards_bucket ON cards (kind, alive, bucket, key);
CREATE TABLE facets (facet TEXT, value TEXT, sort TEXT, key TEXT,
                     PRIMARY KEY (facet, value, sort, key)) WITHOUT ROWID;
CREATE INDEX facets_key ON facets (key);
CREATE TABLE edges (target TEXT, source TEXT, position INTEGER, kind TEXT, type TEXT, since TEXT, until TEXT,
                    note TEXT, PRIMARY KEY (target, source, position)) WITHOUT ROWID;
CREATE INDEX edges_source ON edges (source);
CREATE TABLE tasks (key TEXT, stem TEXT, due TEXT, assignee TEXT, PRIMARY KEY (key, stem)) WITHOUT ROWID;
CREATE INDEX tasks_due ON tasks (due, key, stem);
CREATE INDEX tasks_assignee ON tasks (assignee, due, key, stem);
CREATE TABLE mentions (who TEXT, at TEXT, key TEXT, stem TEXT, PRIMARY KEY (who, at, key, stem)) WITHOUT ROWID;
CREATE INDEX mentions_key ON mentions (key);
CREATE TABLE twins (token TEXT, key TEXT, PRIMARY KEY (token, key)) WITHOUT ROWID;
CREATE TABLE totals (figure TEXT, value TEXT, number INTEGER, PRIMARY KEY (figure, value)) WITHOUT ROWID;
CREATE TABLE asks (what TEXT, page TEXT, PRIMARY KEY (what, page)) WITHOUT ROWID;
CREATE INDEX asks_page ON asks (page);
CREATE TABLE files (path TEXT PRIMARY KEY, owner TEXT NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX files_owner ON files (owner);
CREATE TABLE selections (name TEXT PRIMARY KEY, about TEXT NOT NULL, total INTEGER NOT NULL,
                         first TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE past (figure TEXT, record TEXT, who TEXT, value REAL, number INTEGER, detail TEXT);
"""
_TABLES = ("cards", "facets", "edges", "tasks", "mentions", "twins", "totals", "asks", "files", "selections")
_MASK = (1 << 256) - 1
_BUCKETS = 1 << 16
_ROWS_A_FILE = 2048
_CARDS_KEPT = 2048

Place = tuple[str, str]
"""Where a record stands among those of its kind: its sort key, then its key."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The customers that a saved view shows: how many, and the keys of the first."""

    total: int
    first: list[str]


@dataclass(frozen=True, slots=True)
class Rows:
    """Cards as they are kept, and what they add to the totals."""

    cards: list[tuple[str, str, int, str, int, str]]
    facets: list[tuple[str, str, str, str]]
    edges: list[tuple[str, str, int, str, str, str, str, str]]
    tasks: list[tuple[str, str, str, str]]
    mentions: list[tuple[str, str, str, str]]
    twins: list[tuple[str, str]]
    totals: Mapping[tuple[str, str], int]


class State:
    """The state of one site: one audience built to one place."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.store = Store(path, _DDL, VERSION)
        self._db = self.store.db
        # the lists of both languages and of many sets show the same customers
        self._card_of = lru_cache(_CARDS_KEPT)(from_row)

    def meta(self, name: str) -> str:
        """Return a remembered value."""
        return self.store.meta(name)

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Remember values."""
        for name, value in values.items():
            self.store.set_meta(name, value)

    def clear(self) -> None:
        """Forget everything but the past, which no build changes: a full build follows."""
        for table in _TABLES:
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608

    # --- cards

    def card(self, key: str) -> Card | None:
        """Return a card."""
        row = self._db.execute("SELECT row FROM cards WHERE key = ?", (key,)).fetchone()
        return self._card_of(row[0]) if row else None

    def cards(self, kind: str) -> Iterator[Card]:
        """Yield the cards of a kind by name; of customers, those that are neither merged nor erased."""
        query = "SELECT row FROM cards WHERE kind = ? AND alive = 1 ORDER BY sort, key"
        return (self._card_of(row) for (row,) in self._db.execute(query, (kind,)))

    def first(self, limit: int) -> list[Card]:
        """Return the first customers by name."""
        query = "SELECT row FROM cards WHERE kind = 'customer' AND alive = 1 ORDER BY sort, key LIMIT ?"
        return [self._card_of(row) for (row,) in self._db.execute(query, (limit,))]

    def keys(self, kind: str) -> list[str]:
        """Return the keys of all cards of a kind, stubs too."""
        query = "SELECT key FROM cards WHERE kind = ? ORDER BY key"
        return [key for (key,) in self._db.execute(query, (kind,))]

    def starts(self) -> list[Place]:
        """Return the places of the live customers that begin a data file of the list, in order.

        Whether one does follows from its id alone, so a change of one customer leaves all other files alone.
        """
        query = "SELECT sort, key FROM cards WHERE kind = 'customer' AND alive = 1 AND bucket < ? ORDER BY sort, key"
        return self._db.execute(query, (_BUCKETS // _ROWS_A_FILE,)).fetchall()

    def between(self, first: Place, last: Place | None) -> Iterator[Card]:
        """Yield the live customers from *first* to before *last*, by name."""
        end = " AND (sort, key) < (?, ?)" if last else ""
        query = (
            "SELECT row FROM cards WHERE kind = 'customer' AND alive = 1 AND (sort, key) >= (?, ?)"  # noqa: S608
            f"{end} ORDER BY sort, key"
        )
        return (self._card_of(row) for (row,) in self._db.execute(query, (*first, *(last or ()))))

    def incoming(self, key: str) -> list[Incoming]:
        """Return what other customers say of this one."""
        query = (
            "SELECT source, kind, target, type, since, until, note FROM edges"
            " WHERE target = ? ORDER BY source, position"
        )
        return [(source, Edge(*edge)) for source, *edge in self._db.execute(query, (key,))]

    def spoken_of(self) -> list[str]:
        """Return the keys of the customers of which another one says something."""
        query = "SELECT DISTINCT target FROM edges WHERE target IN (SELECT key FROM cards)"
        return [key for (key,) in self._db.execute(query)]

    def all_incoming(self) -> dict[str, list[Incoming]]:
        """Return what customers say of each other, by whom it is about."""
        query = "SELECT source, kind, target, type, since, until, note FROM edges ORDER BY target, source, position"
        found: dict[str, list[Incoming]] = {}
        for source, *edge in self._db.execute(query):
            found.setdefault(edge[1], []).append((source, Edge(*edge)))
        return found

    def tied(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the cards, as rows, of these customers and of all that speak of another or are spoken of."""
        ends = "SELECT source FROM edges UNION SELECT target FROM edges"
        wanted = {*keys, *(key for (key,) in self._db.execute(ends))}
        query = "SELECT row FROM cards WHERE key = ?"
        found = ((key, self._db.execute(query, (key,)).fetchone()) for key in wanted)
        return {key: row[0] for key, row in found if row}

    def replace(self, key: str, card: Card | None) -> None:
        """Put a card in place of the one with this key; None removes it."""
        old = self.card(key)
        if old is not None:
            self._remove(old)
        if card is not None:
            self.add(rows_of([card]))
        self._shift(old, card)

    def _remove(self, old: Card) -> None:
        self._db.execute("DELETE FROM cards WHERE key = ?", (old.key,))
        self._db.executemany(
            "DELETE FROM twins WHERE token = ? AND key = ?", [(one, old.key) for one in old.twins]
        )
        for table, column in (("facets", "key"), ("edges", "source"), ("tasks", "key"), ("mentions", "key")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (old.key,))  # noqa: S608

    def add(self, rows: Rows) -> None:
        """Add the rows of cards that are not there yet; their totals are up to the caller."""
        self._db.executemany("INSERT INTO cards VALUES (?, ?, ?, ?, ?, ?)", rows.cards)
        self._db.executemany("INSERT INTO facets VALUES (?, ?, ?, ?)", rows.facets)
        self._db.executemany("INSERT INTO edges VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows.edges)
        self._db.executemany("INSERT INTO tasks VALUES (?, ?, ?, ?)", rows.tasks)
        self._db.executemany("INSERT INTO mentions VALUES (?, ?, ?, ?)", rows.mentions)
        self._db.executemany("INSERT INTO twins VALUES (?, ?)", rows.twins)

    # --- totals

    def _shift(self, old: Card | None, new: Card | None) -> None:
        change = Counter(_numbers(new))
        change.subtract(_numbers(old))
        self.shift(change)

    def shift(self, change: Mapping[tuple[str, str], int]) -> None:
        """Add numbers to the totals."""
        rows = [(figure, value, number) for (figure, value), number in change.items() if number]
        self._db.executemany(
            "INSERT INTO totals VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number",
            rows,
        )
        self._db.execute("DELETE FROM totals WHERE number = 0")

    def totals(self, figure: str) -> dict[str, int]:
        """Return the numbers of one figure by value."""
        query = "SELECT value, number FROM totals WHERE figure = ? ORDER BY value"
        return dict(self._db.execute(query, (figure,)).fetchall())

    def figures(self) -> list[str]:
        """Return the figures that `reports` counts: every total but facets and counts of the site's own."""
        query = (
            "SELECT DISTINCT figure FROM totals WHERE substr(figure, 1, 1) NOT IN ('=', '#') ORDER BY figure"
        )
        return [figure for (figure,) in self._db.execute(query)]

    def total(self, figure: str, value: str = "") -> int:
        """Return one number."""
        query = "SELECT number FROM totals WHERE figure = ? AND value = ?"
        row = self._db.execute(query, (figure, value)).fetchone()
        return int(row[0]) if row else 0

    # --- sets

    def members(self, facet: str, value: str, limit: int) -> list[Card]:
        """Return the first customers, by name, with this value of a facet."""
        query = (
            "SELECT cards.row FROM facets JOIN cards ON cards.key = facets.key"
            " WHERE facet = ? AND value = ? ORDER BY facets.sort, facets.key LIMIT ?"
        )
        return [self._card_of(row) for (row,) in self._db.execute(query, (facet, value, limit))]

    def selected(self, where: Mapping[str, Sequence[str]]) -> list[str]:
        """Return the keys of the customers that fit all filters, by name (any value of one filter)."""
        parts, values = [], []
        for facet, wanted in sorted(where.items()):
            marks = ",".join("?" * len(wanted))
            parts.append(f"SELECT key FROM facets WHERE facet = ? AND value IN ({marks})")  # noqa: S608
            values += [facet, *wanted]
        inside = f" AND key IN ({' INTERSECT '.join(parts)})" if parts else ""
        query = f"SELECT key FROM cards WHERE kind = 'customer' AND alive = 1{inside} ORDER BY sort, key"  # noqa: S608
        return [key for (key,) in self._db.execute(query, values)]

    def selection(self, name: str, about: str) -> Selection | None:
        """Return what was kept under *name*, if it is about the same filters."""
        query = "SELECT total, first FROM selections WHERE name = ? AND about = ?"
        row = self._db.execute(query, (name, about)).fetchone()
        return Selection(row[0], json.loads(row[1])) if row else None

    def keep_selection(self, name: str, about: str, found: Selection) -> None:
        """Keep a selection."""
        row = (name, about, found.total, json.dumps(found.first))
        self._db.execute("INSERT OR REPLACE INTO selections VALUES (?, ?, ?, ?)", row)

    def tasks(self, limit: int, assignee: str | None = None) -> list[tuple[str, str]]:
        """Return (customer key, stem) of the open tasks by due date, of everyone or of one assignee."""
        where, values = ("WHERE assignee = ?", [assignee]) if assignee is not None else ("", [])
        query = f"SELECT key, stem FROM tasks {where} ORDER BY due, key, stem LIMIT ?"  # noqa: S608
        return self._db.execute(query, [*values, limit]).fetchall()

    def overdue(self, today: str, assignee: str | None = None) -> int:
        """Return how many open tasks were due before *today*."""
        where, values = ("AND assignee = ?", [assignee]) if assignee is not None else ("", [])
        query = f"SELECT count(*) FROM tasks WHERE due < ? {where}"  # noqa: S608
        return int(self._db.execute(query, [today, *values]).fetchone()[0])

    def due(self, today: str, week: str, assignee: str) -> dict[str, int]:
        """Return how many open tasks of one assignee are overdue, due up to the day *week*, later, or at no date."""
        query = (
            "SELECT CASE WHEN due < ? THEN 'overdue' WHEN due <= ? THEN 'week' WHEN due < '9' THEN 'later' ELSE '' END,"
            " count(*) FROM tasks WHERE assignee = ? GROUP BY 1"
        )
        return dict(self._db.execute(query, (today, week, assignee)).fetchall())

    def due_between(self, first: str, last: str) -> set[str]:
        """Return the assignees of the open tasks due from *first* to *last*."""
        query = "SELECT DISTINCT assignee FROM tasks WHERE due BETWEEN ? AND ?"
        return {who for (who,) in self._db.execute(query, (first, last))}

    def mentions(self, who: str, limit: int) -> list[tuple[str, str]]:
        """Return (customer key, stem) of the newest documents that mention a colleague or a team."""
        query = "SELECT key, stem FROM mentions WHERE who = ? ORDER BY at DESC, key, stem LIMIT ?"
        return self._db.execute(query, (who, limit)).fetchall()

    # --- what pages asked for

    def ask(self, page: str, asked: Iterable[str]) -> None:
        """Note what a page asked for, in place of what it did before."""
        self._db.execute("DELETE FROM asks WHERE page = ?", (page,))
        self._db.executemany("INSERT INTO asks VALUES (?, ?)", [(what, page) for what in asked])

    def add_asks(self, rows: Iterable[tuple[str, str]]) -> None:
        """Note (what, page) of pages that have asked for nothing before."""
        self._db.executemany("INSERT OR IGNORE INTO asks VALUES (?, ?)", rows)

    def askers(self, what: Iterable[str]) -> set[str]:
        """Return the pages that asked for any of these."""
        query = "SELECT page FROM asks WHERE what = ?"
        return {page for one in what for (page,) in self._db.execute(query, (one,))}

    # --- files

    def files(self, owner: str) -> dict[str, bytes]:
        """Return the files of one owner and their digests."""
        query = "SELECT path, digest FROM files WHERE owner = ?"
        return dict(self._db.execute(query, (owner,)).fetchall())

    def put_files(self, rows: Iterable[tuple[str, str, bytes]]) -> None:
        """Note files: path, owner, digest."""
        self._db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", rows)

    def drop_files(self, paths: Iterable[str]) -> None:
        """Forget files."""
        self._db.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in paths])

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()


def rows_of(cards: Iterable[Card]) -> Rows:
    """Return cards as `State.add` takes them; a worker process does this for its share."""
    rows = Rows([], [], [], [], [], [], totals := Counter[tuple[str, str]]())
    for card in cards:
        totals.update(numbers(card))
        alive = int(not card.state)
        rows.cards.append((card.key, card.kind, alive, card.sort, card.bucket, card.to_row()))
        if alive and card.kind == "customer":
            rows.facets.extend((facet, value, card.sort, card.key) for facet, value in card.every())
            rows.tasks.extend((card.key, task.stem, task.due or "9", task.assignee) for task in card.tasks)
            rows.twins.extend((token, card.key) for token in card.twins)
            rows.mentions.extend((one.who, moment(one.at), card.key, one.stem) for one in card.mentions)
        rows.edges.extend(
            (edge.target, card.key, number, edge.kind, edge.type, edge.since, edge.until, edge.note)
            for number, edge in enumerate(card.edges)
        )
    return rows


def _numbers(card: Card | None) -> dict[tuple[str, str], int]:
    return numbers(card) if card is not None else {}


def numbers(card: Card) -> dict[tuple[str, str], int]:
    """Return what one card adds to the totals: figures, facets (`=stage`), counts (`#`)."""
    if card.kind != "customer":
        return {("#documents", ""): card.documents}
    found = {("#documents", ""): card.documents}
    if card.state:
        return found
    found["#customers", ""] = 1
    found["#tasks", ""] = len(card.tasks)
    band = "-" if card.complete < 0 else str(min(card.complete // 20, 5))
    found["#complete", band] = 1
    for one in card.mentions:
        found["#mentioned", one.who] = found.get(("#mentioned", one.who), 0) + 1
    for task in card.tasks:
        found["#assignee", task.assignee] = found.get(("#assignee", task.assignee), 0) + 1
    for facet, value in card.every():
        found[f"={facet}", value] = 1
    for key in _looked_after(card):
        found.update(((f"#stage {key}", stage), 1) for stage in card.facets.get("stage", ()))
        found.update(
            ((f"#notes {key}", month), number) for month, number in card.figures.get("notes", {}).items()
        )
    for figure, counts in card.figures.items():
        for value, number in counts.items():
            found[figure, value] = number
    return found


def _looked_after(card: Card) -> Iterator[str]:
    """Yield the keys of the member of staff and the team that look after a customer."""
    yield from (f"staff/{one}" for one in card.facets.get("owner", ()))
    yield from (f"teams/{one}" for one in card.facets.get("team", ()))


def digest(data: bytes) -> bytes:
    """Return the digest of a file's content."""
    return hashlib.blake2b(data, digest_size=16).digest()


def seal(path: str, content: bytes) -> int:
    """Return what one file adds to the sum that names a whole site, in whatever order files are added."""
    return int.from_bytes(hashlib.sha256(path.encode() + b"\0" + content).digest(), "big") & _MASK
