"""From bytes to documents: parse, validate, examine, gather facts; in two processes when there is much.

The result of a document depends on its bytes, its kind, the schema folder and the program alone, so it is
kept by blob and never computed twice.
"""

from __future__ import annotations

import contextlib
import gc
import json
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from custodex.books import Book
from custodex.examining import Examiner
from custodex.facts import Facts, facts_of
from custodex.findings import Fault, Finding
from custodex.git import Git
from custodex.placing import place
from custodex.snapshots import Entry, Snapshot
from custodex.workers import end_with_parent
from custodex.yamlfile import parse

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_CHUNK = 400
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_WORTH_A_POOL = 1200


class Loaded(NamedTuple):
    """One document read: its JSON text (None when unreadable), its findings (without path), its facts.

    A tuple like the facts in it: they come from another process, and a dataclass takes far longer to send.
    """

    blob: str
    kind: str
    text: str | None
    findings: list[Finding]
    facts: Facts


Wanted = tuple[Entry, str]
"""An entry and the kind of its document."""


def load(
    snapshot: Snapshot, wanted: Sequence[Wanted], book: Book, examiner: Examiner, processes: int
) -> Iterator[Loaded]:
    """Yield every wanted document, read and judged by itself."""
    if processes > 1 and len(wanted) >= _WORTH_A_POOL:
        yield from _load_in_pool(snapshot, wanted, book, examiner, processes)
        return
    kinds = [kind for _, kind in wanted]
    contents = snapshot.read(entry for entry, _ in wanted)
    for (entry, data), kind in zip(contents, kinds, strict=True):
        yield examine(entry.blob, data, kind, book, examiner)


def examine(blob: str, data: bytes, kind: str, book: Book, examiner: Examiner) -> Loaded:
    """Return one document with everything its own bytes can tell."""
    parsed = parse(data)
    if parsed.value is None:
        return Loaded(blob, kind, None, parsed.findings, Facts())
    value = parsed.value
    faults: list[Fault] = []
    if book.schemas.has(kind):
        faults = book.schemas.validate(kind, value)
        if not faults:
            faults = [fault for check in examiner.document for fault in check(kind, value, book)]
    findings = place(faults, data, "", examiner.severities) if faults else []
    text = _encode(value)
    facts = facts_of(book.schemas, kind, value) if book.schemas.has(kind) else Facts()
    return Loaded(blob, kind, text, findings, facts)


@dataclass(slots=True)
class _Worker:
    snapshot: Snapshot
    book: Book
    examiner: Examiner


_WORKER: list[_Worker] = []


def _start_worker(
    root: Path,
    environ: Mapping[str, str],
    files: Mapping[str, tuple[str, bytes]],
    known: Sequence[Finding],
    examiner: Examiner,
) -> None:
    end_with_parent()
    gc.disable()  # documents hold no cycles; collecting costs a third of the time
    git = Git(root, environ)
    _WORKER[:] = [_Worker(Snapshot(git, "commit", ""), Book(files, known=known), examiner)]


def _load_chunk(wanted: Sequence[Wanted]) -> list[Loaded]:
    worker = _WORKER[0]
    return list(load(worker.snapshot, wanted, worker.book, worker.examiner, 1))


def _load_in_pool(
    snapshot: Snapshot, wanted: Sequence[Wanted], book: Book, examiner: Examiner, processes: int
) -> Iterator[Loaded]:
    import multiprocessing  # these two take longer to import than one file takes to check
    from concurrent.futures import ProcessPoolExecutor

    method = "fork" if sys.platform == "linux" else "spawn"
    pool = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context(method),
        initializer=_start_worker,
        initargs=(snapshot.git.root, snapshot.git.environ, dict(book.files), book.findings, examiner),
    )
    with pool, contextlib.closing(_bounded(pool, wanted, processes)) as chunks:
        for chunk in chunks:
            yield from chunk


def _bounded(pool: ProcessPoolExecutor, wanted: Sequence[Wanted], processes: int) -> Generator[list[Loaded]]:
    """Yield finished chunks in order with only a few in flight, so that memory stays flat."""
    starts = iter(range(0, len(wanted), _CHUNK))
    flight = [
        pool.submit(_load_chunk, wanted[at : at + _CHUNK])
        for _, at in zip(range(processes * 3), starts, strict=False)
    ]
    while flight:
        yield flight.pop(0).result()
        for at in starts:
            flight.append(pool.submit(_load_chunk, wanted[at : at + _CHUNK]))
            break


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector still while many documents are alive at once."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
