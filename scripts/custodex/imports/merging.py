"""What a row says, laid over what is there: only mapped fields change, nothing is taken away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from custodex.hints import Node
from custodex.phones import e164
from custodex.sheets import Cleaner

_ITEM_ID = re.compile(r"[a-z][a-z0-9]{0,7}")


class Labelled(dict[str, dict[str, Any]]):
    """The items that a row has for one list, by the labels the mapping tells them apart with."""


class Addition(str):
    """A text that is added to the one that is there."""

    __slots__ = ()


def merge(node: Node, old: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return *old* with the values of *tree*; lists of objects are matched item by item."""
    result = dict(old)
    for name, value in tree.items():
        child = node.fields[name]
        if isinstance(value, Labelled):
            result[name] = _merge_items(name, child, list(old.get(name) or ()), value)
        elif isinstance(value, dict) and child.fields:
            result[name] = merge(child, old.get(name) or {}, value)
        elif isinstance(value, Addition):
            result[name] = _added(str(old.get(name) or ""), str(value))
        elif isinstance(value, list) and child.items and not child.items.fields:
            known = list(old.get(name) or ())
            result[name] = [*known, *(item for item in value if item not in known)]
        elif not (isinstance(value, str) and _is_same(child, result, old.get(name), tree, value)):
            result[name] = value
    return result


def _is_same(node: Node, old: Mapping[str, Any], known: Any, tree: Mapping[str, Any], new: str) -> bool:
    """Tell whether a phone is the one that stands there in another writing: what people wrote stays."""
    if known == new or (isinstance(known, str) and Cleaner().clean(known)[0] == new):
        return True  # what no cell can carry, such as the last line break of a text, does not count
    if node.hint("format") != "phone" or not isinstance(known, str):
        return False
    beside = str(node.hint("region") or "")
    written = e164(known, old.get(beside) or tree.get(beside))
    return written is not None and written == e164(new, tree.get(beside) or old.get(beside))


def _added(old: str, text: str) -> str:
    if text in old:
        return old
    return f"{old}; {text}" if old else text


def _merge_items(name: str, node: Node, old: list[Any], items: Labelled) -> list[Any]:
    item_node = node.items or node
    result = [dict(item) for item in old]
    key = node.hint("key")
    taken: set[int] = set()
    for position, (label, tree) in enumerate(items.items()):
        free = [index for index in range(len(result)) if index not in taken]
        if (
            key in tree
            and (twin := next((i for i in taken if _has_key(node, result[i], tree)), None)) is not None
        ):
            # phone and fax on one number: one item, which keeps what it says already
            result[twin] = {**merge(item_node, {}, tree), **result[twin]}
            continue
        index = _find(node, result, tree, free, position)
        if index is None:
            known = {str(item.get(key)) for item in result}
            fresh = {key: _fresh_id(name, label, known)} if key and key not in tree and key == "id" else {}
            index = len(result)
            result.append(fresh)
        taken.add(index)
        result[index] = merge(item_node, result[index], tree)
    return result


def _find(
    node: Node, known: list[dict[str, Any]], tree: Mapping[str, Any], free: list[int], position: int
) -> int | None:
    """Return which of the *free* items a row means: by key, else by name, else the only one of its type."""
    key, fields = node.hint("key"), (node.items or node).fields
    if key in tree:
        same = [index for index in free if _has_key(node, known[index], tree)]
        if same:
            return same[0]
        if "type" not in tree:
            return None
    names = [name for name, child in fields.items() if name in tree and child.hint("search") == "name"]
    if names and key not in tree:
        # another name is another person: an item is never renamed by an import
        return next((i for i in free if any(known[i].get(name) == tree[name] for name in names)), None)
    if "type" in tree:
        same = [index for index in free if known[index].get("type") == tree["type"]]
        return same[0] if len(same) == 1 or (same and key not in tree) else None
    return position if position in free else None


def _has_key(node: Node, item: Mapping[str, Any], tree: Mapping[str, Any]) -> bool:
    key = str(node.hint("key"))
    if item.get(key) == tree[key]:
        return True
    child = (node.items or node).fields.get(key)
    return (
        child is not None
        and isinstance(tree[key], str)
        and _is_same(child, item, item.get(key), tree, tree[key])
    )


def _fresh_id(name: str, label: str, known: set[str]) -> str:
    if _ITEM_ID.fullmatch(label) and label not in known:
        return label
    number = 1
    while f"{name[0]}{number}" in known:
        number += 1
    return f"{name[0]}{number}"
