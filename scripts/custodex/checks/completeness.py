"""A customer has the fields that its stage asks for (`x-required-from`)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from custodex.books import Book
from custodex.checks.codes import codes_of
from custodex.checks.sight import Sight
from custodex.examining import Value
from custodex.findings import Fault
from custodex.hints import Node
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "incomplete",
        Text("资料不完整", "fields missing for the stage"),
        Text(
            "客户走到哪个阶段，就要有哪些资料：意向客户要有负责人，成交客户要有等级和地址。缺了就无法跟进和统计。",
            "Each stage asks for what the work then needs: a prospect has an owner, a customer a "
            "grade and an "
            "address. Without them nobody can follow up or report.",
        ),
        Text("阶段“{stage}”还缺：{missing}", "the stage {stage} still needs: {missing}"),
        Text("补上这些字段，或改回较早的阶段", "add these fields, or go back to an earlier stage"),
        bad="type: organization\nname: Acme\nstage: prospect",
        good="type: organization\nname: Acme\nstage: prospect\nregion:\n  country: GB\nowner: zhou-min",
    ),
)

_MODULES = ("customer", "contacts")
_Demand = tuple[str, str, Node, int]


def check(sight: Sight) -> Iterator[Fault]:
    """Yield one fault that names every missing field."""
    if sight.record.kind != "customer" or sight.main is None or not sight.alive:
        return
    codes = codes_of(sight.book)
    stage = sight.value.get("stage")
    rank = codes.rank(stage)
    if not rank or not isinstance(stage, str):
        return
    missing = [
        (kind, name, node)
        for kind, name, node, needed in _demands(sight.book)
        if needed <= rank and _applies(node, sight.value) and _lacks(sight, kind, name)
    ]
    if missing:
        params = {
            "stage_zh": codes.stages[stage].label.zh,
            "stage_en": codes.stages[stage].label.en,
            "missing_zh": "、".join(
                _shown(kind, name, node.label.zh if node.label else "") for kind, name, node in missing
            ),
            "missing_en": ", ".join(
                _shown(kind, name, node.label.en if node.label else "") for kind, name, node in missing
            ),
            "fields": ", ".join(f"{kind}.{name}" for kind, name, _ in missing),
        }
        yield Fault("incomplete", ("stage",), params, path=sight.main.path)


@lru_cache(maxsize=2)
def _demands(book: Book) -> tuple[_Demand, ...]:
    """Return what the schemas ask for from some stage on: kind, field, node, rank of the stage."""
    codes = codes_of(book)
    return tuple(
        (kind, name, node, codes.rank(node.hint("required-from")))
        for kind in _MODULES
        if book.schemas.has(kind)
        for name, node in book.schemas.node(kind).fields.items()
        if codes.rank(node.hint("required-from"))
    )


def _applies(node: Node, customer: Value) -> bool:
    wanted = node.hint("for")
    return wanted is None or wanted == customer.get("type")


def _lacks(sight: Sight, kind: str, name: str) -> bool:
    document = next((document for document in sight.record.documents if document.kind == kind), None)
    if document is None:
        return True
    return document.readable and document.value.get(name) in (None, "", [], {})


def _shown(kind: str, name: str, label: str) -> str:
    field = name if kind == "customer" else f"{kind}.{name}"
    return f"{label} ({field})" if label else field
