"""One document as its rules look at it: what the schema marks is found in one pass for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from custodex.books import Book
from custodex.examining import Value
from custodex.findings import Pointer
from custodex.hints import Node

Mark = tuple[Pointer, Node, Any]
"""A value with its place and its node."""

_HINTS = frozenset({"x-format", "x-vocabulary", "x-key", "x-search", "x-caption"})


class Page:
    """One document that fits its schema, and the values its schema marks."""

    __slots__ = ("_marks", "book", "kind", "value")

    def __init__(self, kind: str, value: Value, book: Book) -> None:
        self.kind = kind
        self.value = value
        self.book = book
        self._marks: dict[str, list[Mark]] = {}
        for mark in book.schemas.walk(kind, value, _HINTS):
            self._sort(mark, mark[1].schema)

    def _sort(self, mark: Mark, schema: Any) -> None:
        marks = self._marks
        if "x-format" in schema:
            marks.setdefault(schema["x-format"], []).append(mark)
        if "x-vocabulary" in schema:
            marks.setdefault("x-vocabulary", []).append(mark)
        if "x-key" in schema:
            marks.setdefault("x-key", []).append(mark)
        if schema.get("x-search", "name" if "x-caption" in schema else "") == "name":
            marks.setdefault("x-name", []).append(mark)

    def formatted(self, name: str) -> Sequence[Mark]:
        """Return the values with `x-format: <name>`."""
        return self._marks.get(name, ())

    @property
    def codes(self) -> Sequence[Mark]:
        """The values with `x-vocabulary`."""
        return self._marks.get("x-vocabulary", ())

    @property
    def keyed(self) -> Sequence[Mark]:
        """The lists with `x-key`."""
        return self._marks.get("x-key", ())

    @property
    def names(self) -> Sequence[Mark]:
        """The names of people and things: `x-search: name`, or the caption where nothing else is said."""
        return self._marks.get("x-name", ())
