"""The history of the records, as one pass over `git log` through GitPython.

One pass costs a second for 20 000 commits; asking per file costs minutes, and walking commit objects in
Python costs as much again, so GitPython only runs the process and hands over its output.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from git.cmd import Git as GitProcess
from git.exc import GitCommandError

from custodex.errors import EnvironmentFault
from custodex.records import ROOT
from custodex.texts import Text

_FORMAT = "%x01%H%x00%aN%x00%aE%x00%aI%x00%s%x00%(trailers:key=Reason,valueonly,separator=%x20)%x00"
_HEADER_FIELDS = 6
_CHUNK = 1 << 20
_BELOW = f"{ROOT}/"


class Touch(NamedTuple):
    """One file as a commit left it; an absent side has an empty blob."""

    path: str
    old_blob: str
    blob: str


@dataclass(slots=True)
class Commit:
    """One commit of the first-parent line and what it touched; `at` is RFC 3339 in the author's zone."""

    name: str
    author: str
    email: str
    at: str
    subject: str
    reason: str
    touches: list[Touch] = field(default_factory=list)


def commits(root: Path, environ: Mapping[str, str], since: str, until: str) -> Iterator[Commit]:
    """Yield the commits after *since* (empty: from the beginning) up to *until*, oldest first.

    A merge is one commit, compared with its first parent, so what a pull request brought appears once.
    Commits that touch no record come without touches: limiting the walk to a path would double its cost.
    """
    span = f"{since}..{until}" if since else until
    arguments = [
        "git", "log", "--reverse", "--first-parent", "-m", "--no-renames", "--raw", "--abbrev=40", "-z",
        "--relative", f"--format={_FORMAT}", span,
    ]  # fmt: skip
    process = GitProcess(root).execute(
        arguments, as_process=True, env={**environ, "LC_ALL": "C"}, with_extended_output=False
    )
    try:
        yield from _parse(_tokens(process.stdout))
        process.wait()
    except GitCommandError as error:
        reason = str(error.stderr).strip().split("\n")[-1].strip("' ")
        raise EnvironmentFault(
            Text(f"读不出 Git 历史：{reason}", f"the Git history cannot be read: {reason}")
        ) from error


def _tokens(stream: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        yield rest


def _parse(tokens: Iterator[bytes]) -> Iterator[Commit]:
    commit: Commit | None = None
    for raw in tokens:
        token = raw.lstrip(b"\n")
        if token.startswith(b"\x01"):
            if commit is not None:
                yield commit
            parts = [token[1:], *(next(tokens) for _ in range(_HEADER_FIELDS - 1))]
            name, author, email, at, subject, reason = (
                part.decode("utf-8", "replace").strip() for part in parts
            )
            commit = Commit(name, author, email, at, subject, reason)
        elif token.startswith(b":") and commit is not None:
            old_mode, mode, old, new, _ = token[1:].decode().split(" ")
            path = os.fsdecode(next(tokens))
            if not path.startswith(_BELOW):
                continue
            commit.touches.append(
                Touch(path, "" if old_mode == "000000" else old, "" if mode == "000000" else new)
            )
    if commit is not None:
        yield commit
