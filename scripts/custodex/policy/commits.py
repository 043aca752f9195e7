"""Commits as the proof of history looks at them: parents, tree, author, signing key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from custodex.git import Git
from custodex.revisions import signature_lines

APPROVES = "Approves:"
"""The trailer of an approval: an empty signed commit that names the tree it approves of."""
# %ae, not %aE: a .mailmap would put another author in the place of who wrote
_FORMAT = "%H%x00%T%x00%P%x00%ae%x00%ce%x00%ct%x00%B%x00%x01"


@dataclass(frozen=True, slots=True)
class CommitFacts:
    """One commit without its files; `committed` counts seconds since 1970."""

    name: str
    tree: str
    parents: tuple[str, ...]
    author: str
    committer: str
    committed: int
    message: str

    @property
    def day(self) -> str:
        """The day of the commit in UTC, `YYYY-MM-DD`."""
        return datetime.fromtimestamp(self.committed, UTC).date().isoformat()

    @property
    def approves(self) -> str:
        """The tree that an approval approves of; empty for every other commit."""
        lines = self.message.rstrip().splitlines()
        return next(
            (line.split()[1] for line in lines if line.startswith(APPROVES) and len(line.split()) == 2), ""
        )


@dataclass(frozen=True, slots=True)
class Signature:
    """What stands at the end of a commit: `valid` where the bytes fit the key, whoever owns it."""

    valid: bool
    fingerprint: str
    status: str


def commits(git: Git, *revisions: str) -> dict[str, CommitFacts]:
    """Return the commits that `git log` lists for *revisions*, newest first, by name."""
    text = git.run("log", "--topo-order", f"--format={_FORMAT}", *revisions).decode("utf-8", "replace")
    found: dict[str, CommitFacts] = {}
    for entry in text.split("\0\x01\n")[:-1]:
        name, tree, parents, author, committer, committed, message = entry.split("\0", 6)
        found[name] = CommitFacts(
            name, tree, tuple(parents.split()), author, committer, int(committed), message
        )
    return found


def signatures(git: Git, names: Iterable[str]) -> Mapping[str, Signature]:
    """Return the signatures of commits; whose key it is and whether it counts is for the policy to say."""
    found: dict[str, Signature] = {}
    for line in signature_lines(git, list(names)):
        name, status, *fingerprint = line.split(" ")
        # U: a good signature of a key that no file vouches for, because none is given
        found[name] = Signature(status in {"U", "G"}, "".join(fingerprint), status)
    return found
