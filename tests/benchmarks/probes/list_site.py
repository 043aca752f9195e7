"""Make the list and the search of a site for COUNT customers: `list_site.py BOOK COUNT SITE`.

SITE is a built site of a small BOOK; its rows, columns and search files give way to those of so many customers
made in memory. Their own pages are not made: they would take hours and no part of the list reads them.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from custodex import search
from custodex.completeness import Completeness
from custodex.examining import Record
from custodex.readers import Reader
from custodex.search.engine import Searcher
from custodex.search.tiers import tiers
from custodex.site import datafiles
from custodex.site.cards import card_of
from custodex.site.context import EVERYONE, Context
from custodex.site.known import Cards
from custodex.site.state import State, rows_of
from custodex.site.stock import NO_VERSION, Stock
from custodex.templating import read_messages
from custodex.texts import LANGS

from ..generate import ROOT, Generator
from .sample_documents import reader_of


class Drawn:
    """Reads customers out of the generator as the search reads them out of a catalog."""

    def __init__(self, reader: Reader, count: int) -> None:
        self.book = reader.book
        self.seq, self.epoch, self.fingerprint = 1, "drawn", str(count)
        self._count = count
        self._records = Generator().records(count)

    def keys(self, kind: str) -> Sequence[str]:
        """Return as many keys as there are customers; only their number is asked for."""
        return ["customers/a0000000000"] * self._count

    def select(self, keys: list[str]) -> Iterator[Record]:
        """Yield the next so many customers: one process reads each share once, one after the other."""
        return islice(self._records, len(keys))

    def again(self) -> Drawn:
        """Return itself."""
        return self

    def changes(self, since: int) -> Sequence[tuple[str, str, bool]]:
        """Answer that nothing changes."""
        return ()


def main() -> None:
    """Write the files."""
    book, count, site = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    reader = reader_of(book)
    _data(reader, count, site)
    _search(Drawn(reader, count), site)


def _data(reader: Reader, count: int, site: Path) -> None:
    judge = Completeness(reader)
    state = State(site.parent / f"{site.name}.state")
    with state.store.transaction():
        state.clear()
        totals: Counter[tuple[str, str]] = Counter()
        staff = [card_of(one, reader.book, judge, {}) for one in reader.records("staff")]
        for card in (
            *staff, *(card_of(one, reader.book, judge, {}) for one in Generator().records(count))
        ):  # fmt: skip
            rows = rows_of([card])
            state.add(rows)
            totals.update(rows.totals)
        state.shift(totals)
    messages = read_messages([ROOT / "site"])
    cards = Cards(state.card, state.incoming)
    for old in (site / "data").glob("rows-*.js"):
        old.unlink()
    for lang in LANGS:
        context = Context(reader.book, lang, messages[lang], cards, EVERYONE, "")
        table = datafiles.table_file(Stock(context, state, reader, None, (), None, {}, "", NO_VERSION))  # type: ignore[arg-type]
        (site / f"data/table.{lang}.js").write_bytes(table)
    facets = list(context.facet_nodes)
    for chunk in datafiles.chunks(state.starts()):
        listed = list(state.between(chunk.first, chunk.last))
        (site / "data" / chunk.name).write_bytes(datafiles.rows_file(chunk.name, listed, facets))
    state.close()


def _search(reader: Drawn, site: Path) -> None:
    index = site.parent / f"{site.name}.index"
    shutil.rmtree(index, ignore_errors=True)
    search.sync(reader, index, processes=1)
    shutil.rmtree(site / "search")
    (site / "search").mkdir()
    for name, data in tiers(Searcher(index)):
        (site / "search" / name).write_bytes(data)


if __name__ == "__main__":
    main()
