"""A plan without a mapping file: headers are matched to field paths and to the labels of the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from custodex.errors import UsageFault
from custodex.hints import Node
from custodex.imports.mapping import MAPPED_KINDS, Plan, Rule, Target
from custodex.imports.paths import FieldPath, documents_of, from_node, resolve
from custodex.imports.taking import Source, loose
from custodex.records import EVENT_KINDS, SINGLE_KINDS
from custodex.schemas import Schemas
from custodex.texts import Text

Steps = list[tuple[str, str | None]]
Labels = list[Text | None]


class Request(NamedTuple):
    """What the person asked for besides the file: key (header or field), system of ids, fixed values."""

    kind: str = "customer"
    key: str = ""
    system: str = ""
    values: Mapping[str, str] = {}


def plan_of_headers(schemas: Schemas, source: Source, request: Request) -> Plan:
    """Return the plan that the headers of a table make for records of one kind."""
    kind = request.kind
    if kind not in MAPPED_KINDS or not schemas.has(kind):
        raise UsageFault(
            Text(f"不能导入 {kind}", f"cannot import {kind}"),
            Text("可用：" + " ".join(MAPPED_KINDS), "one of " + ", ".join(MAPPED_KINDS)),
        )
    names = _names(schemas, kind)
    customer = _customer_column(schemas, source) if kind in EVENT_KINDS else ""
    key_column = request.key if request.system else ""
    if key_column and source.column(key_column) < 0:
        raise UsageFault(Text(f"没有列 {key_column}", f"there is no column {key_column}"))
    targets = _targets(source, names, {customer, key_column})
    plan = Plan(
        kind,
        _with_slug(schemas, kind, targets),
        tuple(_defaults(schemas, kind, request.values)),
        key_system=request.system,
        key_column=key_column,
        customer_column=customer,
    )
    return plan if request.system else _with_key(schemas, plan, names, request.key)


def unmatched(plan: Plan, source: Source, used: Sequence[str]) -> list[str]:
    """Return the headers of a table that no rule of the plan reads and that it does not leave out by name."""
    known = {loose(name) for name in (*used, *plan.ignore, plan.key_column, plan.customer_column)}
    return [header for header in source.table.headers if header and loose(header) not in known]


def _targets(source: Source, names: Mapping[str, FieldPath], taken: set[str]) -> tuple[Target, ...]:
    targets: list[Target] = []
    seen: set[str] = set()
    for header in source.table.headers:
        path = names.get(loose(header))
        if header in taken or path is None or str(path) in seen:
            continue
        seen.add(str(path))
        targets.append((path, Rule(columns=(header,))))
    return tuple(targets)


def _with_slug(schemas: Schemas, kind: str, targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """Make ids of products, staff … from their names where no column gives them."""
    if kind not in SINGLE_KINDS or any(str(path) == "id" for path, _ in targets):
        return targets
    id_, name = (
        resolve(schemas, kind, "id"),
        next((rule for path, rule in targets if str(path) == "name"), None),
    )
    return (*targets, (id_, Rule(columns=name.columns, slug=True))) if id_ and name else targets


def _with_key(schemas: Schemas, plan: Plan, names: Mapping[str, FieldPath], asked: str) -> Plan:
    from dataclasses import replace

    mapped = [path for path, _ in plan.targets]
    if asked:
        wanted = resolve(schemas, plan.kind, asked) or names.get(loose(asked))
        if wanted is None or str(wanted) not in {str(path) for path in mapped}:
            raise UsageFault(
                Text(f"键 {asked} 没有对应的列", f"no column gives the key {asked}"),
                Text(
                    "对应到字段的列：" + "、".join(map(str, mapped)),
                    "fields with a column: " + ", ".join(map(str, mapped)),
                ),
            )
        return replace(plan, key_field=wanted)
    if plan.kind in EVENT_KINDS:
        return plan
    by_id = [path for path in mapped if str(path) == "id"]
    unique = [path for path in mapped if path.node.hint("unique") and path.kind == plan.kind]
    caption = [path for path in mapped if path.node.hint("caption") and path.kind == plan.kind]
    sure = [*by_id, *unique]
    found = next(iter([*sure, *caption]), None)
    return replace(plan, key_field=found, key_is_chosen=bool(sure))


def _defaults(schemas: Schemas, kind: str, values: Mapping[str, str]) -> Iterator[Target]:
    for name, value in values.items():
        path = resolve(schemas, kind, name)
        if path is None:
            raise UsageFault(Text(f"没有字段 {name}", f"there is no field {name}"))
        yield path, Rule(constant=value)


def _customer_column(schemas: Schemas, source: Source) -> str:
    node = schemas.node("customer")
    labels = [schemas.raw("customer").get("x-label"), *(node.fields[name].label for name in ("id", "name"))]
    names = {"customer", "customerid", "customername", "客户", "客户编号", "客户名称"}
    for label in labels:
        if isinstance(label, Text):
            names |= {loose(label.zh), loose(label.en)}
    found = [header for header in source.table.headers if loose(header) in names]
    if not found:
        raise UsageFault(
            Text("没有写明客户的列", "no column names the customer"),
            Text("加一列“客户编号”或“客户”，或用 --mapping", "add a column customer, or use --mapping"),
        )
    return found[0]


# --- names of fields


def _names(schemas: Schemas, kind: str) -> dict[str, FieldPath]:
    """Return the fields by every header that means exactly one of them; near names win over far ones."""
    found: dict[str, tuple[int, dict[str, FieldPath]]] = {}
    for document in documents_of(kind):
        if not schemas.has(document):
            continue
        root = schemas.node(document)
        far = 0 if document == kind else 1
        for steps, labels in _leaves(root, [], []):
            path = from_node(document, root, steps)
            if path is None:
                continue
            for distance, name in _headers(document, kind, schemas, steps, labels):
                rank, paths = found.get(name, (99, {}))
                if far + distance < rank:
                    found[name] = (far + distance, {str(path): path})
                elif far + distance == rank:
                    paths[str(path)] = path
    return {name: next(iter(paths.values())) for name, (_, paths) in found.items() if len(paths) == 1}


def _leaves(node: Node, steps: Steps, labels: Labels) -> Iterator[tuple[Steps, Labels]]:
    """Yield every field that a cell can fill, lists of objects themselves included, with the labels above it."""
    for name, child in node.fields.items():
        here: Steps = [*steps, (name, None)]
        named = [*labels, child.label]
        inner = child.items if child.items is not None and child.items.fields else child
        if inner is not child or not inner.fields:
            yield here, named
        yield from _leaves(inner, here, named)


def _headers(
    document: str, kind: str, schemas: Schemas, steps: Steps, labels: Sequence[Text | None]
) -> Iterator[tuple[int, str]]:
    """Yield (distance, header) for one field: its path, its label, its label behind those above it."""
    names = [name for name, _ in steps]
    depth = len(names) - 1
    yield -2, loose(".".join(names))
    if document != kind:
        yield -2, loose(".".join([document, *names]))
    yield depth, loose(names[-1])
    prefix = Text(*(str((schemas.raw(kind).get("x-label") or {}).get(lang, "")) for lang in ("zh", "en")))
    for lang in range(2):
        words = [label[lang] for label in labels if label]
        if labels[-1] is None:
            continue
        yield depth, loose(words[-1])
        for start in range(len(words) - 1):
            yield -1, loose("".join(words[start:]))
        own = loose(words[-1])
        if not depth and own.startswith(loose(prefix[lang])):  # 客户编号 is also called 编号
            yield 1, own.removeprefix(loose(prefix[lang]))
