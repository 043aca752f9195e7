"""What Git says about paths that differ, read from its output: no process is started here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
GITLINK, SYMLINK, REGULAR = "160000", "120000", "100644"
UNMERGED = "unmerged"
"""The mode of a path whose merge is not resolved; the index then holds no content for it."""


class Change(NamedTuple):
    """One path that differs: mode and blob before and after; an absent side has an empty blob.

    `blob` is None where the new content stands in the worktree and has no blob yet.
    """

    path: str
    old_mode: str
    old_blob: str
    mode: str
    blob: str | None


def readable(path: str) -> str:
    r"""Return a path with the bytes that are not UTF-8 as `\xff`: text that can be stored and shown."""
    return os.fsencode(path).decode("utf-8", "backslashreplace") if not path.isascii() else path


def pathspec(path: str) -> str:
    """Return the pathspec that finds *path*, also where `readable` had to spell its bytes out."""
    if "\\x" not in path:
        return f":(top,literal){path}"
    literal = re.sub(r"[][*?\\]", r"\\\g<0>", re.sub(r"\\x[0-9a-f]{2}", "\0", path))
    return f":(top,glob){literal}".replace("\0", "*")


def is_below(path: str, folders: Sequence[str]) -> bool:
    """Tell whether *path* (a folder's ends with a slash) is one of *folders* or stands in one."""
    return any(path.rstrip("/") == folder or path.startswith(f"{folder}/") for folder in folders)


def raw_changes(output: bytes, prefix: bytes) -> Iterator[Change]:
    """Yield what `git diff-tree --raw -z` and its like say, by paths below *prefix*."""
    fields = output.split(b"\0")
    for meta, path in zip(fields[0::2], fields[1::2], strict=False):
        old_mode, mode, old_blob, blob, status = meta[1:].decode().split(" ")
        if status == "U":
            old_mode, old_blob, mode, blob = "000000", "", UNMERGED, "0" * 40
        old = "" if old_mode == "000000" else old_blob
        new = "" if mode == "000000" else blob
        yield Change(readable(os.fsdecode(path[len(prefix) :])), old_mode, old, mode, new)


def status_changes(output: bytes, prefix: bytes) -> Iterator[Change]:
    """Yield what `git status --porcelain=v2 -z` says, by paths below *prefix*."""
    for entry in output.split(b"\0"):
        if entry[:1] == b"1":
            _, xy, sub, head, index, worktree, old, new, path = entry.split(b" ", 8)
            yield _tracked_change(path[len(prefix) :], xy, sub, head, index, worktree, old, new)
        elif entry[:1] == b"u":
            path = entry.split(b" ", 10)[10]
            yield Change(os.fsdecode(path[len(prefix) :]), "000000", "", REGULAR, None)
        elif entry[:1] == b"?":
            yield Change(os.fsdecode(entry[2 + len(prefix) :]), "000000", "", REGULAR, None)


def _tracked_change(path: bytes, xy: bytes, _sub: bytes, *columns: bytes) -> Change:
    head, index, worktree, old, new = (column.decode() for column in columns)
    old_blob = "" if head == "000000" else old
    if xy[1:2] == b"D" or (xy[1:2] == b"." and index == "000000"):
        return Change(os.fsdecode(path), head, old_blob, "000000", "")
    blob = new if xy[1:2] == b"." else None
    return Change(os.fsdecode(path), head, old_blob, worktree, blob)
