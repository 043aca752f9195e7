"""The tiers after a few customers changed, made from the files as they were, without an export.

What a customer's texts were stands in the texts tier, so the terms it lost and gained follow from that and
from the index. The result is byte for byte that of a full export.
"""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any

from custodex.hanzi import Spelled
from custodex.postings import positions
from custodex.search.engine import Searcher
from custodex.search.rows import id_term
from custodex.search.tiernumbers import read, written
from custodex.search.tierreadings import spelled_from
from custodex.search.tiers import (
    COLUMN,
    LINE,
    VALUE,
    Layout,
    Placed,
    directory,
    file_name,
    lines_of,
    names_line,
    script,
    scripts,
    texts_line,
)
from custodex.search.tierterms import keyword_line_terms, text_terms

Previous = Callable[[str], bytes | None]


def patched(searcher: Searcher, ids: Iterable[str], previous: Previous) -> dict[str, bytes] | None:
    """Return the files that change when the customers *ids* were written, changed or removed.

    *previous* returns a file (its name below `search/`) as the last export made it. None means that a full
    export is due: another schema, another number of files, or a file that is missing or not ours.
    """
    count = sum(segment.live.bit_count() for segment in searcher.segments)
    layout = Layout.of(count)
    old = _content(previous("index.js"))
    new = json.loads(json.dumps(directory(searcher, layout, count)))
    if not isinstance(old, dict) or {**old, "count": count} != new:
        return None
    files = {"index.js": script("index", 0, new)} if old != new else {}
    patch = _Patch(searcher, layout, previous)
    try:
        for one in sorted(set(ids)):
            patch.take(one)
        files.update(patch.files())
    except (ValueError, TypeError, LookupError):
        return None
    return {name: data for name, data in files.items() if previous(name) != data}


@dataclass(frozen=True, slots=True)
class Before:
    """What the files tell: how many customers there were, how many of the asked were among them, how names are read."""

    count: int
    there: int
    spelled: Spelled


def stood_before(ids: Iterable[str], previous: Previous) -> Before | None:
    """Return what was before these customers changed; None if the files do not tell."""
    try:
        old: Any = _content(previous("index.js"))
        count, there = int(old["count"]), 0
        layout = Layout.of(count)
        for one in ids:
            content = _content(previous(file_name("texts", layout.file("texts", layout.slot(one)))))
            there += any(line.startswith(one + COLUMN) for line in lines_of("texts", str(content)))
        return Before(count, there, spelled_from(old["spoken"]))
    except (ValueError, TypeError, LookupError):
        return None


def _content(data: bytes | None) -> object:
    """Return what a script hands over, None when it is not a script of ours."""
    if data is None or not data.startswith(b"custodex.tier("):
        return None
    text = data.decode("utf-8").partition(",")[2].partition(",")[2]
    return json.loads(text.removesuffix(");\n"))


@dataclass(slots=True)
class _Patch:
    """The lines of all files touched so far, by file."""

    searcher: Searcher
    layout: Layout
    previous: Previous
    before: dict[str, dict[str, str]] = field(default_factory=dict)
    after: dict[str, dict[str, str]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    places: dict[str, tuple[int, str]] = field(default_factory=dict)

    def take(self, customer: str) -> None:
        """Replace the lines of one customer."""
        placed = self._found(customer)
        slot = self.layout.slot(customer)
        self.taken.add(customer)
        for tier, line in (("names", partial(names_line, self.searcher.spelled)), ("texts", texts_line)):
            lines = self._lines(tier, self.layout.file(tier, slot))
            lines.pop(customer, None)
            if placed is not None:
                lines[customer] = line(placed).partition(COLUMN)[2]

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield all touched files."""
        deltas = self._deltas()
        for name in sorted(self.after):
            tier, _, number = name.partition("/")
            lines = self.after[name]
            yield from scripts(tier, int(number), [one + COLUMN + lines[one] for one in self._ordered(lines)])
        by_shard = sorted(deltas.items(), key=lambda pair: (self.layout.shard(pair[0]), pair[0]))
        for shard, group in groupby(by_shard, key=lambda pair: self.layout.shard(pair[0])):
            yield file_name("postings", shard), self._postings(shard, dict(group))

    def _found(self, customer: str) -> Placed | None:
        for segment in self.searcher.segments:
            for place in positions(segment.holding(id_term(customer)) & segment.live):
                return Placed(0, 0, segment, place)
        return None

    def _lines(self, tier: str, number: int) -> dict[str, str]:
        name = f"{tier}/{number}"
        if name not in self.after:
            content = self._text(tier, number)
            if content and tier == "names":
                content += COLUMN + self._text("numbers", number)
            lines = (line.partition(COLUMN) for line in lines_of(tier, content))
            self.before[name] = {one: rest for one, _, rest in lines}
            self.after[name] = dict(self.before[name])
        return self.after[name]

    def _text(self, tier: str, number: int) -> str:
        content = _content(self.previous(file_name(tier, number)))
        if not isinstance(content, str):
            raise TypeError(tier)
        return content

    def _deltas(self) -> dict[str, tuple[set[int], set[int]]]:
        """Return the numbers every term loses and gains; a new customer may move others that stand close by."""
        deltas: dict[str, tuple[set[int], set[int]]] = {}
        before, after = self._numbers(self.before), self._numbers(self.after)
        moved = {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
        for one in sorted(self.taken | moved):
            number = self.layout.file("texts", self.layout.slot(one))
            self._lines("texts", number)
            for lines, numbers, side in ((self.before, before, 0), (self.after, after, 1)):
                line = lines[f"texts/{number}"].get(one)
                for term in _terms(line) if line is not None else ():
                    deltas.setdefault(term, (set(), set()))[side].add(numbers[one])
        return {term: sides for term, sides in deltas.items() if sides[0] != sides[1]}

    def _numbers(self, files: dict[str, dict[str, str]]) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for name, lines in files.items():
            tier, _, number = name.partition("/")
            if tier == "names":
                ordered = self._ordered(lines)
                numbers.update(zip(ordered, self.layout.numbers(int(number), ordered), strict=True))
        return numbers

    def _ordered(self, lines: Iterable[str]) -> list[str]:
        for one in lines:
            if one not in self.places:
                self.places[one] = self.layout.slot(one), one
        return sorted(lines, key=self.places.__getitem__)

    def _postings(self, shard: int, deltas: dict[str, tuple[set[int], set[int]]]) -> bytes:
        content = self._text("postings", shard)
        lines = dict(line.split(COLUMN) for line in content.split(LINE) if line)
        for term, (lost, gained) in deltas.items():
            packed = lines.pop(term, "")
            numbers = _changed(read(packed) if packed else [], lost, gained)
            if numbers:
                lines[term] = written(numbers)
        return script("postings", shard, LINE.join(term + COLUMN + lines[term] for term in sorted(lines)))


def _changed(numbers: list[int], lost: set[int], gained: set[int]) -> list[int]:
    """Return sorted numbers without those lost and with those gained; a few among many are not worth a sort."""
    for number in lost - gained:
        del numbers[bisect_left(numbers, number)]
    for number in gained - lost:
        insort(numbers, number)
    return numbers


def _terms(line: str) -> set[str]:
    """Return the terms of a customer by its line in the texts tier, its id left out."""
    texts, _, keywords = line.split(COLUMN)
    return text_terms(texts.replace(VALUE, "\n")) | keyword_line_terms(keywords)
