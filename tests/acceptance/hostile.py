"""A small sound book, and what must hold whatever somebody puts into it."""

from __future__ import annotations

import hashlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from custodex.ids import check_character
from custodex.records import customer_folder
from workbench import ROOT, Repo

SECONDS = 5
MEGABYTES = 512
LINE = re.compile(
    r"(?P<path>.+?):(?P<line>[0-9]+):(?P<column>[0-9]+): (?P<code>[a-z][a-z0-9-]+) (?P<message>.+)"
)
_BODIES = ("a000000000", "a000000001", "b000000000")
ACME, BOLT, CORK = (body + check_character(body) for body in _BODIES)
REST = ("owner: lin-fang", "source:", "  channel: email")
SECOND = "records/staff/second-bad.yaml"
"""A second bad file: whatever the first one is, this one's finding is still reported."""


def customer_path(customer: str, name: str = "customer.yaml") -> str:
    return f"{customer_folder(customer)}/{name}"


def customer_id(number: int) -> str:
    """Return the id of the invented customer *number*."""
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    digits = ""
    for _ in range(9):
        number, digit = divmod(number, 32)
        digits = alphabet[digit] + digits
    return f"c{digits}" + check_character(f"c{digits}")


def customer(record: str, name: str, *lines: str) -> str:
    return (
        "\n".join((f"id: {record}", "type: organization", f"name: {name}", "stage: lead", *REST, *lines))
        + "\n"
    )


def lay_out(repo: Repo) -> None:
    """Write and commit a sound book of a few records."""
    repo.write("records/staff/lin-fang.yaml", "id: lin-fang\nname: 林芳\nactive: true\n")
    for record, name in ((ACME, "Acme Test"), (BOLT, "博特试验"), (CORK, "Cork Test")):
        repo.write(customer_path(record), customer(record, name))
    repo.commit("a sound book")


@dataclass(frozen=True)
class Outcome:
    """What `custodex check` said, line by line."""

    code: int
    stdout: str
    stderr: str

    @property
    def findings(self) -> list[tuple[str, int, int, str]]:
        found = []
        for line in self.stdout.splitlines():
            match = LINE.fullmatch(line)
            assert match, f"not a finding: {line!r}"
            found.append((match["path"], int(match["line"]), int(match["column"]), match["code"]))
        return found

    def about(self, path: str) -> list[tuple[int, int, str]]:
        return [(line, column, code) for where, line, column, code in self.findings if where == path]


def digest(root: Path) -> dict[str, str]:
    """Return what stands in the worktree, links unread, pipes untouched."""
    found = {}
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root).as_posix()
        if relative.split("/")[0] in {".git", ".custodex"}:
            continue
        if path.is_symlink():
            found[relative] = f"-> {path.readlink()}"
        elif path.is_file():
            found[relative] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


_WATCH = """
import pathlib, resource, subprocess, sys
seconds = int(sys.argv[2])
limit = lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
code = subprocess.run([sys.executable, *sys.argv[3:]], preexec_fn=limit).returncode
pathlib.Path(sys.argv[1]).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code if code >= 0 else 128 - code)
"""
"""Runs the program with the processor time any input may cost, however busy the machine is, and notes its memory.

A process between: the memory of a child counts from that of the one that starts it, and tests grow large.
"""


def watched(
    repo: Repo, *arguments: str, seconds: int, timeout: float
) -> tuple[subprocess.CompletedProcess[bytes], int]:
    """Run the program with at most so much processor time; return how it ended and the most memory, in KiB."""
    with tempfile.TemporaryDirectory() as folder:
        used = Path(folder) / "kib"
        result = subprocess.run(
            [sys.executable, "-c", _WATCH, str(used), str(seconds), "-m", "custodex", *arguments],
            cwd=repo.root, env=dict(repo.environ), capture_output=True, check=False, timeout=timeout,
        )  # fmt: skip
        return result, int(used.read_text())


def check(repo: Repo, *arguments: str, timeout: float = 60) -> Outcome:
    """Run `custodex check` and hold it to what holds for every input."""
    before = digest(repo.root)
    result, kib = watched(repo, "check", *arguments, seconds=SECONDS, timeout=timeout)
    outcome = Outcome(result.returncode, result.stdout.decode(), result.stderr.decode())
    assert "Traceback" not in outcome.stderr + outcome.stdout
    assert outcome.code != 3, outcome.stderr
    assert outcome.code != 128 + signal.SIGXCPU, f"more than {SECONDS} s of processor time"
    assert kib < MEGABYTES * 1024, f"{kib} KiB"
    assert digest(repo.root) == before, "the check changed its input"
    assert not list(repo.root.rglob(".tmp-*"))
    assert not any(unicode_trouble(outcome.stdout + outcome.stderr))
    return outcome


def unicode_trouble(text: str) -> Iterable[str]:
    """Yield what a terminal would obey instead of show."""
    return (char for char in text if not char.isprintable() and char != "\n")


def sound(repo: Repo) -> None:
    """Make sure Git's own store is unharmed."""
    repo.git("fsck", "--strict", "--no-progress")


def master(target: Path) -> Repo:
    """Make the sound book in *target*, checked once, so that copies of it start with a warm catalog."""
    shutil.copytree(ROOT / "schema", target / "schema")
    repo = Repo(target)
    repo.git("init", "-q", "-b", "main")
    lay_out(repo)
    assert check(repo).findings == []
    return repo


def copy(book: Repo, target: Path) -> Repo:
    """Return a copy of a book for one test."""
    shutil.copytree(book.root, target, symlinks=True)
    return Repo(target)
