"""A plan without a mapping file: headers are matched to field paths and to the labels of the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from custodex.errors import UsageFault
from custodex.hints import Node
from custodex.imports.familiar import FAMILIAR
from custodex.imports.mapping import DATED_KINDS, MAPPED_KINDS, Plan, Rule, Target
from custodex.imports.paths import FieldPath, documents_of, from_node, resolve
from custodex.imports.taking import REASON_HEADERS, Source, loose
from custodex.records import SINGLE_KINDS
from custodex.schemas import Schemas
from custodex.texts import Text

_NEVER = frozenset(["merged_into", "erased"])
"""Fields that a command of its own writes; a column called 原因 must not erase a customer."""
Accepts = Callable[[FieldPath, str], bool]
"""(field, text of a cell) -> whether the field can take it at all."""
Steps = list[tuple[str, str | None]]
Labels = list[Text | None]
_Leaf = tuple[Steps, Labels]


class Request(NamedTuple):
    """What the person asked for besides the file: key (header or field), system of ids, fixed values.

    With *once*, an event that is there already is left alone, whatever the row says.
    """

    kind: str = "customer"
    key: str = ""
    system: str = ""
    values: Mapping[str, str] = {}
    once: bool = False


def plan_of_headers(schemas: Schemas, source: Source, request: Request, accepts: Accepts) -> Plan:
    """Return the plan that the headers of a table make for records of one kind."""
    kind = request.kind
    if kind not in MAPPED_KINDS or not schemas.has(kind):
        raise UsageFault(
            Text(f"不能导入 {kind}", f"cannot import {kind}"),
            Text("可用：" + " ".join(MAPPED_KINDS), "one of " + ", ".join(MAPPED_KINDS)),
        )
    names = {name: [path] for name, path in _names(schemas, kind).items()}
    if kind == "customer":
        for name, paths in FAMILIAR.items():
            known = [path for text in paths if (path := resolve(schemas, kind, text))]
            names[name] = [*known, *names.get(name, ())]
    for header in source.table.headers:
        # `contacts.people[2].name`: further items of a list are named by their whole path, as export writes it
        if "[" in header and loose(header) not in names and (path := resolve(schemas, kind, header)):
            names[loose(header)] = [path]
    customer = _customer_column(schemas, source) if kind in DATED_KINDS else ""
    stem = "id" if kind in DATED_KINDS and "id" in source.table.headers else ""
    key_column = request.key if request.system else ""
    if key_column and source.column(key_column) < 0:
        raise UsageFault(Text(f"没有列 {key_column}", f"there is no column {key_column}"))
    targets = _targets(schemas, source, names, {customer, key_column, stem}, accepts)
    plan = Plan(
        kind,
        _with_slug(schemas, kind, targets),
        tuple(_defaults(schemas, kind, request.values)),
        key_system=request.system,
        key_column=key_column,
        customer_column=customer,
        stem_column=stem,
        once=request.once,
    )
    return plan if request.system else _with_key(schemas, plan, names, request.key)


def unmatched(plan: Plan, source: Source, used: Sequence[str]) -> list[str]:
    """Return the headers of a table that no rule of the plan reads and that it does not leave out by name."""
    known = {
        loose(name)
        for name in (
            *used,
            *plan.ignore,
            *REASON_HEADERS,
            plan.key_column,
            plan.customer_column,
            plan.stem_column,
        )
    }
    return [header for header in source.table.headers if header and loose(header) not in known]


def _targets(
    schemas: Schemas,
    source: Source,
    names: Mapping[str, Sequence[FieldPath]],
    taken: set[str],
    accepts: Accepts,
) -> tuple[Target, ...]:
    """Return a target for each header that names a field; each field is filled once."""
    headers = [header for header in source.table.headers if header and header not in taken]
    people = {str(path) for header in headers for path in names.get(loose(header), ())[:1]}
    found: dict[str, Target] = {}
    for header in headers:
        for path in names.get(loose(header), ()):
            inside = next((str(other) for other in _captions(schemas, path)), "")
            fits = str(path) not in found and (not inside or inside in people)
            if fits and all(accepts(path, text) for text in _column(source, header)):
                found[str(path)] = (path, Rule(columns=(header,), unsure=_note_of(schemas, path)))
                found |= _type_of_item(schemas, path)
                break
    return tuple(found.values())


def _note_of(schemas: Schemas, path: FieldPath) -> FieldPath | None:
    """Return the note that keeps what a field of phones or countries cannot take: the person's, else the customer's."""
    if path.node.hint("format") != "phone" and path.node.hint("vocabulary") != "countries":
        return None
    outer = next(iter([*path.items()][:-1]), None)
    if outer is None:
        return resolve(schemas, "customer", "description")
    steps: Steps = [*((step.name, step.label) for step in outer), ("note", None)]
    return from_node(path.kind, schemas.node(path.kind), steps)


def _column(source: Source, header: str) -> Iterator[str]:
    number = source.column(header)
    for row in source.table.rows:
        if number < len(row.cells) and row.cells[number] and number not in row.marks:
            yield row.cells[number]


def _captions(schemas: Schemas, path: FieldPath) -> Iterator[FieldPath]:
    """Yield the name that the item around a field must have: a person's phone needs the person's column."""
    items = list(path.items())
    if len(items) > 1 or (items and path.node.hint("search") != "name" and len(path.steps) == 2):
        steps: Steps = [(step.name, step.label) for step in items[0]]
        found = from_node(path.kind, schemas.node(path.kind), [*steps, ("name", None)])
        if found:
            yield found


def _type_of_item(schemas: Schemas, path: FieldPath) -> dict[str, Target]:
    """Say what an item is where its label says it: `phones[fax]` is of the type fax."""
    label = path.steps[-2].label if len(path.steps) > 1 else None
    steps: Steps = [*((step.name, step.label) for step in path.steps[:-1]), ("type", None)]
    found = from_node(path.kind, schemas.node(path.kind), steps)
    if found and label in (found.node.schema.get("enum") or ()):
        return {str(found): (found, Rule(constant=label))}
    return {}


def _with_slug(schemas: Schemas, kind: str, targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """Make ids of products, staff … from their names where no column gives them."""
    if kind not in SINGLE_KINDS or any(str(path) == "id" for path, _ in targets):
        return targets
    id_, name = (
        resolve(schemas, kind, "id"),
        next((rule for path, rule in targets if str(path) == "name"), None),
    )
    return (*targets, (id_, Rule(columns=name.columns, slug=True))) if id_ and name else targets


def _with_key(schemas: Schemas, plan: Plan, names: Mapping[str, Sequence[FieldPath]], asked: str) -> Plan:
    from dataclasses import replace

    mapped = [path for path, _ in plan.targets]
    if asked:
        wanted = resolve(schemas, plan.kind, asked) or next(iter(names.get(loose(asked), ())), None)
        if wanted is None or str(wanted) not in {str(path) for path in mapped}:
            raise UsageFault(
                Text(f"键 {asked} 没有对应的列", f"no column gives the key {asked}"),
                Text(
                    "对应到字段的列：" + "、".join(map(str, mapped)),
                    "fields with a column: " + ", ".join(map(str, mapped)),
                ),
            )
        return replace(plan, key_field=wanted)
    if plan.kind in DATED_KINDS:
        return plan
    by_id = [path for path in mapped if str(path) == "id"]
    unique = [path for path in mapped if path.node.hint("unique") and path.kind == plan.kind]
    caption = [path for path in mapped if path.node.hint("caption") and path.kind == plan.kind]
    sure = [*by_id, *unique]
    found = next(iter([*sure, *caption]), None)
    weak = next(iter(caption), None)
    return replace(plan, key_field=found, key_is_chosen=bool(sure), key_fallback=weak if sure else None)


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


def _leaves(node: Node, steps: Steps, labels: Labels) -> Iterator[_Leaf]:
    """Yield every field that a cell can fill, and lists of objects themselves, with the labels above."""
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
    if names[0] in _NEVER:
        return
    depth = len(names) - 1
    # what is sensitive is only filled by a column that names it in full
    is_open = document in {kind, "contacts"}
    yield -2, loose(".".join(names))
    if document != kind:
        yield -2, loose(".".join([document, *names]))
    if is_open:
        yield depth, loose(names[-1])
    prefix = Text(*(str((schemas.raw(kind).get("x-label") or {}).get(lang, "")) for lang in ("zh", "en")))
    for lang in range(2):
        words = [label[lang] for label in labels if label]
        if labels[-1] is None:
            continue
        if is_open:
            yield depth, loose(words[-1])
        for start in range(len(words) - 1):
            yield -1, loose("".join(words[start:]))
        own = loose(words[-1])
        if not depth:
            yield 1, loose(prefix[lang] + words[-1])
        if not depth and own.startswith(loose(prefix[lang])):  # 客户编号 is also called 编号
            yield 1, own.removeprefix(loose(prefix[lang]))
