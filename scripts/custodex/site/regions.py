"""Codes of places and industries, and what each counts for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custodex.hints import Node

_PLACES = frozenset({"countries", "provinces", "cities"})


def is_region(node: Node) -> bool:
    """Tell whether an object is a place of the region vocabulary."""
    return bool(node.fields) and all(child.hint("vocabulary") in _PLACES for child in node.fields.values())


def region_code(value: Mapping[str, Any]) -> str:
    """Return a region as its most exact code: CN-4403, CN-44, DE."""
    country, part = value.get("country"), value.get("city") or value.get("province")
    exact = isinstance(part, str) and part.isascii() and part.isdecimal() and len(part) in (2, 4)
    return f"{country}-{part}" if exact else str(country or "")


def broader(facet: str, code: str) -> Iterator[str]:
    """Yield the wider values that *code* counts for: CN-4403 for CN-44 and CN, C39 for C."""
    if facet == "region" and "-" in code:
        country, _, part = code.partition("-")
        if len(part) > 2:
            yield f"{country}-{part[:2]}"
        yield country
    elif facet == "industry" and len(code) > 1:
        yield code[0]
