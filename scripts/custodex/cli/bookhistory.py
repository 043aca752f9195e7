"""The history as the site asks for it: cheap for the many records that were only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from custodex.catalog import Catalog
from custodex.git import Git
from custodex.history import Change, History, Ledger, Step
from custodex.readers import Reader
from custodex.records import locate
from custodex.revisions import commit_at


class Added(NamedTuple):
    """A document that was added; what was in it need not be read to say so."""

    at: str
    who: str
    commit: str
    subject: str
    record: str
    path: str
    kind: str
    action: str = "added"
    fields: tuple[()] = ()


class BookHistory:
    """One process' view of the ledger, for one audience."""

    def __init__(
        self, git: Git, ledger: Ledger, reader: Reader, catalog: Catalog, revision: str = ""
    ) -> None:
        self._git = git
        self._ledger = ledger
        self._reader = reader
        self._catalog = catalog
        self._touched: dict[str, str] = {}
        self._recent: tuple[int, Sequence[Change]] = (0, ())
        self.head = ledger.head
        self._revision = revision or ledger.head
        self.shallow = git.run("rev-parse", "--is-shallow-repository").strip() == b"true"

    def _history(self) -> History:
        # a new one each time: it keeps every value it has read
        return History(self._git, self._ledger, self._reader, self._catalog.document_values)

    def for_record(self, key: str) -> Sequence[Change | Added]:
        """Return the changes of one record, newest first."""
        steps = self._ledger.steps(key)
        if any(step.old_blob for step in steps):
            return self._history().for_record(key)
        return [added for step in steps if (added := self._added(step)) is not None]

    def _added(self, step: Step) -> Added | None:
        place = locate(step.path)
        if place is None or not self._reader.may_read(place.kind):
            return None
        # a subject line may name what the audience must not know
        subject = step.subject if self._reader.audience is None else ""
        return Added(step.at, step.author, step.commit, subject, step.record, step.path, place.kind)

    def recent(self, limit: int) -> Sequence[Change]:
        """Return the newest changes of all records."""
        if self._recent[0] < limit:
            self._recent = (limit, self._history().recent(limit))
        return self._recent[1][:limit]

    def last_touched(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Return when a commit last changed each of these documents (RFC 3339); without those of no commit."""
        for path in paths:
            if path not in self._touched:  # both languages ask for the same
                self._touched[path] = self._ledger.last_touched(path)
        return {path: at for path in paths if (at := self._touched[path])}

    def head_at(self, moment: str) -> str:
        """Return the commit of the main line that was the newest at *moment* (RFC 3339), empty if none was."""
        return (commit_at(self._git, moment, self._revision) or "") if self._revision else ""

    def deeds(self, since: str, head: str) -> Iterable[Change]:
        """Yield the changes of all records from *since* (RFC 3339) on up to the commit *head*, newest first."""
        ledger = self._ledger.at(head)
        return History(self._git, ledger, self._reader, self._catalog.document_values).since(since, bare=True)

    def changed_since(self, head: str) -> set[str] | None:
        """Return the records with changes after *head*; None when it is not in the history any more."""
        if head == self.head:
            return set()
        return self._ledger.changed_since(head) if head else None
