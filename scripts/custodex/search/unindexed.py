"""The browser's search files straight from the records: a site needs no index of its own.

An index holds much that only queries ask for; making one takes longer than reading the customers once more.
What stands here answers like an index as far as `tiers` and `tierpatch` look at one, with the same bytes.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from sys import intern
from typing import Any

from custodex import hanzi
from custodex.indexfiles import Segment
from custodex.search.engine import Searcher
from custodex.search.fields import Fields, fields_of
from custodex.search.gathering import Pool, short_terms
from custodex.search.listing import Listed, listed
from custodex.search.record import Reader
from custodex.search.rows import id_term, keyword_terms
from custodex.search.tierlater import LEAST
from custodex.search.tierpatch import patched, stood_before
from custodex.search.tiers import Exported, in_order, tiers
from custodex.search.tierterms import is_exported

Files = Iterator[tuple[str, bytes]]
Previous = Callable[[str], bytes | None]


def all_files(reader: Reader) -> Files:
    """Yield name and content of all search files."""
    spelled = hanzi.Spelled(hanzi.common_readings())
    fields = fields_of(reader.book.schemas)
    keys = in_order(reader.keys("customer"))  # of their numbers: nearly nothing is left to sort
    return tiers(_Unindexed(fields, spelled, listed(reader, keys, fields)))


def changed_files(
    reader: Reader, ids: Iterable[str], previous: Previous, least: int = LEAST
) -> dict[str, bytes] | None:
    """Return the files that differ once the customers *ids* changed; None: make all anew (`tierpatch.patched`)."""
    changed = sorted(set(ids))
    before = stood_before(changed, previous)
    if before is None:
        return None
    fields = fields_of(reader.book.schemas)
    found = list(listed(reader, [f"customers/{one}" for one in changed], fields))
    others = before.count - before.there
    return patched(_Unindexed(fields, before.spelled, found, others), changed, previous, least)


_BLOCK = 2000
"""Customers whose terms are gathered together: bounds the memory, and a number takes two bytes."""


class _Unindexed(Searcher):
    """What an index of the customers *found* and so many *others* would say."""

    def __init__(
        self, fields: Fields, spelled: hanzi.Spelled, found: Iterable[Listed], others: int = 0
    ) -> None:
        self.fields = fields
        self.fold = hanzi.fold
        self.spelled = spelled
        rest = iter(found)
        self.segments = [*map(_Held, iter(lambda: list(islice(rest, _BLOCK)), []))]
        if others:
            self.segments.append(_Others(others))


class _Held(Exported):
    """Customers in memory, numbered as they come."""

    def __init__(self, found: Iterable[Listed]) -> None:
        self._columns: defaultdict[str, list[bytes]] = defaultdict(list)
        self._numbers: dict[str, int] = {}
        keywords, texts = Pool(), list[str]()
        for number, (card, rows) in enumerate(found):
            self._numbers[id_term(card.id)] = number
            self._columns["card"].append(card.to_row())
            for name, row in rows.items():
                self._columns[name].append(row.encode("utf-8", "surrogatepass"))
            texts.append(rows["text"])
            keywords.add(number, filter(is_exported, keyword_terms(card)))
        pool = short_terms(texts)
        pool.take(keywords)
        # one row of numbers for all terms: an object for each of them would take more than the numbers
        self._known, self._members, self._ends = list[str](), array("H"), array("I")
        for term, members in pool.members():
            self._known.append(intern(term))  # the other blocks have most terms too
            self._members.extend(members)
            self._ends.append(len(self._members))
        self.count = len(self._numbers)
        self.live = (1 << self.count) - 1

    def rows(self, name: str) -> Any:
        """Return one of the rows."""
        return self._columns[name]

    def holding(self, term: str) -> int:
        """Return the customer with this id, the only term that is asked for."""
        return 1 << self._numbers[term] if term in self._numbers else 0

    def members(self) -> Iterator[tuple[str, Sequence[int]]]:
        """Yield the terms of texts and keyword fields, in order, with the numbers of who holds them."""
        start = 0
        for term, end in zip(self._known, self._ends, strict=True):
            yield term, self._members[start:end]
            start = end


class _Others(Segment):
    """Customers of whom only the number is asked for."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.live = (1 << count) - 1

    def holding(self, _term: str) -> int:
        """Hold none that anybody asks for."""
        return 0
