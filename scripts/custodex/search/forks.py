"""The first build: several processes read a share of the customers each and write whole segments."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from custodex import hanzi
from custodex.errors import EnvironmentFault
from custodex.search.fields import Fields
from custodex.search.listing import listed
from custodex.search.segments import LARGEST, seal
from custodex.texts import Text
from custodex.whooshindex import Index
from custodex.workers import end_with_parent

if TYPE_CHECKING:
    from custodex.search.record import Reader

_WORTH_FORKING = 2000


def build_segments(index: Index, reader: Reader, fields: Fields, processes: int) -> Sequence[Any]:
    """Write all customers and return the segments."""
    keys = reader.keys("customer")
    forks = "fork" in multiprocessing.get_all_start_methods()
    if len(keys) <= _WORTH_FORKING or processes < 2 or not forks:
        return _sealed(index, reader, fields, _shares(keys, 1))
    shares = _shares(keys, processes)
    hanzi.prepare()
    gc.freeze()  # else the first collection of a child copies all the memory it shares
    try:
        return _in_children([(index, reader, fields, shares[at::processes]) for at in range(processes)])
    finally:
        gc.unfreeze()


def _shares(keys: Sequence[str], processes: int) -> Sequence[Sequence[str]]:
    """Cut the keys into shares of one segment each, equally many for every process."""
    rounds = max(1, -(-len(keys) // (LARGEST * processes)))
    size = max(1, -(-len(keys) // (rounds * processes)))
    return [keys[at : at + size] for at in range(0, len(keys), size)]


def _sealed(index: Index, reader: Reader, fields: Fields, shares: Sequence[Sequence[str]]) -> Sequence[Any]:
    segments = (seal(index, listed(reader, share, fields)) for share in shares)
    return [segment for segment in segments if segment is not None]


_Job = tuple[Index, "Reader", Fields, Sequence[Sequence[str]]]


def _in_children(jobs: Sequence[_Job]) -> Sequence[Any]:
    context = multiprocessing.get_context("fork")
    children = []
    for job in jobs:
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=_serve, args=(*job, theirs), daemon=True)
        child.start()
        theirs.close()
        children.append((child, ours))
    try:
        segments = [segment for _, line in children for segment in line.recv()]
        for child, _ in children:
            child.join()
    except EOFError as fault:
        raise EnvironmentFault(
            Text("建立搜索索引的进程中途退出", "a process that builds the search index ended early"),
            Text("检查内存与磁盘空间", "look at memory and disk space"),
        ) from fault
    finally:
        for child, line in children:
            line.close()
            child.terminate() if child.is_alive() else child.join()
    return segments


def _serve(
    index: Index, reader: Reader, fields: Fields, shares: Sequence[Sequence[str]], line: Connection
) -> None:
    """Write the segments of one process and answer with them."""
    end_with_parent()
    gc.disable()
    line.send(_sealed(index, reader.again(), fields, shares))
