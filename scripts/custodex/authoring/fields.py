"""One field of a document by the name people write: `stage`, `区域.城市`, `contacts.people[p1].title`.

A part is a field's name or its label; brackets hold the `x-key` of a list's item, or its number from 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from custodex.errors import UsageFault
from custodex.findings import printable
from custodex.hints import Node
from custodex.schemas import Schemas
from custodex.texts import LANGS, Text

Operation = Literal["=", "+=", "-="]
Convert = Callable[[Node, str], Any]
"""(node, what a person typed) -> the value the field wants."""

_ASSIGNMENT = re.compile(r"((?:\[[^\]]*\]|[^\[=])+?)\s*(\+=|-=|=)(.*)", re.DOTALL)
_PART = re.compile(r"([^.\[\]]+)(?:\[([^\]]*)\])?(?:\.|$)")
_SPLIT = re.compile(r"[;；|、\n]")


class Step(NamedTuple):
    """A field, and of a list the item that is meant (None: the list itself)."""

    name: str
    item: str | None = None


class Field(NamedTuple):
    """A place in documents of one kind: the steps to it, and its node."""

    kind: str
    steps: tuple[Step, ...]
    node: Node

    @property
    def name(self) -> str:
        """The field without the keys of items, which may be a phone or an address: fit for a commit's subject."""
        return ".".join(step.name for step in self.steps)

    def __str__(self) -> str:
        return ".".join(
            step.name if step.item is None else f"{step.name}[{step.item}]" for step in self.steps
        )


class Assignment(NamedTuple):
    """What one argument of `set` asks for."""

    field: Field
    operation: Operation
    text: str


def assignment(schemas: Schemas, kinds: Sequence[str], argument: str) -> Assignment:
    """Return what `field=value`, `field+=value`, `field-=value` or `field=` asks for; else a `UsageFault`."""
    match = _ASSIGNMENT.fullmatch(argument.strip())
    if match is None:
        raise UsageFault(
            Text(f"“{printable(argument)}”里没有等号", f"“{printable(argument)}” has no equals sign"),
            Text(
                "写成 字段=值；字段+=值 添加，字段-=值 去掉，字段= 清空",
                "write field=value; field+=value adds, field-=value takes away, field= empties",
            ),
        )
    operation: Any = match[2]
    return Assignment(field_of(schemas, kinds, match[1]), operation, match[3].strip())


def field_of(schemas: Schemas, kinds: Sequence[str], text: str) -> Field:
    """Return the field that *text* names in the first of *kinds* that has it; else a `UsageFault`."""
    parts = [Step(match[1].strip(), match[2]) for match in _PART.finditer(text)]
    if not parts or "".join(match[0] for match in _PART.finditer(text)) != text:
        raise _unknown(text, text, schemas.node(kinds[0]))
    first = next((kind for kind in kinds if parts[0].name in _names(kind, schemas.node(kind))), None)
    if first and len(parts) > 1 and parts[0].name not in _all_names(schemas.node(kinds[0])):
        kinds, parts = [first], parts[1:]
    for kind in kinds:
        if _child(schemas.node(kind), parts[0].name):
            return _resolved(kind, schemas.node(kind), parts, text)
    raise _unknown(text, parts[0].name, schemas.node(kinds[0]))


def _resolved(kind: str, node: Node, parts: Sequence[Step], text: str) -> Field:
    steps: list[Step] = []
    for part in parts:
        if node.items is not None and steps and steps[-1].item is None:
            # people.p1.title says the same as people[p1].title
            steps[-1] = Step(steps[-1].name, "" if _child(node.items, part.name) else part.name)
            node = node.items
            if steps[-1].item:
                continue
        found = _child(node, part.name)
        if found is None:
            raise _unknown(text, part.name, node)
        steps.append(Step(found, part.item))
        node = node.fields[found]
        if part.item is not None and node.items is not None:
            node = node.items
    return Field(kind, tuple(steps), node)


def _child(node: Node, name: str) -> str | None:
    """Return the field that has this name or label."""
    folded = name.casefold()
    return next((key for key, child in node.fields.items() if folded in _names(key, child)), None)


def _names(key: str, node: Node) -> set[str]:
    return {key.casefold(), *(node.label.get(lang).casefold() for lang in LANGS if node.label)}


def _all_names(node: Node) -> set[str]:
    return {name for key, child in node.fields.items() for name in _names(key, child)}


def _unknown(text: str, part: str, node: Node) -> UsageFault:
    import difflib

    near = difflib.get_close_matches(part, sorted(_all_names(node)), 3, 0.5)
    listed = ", ".join(near or node.fields)
    where = f"{printable(part)}" if part == text else f"{printable(part)} ({printable(text)})"
    return UsageFault(
        Text(f"没有字段 {where}", f"there is no field {where}"),
        Text(f"是不是：{listed}", f"did you mean: {listed}")
        if near
        else Text(f"可用：{listed}", f"there are: {listed}"),
    )


# --- changing a value


def assigned(value: Mapping[str, Any], wanted: Assignment, convert: Convert) -> dict[str, Any]:
    """Return a copy of a document's *value* after the assignment; what becomes empty is left out."""
    root = _copy(value)
    _assign(root, wanted.field.steps, wanted, convert)
    return {key: found for key, found in root.items() if found not in ({}, [])}


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(found) for key, found in value.items()}
    return [_copy(found) for found in value] if isinstance(value, list) else value


