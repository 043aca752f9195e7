"""What a document refers to exists, and was neither merged away nor erased."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.naming import named
from custodex.checks.sight import Reference, Sight
from custodex.examining import Context
from custodex.findings import Fault
from custodex.ids import has_id_form, is_id
from custodex.records import CUSTOMER_KINDS, KIND, path_of, record_key
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "reference-missing",
        Text("引用的档案不存在", "reference to nothing"),
        Text(
            "负责人、团队、产品和关联客户用编号引用。指向不存在的档案，页面上就是断掉的链接，统计也会漏掉它。",
            "Owners, teams, products and related customers are named by id. A reference to nothing "
            "is a broken "
            "link on the page and a gap in every figure.",
        ),
        Text(
            "{name}：没有{kind} {value}，{target} 不存在{detail}",
            "{name}: there is no {kind} {value}, {target} does not exist{detail}",
        ),
        Text("改正编号，或先建立 {target}", "correct the id, or add {target} first"),
        bad="owner: zhou-mni",
        good="owner: zhou-min",
    ),
    Rule(
        "reference-merged",
        Text("引用了已合并的客户", "reference to a merged customer"),
        Text(
            "重复的客户合并后只留下指路的存根。链接还能用，但应直接指向合并后的客户。",
            "A merged duplicate is only a signpost. The link still works, but should name the "
            "customer that stayed.",
        ),
        Text("{name}：客户 {value} 已并入 {survivor}", "{name}: customer {value} was merged into {survivor}"),
        Text("改成 {survivor}", "write {survivor}"),
        bad="parent: (id of the merged duplicate)",
        good="parent: (id of the customer that stayed)",
        severity="warning",
    ),
    Rule(
        "reference-erased",
        Text("引用了已删除的客户", "reference to an erased customer"),
        Text(
            "客户资料依法删除后，只有历史事件可以提到它的编号；仍在使用的关系不能再指向它。",
            "Once a customer's data were erased, only past events may name the id; a relation in use "
            "may not.",
        ),
        Text("{name}：客户 {value} 的资料已删除", "{name}: customer {value} was erased"),
        Text("删掉这个引用", "remove the reference"),
        bad="relations:\n  - type: partner\n    to: (id of an erased customer)",
        good="relations: []",
    ),
)

_KINDS = {
    "customer": Text("客户", "customer"),
    "staff": Text("员工", "colleague"),
    "team": Text("团队", "team"),
    "product": Text("产品", "product"),
    "view": Text("视图", "view"),
}
_INSIDE = frozenset({"person", "event"})
_MAX_CHAIN = 32


def check(sight: Sight) -> Iterator[Fault]:
    """Yield a fault for every reference to a record that is not there as such."""
    for reference in sight.references:
        kinds = reference.kind.split("|")
        if reference.kind in _INSIDE or not all(kind in KIND for kind in kinds):
            continue
        if not any(_exists(sight.context, record_key(kind, reference.value)) for kind in kinds):
            yield _missing(reference, kinds)
        elif kinds == ["customer"]:
            yield from _gone(reference, sight.context)


def _exists(context: Context, key: str) -> bool:
    # main values are remembered, so the staff named in every note cost one look-up
    return bool(context.main(key)) or context.exists(key)


def _missing(reference: Reference, kinds: list[str]) -> Fault:
    wrong = kinds == ["customer"] and has_id_form(reference.value) and not is_id(reference.value)
    params = {
        **named(reference.node, reference.pointer),
        "value": reference.value,
        "kind_zh": "或".join(_KINDS[kind].zh for kind in kinds if kind in _KINDS),
        "kind_en": " or ".join(_KINDS[kind].en for kind in kinds if kind in _KINDS),
        "target": path_of(kinds[0], reference.value),
        "detail_zh": "；校验位不对，多半是抄错了" if wrong else "",
        "detail_en": "; its check character is wrong, so it was probably miscopied" if wrong else "",
    }
    return Fault("reference-missing", reference.pointer, params, path=reference.document.path)


def _gone(reference: Reference, context: Context) -> Iterator[Fault]:
    params = {**named(reference.node, reference.pointer), "value": reference.value}
    target = context.main(record_key("customer", reference.value))
    if "erased" in target:
        standing = KIND[reference.document.kind].shape == "module"
        if standing and reference.document.kind in CUSTOMER_KINDS:
            yield Fault("reference-erased", reference.pointer, params, path=reference.document.path)
    elif isinstance(target.get("merged_into"), str):
        params["survivor"] = _survivor(str(target["merged_into"]), context)
        yield Fault("reference-merged", reference.pointer, params, path=reference.document.path)


def _survivor(customer: str, context: Context) -> str:
    """Return where a chain of merges ends; a chain without end has a rule of its own."""
    for _ in range(_MAX_CHAIN):
        further = context.main(record_key("customer", customer)).get("merged_into")
        if not isinstance(further, str):
            break
        customer = further
    return customer
