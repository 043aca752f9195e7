"""Records as rows of one kind, in the columns that an import of that kind takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from custodex.examining import Record
from custodex.exports.columns import Place, columns_of, flat, written
from custodex.readers import Reader
from custodex.records import CUSTOMER_KINDS

_BEFORE, _AFTER = -2, 1000  # columns before and after those of the record's own fields


class Rows:
    """The rows of *records*, which a reader has passed: what the audience may not read is not in them.

    *modules* are those of a customer besides contacts: identity, consents.
    """

    def __init__(
        self, reader: Reader, kind: str, records: Iterable[Record], modules: Sequence[str] = ()
    ) -> None:
        self._schemas = reader.book.schemas
        self._kind = kind
        self._modules = ("contacts", *modules) if kind == "customer" else ()
        self._rows = [row for record in records for row in self._of(record)]
        self._columns = columns_of(self._rows)

    @property
    def headings(self) -> list[str]:
        """The names of the columns: the paths of the fields."""
        return [written(place) for place in self._columns]

    def cells(self) -> Iterator[list[str]]:
        """Yield the rows."""
        for row in self._rows:
            yield [row.get(place, "") for place in self._columns]

    def _of(self, record: Record) -> Iterator[dict[Place, str]]:
        schemas = self._schemas
        if self._kind in CUSTOMER_KINDS and self._kind != "customer":
            for document in record.all(self._kind):
                # first of all columns: an event says nothing without its customer
                own: dict[Place, str] = {
                    ((_BEFORE, 1, "customer"),): record.id,
                    ((_BEFORE + 1, 1, "id"),): document.stem,
                }
                yield {**own, **flat(document.value, schemas.node(self._kind))}
            return
        row = flat(record.main, schemas.node(self._kind))
        for number, module in enumerate(self._modules, start=1):
            row |= flat(record.one(module), schemas.node(module), ((_AFTER + number, 1, module),))
        yield row


def values(kind: str, records: Iterable[Record], modules: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Yield the records as they are, one mapping each; an event with its customer and its own id."""
    for record in records:
        if kind == "customer":
            names = ("customer", "contacts", *modules)
            yield {"id": record.id, **{name: record.one(name) for name in names}}
        elif kind in CUSTOMER_KINDS:
            for one in record.all(kind):
                yield {"customer": record.id, "id": one.stem, **one.value}
        else:
            yield dict(record.main)
