"""`A..B`: what a proposal would make of the main line, as the merge result and not as the branch alone."""

from __future__ import annotations

from dataclasses import dataclass

from custodex.cli.session import Session
from custodex.errors import UsageFault
from custodex.git import EMPTY_TREE, Change
from custodex.policy.chain import TEXT_MERGE
from custodex.snapshots import Snapshot
from custodex.texts import Text


@dataclass(frozen=True, slots=True)
class Span:
    """Two commits and the tree that landing the second on the first makes; `conflicts` stand in its way."""

    text: str
    old: str
    new: str
    old_tree: str
    tree: str
    merged: bool
    conflicts: tuple[str, ...]
    changes: tuple[Change, ...]
    commits: tuple[tuple[str, str], ...]
    """(name, author's e-mail) of the commits that are proposed, newest first."""

    def snapshots(self, session: Session) -> tuple[Snapshot, Snapshot]:
        """Return the state before, and the state after with what changed."""
        before = Snapshot(session.git, "commit", self.old_tree, {}, self.old_tree, ())
        return before, Snapshot(session.git, "commit", self.tree, {}, self.old_tree, self.changes)


def span(session: Session, text: str, *, merge: bool) -> Span:
    """Return the span that *text* means; the merge result counts where it has to, or is asked for."""
    first, _, second = text.partition("..")
    git = session.git
    old, new = _commit(session, first or "HEAD"), _commit(session, second.lstrip(".") or "HEAD")
    old_tree = git.tree(old) or EMPTY_TREE
    tree = git.tree(new) or EMPTY_TREE
    conflicts: tuple[str, ...] = ()
    merged = merge or not git.is_ancestor(old, new)
    if merged and not git.is_ancestor(old, new):
        result = git.merge_trees(old, new, TEXT_MERGE)
        tree, conflicts = inside(session, result.tree), result.conflicts
    changes = tuple(git.tree_changes(old_tree, tree, ()))
    # %ae, not %aE: a .mailmap would put another author in the place of who wrote
    listed = git.run("log", "--format=%H%x00%ae", f"{old}..{new}").decode("utf-8", "replace")
    commits = tuple(
        (name, email) for name, _, email in (line.partition("\0") for line in listed.splitlines())
    )
    return Span(text, old, new, old_tree, tree, merged, conflicts, changes, commits)


def inside(session: Session, tree: str) -> str:
    """Return the tree of the record repository's own folder within the tree of the whole repository."""
    prefix = session.git.prefix().decode().rstrip("/")
    return session.git.run("rev-parse", f"{tree}:{prefix}").decode().strip() if prefix else tree


def _commit(session: Session, revision: str) -> str:
    found = session.git.commit(revision)
    if found is None:
        raise UsageFault(
            Text(f"没有版本 {revision}", f"there is no revision {revision}"),
            Text("用 git log 查看可用的版本", "git log lists the revisions"),
        )
    return found
