"""Which refs a push may move, and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from custodex.texts import Text

ZERO = "0" * 40
_NAME = re.compile(r"[0-9a-f]{40}")
_BRANCH = re.compile(r"refs/heads/[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_LONGEST, _MOST = 200, 100


@dataclass(frozen=True, slots=True)
class Update:
    """One line of what Git tells the hook; an absent side is empty."""

    old: str
    new: str
    ref: str


Problem = tuple[str, str, Text]
"""(where, code, message)"""


def updates(lines: Iterable[str]) -> list[Update]:
    """Return the updates that Git lists for the hook; ValueError for what Git would never say."""
    found = []
    for line in lines:
        old, new, ref = line.rstrip("\n").split(" ", 2)
        if not (_NAME.fullmatch(old) and _NAME.fullmatch(new)):
            raise ValueError(line)
        found.append(Update("" if old == ZERO else old, "" if new == ZERO else new, ref))
    return found


def problems_of_refs(
    found: Sequence[Update], main: str, is_ancestor: Callable[[str, str], bool], there: Collection[str]
) -> Iterator[Problem]:
    """Yield what may not happen to refs: branches only, and the main branch only grows; *there* are those in place."""
    yield from _problems_of_case(found, {f"refs/heads/{main}", *there})
    if len(found) > _MOST:
        yield (
            "push",
            "too-many-refs",
            Text(f"一次最多推送 {_MOST} 个分支", f"a push moves at most {_MOST} branches"),
        )
    for update in found:
        if not _BRANCH.fullmatch(update.ref) or len(update.ref) > _LONGEST or ".." in update.ref:
            yield (
                update.ref,
                "ref-not-allowed",
                Text("只能推送分支（refs/heads/…）", "only branches may be pushed (refs/heads/…)"),
            )
        elif update.ref == f"refs/heads/{main}":
            if not update.new:
                yield update.ref, "main-deleted", Text("主分支不能删除", "the main branch may not be deleted")
            elif update.old and not is_ancestor(update.old, update.new):
                yield (
                    update.ref,
                    "main-rewritten",
                    Text(
                        "主分支不能改写；先合并最新的主分支",
                        "the main branch may not be rewritten; merge its newest state",
                    ),
                )


def _problems_of_case(found: Sequence[Update], there: Collection[str]) -> Iterator[Problem]:
    """Yield branches that are another one where a file system knows no capitals: `Main` would move `main`."""
    names = {ref.casefold(): ref for ref in there}
    for update in found:
        other = names.setdefault(update.ref.casefold(), update.ref)
        if update.new and other != update.ref:
            yield (
                update.ref,
                "ref-case",
                Text(
                    f"与 {other} 只有大小写不同；换个名字",
                    f"it differs from {other} by capitals only; take another name",
                ),
            )
