"""The shape search asks of a record, of the schemas and of who reads; `readers` and `schemas` have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol


class Document(Protocol):
    """One YAML document."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def value(self) -> Any:
        """Its content."""

    @property
    def stem(self) -> str:
        """Its file's name without the ending; that of an event begins with its day."""


class Record(Protocol):
    """One customer with its modules and events."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def documents(self) -> Sequence[Any]:
        """All its documents."""

    @property
    def main(self) -> Mapping[str, Any]:
        """The document that names it."""

    def all(self, kind: str) -> Sequence[Any]:
        """Return its documents of one kind."""


class Schemas(Protocol):
    """The schemas of all kinds."""

    def has(self, kind: str) -> bool:
        """Tell whether there is a schema for *kind*."""

    def node(self, kind: str) -> Any:
        """Return the tree of fields of *kind*."""


class Reader(Protocol):
    """What one audience may read (`readers.Reader`)."""

    book: Any

    @property
    def seq(self) -> int:
        """A number that grows whenever a record changed."""

    @property
    def epoch(self) -> str:
        """The life of the catalog below."""

    @property
    def fingerprint(self) -> str:
        """Names program, schema and reading rights."""

    def keys(self, kind: str) -> Sequence[str]:
        """Return the keys of the records of a kind."""

    def select(self, keys: list[str]) -> Iterator[Any]:
        """Yield the records with these keys that exist."""

    def again(self) -> Reader:
        """Return the same view for another process."""

    def changes(self, since: int) -> Sequence[tuple[str, str, bool]]:
        """Return what changed: key, kind, whether it is gone."""
