"""The second layer of the browser's search files: what was added since the postings were last written.

Notes and tasks are added, hardly ever removed, and each has a hundred words, every one with a shard of its own. What
a customer gained since stands here instead, together with whole customers that are new: `d-0` holds their lines of
the names tier, `d-1` the terms with places in a list of customers. Only what is added may wait here. A value that is
gone leaves the file it stood in at once, since whoever reads the site could read it there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from custodex.ids import ID_LENGTH
from custodex.search.tiernumbers import read, written

COLUMN, LINE = "\t", "\n"
LEAST = 2000
"""Customers from which on a second layer pays: in smaller books the shards are small."""
_MOST_TERMS = 24_000
_MOST_GONE = 200
"""Terms (some 200 notes, 45 kB gz with the first query of full text) and gone customers kept apart at most."""


@dataclass(slots=True)
class Later:
    """What came later: terms by customer, lines of the names tier of new customers, ids of those that are gone.

    Whoever is gone keeps its place in the names tier, with nothing but its id, so that nobody's number changes.
    """

    terms: dict[str, set[str]] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def is_much(self, base: int, least: int) -> bool:
        """Tell whether to work it into the postings of *base* customers; always where they are under *least*."""
        count = sum(map(len, self.terms.values()))
        return base < least or count > _MOST_TERMS or len(self.gone) > max(_MOST_GONE, base // 100)

    def told(self) -> Mapping[str, object]:
        """Return what the directory says of this layer."""
        return {"added": len(self.added), "later": len(self.terms), "gone": sorted(self.gone)}

    def to_text(self) -> str:
        """Return the content of the file of terms: the ids, then a line a term."""
        ids, held = sorted(self.terms), defaultdict[str, list[int]](list)
        for place, one in enumerate(ids):
            for term in self.terms[one]:
                held[term].append(place)
        return LINE.join(["".join(ids), *(term + COLUMN + written(held[term]) for term in sorted(held))])


def terms_in(text: str) -> dict[str, set[str]]:
    """Return the terms by customer that `Later.to_text` wrote."""
    joined, *lines = text.split(LINE)
    ids = [joined[at : at + ID_LENGTH] for at in range(0, len(joined), ID_LENGTH)]
    terms: dict[str, set[str]] = {one: set() for one in ids}
    for term, place in _places(lines):
        terms[ids[place]].add(term)
    return terms


def _places(lines: list[str]) -> Iterator[tuple[str, int]]:
    for line in lines:
        term, _, packed = line.partition(COLUMN)
        for place in read(packed):
            yield term, place
