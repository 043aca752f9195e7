"""Questions about the history of a repository that one git process answers: ancestry, signatures, damage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from custodex.git import Git
from custodex.gitchanges import Change, raw_changes

_SIGNED = ("gpg.ssh.allowedSignersFile=/dev/null", "gpg.ssh.program=ssh-keygen", "log.showSignature=false")
_MOST_DAMAGE = 10


def commit_at(git: Git, moment: str, revision: str = "HEAD") -> str | None:
    """Return the newest commit of the first-parent line of *revision* up to *moment* (RFC 3339), or None."""
    if git.commit(revision) is None:
        return None
    arguments = ("rev-list", "-1", "--first-parent", f"--before={moment}", revision)
    return git.run(*arguments).decode().strip() or None


def first_parents(git: Git, older: str, newer: str) -> list[str]:
    """Return the commits of the first-parent line after *older* up to *newer*, newest first."""
    return git.run("rev-list", "--first-parent", f"{older}..{newer}").decode().split()


def merge_bases(git: Git, one: str, other: str) -> list[str]:
    """Return the best common ancestors of two commits; several where their histories cross."""
    return git.run("merge-base", "--all", one, other, allowed=(0, 1)).decode().split()


def signature_lines(git: Git, commits: Sequence[str]) -> list[str]:
    """Return a line for every commit: its name, `%G?` and the fingerprint of the key (git-log(1)).

    No file of allowed keys is given: Git tells whether the bytes fit the key, not whose key it is.
    """
    halves = [list(commits[0::2]), list(commits[1::2])]  # ssh-keygen runs for every commit: two at a time
    with ThreadPoolExecutor(2) as pool:
        found = b"".join(pool.map(lambda half: _signatures(git, half), halves))
    return found.decode().splitlines()


def _signatures(git: Git, commits: Sequence[str]) -> bytes:
    chosen = [part for setting in _SIGNED for part in ("-c", setting)]
    asked = "".join(f"{name}\n" for name in commits).encode()
    wanted = ("log", "--no-walk=unsorted", "--stdin", "--format=%H %G? %GF")
    return git.run(*chosen, *wanted, stdin=asked) if commits else b""


def subtrees(git: Git, tree: str, paths: Sequence[str]) -> str:
    """Return what names the content of *paths* in a tree: equal texts mean equal content."""
    return git.run("ls-tree", "-z", tree, "--", *paths).decode("utf-8", "replace")


def commit_changes(git: Git, commits: Sequence[str]) -> Iterator[tuple[str, Change]]:
    """Yield (commit, change) for every file that a commit holds otherwise than each of its parents."""
    if not commits:
        return
    asked = "".join(f"{name}\n" for name in commits).encode()
    wanted = ("diff-tree", "--stdin", "--root", "-m", "-r", "-z", "--raw", "--no-renames")
    fields = iter(git.run(*wanted, stdin=asked).split(b"\0"))
    commit = ""
    for item in fields:
        if item.startswith(b":"):
            for change in raw_changes(item + b"\0" + next(fields), b""):
                yield commit, change
        elif item:
            commit = item.decode()[:40]


def damage(git: Git) -> list[str]:
    """Return what `git fsck` has to say against the objects; empty if all are whole."""
    arguments = ("fsck", "--full", "--strict", "--no-dangling", "--no-progress")
    done = git.outcome(*arguments)
    if done.returncode == 0:
        return []
    said = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()
    return said[:_MOST_DAMAGE] or ["git fsck"]
