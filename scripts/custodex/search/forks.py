"""The first build: this process reads records, forked ones turn their rows into segments meanwhile."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from multiprocessing.connection import Connection
from typing import Any

from custodex.errors import EnvironmentFault
from custodex.search.rows import Rows
from custodex.search.segments import LARGEST, seal
from custodex.texts import Text
from custodex.whooshindex import Index
from custodex.workers import end_with_parent

_WORTH_FORKING = 2000
_BATCH = 100


def build_segments(index: Index, rows: Iterator[Rows], expected: int, processes: int) -> Sequence[Any]:
    """Write all *rows*, of about *expected* customers, and return the segments."""
    forking = (
        expected > _WORTH_FORKING and processes > 1 and "fork" in multiprocessing.get_all_start_methods()
    )
    if forking:
        # several segments even for few customers: a child writes one while the next is being read
        size = min(LARGEST, max(_WORTH_FORKING, expected // (3 * processes)))
        return _build_in_children(index, rows, size, processes)
    return [seal(index, part) for part in iter(lambda: list(islice(rows, LARGEST)), [])]


def _build_in_children(index: Index, rows: Iterator[Rows], size: int, processes: int) -> Sequence[Any]:
    context = multiprocessing.get_context("fork")
    children = []
    for _ in range(processes):
        ours, theirs = context.Pipe()
        child = context.Process(target=_serve, args=(index, theirs), daemon=True)
        child.start()
        theirs.close()
        children.append((child, ours))
    segments: list[Any] = []
    try:
        for _, line in cycle(children):
            if not _feed(line, rows, size):
                break
        for child, line in children:
            line.send(None)
            segments.extend(line.recv())
            child.join()
    except (EOFError, BrokenPipeError) as fault:
        raise EnvironmentFault(
            Text("建立搜索索引的进程中途退出", "a process that builds the search index ended early"),
            Text("检查内存与磁盘空间", "look at memory and disk space"),
        ) from fault
    finally:
        for child, line in children:
            line.close()
            child.terminate() if child.is_alive() else child.join()
    return segments


def _feed(line: Connection, rows: Iterator[Rows], size: int) -> bool:
    """Hand the rows of one segment to a child; False when there are no more."""
    left = size
    while left and (batch := list(islice(rows, min(left, _BATCH)))):
        line.send(batch)
        left -= len(batch)
    line.send([])
    return left == 0


def _serve(index: Index, line: Connection) -> None:
    """Write a segment for every run of batches that ends with an empty one; answer with all at the end."""
    end_with_parent()
    segments = []
    waiting: list[Rows] = []
    while (batch := line.recv()) is not None:
        waiting.extend(batch)
        if not batch and waiting:
            segments.append(seal(index, waiting))
            waiting = []
    line.send(segments)
