"""Records read as what the search knows of them: the card and the rows of every searchable customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from custodex.search.cards import Card
from custodex.search.entries import Entries, is_searchable
from custodex.search.fields import Fields
from custodex.search.record import Reader
from custodex.search.rows import Rows, rows_of

Listed = tuple[Card, Rows]


def listed(reader: Reader, keys: Sequence[str], fields: Fields) -> Iterator[Listed]:
    """Yield card and rows of the records with these keys that are searchable customers."""
    entries = Entries(reader.book.schemas)
    for record in reader.select(list(keys)):
        if is_searchable(record):
            entry = entries.of(record)
            yield entry.card, rows_of(entry, fields)
