"""The tiers after a few customers changed, made from the files as they were, without an export.

What a customer's texts were stands in the texts tier, so the terms it lost and gained follow from that and from the
index. In a large book what is added waits in a second layer (`tierlater`), while what is gone leaves its file at
once. When the layer has grown it is worked in, and the files are byte for byte those of a full export. Whatever stands
where, the customers, their lines and their terms are those of a full export.
"""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from custodex.hanzi import Spelled
from custodex.postings import positions
from custodex.search.engine import Searcher
from custodex.search.rows import id_term
from custodex.search.tierlater import LEAST, Later, terms_in
from custodex.search.tiernumbers import read, written
from custodex.search.tierreadings import spelled_from
from custodex.search.tiers import (
    COLUMN,
    LINE,
    OWN_FILE,
    VALUE,
    Layout,
    Placed,
    directory,
    file_name,
    joined,
    lines_of,
    names_line,
    postings_scripts,
    script,
    scripts,
    texts_line,
)
from custodex.search.tierterms import keyword_line_terms, text_terms

Previous = Callable[[str], bytes | None]
_NOTHING = COLUMN * 6
"""The line of a customer that is gone, without its id."""
_COUNTED = ("count", "base", "added", "later", "gone")


def patched(
    searcher: Searcher, ids: Iterable[str], previous: Previous, least: int = LEAST
) -> dict[str, bytes] | None:
    """Return the files that change when the customers *ids* were written, changed or removed; an empty one is to go.

    *previous* returns a file (its name below `search/`) as the last build left it. A book of *least* customers or more
    has a second layer. None means that a full export is due: another schema, another number of files, or a file that
    is missing or not ours.
    """
    count = sum(segment.live.bit_count() for segment in searcher.segments)
    try:
        old: Any = _content(previous("index.js"))
        base = int(old["base"])
        expected = json.loads(json.dumps(directory(searcher, Layout.of(base), base)))
        if {**old, **dict.fromkeys(_COUNTED)} != {**expected, **dict.fromkeys(_COUNTED)}:
            return None
        patch = _Patch(searcher, Layout.of(base), previous, _later(old, previous))
        for one in sorted(set(ids)):
            patch.take(one)
        if patch.later.is_much(base, least):
            if Layout.of(count) != patch.layout:
                return None
            patch.work_in()
            base = count
        files = dict(patch.files())
    except (ValueError, TypeError, LookupError):
        return None
    told = {**expected, "count": count, "base": base, **patch.later.told()}
    if told != old:
        files["index.js"] = script("index", 0, told)
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
        layout = Layout.of(int(old["base"]))
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


def _text(tier: str, number: int, previous: Previous) -> str:
    content = _content(previous(file_name(tier, number)))
    if not isinstance(content, str):
        raise TypeError(tier)
    return content


def _later(old: Any, previous: Previous) -> Later:
    """Return the second layer as it was."""
    added = (line.partition(COLUMN) for line in lines_of("names", _text("added", 0, previous)))
    return Later(terms_in(_text("later", 1, previous)), {one: rest for one, _, rest in added}, {*old["gone"]})


