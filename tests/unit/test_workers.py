"""A command that is killed leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from custodex.workers import beside

_PARENT = """
import multiprocessing, os, sys, time
from concurrent.futures import ProcessPoolExecutor
from custodex.workers import end_with_parent
def work(_):
    time.sleep(0.3)
    return os.getpid()
with ProcessPoolExecutor(2, multiprocessing.get_context("fork"), end_with_parent) as pool:
    print(*set(pool.map(work, range(4))), flush=True)
    time.sleep(60)
"""


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{process}/stat", encoding="ascii") as status:  # noqa: PTH123
        return status.read().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_workers_end_when_their_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = [int(text) for text in parent.stdout.readline().split()]
        assert len(workers) == 2
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        deadline = time.monotonic() + 10
        while any(map(is_alive, workers)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not [worker for worker in workers if is_alive(worker)]


def test_work_begun_beside_is_done_once_it_was_waited_for(tmp_path: Path) -> None:
    def work() -> None:
        time.sleep(0.1)
        (tmp_path / "ready").touch()

    wait = beside(work)
    wait()
    assert (tmp_path / "ready").exists() == (sys.platform == "linux" and (os.cpu_count() or 1) > 1)


def test_a_fault_of_work_beside_is_left_to_whoever_needs_it(capfd: pytest.CaptureFixture[str]) -> None:
    beside(lambda: 1 / 0)()
    assert capfd.readouterr() == ("", "")
