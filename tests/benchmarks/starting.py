"""T10 and T11: the history of every record, and how long a command takes to start."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from .context import Bench
from .measure import Run, interleaved, run
from .peers import ours
from .report import Row, cost, times

_CUSTOMERS, _COMMITS = 10_000, 20_000


def history(bench: Bench) -> Iterator[Row]:
    """T10: every step of every record from one pass over the log; afterwards only what is new."""
    book = bench.shelf.history(_CUSTOMERS, _COMMITS)
    log = ("log", "--raw", "-z", "--no-renames", "--first-parent", "--format=%H%x00%an%x00%aI%x00%s")

    def mine() -> Run:
        book.cold()
        return bench.probe("ledger", book.root)

    found = interleaved({"peer": lambda: book.git(*log), "ours": mine}, bench.rounds)
    ratio = found["ours"].wall / found["peer"].wall
    beside = f"`git log --raw -z`: {cost(found['peer'])}"
    work = f"history of every record, {_COMMITS:,} commits"
    yield Row(
        "T10",
        _CUSTOMERS,
        work,
        cost(found["ours"]),
        beside,
        f"{ratio:.2f} of the pass",
        "≤ 1.5 of the pass",
        ratio <= 1.5,
    )

    def further() -> Run:
        book.commit_again()
        return bench.probe("ledger", book.root)

    again = interleaved({"ours": further}, bench.rounds)["ours"]
    work = "the same, one commit later"
    yield Row(
        "T10",
        _CUSTOMERS,
        work,
        cost(again),
        beside,
        times(again.wall, found["peer"].wall),
        "incremental",
        None,
    )


def start(bench: Bench) -> Iterator[Row]:
    """T11: `--version` and `--help` beside a click program that does nothing."""
    contenders = {
        "python": lambda: run([sys.executable, "-c", "pass"], bench.work),
        "click": lambda: bench.probe("click_app", "--help"),
        "version": lambda: run([ours(), "--version"], bench.work),
        "help": lambda: run([ours(), "--help"], bench.work),
    }
    found = interleaved(contenders, 4 * bench.rounds + 1)
    beside = f"click app: {cost(found['click'])}; `python -c pass`: {cost(found['python'])}"
    for name in ("version", "help"):
        mine = found[name]
        ratio = times(mine.wall, found["click"].wall)
        yield Row("T11", 0, f"`--{name}`", cost(mine), beside, ratio, "≤ 80 ms", mine.wall <= 0.08)
