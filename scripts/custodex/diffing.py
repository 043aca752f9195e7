"""What changed between two values of one document, in fields instead of lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from custodex.hints import Node
from custodex.texts import Text

DEFAULT_CLASS = "basic"
Place = tuple[str, ...]
"""Field names from the root; an item of a list stands as `[its key]`, or `[]` where items have none."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; None where it was or is absent."""

    place: Place
    old: Any
    new: Any

    @property
    def written(self) -> str:
        """The place as people write it: `people[p1].title`."""
        return "".join(part if part.startswith("[") else f".{part}" for part in self.place).lstrip(".")


def diff(old: Any, new: Any, node: Node | None, place: Place = ()) -> Iterator[FieldChange]:
    """Yield the fields that differ, in the order of the schema; equal values yield nothing."""
    if old == new and type(old) is type(new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _diff_mappings(old, new, node, place)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _diff_lists(old, new, node, place)
    else:
        yield FieldChange(place, old, new)


def _diff_mappings(old: Any, new: Any, node: Node | None, place: Place) -> Iterator[FieldChange]:
    fields = node.fields if node else {}
    known = [name for name in fields if name in old or name in new]
    for name in [*known, *(name for name in {**old, **new} if name not in fields)]:
        yield from diff(old.get(name), new.get(name), fields.get(name), (*place, name))


def _diff_lists(old: list[Any], new: list[Any], node: Node | None, place: Place) -> Iterator[FieldChange]:
    key = node.hint("key") if node else None
    if isinstance(key, str) and _is_keyed(old, key) and _is_keyed(new, key):
        before = {str(item[key]): item for item in old}
        after = {str(item[key]): item for item in new}
        for name in [*before, *(name for name in after if name not in before)]:
            yield from diff(
                before.get(name), after.get(name), node.items if node else None, (*place, f"[{name}]")
            )
    elif any(isinstance(item, (dict, list)) for item in (*old, *new)):
        yield FieldChange(place, old, new)
    else:
        yield from (FieldChange((*place, "[]"), item, None) for item in old if item not in new)
        yield from (FieldChange((*place, "[]"), None, item) for item in new if item not in old)


def _is_keyed(items: list[Any], key: str) -> bool:
    if not all(isinstance(item, dict) and key in item for item in items):
        return False
    return len({str(item[key]) for item in items}) == len(items)


def leaves(value: Any, node: Node | None, place: Place) -> Iterator[tuple[Place, Any]]:
    """Yield the values below *value* that have a place of their own; a list without keys is one value."""
    key = node.hint("key") if node else None
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, node.fields.get(name) if node else None, (*place, name))
    elif isinstance(value, list) and isinstance(key, str) and _is_keyed(value, key):
        for item in value:
            yield from leaves(item, node.items if node else None, (*place, f"[{item[key]}]"))
    elif value is not None:
        yield place, value


def node_at(root: Node, place: Place) -> Node | None:
    """Return the schema's node for a place."""
    node: Node | None = root
    for part in place:
        if node is None:
            return None
        node = node.items if part.startswith("[") else node.fields.get(part)
    return node


def class_at(root: Node, place: Place) -> str:
    """Return the reading class of a place: that of the nearest field that names one, else of the kind."""
    for depth in range(len(place), -1, -1):
        node = node_at(root, place[:depth])
        if node is not None and node.hint("class"):
            return str(node.hint("class"))
    return DEFAULT_CLASS


def label_of(root: Node, place: Place) -> Text:
    """Return a place in the labels of the schema: `联系人 p1 · 职务`."""
    parts: list[Text] = []
    for depth, part in enumerate(place, start=1):
        if part.startswith("["):
            if part != "[]" and parts:
                parts[-1] = Text(f"{parts[-1].zh} {part[1:-1]}", f"{parts[-1].en} {part[1:-1]}")
            continue
        node = node_at(root, place[:depth])
        parts.append((node.label if node else None) or Text(part, part))
    return Text(" · ".join(part.zh for part in parts), " · ".join(part.en for part in parts))
