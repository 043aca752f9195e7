"""Many writers on one clone: every change is there in the end, and who has to wait is told for whom."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from custodex.yamlfile import parse
from workbench import NOW, Repo

FULL = os.environ.get("CUSTODEX_FAULTS") == "full"
WRITERS, EDITS = (20, 50) if FULL else (5, 8)
PORT = "c7vh4ej57r1"
# one process a writer: starting Python for every edit would take most of the time
WRITER = """
import sys
from custodex.cli.program import run
name, *customers = sys.argv[1:]
for number, customer in enumerate(customers):
    if run(["set", customer, f"aliases+=writer {name} edit {number}"]) != 0:
        sys.exit(f"{name} failed at {number}")
"""


def test_nothing_that_was_written_is_lost(sample_repo: Repo) -> None:
    customers = sorted(
        path.parent.name for path in sample_repo.root.glob("records/customers/*/*/customer.yaml")
    )
    living = [
        one
        for one in customers
        if "\nname: " in sample_repo.read(f"records/customers/{one[:2]}/{one}/customer.yaml")
    ]
    chosen = living[:EDITS]
    sample_repo.custodex("check")  # the catalog is there before the race for it begins
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(number), *chosen], cwd=sample_repo.root, env=sample_repo.environ,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for number in range(WRITERS)
    ]  # fmt: skip
    failed = [told for writer in writers if (told := writer.communicate()[1]) and writer.returncode]
    assert failed == []
    for number, customer in enumerate(chosen):
        value = parse(
            (sample_repo.root / f"records/customers/{customer[:2]}/{customer}/customer.yaml").read_bytes()
        ).value
        assert value is not None
        there = {alias for alias in value["aliases"] if alias.startswith("writer ")}
        assert there == {f"writer {writer} edit {number}" for writer in range(WRITERS)}
    assert sample_repo.custodex("check").returncode == 0
    assert [path.name for path in (sample_repo.root / ".custodex").iterdir() if "writing-" in path.name] == []


def lock_held_by(repo: Repo, pid: int, since: str = NOW) -> Path:
    import socket

    place = repo.root / ".custodex" / "lock"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps({"pid": pid, "host": socket.gethostname(), "started": "", "since": since}))
    return place


def test_a_lock_of_a_dead_process_is_named_and_broken_when_asked(sample_repo: Repo) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    lock_held_by(sample_repo, gone.pid, "2026-11-22T08:58:00+08:00")
    refused = sample_repo.custodex("set", PORT, "stage=customer")
    assert refused.returncode == 4
    assert f"process {gone.pid} on " in refused.stderr
    assert "for 120 s" in refused.stderr
    assert "--break-lock" in refused.stderr
    assert sample_repo.git("status", "--porcelain") == ""
    assert sample_repo.custodex("set", PORT, "stage=customer", "--break-lock").returncode == 0


def test_a_writer_waits_for_another_one(sample_repo: Repo) -> None:
    sample_repo.custodex("check")
    place = lock_held_by(sample_repo, os.getpid())
    waiting = subprocess.Popen(
        [sys.executable, "-m", "custodex", "set", PORT, "stage=customer"], cwd=sample_repo.root,
        env=sample_repo.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(timeout=1.5)
    assert sample_repo.git("status", "--porcelain") == ""
    place.unlink()
    assert waiting.wait(timeout=60) == 0
    waiting.communicate()


def test_a_dry_run_waits_for_nobody(sample_repo: Repo) -> None:
    lock_held_by(sample_repo, os.getpid())
    begun = time.monotonic()
    assert sample_repo.custodex("set", PORT, "stage=customer", "--dry-run").returncode == 0
    assert time.monotonic() - begun < 50  # it would wait for a minute
