"""What the pipeline asks of the checks: judge a path, a document, a record, always as values.

The checks live above the pipeline and are handed to it; this module is the seam between the two.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from custodex.books import Book
from custodex.findings import Fault, Params, Severity
from custodex.hints import Marks
from custodex.schemas import Schemas

Value = Mapping[str, Any]
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Document:
    """One YAML document: path, kind and value as plain JSON-like data, read when first asked for."""

    __slots__ = ("_marks", "_text", "_value", "kind", "path")

    def __init__(self, path: str, kind: str, text: str | None = None, value: Value | None = None) -> None:
        self.path = path
        self.kind = kind
        self._text = text
        self._value = value
        self._marks: Marks | None = None

    @property
    def readable(self) -> bool:
        """False where the file could not be parsed; its value is then empty."""
        return self._value is not None or self._text is not None

    @property
    def value(self) -> Value:
        """The content of the document."""
        if self._value is None:
            self._value = json.loads(self._text) if self._text is not None else {}
        return self._value

    @property
    def text(self) -> str:
        """The content as JSON, without blanks."""
        return _encode(self.value) if self._text is None else self._text

    def marks(self, schemas: Schemas) -> Marks:
        """Return the values that the schema marks, by role; found once for all that look at the document."""
        if self._marks is None:
            self._marks = schemas.marks(self.kind, self.value)
        return self._marks

    @property
    def stem(self) -> str:
        """The file's name without its ending: what an event is referred to by."""
        return self.path.rpartition("/")[2].removesuffix(".yaml")


@dataclass(frozen=True, slots=True)
class Record:
    """One record and all its documents, sorted by path: a customer with its events, a staff file."""

    key: str
    kind: str
    id: str
    documents: tuple[Document, ...] = field(default=())

    @property
    def main(self) -> Value:
        """The value of the document that names the record; empty if it is absent or unreadable."""
        return self.one(self.kind)

    def one(self, kind: str) -> Value:
        """Return the value of the document of this kind; empty if there is none."""
        for document in self.documents:
            if document.kind == kind:
                return document.value
        return {}

    def all(self, kind: str) -> tuple[Document, ...]:
        """Return the documents of this kind, by path (events by date)."""
        return tuple([document for document in self.documents if document.kind == kind])


class Holder(NamedTuple):
    """One document that holds a unique value."""

    record: str
    path: str
    pointer: str


class Context(Protocol):
    """The other records, as a check of one record may ask for them; what is asked is remembered.

    When one of the records or values asked about changes, the asking record is examined again: that keeps
    an incremental check equal to a full one.
    """

    book: Book

    def exists(self, key: str) -> bool:
        """Tell whether there is a record `customers/<id>`, `staff/<id>` …, readable or not."""

    def main(self, key: str) -> Value:
        """Return the main value of another record; empty if absent or unreadable."""

    def holders(self, space: str, value: str) -> list[Holder]:
        """Return every document that holds a unique value, sorted by path."""


@dataclass(frozen=True, slots=True)
class Before:
    """One document's change: its value before and after; None where it did not or does not exist."""

    path: str
    kind: str
    record: str
    before: Value | None
    after: Value | None


DocumentCheck = Callable[[Document, Book], Iterable[Fault]]
"""(document, book) -> faults of one document by itself; runs in worker processes, is cached by content.

The document has no path: what stands in it must not depend on where it stands.
"""

RecordCheck = Callable[[Record, Context], Iterable[Fault]]
"""(record, context) -> faults, each with the path it is about."""

ChangeCheck = Callable[[Before, Book], Iterable[Fault]]
"""(change, book) -> faults of a change against what came before."""


@dataclass(frozen=True, slots=True)
class Examiner:
    """All checks the pipeline runs, and the severity of their codes. Functions must be importable by name."""

    document: tuple[DocumentCheck, ...] = ()
    record: tuple[RecordCheck, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class PathFault:
    """What is wrong with a path itself."""

    code: str
    params: Params = field(default_factory=dict)
