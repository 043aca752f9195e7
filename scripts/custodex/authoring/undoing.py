"""A change taken back field by field: what it changed becomes what it was, what came later stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from custodex.authoring.committing import UNDOES_TRAILER, VERB_TRAILER
from custodex.drafts import Draft
from custodex.git import EMPTY_TREE, Git
from custodex.hints import Node
from custodex.records import MAX_BYTES, ROOT, SCHEMA_ROOT, locate
from custodex.schemas import Schemas
from custodex.threeway import ABSENT, Conflict, merge
from custodex.yamlfile import parse

_FIELD, _ROW = "\x1f", "\x1e"
_FORMAT = f"%H{_FIELD}%s{_FIELD}%(trailers:key={UNDOES_TRAILER},valueonly,separator=%x20){_ROW}"
_LOOKED_AT = 1000


class Step(NamedTuple):
    """One file before and after the change that is taken back; None where it did not exist."""

    path: str
    before: bytes | None
    after: bytes | None


class Clash(NamedTuple):
    """A place that was changed again later: what it would become, and what it is now."""

    path: str
    place: tuple[str, ...]
    wanted: Any
    current: Any


class Reversal(NamedTuple):
    """What takes a change back, and what cannot be taken back because it was changed again."""

    drafts: list[Draft]
    clashes: list[Clash]


class Made(NamedTuple):
    """A commit that custodex made, or that a person named."""

    commit: str
    subject: str


def reversal(schemas: Schemas, steps: Iterable[tuple[Step, bytes | None]]) -> Reversal:
    """Return what takes back *steps*, each with the content that stands there now."""
    result = Reversal([], [])
    for step, current in steps:
        _take_back(schemas, step, current, result)
    return result


def _take_back(schemas: Schemas, step: Step, current: bytes | None, result: Reversal) -> None:
    kind = kind_at(step.path)
    if current == step.before:
        return
    if current == step.after:
        value = parse(step.before).value if step.before is not None else None
        result.drafts.append(Draft(step.path, kind, value, step.before))
        return
    before, after, now = (
        parse(data).value if data is not None else None for data in (step.before, step.after, current)
    )
    if before is None or after is None or now is None:
        wanted = ABSENT if step.before is None else before
        result.clashes.append(Clash(step.path, (), wanted, ABSENT if current is None else now))
        return
    node = schemas.node(kind) if schemas.has(kind) else Node({})
    merged = merge(node, after, now, before)
    result.clashes.extend(_clash(step.path, conflict) for conflict in merged.conflicts)
    result.drafts.append(Draft(step.path, kind, merged.value))


def _clash(path: str, conflict: Conflict) -> Clash:
    return Clash(path, conflict.place, conflict.theirs, conflict.ours)


def kind_at(path: str) -> str:
    """Return the kind of the document at a path of records/ or schema/."""
    place = locate(path)
    return place.kind if place else path.removeprefix(f"{SCHEMA_ROOT}/").removesuffix(".yaml")


def steps_of(git: Git, commit: str, folders: Sequence[str] = (ROOT, SCHEMA_ROOT)) -> list[Step]:
    """Return what a commit changed below *folders*, compared with its first parent."""
    old, new = git.tree(f"{commit}^") or EMPTY_TREE, git.tree(commit) or EMPTY_TREE
    changes = list(git.tree_changes(old, new, folders))
    names = [name for change in changes for name in (change.old_blob, change.blob) if name]
    contents = {blob.name: blob.data for blob in git.blobs(dict.fromkeys(names), MAX_BYTES)}
    return [
        Step(change.path, contents.get(change.old_blob), contents.get(change.blob or ""))
        for change in changes
    ]


def last_made(git: Git, folders: Sequence[str] = ()) -> Made | None:
    """Return the newest commit of custodex that touched *folders* and was not taken back, None if there is none."""
    undone: set[str] = set()
    for commit, subject, undoes in _log(git, folders):
        if undoes:
            undone.add(undoes)
        elif commit not in undone:
            return Made(commit, subject)
    return None


def named(git: Git, revision: str) -> Made | None:
    """Return the commit that a person named."""
    commit = git.commit(revision)
    if commit is None:
        return None
    return Made(commit, git.run("log", "-1", "--format=%s", commit).decode("utf-8", "replace").strip())


def _log(git: Git, folders: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    if git.commit("HEAD") is None:
        return
    told = git.run(
        "log", f"--max-count={_LOOKED_AT}", f"--grep=^{VERB_TRAILER}: ", f"--format={_FORMAT}", "--", *folders
    ).decode("utf-8", "replace")
    for row in told.split(_ROW):
        fields = row.strip("\n").split(_FIELD)
        if len(fields) == 3:
            yield fields[0], fields[1], fields[2].strip()


def parted(schemas: Schemas, steps: Iterable[tuple[Step, bytes | None]], gone: str) -> Reversal:
    """Return what takes a merge back; an event of *gone* that was changed since goes home changed."""
    listed = list(steps)
    home = {
        step.path.rpartition("/")[2]: step
        for step, _ in listed
        if f"/{gone}/" in step.path and step.after is None
    }
    result = reversal(schemas, listed)
    for step, current in listed:
        origin = home.get(step.path.rpartition("/")[2])
        if step.before is None and current not in (None, step.after) and origin is not None:
            kind = kind_at(step.path)
            after, now, before = (
                parse(data or b"").value or {} for data in (step.after, current, origin.before)
            )
            merged = merge(schemas.node(kind), after, now, before)
            if not merged.conflicts:
                result.clashes[:] = [clash for clash in result.clashes if clash.path != step.path]
                result.drafts[:] = [draft for draft in result.drafts if draft.path != origin.path]
                result.drafts.extend([Draft(step.path, kind, None), Draft(origin.path, kind, merged.value)])
    return result
