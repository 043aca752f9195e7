"""How checks name a value in a message, and the group of fields a value stands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custodex.findings import Pointer
from custodex.hints import named

__all__ = ["group_of", "named"]


def group_of(value: Any, pointer: Pointer) -> Mapping[str, Any]:
    """Return the group of fields that the value at *pointer* is one of; empty where there is none."""
    for part in pointer[:-1]:
        if isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
