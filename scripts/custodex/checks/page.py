"""One document as its rules look at it: what the schema marks is found in one pass for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from custodex.books import Book
from custodex.examining import Document
from custodex.hints import Found

Mark = Found
"""A value with its place and its node."""


class Page:
    """One document that fits its schema, and the values its schema marks."""

    __slots__ = ("book", "kind", "marks", "value")

    def __init__(self, document: Document, book: Book) -> None:
        self.kind = document.kind
        self.value = document.value
        self.book = book
        self.marks = document.marks(book.schemas)

    def formatted(self, name: str) -> Sequence[Mark]:
        """Return the values with `x-format: <name>`."""
        return self.marks.get(f"format:{name}", ())

    @property
    def codes(self) -> Sequence[Mark]:
        """The values with `x-vocabulary`."""
        return self.marks.get("vocabulary", ())

    @property
    def names(self) -> Sequence[Mark]:
        """The names of people and things: `x-search: name`, or the caption where nothing else is said."""
        return self.marks.get("name", ())
