"""Two changes of one document brought together field by field, as its schema tells the parts apart.

Text merges go wrong on YAML: two branches that each add `phone:` at another place merge without a conflict into
a key that stands twice. Here objects are merged by their fields and lists by the identity of their items:
`x-key` for objects, the value itself where a list of plain values may not repeat itself; any other list is one
value. What both sides changed differently is a conflict and never decided by guessing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from custodex.hints import Node

Side = Literal["base", "ours", "theirs"]
Place = tuple[str, ...]
"""The way to a value: names of fields, and for an item of a list its key."""


class Absent:
    """Stands for a value that one of the three documents does not have."""

    def __repr__(self) -> str:
        """Say what it stands for, in failed assertions and nowhere else."""
        return "ABSENT"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Conflict:
    """One place that both sides changed differently, with its three values (`ABSENT` where there is none)."""

    place: Place
    base: Any
    ours: Any
    theirs: Any


@dataclass(slots=True)
class Merge:
    """The merged value; where `conflicts` names a place, it holds what the preferred side says there."""

    value: Any = ABSENT
    conflicts: list[Conflict] = field(default_factory=list)


def merge(node: Node, base: Any, ours: Any, theirs: Any, prefer: Side = "ours") -> Merge:
    """Return what comes of the changes base -> ours and base -> theirs; conflicts are given to *prefer*.

    Values are JSON-like; *node* is the place in the schema that all three are of. Properties, each tested:
    `merge(b, x, b) = x`, `merge(b, x, x) = x`, swapping the sides changes nothing, a field or an item is gone
    only where a side took it away and the other left it alone.
    """
    result = Merge()
    result.value = _Merger(result.conflicts, prefer).value(node, base, ours, theirs, ())
    return result


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are written alike: 1, 1.0, true and "1" all differ, the order of keys does not."""
    return one is other or (ABSENT not in (one, other) and _written(one) == _written(other))


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


class _Merger:
    def __init__(self, conflicts: list[Conflict], prefer: Side) -> None:
        self._conflicts = conflicts
        self._prefer = prefer

    def value(self, node: Node | None, base: Any, ours: Any, theirs: Any, place: Place) -> Any:
        """Return the merged value of one place."""
        if same(ours, theirs) or same(base, theirs):
            return ours
        if same(base, ours):
            return theirs
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            return self._object(node, base if isinstance(base, Mapping) else {}, ours, theirs, place)
        identity = _identity(node)
        if node and identity and all(_lists_by(identity, part) for part in (ours, theirs)):
            known, left, right = (_by_identity(identity, part) for part in (base, ours, theirs))
            if known is not None and left is not None and right is not None:
                return self._list(node, (known, left, right), place)
        return self._conflict(base, ours, theirs, place)

    def _conflict(self, base: Any, ours: Any, theirs: Any, place: Place) -> Any:
        self._conflicts.append(Conflict(place, base, ours, theirs))
        return {"base": base, "ours": ours, "theirs": theirs}[self._prefer]

    def _object(
        self,
        node: Node | None,
        base: Mapping[str, Any],
        ours: Mapping[str, Any],
        theirs: Mapping[str, Any],
        place: Place,
    ) -> dict[str, Any]:
        merged = {}
        for key in dict.fromkeys([*ours, *theirs]):
            child = node.fields.get(key) if node else None
            old, left, right = (part.get(key, ABSENT) for part in (base, ours, theirs))
            value = self.value(child, old, left, right, (*place, key))
            if value is not ABSENT:
                merged[key] = value
        return merged

    def _list(self, node: Node, sides: tuple[_Items, _Items, _Items], place: Place) -> list[Any]:
        known, left, right = sides
        merged = {}
        for key in dict.fromkeys([*left, *right]):
            old, mine, other = (part.get(key, ABSENT) for part in (known, left, right))
            value = self.value(node.items, old, mine, other, (*place, str(key)))
            if value is not ABSENT:
                merged[key] = value
        return [merged[key] for key in _sequence(list(known), list(left), list(right)) if key in merged]


_Identity = Callable[[Any], Hashable]
_Items = Mapping[Hashable, Any]


def _identity(node: Node | None) -> _Identity | None:
    """Return what tells the items of a list apart, None where the list is one value."""
    if node is None:
        return None
    key = node.hint("key")
    if isinstance(key, str):
        return lambda item: item.get(key) if isinstance(item, Mapping) else None
    if node.schema.get("uniqueItems") and node.items and not node.items.fields:
        return lambda item: item if isinstance(item, str) else None
    return None


def _by_identity(identity: _Identity, value: Any) -> _Items | None:
    """Return the items of a list by what tells them apart, None where an item has nothing that does.

    Of two items that are told apart by the same, which one a side has changed cannot be said: both stand there
    as a list, which neither side's item is like, so that what differs between the sides is a conflict.
    """
    found: dict[Hashable, list[Any]] = {}
    for item in value if isinstance(value, list) else ():
        found.setdefault(identity(item), []).append(item)
    if not all(isinstance(key, str) for key in found):
        return None
    return {key: items[0] if len(items) == 1 else items for key, items in found.items()}


def _lists_by(identity: _Identity, value: Any) -> bool:
    """Tell whether *value* is a list whose every item has an identity of its own."""
    if not isinstance(value, list):
        return False
    keys = [identity(item) for item in value]
    return all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys)


def _sequence(
    base: Sequence[Hashable], ours: Sequence[Hashable], theirs: Sequence[Hashable]
) -> list[Hashable]:
    """Return the order of all keys: as the side has them that changed the order, new ones where they were put."""
    in_all = set(base) & set(ours) & set(theirs)
    kept = [[key for key in side if key in in_all] for side in (base, ours, theirs)]
    order: list[Hashable] = kept[1] if kept[2] == kept[0] else kept[2] if kept[1] == kept[0] else kept[0]
    added: dict[Hashable, list[list[Hashable]]] = {}
    for side in (ours, theirs):
        for anchor, block in _blocks(side, in_all):
            added.setdefault(anchor, []).append(block)
    result = list(_in_turn(added.get(None, [])))
    for key in order:
        result += [key, *_in_turn(added.get(key, []))]
    return list(dict.fromkeys(result))


def _blocks(side: Iterable[Hashable], known: set[Hashable]) -> Iterable[tuple[Hashable, list[Hashable]]]:
    """Yield what stands between the known keys of one side, with the known key before it (None at the start)."""
    anchor: Hashable = None
    block: list[Hashable] = []
    for key in side:
        if key in known:
            if block:
                yield anchor, block
            anchor, block = key, []
        else:
            block.append(key)
    if block:
        yield anchor, block


def _in_turn(blocks: list[list[Hashable]]) -> Iterable[Hashable]:
    """Yield blocks put at one place by both sides in an order that does not depend on the sides."""
    for block in sorted(blocks, key=lambda block: [str(key) for key in block]):
        yield from block