def _assign(value: dict[str, Any], steps: Sequence[Step], wanted: Assignment, convert: Convert) -> None:
    step, *rest = steps
    if step.item is None:
        if rest:
            inner = value.get(step.name)
            inner = value[step.name] = inner if isinstance(inner, dict) else {}
            _assign(inner, rest, wanted, convert)
        else:
            _put(value, step.name, wanted, convert)
        if value.get(step.name) in ({}, []):
            del value[step.name]
        return
    items = value.setdefault(step.name, [])
    index = _index(items, step, creating=bool(rest) and wanted.text != "")
    if not rest and not wanted.text:
        del items[index]
    elif rest:
        _assign(items[index], rest, wanted, convert)
    else:
        items[index] = convert(wanted.field.node, wanted.text)
    if not items:
        del value[step.name]


def _put(value: dict[str, Any], name: str, wanted: Assignment, convert: Convert) -> None:
    node, text = wanted.field.node, wanted.text
    if wanted.operation == "=" and not text:
        value.pop(name, None)
    elif node.items is None:
        if wanted.operation != "=":
            raise UsageFault(Text(f"{wanted.field} 不是列表", f"{wanted.field} is no list"),
                             Text(f"写成 {wanted.field}=值", f"write {wanted.field}=value"))  # fmt: skip
        if node.fields:
            listed = ", ".join(f"{wanted.field}.{key}" for key in node.fields)
            raise UsageFault(Text(f"{wanted.field} 由多个字段组成", f"{wanted.field} has fields of its own"),
                             Text(f"写其中一个：{listed}", f"name one of them: {listed}"))  # fmt: skip
        value[name] = convert(node, text)
    else:
        value[name] = _listed(value.get(name) or [], wanted, convert)


def _listed(items: list[Any], wanted: Assignment, convert: Convert) -> list[Any]:
    node = wanted.field.node
    assert node.items is not None  # noqa: S101 - asked by the caller
    if node.items.fields:
        if wanted.operation == "-=":
            return [item for item in items if wanted.text not in map(str, item.values())]
        if wanted.operation == "+=":
            many = wanted.text.startswith("{") and wanted.text.endswith("}")
            make = _item_of_many if many else new_item
            return [*items, make(node, items, wanted.text, convert)]
        name = wanted.field
        raise UsageFault(
            Text(f"{name} 是列表", f"{name} is a list"),
            Text(
                f"{name}+=值 添加一项，{name}[键]= 去掉一项",
                f"{name}+=value adds one, {name}[key]= takes one away",
            ),
        )
    found = [convert(node.items, part.strip()) for part in _SPLIT.split(wanted.text) if part.strip()]
    if wanted.operation == "-=":
        return [item for item in items if item not in found]
    return list(dict.fromkeys([*(items if wanted.operation == "+=" else []), *found]))


def new_item(node: Node, items: Sequence[Any], text: str, convert: Convert) -> dict[str, Any]:
    """Return a new item of a list of objects: *text* is its key, or its telling field beside an id of its own."""
    fields = (node.items or node).fields
    key = node.hint("key")
    told = next((name for name, child in fields.items() if child.hint("search") or child.hint("format")), "")
    if key == "id" and told and told != "id":
        first = str(next((name for name in (item.get("id") for item in items) if name), ""))[:1]
        return {"id": free_id(items, first or _initial(node)), told: convert(fields[told], text)}
    name = str(key or told or next(iter(fields)))
    return {name: convert(fields[name], text)}


def _item_of_many(node: Node, items: Sequence[Any], text: str, convert: Convert) -> dict[str, Any]:
    """Return a new item of several fields: `{city: York, street: 1 Quay}`."""
    from custodex.yamlfile import parse

    inner = node.items or node
    said = parse(text.encode()).value
    if not isinstance(said, Mapping) or not said:
        raise UsageFault(Text(f"读不懂 {printable(text)}", f"cannot read {printable(text)}"),
                         Text("写成 {字段: 值, 字段: 值}", "write {field: value, field: value}"))  # fmt: skip
    item: dict[str, Any] = {"id": free_id(items, _initial(node))} if node.hint("key") == "id" else {}
    for part, value in said.items():
        name = _child(inner, str(part))
        if name is None:
            raise _unknown(text, str(part), inner)
        field = Field("", (Step(name),), inner.fields[name])
        item = assigned(item, Assignment(field, "=", str(value)), convert)
    return item


def _initial(node: Node) -> str:
    return (node.label.en[:1].lower() if node.label else "") or "i"


def free_id(items: Sequence[Any], first: str) -> str:
    """Return the next free id of a list: `p3` after `p1` and `p2`."""
    known = {str(item.get("id")) for item in items}
    return next(name for number in range(1, len(items) + 2) if (name := f"{first}{number}") not in known)


def _index(items: list[Any], step: Step, *, creating: bool) -> int:
    if not step.item and len(items) == 1:
        return 0
    for index, item in enumerate(items):
        values = item.values() if isinstance(item, Mapping) else [item]
        if step.item and step.item in map(str, values):
            return index
    if step.item and step.item.isdigit() and 0 < int(step.item) <= len(items):
        return int(step.item) - 1
    if creating and step.item and all(isinstance(item, Mapping) for item in items):
        items.append(
            {"id": step.item} if not items or "id" in items[0] else {next(iter(items[0])): step.item}
        )
        return len(items) - 1
    known = ", ".join(
        str(next(iter(item.values()))) if isinstance(item, Mapping) else str(item) for item in items
    )
    asked = f"{step.name}[{printable(step.item or '')}]"
    raise UsageFault(
        Text(f"没有 {asked}", f"there is no {asked}"),
        Text(f"现有：{printable(known, 300) or '（空）'}", f"there are: {printable(known, 300) or 'none'}"),
    )
