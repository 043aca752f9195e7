"""The shape search asks of a record and of the schemas; `readers` and `schemas` have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Document(Protocol):
    """One YAML document."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def value(self) -> Any:
        """Its content."""


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
