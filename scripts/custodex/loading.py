"""From bytes to documents: parse, validate, examine, gather facts; in two processes when there is much.

The result of a document depends on its bytes, its kind, the schema folder and the program alone, so it is
kept by blob and never computed twice. A record whose documents are all read by one process is examined
there as well, while its values are at hand.
"""

from __future__ import annotations

import contextlib
import gc
import json
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from custodex.books import Book
from custodex.early import EarlyContext, Standing
from custodex.examining import Document, Examiner, Record
from custodex.facts import facts_of
from custodex.findings import Fault, Finding, finding_row, json_pointer
from custodex.git import Git
from custodex.placing import place
from custodex.records import kind_of_record
from custodex.snapshots import Entry, Snapshot
from custodex.tables import FindingRow, finding_row_of
from custodex.workers import end_with_parent
from custodex.yamlfile import parse

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

CHUNK = 400
"""So many documents are read and handed over at a time."""
_LARGEST_RECORD = 2000
_WORTH_A_POOL = 1200
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Wanted(NamedTuple):
    """A document to read: its entry, its kind, and the key of its record."""

    entry: Entry
    kind: str
    record: str


class Task(NamedTuple):
    """Documents to read, in the order of their paths, and the records among them to examine as well."""

    documents: list[Wanted]
    whole: frozenset[str]


class Loaded(NamedTuple):
    """One document read: its JSON text (None when unreadable), its findings as JSON, its facts.

    Tuples of texts all the way down: they come from another process, and anything else takes far longer to
    send. `references` are (target, pointer, mention), `uniques` are (space, value, pointer).
    """

    blob: str
    kind: str
    text: str | None
    findings: str | None
    latest: str
    references: list[tuple[str, str, bool]]
    uniques: list[tuple[str, str, str]]


class Judged(NamedTuple):
    """One record examined: its findings, and what its checks asked about (`record:…`, `unique:…`)."""

    key: str
    findings: list[FindingRow]
    asked: list[str]


Batch = tuple[list[Loaded], list[Judged]]


def worth_a_pool(documents: int, processes: int) -> bool:
    """Tell whether so many documents are read faster by several processes."""
    return processes > 1 and documents >= _WORTH_A_POOL


def tasks(rows: Iterable[tuple[Wanted, bool]]) -> Iterator[Task]:
    """Cut the documents of some records, in the order of their paths, into tasks.

    Each comes with whether it has to be read at all. A record of which all are read stays in one piece and
    is examined with them, unless it is so large that it would hold up the others.
    """
    waiting: list[Wanted] = []
    whole: list[str] = []
    for record, group in groupby(rows, key=lambda row: row[0].record):
        standing = list(group)
        unread = [wanted for wanted, is_unread in standing if is_unread]
        if len(unread) == len(standing) <= _LARGEST_RECORD:
            whole.append(record)
        waiting.extend(unread)
        while len(waiting) >= CHUNK:
            size = len(waiting) if record in whole[-1:] else CHUNK
            yield Task(waiting[:size], frozenset(whole))
            waiting, whole = waiting[size:], []
    if waiting:
        yield Task(waiting, frozenset(whole))


class _Read(NamedTuple):
    loaded: Loaded
    document: Document
    data: bytes