@dataclass(slots=True)
class _Patch:
    """The lines of all files touched so far, by file; `held` are terms in the postings, before and after."""

    searcher: Searcher
    layout: Layout
    previous: Previous
    later: Later
    before: dict[str, dict[str, str]] = field(default_factory=dict)
    after: dict[str, dict[str, str]] = field(default_factory=dict)
    held: dict[str, tuple[Set[str], Set[str]]] = field(default_factory=dict)
    places: dict[str, tuple[int, str]] = field(default_factory=dict)

    def take(self, customer: str) -> None:
        """Replace the lines of one customer."""
        placed, slot, later = self._found(customer), self.layout.slot(customer), self.later
        names, texts = (self._lines(tier, self.layout.file(tier, slot)) for tier in ("names", "texts"))
        held = self._terms(texts.pop(customer, None)) - later.terms.pop(customer, set())
        later.added.pop(customer, None)
        based = customer in names and customer not in later.gone
        now: Set[str] = frozenset()
        if placed is not None:
            texts[customer] = _rest(texts_line(placed))
            now = self._terms(texts[customer])
            line = _rest(names_line(self.searcher.spelled, placed))
            (names if based else later.added)[customer] = line
        elif based:
            names[customer] = _NOTHING
            later.gone.add(customer)
        self.held[customer] = held, held & now
        if now - held:
            later.terms[customer] = {*now - held}

    def work_in(self) -> None:
        """Write everything that came later into the files it belongs to."""
        later = self.later
        known = {*later.terms, *later.added, *later.gone, *self.held}
        for one in known:
            names = self._lines("names", self.layout.file("names", self.layout.slot(one)))
            if one in later.gone:
                del names[one]
            if one in later.added:
                names[one] = later.added[one]
        before, after = self._numbers(self.before), self._numbers(self.after)
        moved = {one for one in before.keys() & after.keys() if before[one] != after[one]}
        for one in known | moved:
            file = f"texts/{self.layout.file('texts', self.layout.slot(one))}"
            self._lines("texts", int(file.partition("/")[2]))
            if one not in self.held:
                held = self._terms(self.before[file].get(one)) - later.terms.get(one, set())
                self.held[one] = held, held
            self.held[one] = self.held[one][0], self._terms(self.after[file].get(one))
        self.later = Later()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield all touched files."""
        deltas = self._deltas()
        for name in sorted(self.after):
            tier, _, number = name.partition("/")
            lines = self.after[name]
            yield from scripts(tier, int(number), [one + COLUMN + lines[one] for one in self._ordered(lines)])
        by_shard = sorted(deltas.items(), key=lambda pair: (self.layout.shard(pair[0]), pair[0]))
        for shard, group in groupby(by_shard, key=lambda pair: self.layout.shard(pair[0])):
            yield from self._postings(shard, dict(group))
        added = [one + COLUMN + line for one, line in sorted(self.later.added.items())]
        yield file_name("added", 0), script("added", 0, joined("names", added))
        yield file_name("later", 1), script("later", 1, self.later.to_text())

    def _found(self, customer: str) -> Placed | None:
        for segment in self.searcher.segments:
            for place in positions(segment.holding(id_term(customer)) & segment.live):
                return Placed(0, 0, segment, place)
        return None

    def _terms(self, line: str | None) -> Set[str]:
        return frozenset() if line is None else _terms(line)

    def _lines(self, tier: str, number: int) -> dict[str, str]:
        name = f"{tier}/{number}"
        if name not in self.after:
            content = _text(tier, number, self.previous)
            if content and tier == "names":
                content += COLUMN + _text("numbers", number, self.previous)
            lines = (line.partition(COLUMN) for line in lines_of(tier, content))
            self.before[name] = {one: rest for one, _, rest in lines}
            self.after[name] = dict(self.before[name])
        return self.after[name]

    def _deltas(self) -> dict[str, tuple[set[int], set[int]]]:
        """Return the numbers every term loses and gains in the postings."""
        deltas: dict[str, tuple[set[int], set[int]]] = {}
        before, after = self._numbers(self.before), self._numbers(self.after)
        for one, sides in self.held.items():
            numbers = before.get(one), after.get(one)
            same = sides[0] & sides[1] if numbers[0] == numbers[1] else frozenset()
            for side, number in enumerate(numbers):
                if number is not None:
                    for term in sides[side] - same:
                        deltas.setdefault(term, (set(), set()))[side].add(number)
        return {term: changed for term, changed in deltas.items() if changed[0] != changed[1]}

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

    def _postings(
        self, shard: int, deltas: dict[str, tuple[set[int], set[int]]]
    ) -> Iterator[tuple[str, bytes]]:
        content = _text("postings", shard, self.previous)
        lists = dict(line.split(COLUMN) for line in content.split(LINE) if line)
        own = {term: self._own(shard, told) for term, told in lists.items() if told.startswith(OWN_FILE)}
        lists.update({term: _text("long", number, self.previous) for term, number in own.items()})
        for term, (lost, gained) in deltas.items():
            packed = lists.pop(term, "")
            numbers = _changed(read(packed) if packed else [], lost, gained)
            if numbers:
                lists[term] = written(numbers)
        yield from ((file_name("long", number), b"") for number in own.values())  # unless it is written again
        yield from postings_scripts(self.layout, shard, sorted(lists.items()))

    def _own(self, shard: int, told: str) -> int:
        return self.layout.own(shard, int(told.removeprefix(OWN_FILE)))


def _rest(line: str) -> str:
    """Return a line without the id it begins with."""
    return line.partition(COLUMN)[2]


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
