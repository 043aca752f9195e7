"""Writing one segment, and which segments to write together again."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from custodex.indexfiles import SMALL, Segment
from custodex.postings import positions, to_bits
from custodex.search.cards import from_row
from custodex.search.gathering import gathered
from custodex.search.listing import Listed
from custodex.search.rows import packed
from custodex.whooshindex import Index

LARGEST = 16_000
"""Customers in one segment; bounds the memory of a build."""
_FEW = 8
_STEP = 8


def seal(index: Index, listed: Iterable[Listed]) -> Any:
    """Write one segment with its documents in the order of rank, so that the best hits are the first bits."""
    ordered = sorted(listed, key=lambda one: one[0].rank)
    collecting = gc.isenabled()
    gc.disable()  # millions of lists live until the end: looking through them costs a third of the time
    try:
        writer = index.writer()
        for card, rows in ordered:
            writer.add(packed(rows, card))
        return writer.seal(gathered(ordered))
    finally:
        if collecting:
            gc.enable()


def used(segment: Segment, deleted: Sequence[int]) -> Iterator[Listed]:
    """Yield the documents of a segment that are still in use."""
    columns = {name: segment.rows(name) for name in (*SMALL, "text")}
    cards = segment.rows("card")
    for number in positions(segment.live & ~to_bits(deleted)):
        rows = {name: column[number].decode("utf-8", "surrogatepass") for name, column in columns.items()}
        yield from_row(cards[number]), rows


def to_merge(segments: Sequence[Segment], deleted: Mapping[str, Sequence[int]]) -> list[Segment]:
    """Return the segments to write anew together with what changed.

    Those of which a third is gone, and, once eight of one class of size have gathered (each class eight times
    the one before), all of that class: what a sync costs stays in proportion to what changed.
    """
    live = {segment: segment.live.bit_count() - len(deleted[segment.name]) for segment in segments}
    merged = [one for one in segments if one.count <= LARGEST and live[one] * 3 < one.count * 2]
    size = _STEP
    while size <= LARGEST:
        small = [one for one in segments if one not in merged and live[one] <= size]
        if len(small) >= _FEW:
            merged.extend(small)
        size *= _STEP
    return merged
