"""Reading and rendering many customers in several forked processes; what they share is made before the fork."""

from __future__ import annotations

import gc
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar, cast

from custodex.findings import Finding
from custodex.site.cards import Card
from custodex.site.engine import Engine
from custodex.site.job import Job
from custodex.site.known import Cards
from custodex.site.output import Output
from custodex.site.state import digest
from custodex.templating import Messages, Templates
from custodex.texts import Lang
from custodex.workers import end_with_parent

T = TypeVar("T")
_CHUNK = 100
_WORTH_A_POOL = 400


@dataclass(frozen=True, slots=True)
class Rendered:
    """One customer as written: its files with their digests, what its pages asked for."""

    key: str
    files: list[tuple[str, bytes]]
    asks: list[str]


@dataclass(slots=True)
class Shared:
    """What every process starts from."""

    job: Job
    cards: Callable[[], Cards]
    templates: Mapping[Lang, tuple[Messages, Templates]]
    findings: Mapping[str, Sequence[Finding]]
    output: Output | None = None

    def engine(self) -> Engine:
        """Return an engine with a connection of its own."""
        reader, history = self.job.connect()
        return Engine(self.job, reader, history, self.cards(), self.templates, self.findings)


def read_all(shared: Shared, keys: Sequence[str]) -> Iterator[list[Card]]:
    """Yield the cards of all records, in batches."""
    return _spread(shared, keys, _read)


def render_all(shared: Shared, keys: Sequence[str]) -> Iterator[list[Rendered]]:
    """Render all customers straight into the shared output, in batches."""
    return _spread(shared, keys, _render)


def _read(engine: Engine, _shared: Shared, keys: Sequence[str]) -> list[Card]:
    return list(engine.read(keys))


def _render(engine: Engine, shared: Shared, keys: Sequence[str]) -> list[Rendered]:
    found = []
    for key in keys:
        files, asks = engine.customer(key)
        for path, data in files:
            if shared.output is not None:
                shared.output.write(path, data)
        found.append(Rendered(key, [(path, digest(data)) for path, data in files], asks))
    return found


def _spread(
    shared: Shared, keys: Sequence[str], work: Callable[[Engine, Shared, Sequence[str]], T]
) -> Iterator[T]:
    chunks = [keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK)]
    if shared.job.processes < 2 or len(keys) < _WORTH_A_POOL or sys.platform != "linux":
        engine = shared.engine()
        for chunk in chunks:
            yield work(engine, shared, chunk)
        return
    _WORK[:] = [(shared, work)]
    context = multiprocessing.get_context("fork")
    gc.freeze()  # what is shared stays shared: the collector must not touch its pages
    try:
        with ProcessPoolExecutor(shared.job.processes, context, _start) as pool:
            for done in pool.map(_run, chunks):
                yield cast("T", done)
    finally:
        gc.unfreeze()
        _WORK.clear()


_WORK: list[tuple[Shared, Callable[[Engine, Shared, Sequence[str]], object]]] = []
_ENGINE: list[Engine] = []


def _start() -> None:
    end_with_parent()
    gc.disable()  # pages hold no cycles worth looking for
    _ENGINE[:] = [_WORK[0][0].engine()]


def _run(keys: Sequence[str]) -> object:
    shared, work = _WORK[0]
    return work(_ENGINE[0], shared, keys)
