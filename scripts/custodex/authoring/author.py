"""One writer at a time: a lock, a proposed state of the catalog, a judgement, a write, or none of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from custodex import files, snapshots
from custodex.authoring import nearby
from custodex.authoring.encoding import Refused, encode
from custodex.catalog import Catalog
from custodex.drafts import Draft
from custodex.errors import EnvironmentFault
from custodex.examining import Examiner
from custodex.findings import Finding
from custodex.git import EMPTY_TREE, REGULAR, Change, Git, pathspec
from custodex.locks import Lock
from custodex.records import locate
from custodex.snapshots import Entry, Snapshot, blob_name
from custodex.store import state_folder
from custodex.texts import Text
from custodex.yamlwriter import Order

_BATCH = 500
_TRIES = 5
_Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Proposed(Snapshot):
    """The worktree as it would be: `contents` stands over what is on disk."""

    contents: Mapping[str, bytes | None] = field(default_factory=dict)

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield the content of regular entries, in their order."""
        wanted = list(entries)
        stored = Snapshot.read(self, [entry for entry in wanted if not self._is_proposed(entry)])
        for entry in wanted:
            yield (entry, self.contents[entry.path] or b"") if self._is_proposed(entry) else next(stored)

    def _is_proposed(self, entry: Entry) -> bool:
        return entry.local and entry.path in self.contents


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a batch would do: findings it would add, files that cannot be changed, paths that would change."""

    findings: Sequence[Finding]
    refused: Mapping[str, Text]
    changed: Sequence[str]

    @property
    def errors(self) -> list[Finding]:
        """The findings that stand in the way."""
        return [finding for finding in self.findings if finding.severity == "error"]


class _Discard(Exception):
    """Takes the catalog back to what it was."""


Findings = Callable[[Catalog, Snapshot], list[Finding]]
"""All findings about a snapshot that the catalog was moved to."""


class Author:
    """A context: `judge` as often as needed, then `write` once; leaving without `write` changes nothing.

    Without a *lock* (a dry run) `write` is refused. With *near* the files of the whole book are not looked at
    first: then only what `is_sure` after judging may be written, all else calls for `look_at_all`.
    """

    def __init__(
        self, catalog: Catalog, git: Git, examiner: Examiner, findings: Findings, lock: Lock | None,
        *, near: bool = False,
    ) -> None:  # fmt: skip
        self.catalog = catalog
        self._git = git
        self._examiner = examiner
        self._findings = findings
        self._lock = lock
        self._stack = contextlib.ExitStack()
        self._contents: dict[str, bytes | None] = {}
        self._old: dict[str, bytes | None] = {}
        self._known: set[_Place] | None = None
        self._blocked = True
        self.is_near = near
        self.is_sure = not near

    def __enter__(self) -> Author:
        with contextlib.ExitStack() as stack:
            if self._lock:
                stack.enter_context(self._lock)
                if files.recover(self._git.root, state_folder(self._git.root)):
                    self.is_near = (
                        False  # what a killed writer had begun stands there now, and was never looked at
                    )
            seen = nearby.last_seen(self.catalog, self._git) if self.is_near else None
            self.is_near, self.is_sure = seen is not None, seen is None
            self._worktree = seen or snapshots.worktree(self._git)
            self._open()
            stack.push(lambda *_: self._close(commit=False))
            self.catalog.book.require()
            self._stack = stack.pop_all()
        return self

    def look_at_all(self) -> None:
        """Begin anew after looking at every file of the book."""
        self._close(commit=False)
        self._contents, self._old, self._known = {}, {}, None
        self.is_near, self.is_sure, self._blocked = False, True, True
        self._worktree = snapshots.worktree(self._git)
        self._open()

    def _open(self) -> None:
        """Bring the catalog to the worktree for good, then begin what may be discarded."""
        for _ in range(_TRIES):
            self.catalog.sync(self._worktree, self._examiner)
            version = self._data_version()
            self._transaction = self.catalog.store.transaction()
            self._transaction.__enter__()
            if version == self._data_version():
                return
            self._close(commit=False)  # somebody moved the catalog in between
        raise EnvironmentFault(
            Text("目录缓存一直被别的程序改动", "another program keeps moving the catalog"),
            Text("再运行一次", "run the command again"),
        )

    def _data_version(self) -> int:
        return int(self.catalog.db.execute("PRAGMA data_version").fetchone()[0])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def judge(self, drafts: Iterable[Draft]) -> Judgement:
        """Return what would come of writing *drafts*; the catalog answers as if they stood there."""
        if self._known is None:
            self._known = {_place(finding) for finding in self._findings(self.catalog, self._worktree)}
        self._contents, refused = {}, dict[str, Text]()
        for draft in drafts:
            try:
                self._encode(draft)
            except Refused as refusal:
                refused[draft.path] = refusal.reason
        touched = {place.record for path in self._contents if (place := locate(path))}
        standing = self.is_near and nearby.stand(self.catalog, self._git.root, touched)
        asked = nearby.asked_of(self.catalog, touched) if standing else set()
        found = self._findings(self.catalog, self._move())
        new = sorted(finding for finding in found if _place(finding) not in self._known)
        self._blocked = bool(refused) or any(finding.severity == "error" for finding in new)
        if self.is_near:
            clean = standing and not new and not refused
            self.is_sure = clean and nearby.may_be_judged(self.catalog, self._git.root, touched, asked)
            self._blocked = self._blocked or not self.is_sure
        return Judgement(new, refused, sorted(self._contents))

    def contents(self) -> dict[str, tuple[bytes | None, bytes | None]]:
        """Return old and new content of every path that the batch judged last changes, by path."""
        return {path: (self._old[path], self._contents[path]) for path in sorted(self._contents)}

    def write(self) -> list[str]:
        """Write the batch judged last, which must be clean; return the paths written, sorted."""
        if self._lock is None or self._blocked:
            raise ValueError("only a batch that was judged clean under a lock is written")
        for path in self._contents:
            if files.current(self._git.root, path) != self._old[path]:
                raise _changed_meanwhile(path)
        files.replace_all(self._git.root, state_folder(self._git.root), self._contents)
        self._blocked = True
        self._close(commit=True)
        return sorted(self._contents)

    def _close(self, *, commit: bool) -> bool:
        transaction, self._transaction = self._transaction, contextlib.nullcontext()  # type: ignore[assignment]
        if commit:
            transaction.__exit__(None, None, None)
        else:
            with contextlib.suppress(_Discard):
                transaction.__exit__(_Discard, _Discard(), None)
        return False

    def encoded(self, draft: Draft) -> Draft:
        """Return a draft by its content alone, which takes a fraction of the memory; one that is refused as it is."""
        with contextlib.suppress(Refused):
            return Draft(draft.path, draft.kind, None, self._data(draft))
        return draft

    def _encode(self, draft: Draft) -> None:
        data = self._data(draft)
        if data != self._old[draft.path]:
            self._contents[draft.path] = data

    def _data(self, draft: Draft) -> bytes | None:
        if draft.path not in self._old:
            self._old[draft.path] = self._read(draft.path)
        if draft.data is not None or draft.value is None:
            return draft.data
        return encode(self._old[draft.path], draft.value, self._order(draft.kind))

    def _read(self, path: str) -> bytes | None:
        """Return what stands at *path*, which is what the catalog knows and drafts were made from."""
        data = files.current(self._git.root, path)
        row = self.catalog.db.execute("SELECT blob FROM entries WHERE path = ?", (path,)).fetchone()
        if data is not None and (row is None or row[0] != blob_name(data)):
            raise _changed_meanwhile(path)
        return data

    def _order(self, kind: str) -> Order:
        schemas = self.catalog.book.schemas
        return schemas.order(kind) if schemas.has(kind) else {}

    def _move(self) -> Snapshot:
        known = self._worktree
        entries = {
            path: Entry(path, "000000", "")
            if data is None
            else Entry(path, REGULAR, blob_name(data), local=True)
            for path, data in self._contents.items()
        }
        committed = self._committed()
        changes = {change.path: change for change in known.changes}
        for path, entry in entries.items():
            old_mode, old_blob = committed.get(path, ("000000", ""))
            blob = f"local:{entry.blob}" if entry.blob else ""
            changes[path] = Change(path, old_mode, old_blob, entry.mode, blob)
        snapshot = Proposed(
            known.git, known.source, known.tree, {**known.overlay, **entries}, known.base,
            tuple(changes.values()), dict(self._contents),
        )  # fmt: skip
        # one process: the others could not see what is not on disk
        self.catalog.move(snapshot, self._examiner, 1)
        return snapshot

    def _committed(self) -> dict[str, tuple[str, str]]:
        """Return mode and blob that HEAD has at the paths of the batch."""
        paths = [path for path in self._contents if self._old[path] is not None]
        found: dict[str, tuple[str, str]] = {}
        for start in range(0, len(paths), _BATCH):
            literal = [pathspec(path) for path in paths[start : start + _BATCH]]
            for change in self._git.tree_changes(EMPTY_TREE, self._worktree.tree, literal):
                found[change.path] = (change.mode, change.blob or "")
        return found


def _changed_meanwhile(path: str) -> EnvironmentFault:
    return EnvironmentFault(
        Text(f"{path} 刚被别的程序改动", f"{path} was changed by another program meanwhile"),
        Text("再运行一次", "run the command again"),
    )


def _place(finding: Finding) -> _Place:
    """Return what stays the same of a finding when lines move."""
    return finding.path, finding.code, finding.pointer
