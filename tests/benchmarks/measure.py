"""Whole processes measured: wall clock, processor time, memory; medians of interleaved rounds."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from .generate import environ

_SAMPLE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """One process with its children: seconds, MiB of the largest of them and of all together, and output."""

    wall: float
    cpu: float
    largest: float
    together: float = 0.0
    output: str = ""


Contender = Callable[[], Run]


def run(
    command: Sequence[str | Path],
    folder: Path,
    *,
    extra: Mapping[str, str] | None = None,
    allowed: Sequence[int] = (0,),
    whole_tree: bool = False,
) -> Run:
    """Run *command* to its end and measure it; *whole_tree* also samples the memory of all its processes."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command], cwd=folder, env={**environ(), **(extra or {})},
            stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
        )  # fmt: skip
        with _sampled(process.pid) if whole_tree else contextlib.nullcontext([0.0]) as peak:
            _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        text, complaint = _text(output), _text(errors)
    if process.returncode not in allowed:
        raise SystemExit(f"{command[0]} ended with {process.returncode}:\n{complaint[-2000:]}{text[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, peak[0], text)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


@contextlib.contextmanager
def _sampled(root: int) -> Iterator[list[float]]:
    """Sample what all processes below *root* hold together, pages they share counted once."""
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        pause = _SAMPLE_SECONDS
        while not done.wait(pause):
            begin = time.perf_counter()
            peak[0] = max(peak[0], sum(map(_held, _family(root))))
            # looking through gigabytes takes its time; it must not become part of what is measured
            pause = max(_SAMPLE_SECONDS, 30 * (time.perf_counter() - begin))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def _family(root: int) -> list[int]:
    found = [root]
    for process in found:
        with contextlib.suppress(OSError):
            for children in Path(f"/proc/{process}/task").glob("*/children"):
                found.extend(map(int, children.read_text().split()))
    return found


def _held(process: int) -> float:
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        line = next(line for line in lines if line.startswith("Pss:"))
        return int(line.split()[1]) / 1024
    return 0.0


def interleaved(contenders: Mapping[str, Contender], rounds: int) -> dict[str, Run]:
    """Run all contenders round after round, so that a noisy moment meets all of them, and take medians."""
    runs: dict[str, list[Run]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            runs[name].append(contender())
    return {name: median_of(each) for name, each in runs.items()}


def median_of(runs: Sequence[Run]) -> Run:
    """Return the median of each figure, and the last output."""
    middle = {
        name: statistics.median(getattr(one, name) for one in runs)
        for name in ("wall", "cpu", "largest", "together")
    }
    return replace(runs[-1], **middle)


@dataclass(frozen=True, slots=True)
class Share:
    """What Git did inside a command: how many processes, and their seconds one after the other."""

    processes: int
    seconds: float


def git_share(trace: Path) -> Share:
    """Read what Git wrote to *trace* (`GIT_TRACE2_EVENT`) about its own run time."""
    ends: dict[str, float] = {}
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        event = json.loads(line)
        if "/" not in event["sid"]:
            # a process that is stopped once it has answered leaves no last word, only the time of its others
            ends[event["sid"]] = max(ends.get(event["sid"], 0.0), float(event.get("t_abs", 0.0)))
    return Share(len(ends), sum(ends.values()))
