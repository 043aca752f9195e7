"""The rows of the comparison, and how they are printed: a Markdown table, the machine, the versions."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .measure import Run


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: what was done, what it cost here and there, the ratio, and what was aimed for."""

    target: str
    customers: int
    work: str
    ours: str
    peer: str
    ratio: str
    aim: str
    met: bool | None = None


HEAD = "| | customers | work | custodex | beside it | ratio | aim | reached |"
RULE = "|---|--:|---|---|---|---|---|---|"


def cost(run: Run, *, memory: bool = True) -> str:
    """Return what a run cost in words."""
    parts = [f"{seconds(run.wall)}", f"cpu {seconds(run.cpu)}"]
    if memory:
        parts.append(f"{run.largest:.0f} MiB" + (f" ({run.together:.0f} in all)" if run.together else ""))
    return ", ".join(parts)


def seconds(value: float) -> str:
    """Return a duration with three digits that matter."""
    if value < 1:
        return f"{value * 1000:.3g} ms" if value < 0.1 else f"{value * 1000:.0f} ms"
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s" if value < 100 else f"{value:.0f} s"


def times(ours: float, peer: float) -> str:
    """Return how many times less *ours* is than *peer*."""
    return f"{peer / ours:.2g}x" if peer / ours < 10 else f"{peer / ours:.0f}x"


def both_ratios(ours: Run, peer: Run) -> str:
    """Return how many times less time and processor *ours* takes than *peer*."""
    return f"{times(ours.wall, peer.wall)} wall, {times(ours.cpu, peer.cpu)} cpu"


def line(row: Row) -> str:
    """Return one line of the table."""
    reached = "–" if row.met is None else "yes" if row.met else "**no**"
    cells = (row.target, f"{row.customers:,}", row.work, row.ours, row.peer, row.ratio, row.aim, reached)
    return f"| {' | '.join(cells)} |"


def table(rows: Sequence[Row]) -> str:
    """Return the whole table."""
    return "\n".join([HEAD, RULE, *map(line, rows)])


def machine(versions: Mapping[str, str], day: date) -> str:
    """Return where and with what the figures were made."""
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    peers = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return (
        f"{day.isoformat()}: {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()},"
        f" Python {platform.python_version()}, git {git}."
        f" Load average at the end of the run: {os.getloadavg()[1]:.1f}.\n"
        f"Peers: {peers}.\n"
    )


def note(text: str) -> None:
    """Tell the person at the terminal what is being measured."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
