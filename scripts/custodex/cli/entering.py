"""Who entered what a document proves: whoever wrote it at any time since it was last verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from custodex.cli.session import Session

_LICENCE = frozenset({"type", "name", "name_en", "short_name", "aliases", "identifiers", "region"})
"""The fields of a customer that a business licence proves; every other document proves the identity file."""
Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proven:
    """The part of a file that a document proves, and the day from which on its writers count, empty: from the start."""

    path: str
    kind: str
    since: str

    def of(self, value: Value) -> Value:
        """Return that part of the file's value."""
        if self.kind == "customer":
            return {name: item for name, item in value.items() if name in _LICENCE}
        return {name: item for name, item in value.items() if name != "verifications"}


def writers(session: Session, proven: Proven, now: Value) -> Iterator[str]:
    """Yield the addresses of all who wrote it; *now* is the file as it stands in the worktree."""
    from custodex.cli.who import identity
    from custodex.git import pathspec

    told = session.git.run(
        "log", "--full-history", "-c", "--raw", "--no-abbrev", "--no-renames", "--format=%x01%cs %ae", "--",
        pathspec(proven.path), allowed=(0, 128),
    ).decode("utf-8", "replace")  # fmt: skip
    for entry in told.split("\x01")[1:]:
        head, _, rest = entry.partition("\n")
        day, _, author = head.partition(" ")
        line = next((line for line in rest.split("\n") if line.startswith(":")), "")
        if line and day >= proven.since and _wrote(session, proven, line):
            yield author.casefold()
    committed = session.git.run("ls-tree", "HEAD", "--", proven.path, allowed=(0, 128)).decode().split()
    if proven.of(now) != _value(session, proven, committed[2] if committed else ""):
        yield identity(session)


def _wrote(session: Session, proven: Proven, line: str) -> bool:
    """Tell whether a raw line of a commit, or of a merge (one colon a parent), has a value that no parent had."""
    parents = len(line) - len(line.lstrip(":"))
    blobs = line.split(" ")[parents + 1 : 2 * parents + 2]
    *before, after = (_value(session, proven, blob) for blob in blobs)
    names = {name for value in (*before, after) for name in value}
    return any(all(value.get(name) != after.get(name) for value in before) for name in names)


def _value(session: Session, proven: Proven, blob: str) -> Value:
    from custodex.records import MAX_BYTES
    from custodex.yamlfile import parse

    if not blob.strip("0"):
        return {}
    found = next(iter(session.git.blobs([blob], MAX_BYTES)))
    return proven.of(parse(found.data or b"").value or {})
