"""A relation is written once, and both sides tell the same story about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custodex.books import Book
from custodex.checks.naming import group_of
from custodex.checks.sight import Sight
from custodex.examining import Value
from custodex.findings import Fault, Pointer
from custodex.hints import Marks, find
from custodex.records import record_key
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "relation-repeated",
        Text("关系写了两次", "relation given twice"),
        Text(
            "同一客户的同一种关系写两次，图上就多一条线，改的时候也容易漏改一处。",
            "The same relation to the same customer twice draws two lines, and one of them will be "
            "forgotten.",
        ),
        Text("与 {to} 的关系 {type} 已经写过", "the relation {type} to {to} was already given"),
        Text("删掉一条；结束过的旧关系写上 until", "delete one; give an ended one its until"),
        bad="relations:\n  - type: partner\n    to: rrr3qxjya2d\n  - type: partner\n    to: rrr3qxjya2d",
        good="relations:\n  - type: partner\n    to: rrr3qxjya2d",
        severity="warning",
    ),
    Rule(
        "relation-conflict",
        Text("双方的说法矛盾", "two sides that contradict each other"),
        Text(
            "甲说乙是它的供应商，乙又说甲是供应商：其中一方多半把方向写反了。",
            "If A calls B its supplier and B calls A the supplier, one of them has the direction wrong.",
        ),
        Text(
            "双方都说对方是 {type}；{to} 应写 {inverse}",
            "both sides say {type} of each other; {to} should say {inverse}",
        ),
        Text(
            "改正一方；确实互为 {type} 时，在一方补上 {inverse}",
            "correct one side; if both are true, add {inverse} on one of them",
        ),
        bad="# A\nrelations:\n  - type: supplier\n    to: B\n# B\nrelations:\n  - type: supplier\n    to: A",
        good="# A\nrelations:\n  - type: supplier\n    to: B\n# B\nrelations:\n  - type: buyer\n    to: A",
        severity="warning",
    ),
)

_Relation = tuple[Pointer, str, str, Mapping[str, str]]


def check(sight: Sight) -> Iterator[Fault]:
    """Yield a fault for every repeated relation and for every one the other side contradicts."""
    if sight.record.kind != "customer" or sight.main is None:
        return
    schemas = sight.book.schemas
    own = list(_relations(sight.book, sight.value, sight.main.marks(schemas)))
    open_ones: set[tuple[str, str]] = set()
    for pointer, type_, to, inverse in own:
        params: dict[str, str | int] = {"type": type_, "to": to}
        if "until" not in group_of(sight.value, pointer):
            if (type_, to) in open_ones:
                yield Fault("relation-repeated", pointer, params, path=sight.main.path)
            open_ones.add((type_, to))
        back = inverse.get(type_, type_)
        if back != type_ and to != sight.record.id and not _has(own, back, to):
            other = sight.context.main(record_key("customer", to))
            theirs = list(_relations(sight.book, other, schemas.marks("customer", other)))
            if _has(theirs, type_, sight.record.id) and not _has(theirs, back, sight.record.id):
                yield Fault("relation-conflict", pointer, {**params, "inverse": back}, path=sight.main.path)


def _relations(book: Book, value: Value, marks: Marks) -> Iterator[_Relation]:
    """Yield every typed relation of a customer: its place, type and other side, and the inverse types."""
    for pointer, node, found in marks.get("inverse", ()):
        group = find(book.schemas.node("customer"), pointer[:-1])
        sides = (
            [name for name, child in group.fields.items() if child.hint("ref") == "customer"] if group else []
        )
        to: Any = group_of(value, pointer).get(sides[0]) if sides else None
        if isinstance(found, str) and isinstance(to, str):
            yield pointer, found, to, node.schema["x-inverse"]


def _has(relations: list[_Relation], type_: str, to: str) -> bool:
    return any((found, side) == (type_, to) for _, found, side, _ in relations)
