"""How checks name a value in a message, and the group of fields a value stands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custodex.findings import Pointer
from custodex.hints import Node


def named(node: Node, pointer: Pointer) -> dict[str, str | int]:
    """Return the parameters `name_zh` and `name_en`: the label people know and the path they can look up."""
    path = ".".join(str(part) for part in pointer)
    label = node.label
    if label is None:
        return {"name_zh": path, "name_en": path}
    return {"name_zh": f"{label.zh}（{path}）", "name_en": f"{label.en} ({path})"}


def group_of(value: Any, pointer: Pointer) -> Mapping[str, Any]:
    """Return the group of fields that the value at *pointer* is one of; empty where there is none."""
    for part in pointer[:-1]:
        if isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
