"""Where a column goes: a path of fields, resolved against the schema.

`region.city`, `contacts.people.name` (or `people.name`), `contacts.phones[fax].number`: what stands in
brackets tells items of one list apart within a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from custodex.hints import Node
from custodex.records import KIND
from custodex.schemas import Schemas

_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[([A-Za-z0-9-]*)\])?")
_FIRST = "1"
CUSTOMER_MODULES = tuple(name for name, kind in KIND.items() if kind.shape == "module" and name != "customer")


class Step(NamedTuple):
    """One field; `label` names the item of a list that the rest of the path lies in."""

    name: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class FieldPath:
    """One field of one kind of document, and its place in the schema."""

    kind: str
    steps: tuple[Step, ...]
    node: Node

    def __str__(self) -> str:
        names = [
            step.name if step.label in {None, _FIRST} else f"{step.name}[{step.label}]" for step in self.steps
        ]
        return ".".join([self.kind, *names] if self.kind in CUSTOMER_MODULES else names)

    def items(self) -> Iterator[tuple[Step, ...]]:
        """Yield the paths of the list items that this field lies in, outermost first."""
        for end, step in enumerate(self.steps, 1):
            if step.label is not None:
                yield self.steps[:end]

    def sibling(self, name: str) -> tuple[Step, ...]:
        """Return the steps to a field beside this one."""
        return (*self.steps[:-1], Step(name))


def resolve(schemas: Schemas, kind: str, text: str) -> FieldPath | None:
    """Return the field that *text* names for records of *kind*, None if there is none."""
    found = [_STEP.fullmatch(part) for part in text.split(".")]
    steps = [(match[1], match[2]) for match in found if match]
    if not steps or len(steps) != len(found):
        return None
    if kind == "customer" and len(steps) > 1 and steps[0][0] in CUSTOMER_MODULES:
        return _within(schemas, steps[0][0], steps[1:])
    for candidate in documents_of(kind):
        if schemas.has(candidate) and (path := _within(schemas, candidate, steps)):
            return path
    return None


def documents_of(kind: str) -> tuple[str, ...]:
    """Return the kinds of document that one row of *kind* can fill, the main one first."""
    return ("customer", *CUSTOMER_MODULES) if kind == "customer" else (kind,)


def _within(schemas: Schemas, kind: str, steps: list[tuple[str, str | None]]) -> FieldPath | None:
    return from_node(kind, schemas.node(kind), steps)


def from_node(kind: str, node: Node, steps: list[tuple[str, str | None]]) -> FieldPath | None:
    """Return the path of *steps* below *node*; a list of objects stands for its telling field."""
    taken: list[Step] = []
    key: object = None
    for name, label in steps:
        if name not in node.fields:
            return None
        node = node.fields[name]
        holds_objects = node.items is not None and bool(node.items.fields)
        taken.append(Step(name, label or _FIRST) if holds_objects else Step(name))
        if node.items is not None and holds_objects:
            key, node = node.hint("key"), node.items
    if taken[-1].label is not None and (telling := _telling_field(node, key)):
        taken.append(Step(telling))
        node = node.fields[telling]
    return None if node.fields else FieldPath(kind, tuple(taken), node)


def _telling_field(item: Node, key: object) -> str:
    """Return the field of a list's items that a column of the list's name is about: number, address, name."""
    if isinstance(key, str) and key in item.fields and item.fields[key].hint("format"):
        return key
    searched = {name: field.hint("search") for name, field in item.fields.items() if field.hint("search")}
    named = [name for name, hint in searched.items() if hint == "name"]
    return next(iter([*named, *searched]), "")
