"""Reading values that the schema may have found wrong: a page is built of what fits and says the rest is bad."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Value = Mapping[str, Any]
"""Values come from JSON, so that a mapping is a `dict`: asking for any `Mapping` costs ten times as much."""
NOTHING: Value = {}


def text(value: Value, field: str) -> str:
    """Return a field that is text or a whole number; "" for anything else."""
    found = value.get(field)
    if isinstance(found, str):
        return found
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def child(value: Value, field: str) -> Value:
    """Return a field that is a mapping; empty for anything else."""
    found = value.get(field)
    return found if isinstance(found, dict) else NOTHING


def strings(value: Value, field: str) -> list[str]:
    """Return the texts of a field that is a list."""
    found = value.get(field)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def items(value: Value, field: str) -> list[Value]:
    """Return the mappings of a field that is a list."""
    found = value.get(field)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def line(found: Any) -> str:
    """Return any value as one line of text."""
    if found is None:
        return ""
    if isinstance(found, dict):
        return " · ".join(line(item) for item in found.values())
    if isinstance(found, list):
        return ", ".join(line(item) for item in found)
    return str(found)
