"""What somebody promised to look at again by a day (`x-due`): governance documents, training, agreements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from custodex.books import Book
from custodex.catalog import Catalog
from custodex.checks.naming import named
from custodex.examining import Value
from custodex.findings import Fault
from custodex.records import SINGLE_KINDS
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "review-overdue",
        Text("审阅日期已过", "overdue review"),
        Text(
            "制度文件、培训和保密协议都有期限。过期的制度没人保证还适用；过期的培训使人不能再批准修改。",
            "Governance documents, trainings and agreements end. Nobody vouches for an old procedure, and who "
            "is out of training may approve no change.",
        ),
        Text("{name}是 {value}，已经过去", "{name} was {value}, which has passed"),
        Text("审阅后写上新的日期", "look at it again and write the next date"),
        bad='review_due: "2025-01-15"',
        good='review_due: "2027-01-15"',
        severity="warning",
    ),
)
_HINT = frozenset({"x-due"})


def overdue(catalog: Catalog, today: date) -> Iterator[Fault]:
    """Yield a fault for every day to be kept that is before *today*; only kinds of one file have such."""
    book = catalog.book
    query = (
        "SELECT path, documents.value FROM entries JOIN documents ON documents.id = entries.doc"
        " WHERE entries.kind = ? AND documents.value IS NOT NULL ORDER BY path"
    )
    for kind in SINGLE_KINDS:
        if book.schemas.hints_at(kind, _HINT):
            for path, text in catalog.db.execute(query, (kind,)):
                for fault in check(kind, json.loads(text), book, today):
                    yield Fault(fault.code, fault.pointer, fault.params, path=path)


def check(kind: str, value: Value, book: Book, today: date) -> Iterator[Fault]:
    """Yield a fault for every day of one document that has passed; who is no longer active owes nothing."""
    if value.get("active") is False:
        return
    for pointer, node, found in book.schemas.walk(kind, value, _HINT):
        if isinstance(found, str) and found < today.isoformat():
            yield Fault("review-overdue", pointer, {**named(node, pointer), "value": found})
