"""Run the comparison: `python -m tests.benchmarks --sizes 1000,10000 --only T1,T3 --work DIR --out FILE`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from . import browsing, building, checking, linking, searching, starting
from .books import Shelf
from .context import Bench
from .peers import Peers
from .report import HEAD, RULE, Row, line, machine, note

TARGETS: Mapping[str, Callable[[Bench], Iterator[Row]]] = {
    "T11": starting.start,
    "T2": checking.one_file,
    "T10": starting.history,
    "T1": checking.cold,
    "T3": checking.staged,
    "T4": checking.unchanged,
    "T7": searching.build,
    "T8": searching.query,
    "T9": browsing.browse,
    "T5": building.whole,
    "T6": building.again,
    "T12": linking.persons,
}


def main() -> None:
    """Measure what was asked for; every row is told as soon as it is known."""
    given = _arguments()
    with tempfile.TemporaryDirectory(prefix="custodex-bench-") as temporary:
        work = (given.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        sizes = tuple(int(size) for size in given.sizes.split(","))
        peers = Peers(work / "peers")
        bench = Bench(work, sizes, given.rounds, given.huge, Shelf(work), peers)
        rows = list(_measured(bench, given.only.split(",") if given.only else list(TARGETS)))
        text = f"{machine(peers.versions(), datetime.now(UTC).date())}\n{HEAD}\n{RULE}\n"
        text += "".join(f"{line(row)}\n" for row in sorted(rows, key=lambda row: int(row.target[1:])))
    sys.stdout.write(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8")


def _measured(bench: Bench, names: list[str]) -> Iterator[Row]:
    for name in names:
        note(f"== {name}")
        for row in TARGETS[name](bench):
            note(line(row))
            yield row


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000", help="customers, separated by commas")
    parser.add_argument("--only", default="", help="targets, separated by commas: T1,T3")
    parser.add_argument("--work", type=Path, help="folder for repositories and peers, kept for the next run")
    parser.add_argument("--rounds", type=int, default=3, help="how often each thing is done")
    parser.add_argument("--huge", action="store_true", help="run the slow peers at 100,000 customers as well")
    parser.add_argument("--out", type=Path, help="write the table to this file too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
