"""Within a list no two items share the field that identifies them."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.page import Page
from custodex.findings import Fault
from custodex.hints import repeated_items
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "item-repeated",
        Text("列表中两项编号相同", "two items of a list share their id"),
        Text(
            "联系人、电话、地址等列表靠一个字段区分各项，合并修改和备注里的引用都靠它。两项相同就分不清指的是哪一项。",
            "People, phones, addresses are told apart by one field, on which merging and the references in "
            "notes rely. When two items share it, nobody knows which one is meant.",
        ),
        Text("{name}{value} 与第 {first} 项重复", "{name} {value} repeats item {first}"),
        Text("给其中一项换一个 {key}，或删掉重复的一项", "give one of them another {key}, or delete it"),
        bad="people:\n  - id: p1\n    name: 林岚\n  - id: p1\n    name: 高原",
        good="people:\n  - id: p1\n    name: 林岚\n  - id: p2\n    name: 高原",
    ),
)


def check(page: Page) -> Iterator[Fault]:
    """Yield a fault for every item whose `x-key` field another item had before."""
    return repeated_items(page.marks)
