"""The history of the records, as one pass over `git log` through GitPython.

One pass costs a second for 20 000 commits; asking per file costs minutes, and walking commit objects in
Python costs as much again, so GitPython only runs the process and hands over its output.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

from git.cmd import Git as GitProcess
from git.exc import GitCommandError

from custodex.errors import EnvironmentFault
from custodex.records import ROOT
from custodex.texts import Text

_FORMAT = (
    "%x01%H%x00%P%x00%aN%x00%aE%x00%aI%x00%s%x00%(trailers:key=Reason,valueonly,separator=%x20)%x00"
    "%(trailers:key=Reviewed-by,key=Approved-by,valueonly,separator=%x2C%x20)%x00"
)
_HEADER_FIELDS = 8
_BROUGHT = "%H%x00%P%x00%aN%x00%aI%x00%(trailers:key=Approves,valueonly,separator=%x20)%x00"
_CHUNK = 1 << 20
_BELOW = f"{ROOT}/"


class Touch(NamedTuple):
    """One file as a commit left it; an absent side has an empty blob."""

    path: str
    old_blob: str
    blob: str


@dataclass(slots=True)
class Commit:
    """One commit of the first-parent line and what it touched; `at` is RFC 3339 in the author's zone.

    Of a merge, `author` is who wrote what it brought, and who merged it stands in `approved`, together with
    those whom the trailers `Reviewed-by` and `Approved-by` name; `written` is when its oldest commit was written.
    """

    name: str
    parents: tuple[str, ...]
    author: str
    email: str
    at: str
    subject: str
    reason: str
    approved: str
    written: str = ""
    touches: list[Touch] = field(default_factory=list)


def commits(root: Path, environ: Mapping[str, str], since: str, until: str) -> Iterator[Commit]:
    """Yield the commits after *since* (empty: from the beginning) up to *until*, oldest first.

    A merge is one commit, compared with its first parent, so what a pull request brought appears once.
    Commits that touch no record come without touches: limiting the walk to a path would double its cost.
    """
    span = f"{since}..{until}" if since else until
    options = [
        "--reverse", "--first-parent", "-m", "--no-renames", "--raw", "--abbrev=40", "-z",
        "--relative", f"--format={_FORMAT}", span,
    ]  # fmt: skip
    writers: _Writers | None = None
    for commit in _parse(_log(root, environ, options)):
        if len(commit.parents) > 1:
            writers = writers or _Writers(_log(root, environ, [f"--format={_BROUGHT}", span]))
            _tell_apart(commit, writers.brought_by(commit))
        yield commit


class _Brought(NamedTuple):
    """What a merge brought: who wrote it, who approved of it, when the first of it was written."""

    authors: list[str]
    approvers: list[str]
    written: str


def _tell_apart(merge: Commit, brought: _Brought) -> None:
    """Say of a merge who wrote what it brought and who let it in."""
    merged_by = [merge.author] if brought.authors and merge.author not in brought.authors else []
    others = [name for name in brought.approvers if name not in brought.authors]
    approved = dict.fromkeys([merge.approved, *others, *merged_by])
    merge.approved = ", ".join(filter(None, approved))
    merge.author = ", ".join(brought.authors) or merge.author
    merge.written = brought.written


class _Writers:
    """Who wrote the commits of a stretch of history, to name those that a merge brought in."""

    def __init__(self, tokens: Iterator[bytes]) -> None:
        words = (token.decode("utf-8", "replace").strip() for token in tokens)
        self._known = {
            name: (parents.split(), author, at, approves)
            for name, parents, author, at, approves in zip(words, words, words, words, words, strict=False)
        }

    def brought_by(self, merge: Commit) -> _Brought:
        """Return what *merge* brought, the newest first, nobody twice."""
        mainline = self._mainline(merge.parents[0])
        authors: dict[str, None] = {}
        approvers: dict[str, None] = {}
        written = ""
        waiting, seen = list(merge.parents[1:]), set(merge.parents)
        while waiting:
            name = waiting.pop(0)
            if name in mainline or name not in self._known:
                continue
            parents, author, at, approves = self._known[name]
            if approves:
                approvers[author] = None
            elif len(parents) < 2:
                authors[author] = None
                written = min(filter(None, (written, at)), key=datetime.fromisoformat)
            fresh = [parent for parent in parents if parent not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        return _Brought(list(authors), list(approvers), written)

    def _mainline(self, name: str) -> set[str]:
        found: set[str] = set()
        while name in self._known:
            found.add(name)
            name = next(iter(self._known[name][0]), "")
        return found


def _log(root: Path, environ: Mapping[str, str], options: Sequence[str]) -> Iterator[bytes]:
    process = GitProcess(root).execute(
        ["git", "log", *options], as_process=True, env={**environ, "LC_ALL": "C"}, with_extended_output=False
    )
    try:
        yield from _tokens(process.stdout)
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
            name, parents, author, email, at, subject, reason, approved = (
                part.decode("utf-8", "replace").strip() for part in parts
            )
            commit = Commit(name, tuple(parents.split()), author, email, at, subject, reason, approved)
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
