"""One record as its rules look at it: what was read once is shared by all of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from custodex.books import Book
from custodex.examining import Context, Document, Record, Value
from custodex.facts import MENTIONS
from custodex.findings import Pointer
from custodex.hints import Found, Node
from custodex.records import EVENT_KINDS


class Reference(NamedTuple):
    """One value marked `x-ref`: the document and the place it stands at, and the kind it points at."""

    document: Document
    pointer: Pointer
    node: Node
    kind: str
    value: str


class Sight:
    """One record, the others by *context*, and the values its rules have in common.

    `references` are in the order of the documents, `unique_documents` hold some unique value, `mentioning`
    are the texts with an @ in them.
    """

    def __init__(self, record: Record, context: Context) -> None:
        self.record = record
        self.context = context
        self.references: list[Reference] = []
        self.unique_documents: list[Document] = []
        self.mentioning: list[tuple[Document, Found]] = []
        self._look()

    @property
    def book(self) -> Book:
        """The schema folder that rules the record."""
        return self.context.book

    @cached_property
    def main(self) -> Document | None:
        """The document that names the record, None if it is absent or unreadable."""
        return next(
            (doc for doc in self.record.documents if doc.kind == self.record.kind and doc.readable), None
        )

    @cached_property
    def value(self) -> Value:
        """The main document's value, empty if there is none."""
        return self.main.value if self.main else {}

    @property
    def alive(self) -> bool:
        """True for a readable record that was neither merged into another one nor erased."""
        return self.main is not None and "merged_into" not in self.value and "erased" not in self.value

    def _look(self) -> None:
        """Sort everything that refers, must be unique or mentions somebody, document by document."""
        schemas = self.book.schemas
        for document in self.record.documents:
            if not document.readable:
                continue
            marks = document.marks(schemas)
            for pointer, node, found in marks.get("ref", ()):
                if isinstance(found, str):
                    reference = Reference(document, pointer, node, str(node.schema["x-ref"]), found)
                    self.references.append(reference)
            if "unique" in marks:
                self.unique_documents.append(document)
            self.mentioning += [
                (document, mark)
                for mark in marks.get(MENTIONS, ())
                if isinstance(mark[2], str) and "@" in mark[2]
            ]

    def events(self) -> Iterator[Document]:
        """Yield the record's readable notes, transactions and feedback."""
        for document in self.record.documents:
            if document.kind in EVENT_KINDS and document.readable:
                yield document
