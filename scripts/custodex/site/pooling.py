"""Reading and rendering many customers in several forked processes; what they share is made before the fork.

Most customers have nothing to do with another one: they are read once and their pages written at once. The few
that are tied to others wait until every card is known.
"""

from __future__ import annotations

import gc
import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar, cast

from custodex import hanzi
from custodex.deeds import Tally
from custodex.examining import Record
from custodex.findings import Finding
from custodex.site import formdata
from custodex.site.cards import Card
from custodex.site.engine import Engine
from custodex.site.job import Job
from custodex.site.known import Cards
from custodex.site.output import Output
from custodex.site.past import Span, read
from custodex.site.state import Rows, digest, rows_of
from custodex.templating import Messages, Templates
from custodex.texts import Lang
from custodex.workers import end_with_parent

T = TypeVar("T")
_CHUNK = 100
_WORTH_A_POOL = 4  # shares
SEARCH = "search"
"""The owner of the search files."""
Share = Sequence[str]
"""The keys of the customers that one process looks after at a time."""


@dataclass(slots=True)
class Done:
    """Pages as written: (path, owner, digest); what they asked for: (what, page)."""

    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    asks: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Taken:
    """Customers taken in: their rows, the pages already made, the keys of those that wait for others.

    Or one of the long tasks beside them: the search files, or what was done in the past (`past`).
    """

    rows: Rows
    done: Done
    waiting: list[str] = field(default_factory=list)
    past: Sequence[Tally] | None = None


@dataclass(slots=True)
class Shared:
    """What every process starts from; `tied` are the customers that are known to wait for others."""

    job: Job
    cards: Callable[[], Cards]
    templates: Mapping[Lang, tuple[Messages, Templates]]
    findings: Mapping[str, Sequence[Finding]]
    output: Output
    tied: Collection[str] = ()

    def engine(self) -> Engine:
        """Return an engine with a connection of its own."""
        reader, history = self.job.connect()
        return Engine(self.job, reader, history, self.cards(), self.templates, self.findings)


Work = Callable[[Engine, Shared], T]
"""A task of one process."""


def take_all(shared: Shared, keys: Sequence[str], past: Span | None) -> Iterator[Taken]:
    """Read all these customers and write the pages of those that stand alone, in batches.

    Beside that the search files are written and the *past* is read: begun first, because they take longest,
    and handed over last, because nothing of the rest should wait for them in memory.
    """
    long: list[Work[Taken]] = [_search]
    if past:
        long.append(partial(_past, span=past))
    return _spread(shared, [partial(_take, keys=share) for share in _shares(keys)], long)


def render_all(shared: Shared, keys: Sequence[str]) -> Iterator[Done]:
    """Write the pages of these customers, in batches."""
    return _spread(shared, [partial(_render, keys=share) for share in _shares(keys)])


def _shares(keys: Sequence[str]) -> list[Share]:
    return [keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK)]


def _take(engine: Engine, shared: Shared, keys: Share) -> Taken:
    cards: list[Card] = []
    done, waiting = _sources(engine, shared, keys), list[str]()
    for record, card in engine.read(keys):
        cards.append(card)
        if card.edges or card.key in shared.tied or not _written(engine, shared, record, card, done):
            waiting.append(card.key)
    return Taken(rows_of(cards), done, waiting)


def _search(engine: Engine, shared: Shared) -> Taken:
    """Write all search files."""
    done = Done()
    for name, data in shared.job.tiers(engine.reader) if shared.job.tiers is not None else ():
        shared.output.write(f"search/{name}", data)
        done.files.append((f"search/{name}", SEARCH, digest(data)))
    return Taken(rows_of(()), done)


def _past(engine: Engine, _shared: Shared, span: Span) -> Taken:
    """Read what was done in the past."""
    return Taken(rows_of(()), Done(), past=read(engine.history, span))


def _sources(engine: Engine, shared: Shared, keys: Share) -> Done:
    """Write what the forms of these customers start from."""
    done = Done()
    for key, files in formdata.sources(engine.reader, keys):
        for path, data in files.items():
            shared.output.write(path, data)
            done.files.append((path, f"source {key}", digest(data)))
    return done


def _render(engine: Engine, shared: Shared, keys: Share) -> Done:
    done = Done()
    for record in engine.reader.select(list(keys)):
        card = engine.cards.card(record.key)
        if card is not None:
            _written(engine, shared, record, card, done, alone=False)
    return done


def _written(
    engine: Engine, shared: Shared, record: Record, card: Card, done: Done, *, alone: bool = True
) -> bool:
    """Write the pages of one customer, unless they should stand *alone* and named another one."""
    files, asks = engine.customer(record, card)
    if alone and any(what.startswith("card customers/") for what in asks):
        return False
    for path, data in files:
        shared.output.write(path, data)
        done.files.append((path, card.key, digest(data)))
    done.asks.extend((what, card.key) for what in asks)
    return True


def _spread(shared: Shared, works: Sequence[Work[T]], long: Sequence[Work[T]] = ()) -> Iterator[T]:
    """Yield what these tasks return, in their order; the *long* ones begin first and are yielded last."""
    if shared.job.processes < 2 or len(works) < _WORTH_A_POOL or sys.platform != "linux":
        engine = shared.engine()
        for work in (*works, *long):
            yield work(engine, shared)
        return
    _WORK[:] = [(shared, [*long, *works])]
    context = multiprocessing.get_context("fork")
    hanzi.prepare()
    gc.freeze()  # what is shared stays shared: the collector must not touch its pages
    try:
        with ProcessPoolExecutor(shared.job.processes, context, _start) as pool:
            begun = deque(pool.submit(_run, number) for number in range(len(works) + len(long)))
            begun.rotate(-len(long))
            while begun:
                yield cast("T", begun.popleft().result())
    finally:
        gc.unfreeze()
        _WORK.clear()


_WORK: list[tuple[Shared, Sequence[Work[object]]]] = []
_ENGINE: list[Engine] = []


def _start() -> None:
    end_with_parent()
    gc.disable()  # pages hold no cycles worth looking for
    _ENGINE[:] = [_WORK[0][0].engine()]


def _run(number: int) -> object:
    shared, works = _WORK[0]
    return works[number](_ENGINE[0], shared)
