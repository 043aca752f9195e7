"""Documents as rows: one column a field, named by its path as `custodex import` reads it.

`name`, `region.city`, `contacts.people.name` for the first person, `contacts.people[2].name` for the second;
several plain values stand in one cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from custodex.hints import Node

SEPARATOR = "; "
_SEPARATES = re.compile(r"[;；|、\n\[]")
Place = tuple[tuple[int, int, str], ...]
"""Where a column belongs: for each step its position in the schema, the number of the item, its name."""
Row = Mapping[Place, str]


def flat(value: Mapping[str, Any], node: Node, inside: Place = ()) -> dict[Place, str]:
    """Return the fields of one document; *inside* goes before every column: its kind, beside other kinds."""
    return dict(_leaves(value, node, inside))


def _leaves(value: Mapping[str, Any], node: Node, place: Place) -> Iterator[tuple[Place, str]]:
    order = {name: number for number, name in enumerate(node.fields)}
    for name, item in value.items():
        position = order.get(name, len(order))
        child = node.fields.get(name, _UNKNOWN)
        if isinstance(item, Mapping) and not child.fields and child is not _UNKNOWN:
            # keys that the schema does not name, such as the filters of a view, stand in one cell
            yield (*place, (position, 1, name)), json.dumps(item, ensure_ascii=False)
        elif isinstance(item, Mapping):
            yield from _leaves(item, child, (*place, (position, 1, name)))
        elif isinstance(item, list) and any(isinstance(one, Mapping) for one in item):
            for number, one in enumerate(item, start=1):
                if isinstance(one, Mapping):
                    yield from _leaves(one, child.items or _UNKNOWN, (*place, (position, number, name)))
        else:
            yield (*place, (position, 1, name)), cell_of(item)


_UNKNOWN = Node({})


def cell_of(value: Any) -> str:
    """Return one value as the text of a cell."""
    if isinstance(value, list):
        items = [cell_of(item) for item in value]
        if any(_SEPARATES.search(item) or item != item.strip() for item in items):
            return json.dumps(items, ensure_ascii=False)  # a plain list could not be told apart again
        return SEPARATOR.join(items)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def columns_of(rows: Iterable[Row]) -> list[Place]:
    """Return the columns that any of the rows fills, in the order of the schema, items of a list in turn."""
    return sorted({place for row in rows for place in row})


def written(place: Place) -> str:
    """Return the name of a column."""
    steps: Sequence[str] = [f"{name}[{number}]" if number > 1 else name for _, number, name in place]
    return ".".join(steps)
