"""What the site is built from besides the reader: history, saved queries, rules. The command line provides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from custodex import deeds
from custodex.deeds import Deed


class FieldEdit(deeds.FieldEdit, Protocol):
    """One field before and after a change; `place` are field names, an item of a list as `[its key]`."""

    @property
    def place(self) -> tuple[str, ...]:
        """Where it stands."""


class Edit(Protocol):
    """One document's change in one commit; `action` is added, changed or removed."""

    @property
    def at(self) -> str:
        """When: RFC 3339."""

    @property
    def who(self) -> str:
        """The author."""

    @property
    def commit(self) -> str:
        """The commit's full name."""

    @property
    def subject(self) -> str:
        """The first line of its message; empty where the audience may not read it."""

    @property
    def record(self) -> str:
        """The key of the record."""

    @property
    def path(self) -> str:
        """The path of the document."""

    @property
    def kind(self) -> str:
        """The kind of the document."""

    @property
    def action(self) -> str:
        """What happened to the document."""

    @property
    def fields(self) -> Sequence[FieldEdit]:
        """The fields that differ; may be empty for an added document."""


class HistorySource(Protocol):
    """The history of the records as far as the audience may know it."""

    @property
    def head(self) -> str:
        """The commit it reaches to; empty without commits."""

    @property
    def shallow(self) -> bool:
        """Tell whether older history was cut off."""

    def for_record(self, key: str) -> Sequence[Edit]:
        """Return the changes of one record, newest first."""

    def recent(self, limit: int) -> Sequence[Edit]:
        """Return the newest changes of all records."""

    def last_touched(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Return when a commit last changed each of these documents (RFC 3339); without those of no commit."""

    def head_at(self, moment: str) -> str:
        """Return the commit of the main line that was the newest at *moment* (RFC 3339), empty if none was."""

    def deeds(self, since: str, head: str) -> Iterable[Deed]:
        """Yield the changes of all records from *since* (RFC 3339) on up to the commit *head*, newest first."""

    def changed_since(self, head: str) -> set[str] | None:
        """Return the keys of records with changes after *head*; None: unknown, take all."""


class NoHistory:
    """A book without history."""

    head = ""
    shallow = False

    def for_record(self, key: str) -> Sequence[Edit]:
        """Return nothing."""
        return ()

    def recent(self, limit: int) -> Sequence[Edit]:
        """Return nothing."""
        return ()

    def last_touched(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Return nothing."""
        return {}

    def head_at(self, moment: str) -> str:
        """Return nothing."""
        return ""

    def deeds(self, since: str, head: str) -> Iterable[Deed]:
        """Return nothing."""
        return ()

    def changed_since(self, head: str) -> set[str] | None:
        """Return nothing."""
        return set()


class Finder(Protocol):
    """Answers the query and the filters of a saved view with customer ids."""

    def __call__(self, query: str, where: Mapping[str, Sequence[str]]) -> Sequence[str]:
        """Return the ids of all customers that fit, by name."""
