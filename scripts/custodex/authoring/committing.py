"""A written change as a commit of exactly its paths, or as a branch of its own that is pushed for review.

A commit goes through `git commit --only`: hooks run, signing and identity are the person's, and what else
stands in the index stays there. A proposal is made of Git objects alone: neither the worktree nor the index
nor the branch the person works on is touched.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from custodex.errors import CustodexError, EnvironmentFault, UsageFault
from custodex.git import EMPTY_TREE, Git, pathspec
from custodex.snapshots import blob_name
from custodex.texts import Text

VERB_TRAILER, UNDOES_TRAILER = "Custodex-Verb", "Custodex-Undoes"
_FEW = 500
Contents = Mapping[str, tuple[bytes | None, bytes | None]]
"""Old and new content of every changed path."""


class Message(NamedTuple):
    """What a commit says; ids and names of fields only, never a value: history cannot be erased."""

    verb: str
    subject: str
    reason: str = ""
    undoes: str = ""

    def text(self) -> str:
        """Return subject and trailers."""
        trailers = {"Reason": self.reason, VERB_TRAILER: self.verb, UNDOES_TRAILER: self.undoes}
        lines = [f"{name}: {value}" for name, value in trailers.items() if value]
        return "\n".join([self.subject, "", *lines, ""])


class Proposal(NamedTuple):
    """A branch with one commit; `remote` is empty where there is none to push to."""

    branch: str
    commit: str
    remote: str


def commit(git: Git, paths: Collection[str], message: Message) -> str | None:
    """Commit what stands in the worktree at *paths* and return the commit, None if HEAD says the same."""
    if len(paths) > _FEW:
        return _commit_many(git, paths, message)
    specs = [pathspec(path) for path in paths]
    changed = git.run("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *specs)
    entries = [entry for entry in changed.split(b"\0") if entry]
    if not entries:
        return None
    fresh = [f":(top,literal){entry[3:].decode()}" for entry in entries if entry[:2] == b"??"]
    if fresh:
        git.run("add", "--intent-to-add", "--", *fresh)
    try:
        git.run("commit", "--quiet", "--only", "--file=-", "--", *specs, stdin=message.text().encode())
    except BaseException:
        if fresh:
            with contextlib.suppress(CustodexError):
                git.run("rm", "--cached", "--quiet", "--ignore-unmatch", "--", *fresh)
        raise
    return git.commit("HEAD")


def require_committable(git: Git, paths: Collection[str]) -> None:
    """Refuse what `commit` would refuse; to be asked before the paths are written."""
    if len(paths) > _FEW and git.run("diff", "--cached", "--name-only", "-z"):
        raise UsageFault(
            Text("索引中还有别的改动", "other changes are staged"),
            Text("先提交它们，或 git restore --staged .", "commit them first, or git restore --staged ."),
        )


def _commit_many(git: Git, paths: Collection[str], message: Message) -> str | None:
    """Commit so many paths that git would take hours to match them one with another: by the index alone.

    Only where nothing else is staged, so that nothing else gets into the commit.
    """
    require_committable(git, paths)
    git.run("update-index", "--add", "--remove", "-z", "--stdin", stdin="\0".join(paths).encode())
    if not git.run("diff", "--cached", "--name-only", "-z"):
        return None
    try:
        git.run("commit", "--quiet", "--file=-", stdin=message.text().encode())
    except BaseException:
        with contextlib.suppress(CustodexError):
            git.run("reset", "--quiet")
        raise
    return git.commit("HEAD")


def propose(git: Git, state: Path, contents: Contents, message: Message) -> Proposal:
    """Put a change on a new branch and push it; the files it changes must stand as HEAD has them."""
    base = git.commit("HEAD")
    if base is None:
        raise UsageFault(Text("还没有任何提交", "there is no commit yet to start a branch from"))
    _require_committed(git, contents)
    with _own_index(git, state) as own:
        own.run("read-tree", base)
        own.run("update-index", "-z", "--index-info", stdin=b"".join(_index_rows(git, contents)))
        tree = own.run("write-tree").decode().strip()
    name = git.commit_tree(tree, (base,), message.text())
    words = "-".join(message.subject.split(":")[0].split()[:2])
    branch = f"custodex/{words}-{secrets.token_hex(3)}"
    git.run("update-ref", f"refs/heads/{branch}", name, "0" * 40)
    remote = _remote(git)
    if remote:
        _push(git, remote, branch)
    return Proposal(branch, name, remote)


def _push(git: Git, remote: str, branch: str) -> None:
    try:
        git.run("push", "--quiet", remote, f"refs/heads/{branch}:refs/heads/{branch}")
    except EnvironmentFault as fault:
        command = f"git push {remote} {branch}"
        raise EnvironmentFault(
            fault.message,
            Text(
                f"改动已在本地分支上；再推送：{command}",
                f"the change is on the branch here; push it: {command}",
            ),
        ) from fault


def _require_committed(git: Git, contents: Contents) -> None:
    committed = {
        change.path: change.blob
        for change in git.tree_changes(EMPTY_TREE, git.head_tree(), [pathspec(path) for path in contents])
    }
    for path, (old, _) in contents.items():
        if committed.get(path) != (blob_name(old) if old is not None else None):
            raise UsageFault(
                Text(f"{path} 有未提交的改动", f"{path} has changes that are not committed"),
                Text("先提交它们，再用 --propose", "commit them first, then use --propose"),
            )


@contextlib.contextmanager
def _own_index(git: Git, state: Path) -> Iterator[Git]:
    place = state / f".tmp-index-{secrets.token_hex(6)}"
    try:
        yield Git(git.root, {**git.environ, "GIT_INDEX_FILE": str(place)})
    finally:
        place.unlink(missing_ok=True)


def _index_rows(git: Git, contents: Contents) -> Iterator[bytes]:
    prefix = git.prefix()
    for path, (_, new) in contents.items():
        if new is None:
            yield b"0 %s\t%s%s\0" % (b"0" * 40, prefix, path.encode())
        else:
            blob = git.run("hash-object", "-w", "--stdin", stdin=new).strip()
            yield b"100644 %s\t%s%s\0" % (blob, prefix, path.encode())


def _remote(git: Git) -> str:
    names = git.run("remote").decode().split()
    chosen = git.run("config", "--get", "remote.pushDefault", allowed=(0, 1)).decode().strip()
    return chosen if chosen in names else "origin" if "origin" in names else next(iter(names), "")
