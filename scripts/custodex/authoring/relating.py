"""The relations of one customer, one entry a type and other side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custodex.errors import UsageFault
from custodex.texts import Text


def related(value: Mapping[str, Any], relation: Mapping[str, Any], *, remove: bool = False) -> dict[str, Any]:
    """Return a customer's *value* with a relation added, brought up to date, or taken away."""
    known = list(value.get("relations", ()))
    index = next((number for number, one in enumerate(known) if _alike(one, relation)), None)
    if remove and index is None:
        raise UsageFault(Text("没有这条关系", "there is no such relation"))
    if index is None:
        known.append(dict(relation))
    elif remove:
        del known[index]
    else:
        known[index] = {**known[index], **relation}
    rest = {name: found for name, found in value.items() if name != "relations"}
    return {**rest, "relations": known} if known else rest


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two entries mean one relation; an ended one is a story of its own."""
    return (one.get("type"), one.get("to")) == (other["type"], other["to"]) and "until" not in one
