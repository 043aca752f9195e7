"""The checks: one module a rule, each with its codes, its texts in both languages and its cases.

`EXAMINER` is what the pipeline runs while it reads; `run` adds what depends on the clock and on what came
before; `RULES` holds the texts of every finding code there is. Rules are loaded when something is judged:
most commands find everything judged already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from custodex.examining import Context, Document, Examiner, Record
from custodex.findings import Fault, Finding, Severity
from custodex.rules import Rulebook

if TYPE_CHECKING:
    from custodex.books import Book
    from custodex.catalog import Catalog
    from custodex.snapshots import Snapshot

VERSION = "2"
"""Raised whenever a rule judges differently: what the catalog remembers is then judged anew."""


def __getattr__(name: str) -> Rulebook:
    """Return `RULES`, loaded when first asked for."""
    if name != "RULES":
        raise AttributeError(name)
    from custodex.checks.rulebook import RULES

    return RULES


class Severities(Mapping[str, Severity]):
    """The severity of every code."""

    def __getitem__(self, code: str) -> Severity:
        return __getattr__("RULES")[code].severity

    def __iter__(self) -> Iterator[str]:
        return iter(__getattr__("RULES"))

    def __len__(self) -> int:
        return len(__getattr__("RULES"))


def check_document(document: Document, book: Book) -> Iterator[Fault]:
    """Yield what is wrong with one document that fits its schema."""
    from custodex.checks.documents import check

    return check(document, book)


def check_record(record: Record, context: Context) -> Iterator[Fault]:
    """Yield what is wrong with a record among the others; every fault is about one of its own documents."""
    from custodex.checks.wholes import check

    return check(record, context)


EXAMINER = Examiner(
    document=(check_document,),
    record=(check_record,),
    severities=Severities(),
    fingerprint=f"checks-{VERSION}",
)


def run(catalog: Catalog, snapshot: Snapshot, now: datetime) -> list[Finding]:
    """Return every finding about *snapshot*, sorted; the catalog was synced to it, *now* knows its zone."""
    from custodex.checks.running import findings

    return findings(catalog, snapshot, now, EXAMINER.severities)
