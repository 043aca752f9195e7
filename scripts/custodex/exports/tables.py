"""Records as tables for analysts: a table a kind, and one for every list of objects in it.

A row of `customer_contacts_people_phones` names its customer and the positions of the items above it, so that
tables join on what they share. Columns are the fields that the schema has, whether filled or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from custodex.examining import Record
from custodex.exports.columns import cell_of
from custodex.hints import Node
from custodex.readers import Reader
from custodex.records import CUSTOMER_KINDS, KIND, SINGLE_KINDS

Sort = Literal["text", "integer", "boolean"]
_SORTS: Mapping[object, Sort] = {"integer": "integer", "boolean": "boolean"}


@dataclass(slots=True)
class Sheet:
    """One table: its columns with their sort, its rows by column."""

    name: str
    columns: dict[str, Sort] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def values(self) -> Iterator[list[Any]]:
        """Yield the rows in the order of the columns."""
        for row in self.rows:
            yield [row.get(column) for column in self.columns]


def tables_of(reader: Reader, customers: Iterable[Record], modules: Sequence[str] = ()) -> list[Sheet]:
    """Return the tables that the reader's audience may read: of the given customers and of all other records.

    *modules* are those of a customer besides contacts: identity, consents.
    """
    tables: dict[str, Sheet] = {}
    left_out = {"identity", "consents"} - set(modules)
    kinds = {kind for kind in (*CUSTOMER_KINDS, *SINGLE_KINDS) if reader.may_read(kind)} - left_out
    kinds = {kind for kind in kinds if reader.book.schemas.has(kind)}
    for kind in sorted(kinds, key=list(KIND).index):
        keys: dict[str, Sort] = {"customer": "text"} if kind in CUSTOMER_KINDS and kind != "customer" else {}
        if kind in CUSTOMER_KINDS and KIND[kind].shape != "module":
            keys = {**keys, "id": "text"}
        _declare(tables, kind, reader, reader.book.schemas.node(kind), keys)
    for record in customers:
        for document in record.documents:
            if document.kind in tables:
                own = {"customer": record.id} if document.kind != "customer" else {}
                if KIND[document.kind].shape != "module":
                    own["id"] = document.stem
                _fill(tables, document.kind, reader.book.schemas.node(document.kind), document.value, own)
    for kind in SINGLE_KINDS:
        for record in reader.records(kind) if kind in tables else ():
            _fill(tables, kind, reader.book.schemas.node(kind), record.main, {})
    return list(tables.values())


def _declare(
    tables: dict[str, Sheet], name: str, reader: Reader, node: Node, keys: Mapping[str, Sort]
) -> None:
    table = tables[name] = Sheet(name, dict(keys))
    for place, child in _fields(node, ""):
        if not reader.may_read_node(child):
            continue
        if child.items is not None and child.items.fields:
            own = "customer" if name == "customer" else ""
            above: dict[str, Sort] = (
                {"customer" if own else f"{name}_id": "text"} if not keys and "id" in node.fields else {}
            )
            _declare(
                tables,
                f"{name}_{place}",
                reader,
                child.items,
                {**keys, **above, f"{place}_number": "integer"},
            )
        else:
            table.columns.setdefault(place, _SORTS.get(child.schema.get("type"), "text"))


def _fields(node: Node, prefix: str) -> Iterator[tuple[str, Node]]:
    """Yield the columns of an object, those of objects inside it by their path."""
    for name, child in node.fields.items():
        if child.fields and child.items is None:
            yield from _fields(child, f"{prefix}{name}_")
        else:
            yield f"{prefix}{name}", child


def _fill(
    tables: dict[str, Sheet], name: str, node: Node, value: Mapping[str, Any], keys: Mapping[str, Any]
) -> None:
    row = dict(keys)
    for place, child, found in _values(node, value, ""):
        if child.items is not None and child.items.fields:
            if f"{name}_{place}" not in tables:
                continue
            above = (
                {}
                if keys or "id" not in value
                else {"customer" if name == "customer" else f"{name}_id": value["id"]}
            )
            for number, item in enumerate(found if isinstance(found, list) else (), 1):
                if isinstance(item, Mapping):
                    _fill(
                        tables,
                        f"{name}_{place}",
                        child.items,
                        item,
                        {**keys, **above, f"{place}_number": number},
                    )
        elif place in tables[name].columns:
            row[place] = found if isinstance(found, (bool, int)) else cell_of(found)
    tables[name].rows.append(row)


def _values(node: Node, value: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Node, Any]]:
    for name, found in value.items():
        child = node.fields.get(name)
        if child is None:
            continue
        if child.fields and child.items is None and isinstance(found, Mapping):
            yield from _values(child, found, f"{prefix}{name}_")
        else:
            yield f"{prefix}{name}", child, found
