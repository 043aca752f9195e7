"""The rules that judge one document by itself, in the order they run."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.books import Book
from custodex.checks import (
    amounts,
    cities,
    email,
    glossary,
    grades,
    items,
    phone,
    resident_ids,
    scripts,
    tags,
    task_states,
    uscc,
    vocabulary,
)
from custodex.checks.page import Page
from custodex.examining import Document, Value
from custodex.findings import Fault

MODULES = (
    vocabulary, tags, grades, cities, uscc, resident_ids, phone, email, items, scripts, amounts, task_states,
    glossary,
)  # fmt: skip


def check(document: Document, book: Book) -> Iterator[Fault]:
    """Yield what is wrong with one document that fits its schema."""
    if book.schemas.has(document.kind):
        page = Page(document, book)
        for module in MODULES:
            yield from module.check(page)


def faults_of_document(kind: str, value: Value, book: Book) -> Iterator[Fault]:
    """Yield what is wrong with a document by its schema, or else by the rules."""
    faults = book.schemas.validate(kind, value) if book.schemas.has(kind) else []
    yield from faults or check(Document("", kind, value=value), book)
