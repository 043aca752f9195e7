"""`custodex merge-driver`: what Git calls to merge a record both sides changed; people do not call it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.verbs import argument, verb
from custodex.errors import EXIT_FINDINGS, EXIT_OK
from custodex.records import ROOT, locate
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring.joining import Joined
    from custodex.git import Git
    from custodex.schemas import Schemas
    from custodex.threeway import Conflict

_WORD = re.compile(r"[a-z][a-z0-9_-]*")
"""Names of fields and ids of items; items known by a number or an address would put it into a log."""
_HELP = Text(
    """按字段合并一个档案文件（由 Git 调用）。

    custodex init 和 custodex doctor --fix 把它登记为 merge.custodex.driver；结果写回 OURS。""",
    """merge one record file field by field (called by Git).

    custodex init and custodex doctor --fix register it as merge.custodex.driver; the result goes to OURS.""",
)


@verb(_HELP, hidden=True)
@argument("base", metavar="BASE")
@argument("ours", metavar="OURS")
@argument("theirs", metavar="THEIRS")
@argument("size", metavar="MARKER_SIZE", type=int)
@argument("path", metavar="PATH")
def command(session: Session, base: str, ours: str, theirs: str, size: int, path: str) -> int:
    """Merge one file; exit 1 leaves it as a conflict."""
    from custodex.authoring.joining import join

    files = [(session.start / name).resolve() for name in (base, ours, theirs)]
    old, mine, other = (file.read_bytes() for file in files)
    prefix, found, inner = path.rpartition(f"{ROOT}/")
    inner = f"{found}{inner}"
    if prefix:
        session.work_in(session.start / prefix)
    place, git = locate(inner), session.git
    schemas = _schemas(git)

    def merge_text(ours: bytes, base: bytes, theirs: bytes) -> tuple[bytes, bool]:
        return git.merge_text(ours, base, theirs, ("ours", "base", "theirs"), size)

    if place is None or not schemas.has(place.kind):
        data, clean = merge_text(mine, old, other)
        return _leave(files[1], data, clean=clean)
    joined = join(schemas, place.kind, old, mine, other, merge_text)
    if not joined.settled:
        session.err("\n".join(_told(session, path, joined)))
    return _leave(files[1], joined.data, clean=joined.settled)


def _leave(file: Path, data: bytes, *, clean: bool) -> int:
    """Write the outcome where Git looks for it: over its own temporary copy, never over a record."""
    file.write_bytes(data)
    return EXIT_OK if clean else EXIT_FINDINGS


def _schemas(git: Git) -> Schemas:
    """Return the schemas of HEAD: in the middle of a merge schema/ in the worktree may be half of each side."""
    from custodex.books import Book
    from custodex.git import EMPTY_TREE
    from custodex.records import MAX_BYTES, SCHEMA_ROOT

    changes = list(git.tree_changes(EMPTY_TREE, git.head_tree(), (SCHEMA_ROOT,)))
    blobs = git.blobs([change.blob or "" for change in changes], MAX_BYTES)
    files = {change.path: (blob.name, blob.data or b"") for change, blob in zip(changes, blobs, strict=True)}
    return Book(files, known=()).schemas


def _told(session: Session, path: str, joined: Joined) -> Iterable[str]:
    """Yield what is left to decide, by the names of the fields; values stand in the file, not in a log."""
    if joined.problem:
        yield f"{path}: {joined.problem.get(session.lang)}"
    for conflict in joined.conflicts:
        place = ".".join(part if _WORD.fullmatch(part) else "…" for part in conflict.place)
        yield f"{path}: {place}: {_what(conflict).get(session.lang)}"
    yield session.say(
        "  改好文件后 git add；两边都保留的修改已合并",
        "  mend the file, then git add; all other changes are merged",
    )


def _what(conflict: Conflict) -> Text:
    from custodex.threeway import ABSENT

    if ABSENT in (conflict.ours, conflict.theirs):
        return Text("一边删除，另一边修改", "deleted on one side, changed on the other")
    return Text("两边改成了不同的值", "changed to different values on the two sides")
