"""A value that must be unique belongs to one record only."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.naming import named
from custodex.checks.sight import Sight
from custodex.facts import uniques_of
from custodex.findings import Fault, json_pointer
from custodex.hints import Node, find
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "unique-taken",
        Text("号码已属于另一份档案", "number of another record"),
        Text(
            "证照号和外部系统编号用来认出同一个客户。两份档案有同一个号码，要么是重复建档，要么抄错了。",
            "Registration numbers and ids of other systems tell customers apart. If two records hold "
            "the same "
            "one, the customer was entered twice or the number is wrong.",
        ),
        # the value may be sensitive; where it stands is enough
        Text("{name}与 {other} 中的 {pointer} 相同", "{name} is the same as {pointer} in {other}"),
        Text(
            "改正号码；如果是同一个客户，用 custodex merge 合并",
            "correct the number; if they are one customer, custodex merge them",
        ),
        bad="# two customers\nidentifiers:\n  uscc: 91440300MA5EXAM142",
        good="# one customer\nidentifiers:\n  uscc: 91440300MA5EXAM142",
    ),
)


def check(sight: Sight) -> Iterator[Fault]:
    """Yield a fault for every unique value of the record that stands elsewhere as well."""
    schemas = sight.book.schemas
    for document in sight.unique_documents:
        for unique in uniques_of(document.marks(schemas)):
            here = (document.path, json_pointer(unique.pointer))
            holders = sight.context.holders(unique.space, unique.value)
            other = next((holder for holder in holders if (holder.path, holder.pointer) != here), None)
            if other:
                node = find(schemas.node(document.kind), unique.pointer) or Node({})
                params = {**named(node, unique.pointer), "other": other.path, "pointer": other.pointer}
                yield Fault("unique-taken", unique.pointer, params, path=document.path)
