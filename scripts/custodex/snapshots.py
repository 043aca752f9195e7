"""A snapshot of the records: a Git tree, and what differs from it.

The same three sources everywhere: the worktree (editor, command line), the index (hooks), a commit (CI,
history). Looking at a change therefore costs the size of the change.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from custodex.errors import UsageFault
from custodex.git import EMPTY_TREE, GITLINK, REGULAR, SYMLINK, Change, Git, readable
from custodex.records import MAX_BYTES, ROOT, SCHEMA_ROOT
from custodex.texts import Text

Source = Literal["worktree", "staged", "commit"]
SPECIAL = "special"
"""The mode of what is neither file, link nor folder: a pipe, a socket, a device."""
HARD_LINK = "hard link"
"""The mode of a changed file that stands elsewhere too: its content may come from outside the repository."""
_SCAN_LIMIT = 5000
_PATHS = (ROOT, SCHEMA_ROOT)
_TOO_LARGE = "large:"


class Entry(NamedTuple):
    """One path of a snapshot. `blob` is empty where the path is gone; `local` means: read it from disk."""

    path: str
    mode: str
    blob: str
    local: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A tree and the entries that differ from it; `changes` compares the snapshot with what came before."""

    git: Git
    source: Source
    tree: str
    overlay: Mapping[str, Entry] = field(default_factory=dict)
    base: str = EMPTY_TREE
    changes: tuple[Change, ...] = ()

    def entries_since(self, tree: str) -> Iterator[Entry]:
        """Yield the entries that differ from *tree*, those of the overlay excepted."""
        for change in self.git.tree_changes(tree, self.tree, _PATHS):
            if change.path not in self.overlay:
                yield Entry(change.path, change.mode, change.blob or "")

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield the content of regular entries, in their order; what is too large comes as too many zeros."""
        wanted = list(entries)
        stored = self.git.blobs([entry.blob for entry in wanted if not entry.local], MAX_BYTES)
        for entry in wanted:
            if entry.local:
                yield entry, _read_local(self.git.root, entry)
            else:
                blob = next(stored)
                yield entry, bytes(MAX_BYTES + 1) if blob.data is None else blob.data


class Contents(Mapping[str, tuple[str, bytes]]):
    """Some files of a snapshot by path, as (blob, content); they are read when first asked for."""

    def __init__(self, snapshot: Snapshot, entries: Sequence[Entry]) -> None:
        self.blobs = {entry.path: entry.blob for entry in entries}
        self._snapshot = snapshot
        self._entries = entries

    @cached_property
    def _files(self) -> dict[str, tuple[str, bytes]]:
        return {entry.path: (entry.blob, data) for entry, data in self._snapshot.read(self._entries)}

    def __getitem__(self, path: str) -> tuple[str, bytes]:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.blobs)

    def __len__(self) -> int:
        return len(self.blobs)


def worktree(git: Git) -> Snapshot:
    """Return the state of the files on disk, untracked ones included."""
    tree = git.head_tree()
    changes = tuple(_settled(git.root, change) for change in git.worktree_changes(_PATHS))
    known = {change.path for change in changes}
    changes += tuple(change for change in _specials(git.root / ROOT) if change.path not in known)
    overlay = {change.path: _overlay_entry(change) for change in changes}
    return Snapshot(git, "worktree", tree, overlay, tree, changes)


def worktree_at(git: Git, paths: Sequence[str]) -> Snapshot:
    """Return the state of the files on disk as far as it differs at *paths* (files, folders) from HEAD.

    The cost is that of the paths, whatever else there is.
    """
    tree = git.head_tree()
    changes = tuple(_settled(git.root, change) for change in git.worktree_changes_at(paths))
    overlay = {change.path: _overlay_entry(change) for change in changes}
    return Snapshot(git, "worktree", tree, overlay, tree, changes)


def staged(git: Git) -> Snapshot:
    """Return the state that the next commit will have."""
    tree = git.head_tree()
    changes = tuple(git.index_changes(_PATHS))
    overlay = {change.path: Entry(change.path, change.mode, change.blob or "") for change in changes}
    return Snapshot(git, "staged", tree, overlay, tree, changes)


def commit(git: Git, revision: str) -> Snapshot:
    """Return the state of a commit, compared with its first parent."""
    tree = git.tree(revision)
    if tree is None:
        raise UsageFault(
            Text(f"没有版本 {revision}", f"there is no revision {revision}"),
            Text("用 git log 查看可用的版本", "git log lists the revisions"),
        )
    base = git.tree(f"{revision}^") or EMPTY_TREE
    changes = tuple(git.tree_changes(base, tree, _PATHS)) if git.has_tree(base) else ()
    return Snapshot(git, "commit", tree, {}, base, changes)


def blob_name(data: bytes) -> str:
    """Return the name Git gives a blob with this content (SHA-1 object format)."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _settled(root: Path, change: Change) -> Change:
    """Return a change with the blob of a file that so far only stands on disk."""
    if change.blob is not None:
        return change._replace(path=readable(change.path))
    mode, blob = look(root, change.path)
    return change._replace(path=readable(change.path), mode=mode, blob=f"local:{blob}" if blob else "")


def _specials(folder: Path) -> Iterator[Change]:
    """Yield pipes, sockets and devices below *folder*: Git does not list them and nobody else would tell.

    Looks at a bounded number of names, so that a large book does not pay for it; `custodex doctor` and a
    path given to `custodex check` look at all.
    """
    waiting, seen = [str(folder)], 0
    start = len(str(folder.parent)) + 1
    while waiting and seen < _SCAN_LIMIT:
        try:
            with os.scandir(waiting.pop()) as names:
                for name in names:
                    seen += 1
                    if name.is_dir(follow_symlinks=False):
                        waiting.append(name.path)
                    elif not name.is_file(follow_symlinks=False) and not name.is_symlink():
                        path = readable(name.path[start:])
                        yield Change(path, "000000", "", SPECIAL, f"local:{'0' * 40}")
        except OSError:
            continue


def _overlay_entry(change: Change) -> Entry:
    blob = change.blob or ""
    return Entry(change.path, change.mode, blob.removeprefix("local:"), local=blob.startswith("local:"))


def look(root: Path, path: str) -> tuple[str, str]:
    """Return mode and blob name of what stands on disk at *path*; only a regular file is ever opened."""
    if path.endswith("/"):
        return GITLINK, "0" * 40
    try:
        info = os.lstat(root / path)
    except (OSError, ValueError):
        return "000000", ""
    if stat.S_ISLNK(info.st_mode):
        return SYMLINK, "0" * 40
    if not stat.S_ISREG(info.st_mode):
        return SPECIAL, "0" * 40
    if info.st_nlink > 1:
        return HARD_LINK, "0" * 40
    mode = "100755" if info.st_mode & 0o100 else REGULAR
    if info.st_size > MAX_BYTES:
        return mode, f"{_TOO_LARGE}{info.st_size}"
    return mode, blob_name(_open_inside(root, path))


def _read_local(root: Path, entry: Entry) -> bytes:
    return bytes(MAX_BYTES + 1) if entry.blob.startswith(_TOO_LARGE) else _open_inside(root, entry.path)


def _open_inside(root: Path, path: str) -> bytes:
    """Return the bytes of a regular file below *root*; a link put in its way meanwhile reads as nothing."""
    target = root / path
    if target.parent.resolve() != root.resolve() / Path(path).parent:
        return b""
    try:
        descriptor = os.open(
            target, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
    except OSError:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAX_BYTES + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