class Loader:
    """Reads documents of one snapshot and examines records of it."""

    def __init__(
        self, snapshot: Snapshot, book: Book, examiner: Examiner, context: EarlyContext | None
    ) -> None:
        self._snapshot = snapshot
        self._book = book
        self._examiner = examiner
        self._context = context

    def load(self, task: Task) -> Batch:
        """Return all documents of *task*, and its whole records examined."""
        documents: list[Loaded] = []
        records: list[Judged] = []
        contents = zip(task.documents, self._snapshot.read(one.entry for one in task.documents), strict=True)
        for record, group in groupby(contents, key=lambda pair: pair[0].record):
            read = [_Read(*self._document(wanted, data), data) for wanted, (_, data) in group]
            documents.extend(one.loaded for one in read)
            if record in task.whole and self._context:
                records.append(self._record(record, read, self._context))
        return documents, records

    def _document(self, wanted: Wanted, data: bytes) -> tuple[Loaded, Document]:
        entry, kind, _ = wanted
        parsed = parse(data)
        document = Document(entry.path, kind, value=parsed.value)
        if parsed.value is None:
            return Loaded(entry.blob, kind, None, _findings_text(parsed.findings), "", [], []), document
        faults = self._faults(document)
        findings = place(faults, data, "", self._examiner.severities) if faults else []
        facts = facts_of(document.marks(self._book.schemas))
        references = [
            (target, json_pointer(ref.pointer), ref.mention)
            for ref in facts.references
            for target in ref.targets
        ]
        uniques = [(unique.space, unique.value, json_pointer(unique.pointer)) for unique in facts.uniques]
        text = _storable(_encode(parsed.value))
        return (
            Loaded(entry.blob, kind, text, _findings_text(findings), facts.latest, references, uniques),
            document,
        )

    def _faults(self, document: Document) -> list[Fault]:
        """Return what is wrong with a document by itself: its rules take for granted that it fits its schema."""
        if not self._book.schemas.has(document.kind):
            return []
        faults = self._book.schemas.validate(document.kind, document.value)
        return faults or [fault for check in self._examiner.document for fault in check(document, self._book)]

    def _record(self, key: str, read: Sequence[_Read], context: EarlyContext) -> Judged:
        documents = tuple(one.document for one in read)
        sources = {one.document.path: one.data for one in read}
        record = Record(key, kind_of_record(key), key.partition("/")[2], documents)
        context.turn_to(key, ((one.document.path, *row) for one in read for row in one.loaded.uniques))
        faults: dict[str, list[Fault]] = {}
        for check in self._examiner.record:
            for fault in check(record, context):
                faults.setdefault(fault.path, []).append(fault)
        rows = [
            finding_row_of(key, finding)
            for path, listed in faults.items()
            if path in sources
            for finding in place(listed, sources[path], path, self._examiner.severities)
        ]
        return Judged(key, rows, context.asked(key))


def _findings_text(findings: Sequence[Finding]) -> str | None:
    return json.dumps([finding_row(finding) for finding in findings]) if findings else None


def _storable(text: str) -> str:
    """Return JSON text that SQLite takes: lone surrogates cannot be stored as UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


_LOADER: list[Loader] = []


def _start_worker(
    root: Path, environ: Mapping[str, str], book: Book, examiner: Examiner, standing: Standing
) -> None:
    end_with_parent()
    gc.disable()  # documents hold no cycles; collecting costs a third of the time
    # two of them: a record may ask for another one while its own documents are still being read
    stream, single = (Snapshot(Git(root, environ, lasting=True), "commit", "") for _ in range(2))
    _LOADER[:] = [Loader(stream, book, examiner, EarlyContext(single, book, standing))]


def _load_task(task: Task) -> Batch:
    return _LOADER[0].load(task)


def load_in_pool(
    snapshot: Snapshot,
    wanted: Iterator[Task],
    book: Book,
    examiner: Examiner,
    standing: Standing,
    processes: int,
) -> Iterator[Batch]:
    """Yield the batch of every task, in their order, worked off by so many processes."""
    import multiprocessing  # these two take longer to import than one file takes to check
    from concurrent.futures import ProcessPoolExecutor

    method = "fork" if sys.platform == "linux" else "spawn"
    book.prepare()
    gc.freeze()  # a collection in a forked process would copy every page of this one
    pool = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context(method),
        initializer=_start_worker,
        initargs=(snapshot.git.root, dict(snapshot.git.environ), book, examiner, standing),
    )
    with pool, contextlib.closing(_bounded(pool, wanted, processes)) as batches:
        yield from batches


def _bounded(pool: ProcessPoolExecutor, wanted: Iterator[Task], processes: int) -> Generator[Batch]:
    """Yield finished batches in order with only a few in flight, so that memory stays flat."""
    flight = [pool.submit(_load_task, task) for task in islice(wanted, processes * 3)]
    while flight:
        yield flight.pop(0).result()
        flight.extend(pool.submit(_load_task, task) for task in islice(wanted, 1))


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
