"""The schema as people and programs read it: fields in order with their labels and `x-` hints.

A `Node` is one place in a kind's schema with its `$ref` resolved; the tree of nodes is what forms, the
search index, the site and the checks look at, so that a field added to the schema appears everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from custodex.findings import Fault, Pointer
from custodex.texts import Text

Schema = Mapping[str, Any]

_PASSED_TO_ITEMS = ("x-search", "x-ref", "x-vocabulary", "x-format", "x-time", "x-class")
_MAX_DEPTH = 24


@dataclass(slots=True)
class Node:
    """One place in a schema: its own keywords and hints, its fields in order, its items."""

    schema: Schema
    fields: dict[str, Node] = field(default_factory=dict)
    items: Node | None = None

    @property
    def label(self) -> Text | None:
        """The name people know this place by."""
        return as_text(self.schema.get("x-label"))

    def hint(self, name: str) -> Any:
        """Return the value of the hint `x-<name>`, or None."""
        return self.schema.get(f"x-{name}")

    def enum_label(self, value: str) -> Text | None:
        """Return the label of one value of an enumeration."""
        return as_text((self.schema.get("x-enum") or {}).get(value))


def as_text(value: object) -> Text | None:
    """Return a `{zh, en}` mapping as a text."""
    if not isinstance(value, Mapping) or not {"zh", "en"} <= set(value):
        return None
    return Text(str(value["zh"]), str(value["en"]))


class Resolver:
    """Follows `$ref` inside a closed set of schemas, known by their `$id`."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def target(self, ref: str, base: str) -> tuple[Schema, str] | None:
        """Return the schema a reference means and the `$id` of the document it stands in."""
        name, _, pointer = ref.partition("#")
        base = name or base
        node: Any = self._schemas.get(base)
        for part in pointer.split("/")[1:]:
            if not isinstance(node, Mapping):
                return None
            node = node.get(part.replace("~1", "/").replace("~0", "~"))
        return (node, base) if isinstance(node, Mapping) else None

    def merged(self, schema: Schema, base: str) -> tuple[Schema, str]:
        """Return *schema* with the schema it refers to below it; its own keywords win."""
        for _ in range(_MAX_DEPTH):
            ref = schema.get("$ref")
            found = self.target(ref, base) if isinstance(ref, str) else None
            if found is None:
                break
            target, base = found
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
            if "$ref" in target:
                schema = {**schema, "$ref": target["$ref"]}
        return schema, base


def build_node(schema: Schema, base: str, resolver: Resolver, depth: int = 0) -> Node:
    """Return the tree of nodes of *schema*, which stands in the document with the `$id` *base*."""
    schema, base = resolver.merged(schema, base)
    node = Node(schema)
    if depth > _MAX_DEPTH:
        return node
    for name, child in (schema.get("properties") or {}).items():
        if isinstance(child, Mapping):
            node.fields[name] = build_node(child, base, resolver, depth + 1)
    items = schema.get("items")
    if isinstance(items, Mapping):
        inherited = {key: schema[key] for key in _PASSED_TO_ITEMS if key in schema}
        node.items = build_node({**inherited, **items}, base, resolver, depth + 1)
    return node


Roles = Callable[[Node], tuple[str, ...]]
"""What a node is wanted for: names under which its values are found."""


class Route(NamedTuple):
    """The part of a node's tree that leads to wanted nodes; `roles` is empty where the node is not one."""

    node: Node
    roles: tuple[str, ...]
    fields: tuple[tuple[str, Route], ...]
    items: Route | None


def route(node: Node, roles: Roles) -> Route | None:
    """Return the way to every node that has a role, None if there is none."""
    fields = tuple((name, kept) for name, child in node.fields.items() if (kept := route(child, roles)))
    items = route(node.items, roles) if node.items else None
    own = roles(node)
    return Route(node, own, fields, items) if fields or items or own else None


Found = tuple[Pointer, Node, Any]
"""One value of a document: its pointer, its node, itself."""


def gather(way: Route, value: Any, pointer: Pointer, found: Marks) -> None:
    """Add every value on the *way* whose node has a role to *found*, by role, parents first.

    Plain lists: every document is walked, and nested generators would take twice as long.
    """
    node, roles, fields, items = way
    for role in roles:
        found[role].append((pointer, node, value))
    if fields and isinstance(value, dict):
        for name, child in fields:
            if name in value:
                gather(child, value[name], (*pointer, name), found)
    elif items is not None and isinstance(value, list):
        for index, item in enumerate(value):
            gather(items, item, (*pointer, index), found)


Marks = defaultdict[str, list[Found]]
"""The values of one document by what the schema marks them as."""


def roles_of(node: Node) -> tuple[str, ...]:
    """Return what the checks look for in a node: `ref`, `unique`, `format:phone` …, one pass for all of them.

    `name` is what people and things are called: `x-search: name`, or the caption where nothing else is said.
    """
    schema = node.schema
    found = [name for name in ("ref", "unique", "vocabulary", "key", "inverse") if schema.get(f"x-{name}")]
    if schema.get("x-format"):
        found.append(f"format:{schema['x-format']}")
    if schema.get("x-time") == "past":
        found.append("past")
    if schema.get("x-search", "name" if "x-caption" in schema else "") == "name":
        found.append("name")
    return tuple(found)


def order_of(node: Node) -> dict[str, Any]:
    """Return the canonical order of keys below *node*, as `yamlwriter.Order`."""
    if node.items:
        return order_of(node.items)
    return {name: order_of(child) for name, child in node.fields.items()}


def find(node: Node, pointer: Pointer) -> Node | None:
    """Return the node at *pointer*; numbers step into items."""
    current: Node | None = node
    for part in pointer:
        if current is None:
            return None
        if isinstance(part, int) or (current.items and part not in current.fields):
            current = current.items
        else:
            current = current.fields.get(part)
    return current


def named(node: Node, pointer: Pointer) -> dict[str, str | int]:
    """Return the parameters `name_zh` and `name_en`: the label people know and the path they can look up."""
    path = ".".join(str(part) for part in pointer)
    label = node.label
    if label is None:
        return {"name_zh": path, "name_en": path}
    return {"name_zh": f"{label.zh}（{path}）", "name_en": f"{label.en} ({path})"}


def repeated_items(marks: Marks) -> Iterator[Fault]:
    """Yield a fault for every item of a list whose `x-key` field another item had before."""
    for pointer, node, found in marks.get("key", ()):
        if not isinstance(found, list) or len(found) < 2:
            continue
        key = str(node.schema["x-key"])
        seen: dict[str, int] = {}
        for index, item in enumerate(found):
            name = item.get(key) if isinstance(item, dict) else None
            if isinstance(name, str) and (first := seen.setdefault(name, index)) != index:
                at = (*pointer, index, key)
                params = {**named(node, at), "value": name, "first": first + 1, "key": key}
                yield Fault("item-repeated", at, params)
