"""How complete a customer is for its stage: the fields that `x-required-from` asks for, and which are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from custodex.examining import Record
from custodex.findings import json_pointer
from custodex.hints import Node
from custodex.readers import Reader
from custodex.records import path_of

_KINDS = ("customer", "contacts")


class Asked(NamedTuple):
    """One field that a stage asks for."""

    kind: str
    place: tuple[str, ...]
    node: Node
    rank: int
    types: str


class Complete(NamedTuple):
    """Percent of the fields asked for that are there, -1 if none is; the others."""

    percent: int
    missing: tuple[Asked, ...]


class Completeness:
    """Judges customers by one schema; what the audience may not read is not asked for."""

    def __init__(self, reader: Reader) -> None:
        book = reader.book
        stages = book.vocabulary("stages").get("stages") or ()
        self._ranks = {str(stage.get("id")): int(stage.get("rank", 0)) for stage in stages}
        self._asked = [
            one
            for kind in _KINDS
            if book.schemas.has(kind)
            for one in _below(kind, book.schemas.node(kind), (), self._ranks)
            if reader.may_read_at(path_of(kind, "a0000000000"), json_pointer(one.place))
        ]

    def of(self, record: Record, rank: int | None = None) -> Complete:
        """Return how complete a customer is for its stage, or for stages of *rank*."""
        main = record.main
        rank = self._ranks.get(str(main.get("stage")), 0) if rank is None else rank
        kind = str(main.get("type"))
        asked = [one for one in self._asked if one.rank <= rank and one.types in ("", kind)]
        values = {name: record.one(name) for name in _KINDS}
        missing = tuple(one for one in asked if not _there(values[one.kind], one.place))
        return Complete(100 * (len(asked) - len(missing)) // len(asked) if asked else -1, missing)


def _there(value: Any, place: tuple[str, ...]) -> bool:
    for part in place:
        value = value.get(part) if isinstance(value, dict) else None
    return value not in (None, "", [], {})


def _below(kind: str, node: Node, place: tuple[str, ...], ranks: Mapping[str, int]) -> Iterator[Asked]:
    for name, part in node.fields.items():
        stage = part.hint("required-from")
        if isinstance(stage, str) and ranks.get(stage, 0) > 0:
            yield Asked(kind, (*place, name), part, ranks[stage], str(part.hint("for") or ""))
        if part.items is None:
            yield from _below(kind, part, (*place, name), ranks)
