"""The proof of history: every step of the main line judged by the policy of its time, offline.

A verdict on a commit never changes, so it is remembered: a second proof costs what is new.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custodex import __version__
from custodex.git import Git
from custodex.policy import Policy, policy_at
from custodex.policy.chain import Breach, Chain, Verdict, brought_by
from custodex.policy.commits import CommitFacts, commits, signatures
from custodex.revisions import damage, subtrees
from custodex.store import Store, state_folder
from custodex.texts import Text

VERSION = f"2/{__version__}"
_DDL = "CREATE TABLE verdicts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof found: `faults` are about the repository as a whole, verdicts about single commits."""

    head: str
    commits: int
    steps: int
    judged: int
    faults: tuple[Text, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def holds(self) -> bool:
        """Tell whether nothing speaks against the history."""
        return not self.faults and not any(verdict.breaches for verdict in self.verdicts)


class Memory:
    """The verdicts of earlier proofs of this clone."""

    def __init__(self, root: Path) -> None:
        self._store = Store(state_folder(root) / "proof.sqlite", _DDL, VERSION)

    def verdicts(self) -> dict[str, Verdict]:
        """Return all remembered verdicts by commit."""
        rows = self._store.db.execute("SELECT name, value FROM verdicts").fetchall()
        return {name: _verdict(name, json.loads(text)) for name, text in rows}

    def keep(self, verdicts: Sequence[Verdict]) -> None:
        """Remember verdicts."""
        rows = [(verdict.commit, json.dumps(_row(verdict))) for verdict in verdicts]
        with self._store.transaction() as db:
            db.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", rows)

    @property
    def anchor(self) -> str:
        """The newest head that an earlier proof of this clone found in order."""
        return self._store.meta("anchor")

    def set_anchor(self, head: str) -> None:
        """Remember a head that was found in order."""
        self._store.set_meta("anchor", head)

    def forget(self) -> None:
        """Forget all verdicts; the anchor stays."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM verdicts")

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()


def prove(git: Git, memory: Memory, head: str, anchors: Sequence[str]) -> Proof:
    """Return the proof of the main line up to the commit *head*; every anchor must be part of it."""
    known = commits(git, head)
    line = _first_parents(known, head)
    faults = list(_faults(git, {commit.name for commit in line}, anchors))
    remembered = memory.verdicts()
    fresh = [commit for commit in line if commit.name not in remembered]
    if fresh:
        faults.extend(_damage(git))
    judged = _judge(git, known, line, {commit.name for commit in fresh})
    memory.keep(judged)
    whole = {**remembered, **{verdict.commit: verdict for verdict in judged}}
    verdicts = tuple(whole[commit.name] for commit in line)
    return Proof(head, len(known), len(line), len(judged), tuple(faults), verdicts)


def _first_parents(known: dict[str, CommitFacts], head: str) -> list[CommitFacts]:
    """Return the main line, oldest first."""
    found = []
    name = head
    while name in known:
        found.append(known[name])
        name = next(iter(known[name].parents), "")
    return found[::-1]


def _judge(
    git: Git, known: dict[str, CommitFacts], line: Sequence[CommitFacts], fresh: set[str]
) -> list[Verdict]:
    landed: set[str] = set()
    steps = [(commit, brought_by(commit, known, landed)) for commit in line]
    wanted = {inner.name for commit, brought in steps if commit.name in fresh for inner in (commit, *brought)}
    policies: dict[str, Policy] = {}

    def policy_of(tree: str) -> Policy:
        rules = subtrees(git, tree, ("schema", "records/staff", "records/teams"))
        if rules not in policies:
            policies[rules] = policy_at(git, tree)
        return policies[rules]

    chain = Chain(git, known, signatures(git, sorted(wanted)), policy_of)
    parents: list[CommitFacts | None] = [None, *line]
    return [
        chain.judge(commit, parent, brought)
        for (commit, brought), parent in zip(steps, parents, strict=False)
        if commit.name in fresh
    ]


def _faults(git: Git, line: set[str], anchors: Sequence[str]) -> Iterator[Text]:
    for anchor in anchors:
        if anchor not in line:
            short = anchor[:12]
            yield Text(
                f"锚点 {short} 不在历史中：历史被改写或截断",
                f"the anchor {short} is no part of the history: it was rewritten or cut",
            )
    if git.run("rev-parse", "--is-shallow-repository").strip() == b"true":
        yield Text("这是浅克隆，历史不完整", "this clone is shallow, its history is not whole")
    if git.run("for-each-ref", "refs/replace"):
        yield Text("refs/replace 会替换对象", "refs/replace would put other objects in the place of some")


def _damage(git: Git) -> Iterator[Text]:
    for line in damage(git):
        yield Text(f"对象损坏：{line}", f"damaged object: {line}")


def _row(verdict: Verdict) -> list[Any]:
    breaches = [[one.commit, one.code, one.message.zh, one.message.en] for one in verdict.breaches]
    return [verdict.required, verdict.authors, verdict.approvers, breaches]


def _verdict(name: str, row: list[Any]) -> Verdict:
    required, authors, approvers, breaches = row
    listed = tuple(Breach(commit, code, Text(zh, en)) for commit, code, zh, en in breaches)
    return Verdict(name, bool(required), tuple(authors), tuple(approvers), listed)
