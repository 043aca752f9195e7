"""Answers queries: evaluates them on every segment, orders the hits, says why each of them matches."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path

from custodex.errors import EnvironmentFault
from custodex.hanzi import Spelled
from custodex.indexfiles import DAMAGE, Segment
from custodex.postings import positions
from custodex.search import where as filters
from custodex.search.cards import Card, from_row
from custodex.search.evaluate import Evaluator, Levels, check
from custodex.search.fields import SORTS, Fields
from custodex.search.finding import Reading
from custodex.search.query import Node, parse, terms
from custodex.search.reasons import reasons
from custodex.search.rows import id_term
from custodex.search.sync import load_fold, load_readings, open_segments, read_state
from custodex.texts import Text


@dataclass(frozen=True, slots=True)
class Hit:
    """One customer found; `matches` maps a reason (name, pinyin, note …) to a snippet of where."""

    card: Card
    score: int
    matches: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The customer's id."""
        return self.card.id

    @property
    def name(self) -> str:
        """The customer's name."""
        return self.card.name

    @property
    def stage(self) -> str:
        """The customer's stage."""
        return self.card.stage


@dataclass(frozen=True, slots=True)
class Result:
    """The answer: how many match, the hits asked for, and the counts of the facets asked for."""

    query: str
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Searcher:
    """An index opened for queries; open one for many queries, a new one after a sync."""

    def __init__(self, folder: Path) -> None:
        state, self.segments = _opened(folder)
        names = state["fields"]
        self.fields = Fields(tuple(names["keywords"]), tuple(names["texts"]))
        self.fold = load_fold(folder)
        self._folder = folder

    @cached_property
    def spelled(self) -> Spelled:
        """What reads names by their characters alone."""
        return load_readings(self._folder)

    def search(
        self,
        query: str = "",
        *,
        where: filters.Where = (),
        sort: str = "score",
        limit: int | None = None,
        facets: Sequence[str] = (),
        today: date | None = None,
    ) -> Result:
        """Return the customers that *query* and all filters mean, best first or by *sort* (`-last_note`)."""
        node = parse(query)
        wanted = filters.conditions(where, self.fields)
        counted = [self._known(name) for name in facets]
        if node is not None:
            check(node, self.fields, today)
        reading = Reading()
        answers = [self._answer(segment, node, wanted, today, reading) for segment in self.segments]
        total = sum(found.bit_count() for found, _ in answers)
        ranked = self._ranked(answers, limit) if sort == "score" else self._sorted(answers, sort)
        shown = terms(node)
        hits = tuple(
            Hit(card, score, reasons(self.segments[place], number, shown, self.fold, self.fields))
            for score, card, place, number in islice(ranked, limit)
        )
        counts = {name: self._count(name, answers) for name in counted}
        return Result(query, total, hits, counts)

    def cards(self) -> Iterator[Card]:
        """Yield the cards of all customers, in no particular order."""
        for segment in self.segments:
            column = segment.rows("card")
            for number in positions(segment.live):
                yield from_row(column[number])

    def has(self, customer: str) -> bool:
        """Tell whether a customer is in the index."""
        return any(segment.holding(id_term(customer)) & segment.live for segment in self.segments)

    def _known(self, name: str) -> str:
        keyword = self.fields.keyword(name)
        if keyword is None:
            raise self.fields.unknown(name)
        return keyword

    def _answer(
        self, segment: Segment, node: Node | None, wanted: Iterable[filters.Condition], today: date | None,
        reading: Reading,
    ) -> tuple[int, Levels]:  # fmt: skip
        found = filters.matching(segment, wanted, today)
        if node is None:
            return found, {}
        matched, levels = Evaluator(segment, self.fields, self.fold, today, reading).run(node)
        return found & matched, levels

    def _ranked(self, answers: Sequence[tuple[int, Levels]], limit: int | None) -> Iterator[_Ranked]:
        """Yield hits level by level; within a segment numbers are in the order of rank."""
        left = [found for found, _ in answers]
        for level in [*sorted({level for _, levels in answers for level in levels}, reverse=True), 0]:
            groups = []
            for place, (_, levels) in enumerate(answers):
                members = left[place] & levels.get(level, 0) if level else left[place]
                left[place] &= ~members
                groups.append(self._cards(place, members, level, limit))
            yield from heapq.merge(*groups, key=lambda ranked: ranked[1].rank)

    def _cards(self, place: int, members: int, level: int, limit: int | None) -> Iterator[_Ranked]:
        column = self.segments[place].rows("card")
        return (
            (level, from_row(column[number]), place, number) for number in islice(positions(members), limit)
        )

    def _sorted(self, answers: Sequence[tuple[int, Levels]], sort: str) -> Iterator[_Ranked]:
        """Yield hits by a field; those without a value come last in either direction."""
        down, name = sort.startswith("-"), sort.removeprefix("-")
        if name not in SORTS and name not in self.fields.keywords:
            raise self.fields.unknown(name, SORTS)
        scores = list(self._ranked(answers, None))
        if name == "score":
            return iter(scores)
        given = [one for one in scores if name == "name" or one[1].value(name)]
        missing = [one for one in scores if name != "name" and not one[1].value(name)]
        key = "sort_key" if name == "name" else name
        given.sort(
            key=lambda one: getattr(one[1], key) if key == "sort_key" else one[1].value(key), reverse=down
        )
        return iter(given + missing)

    def _count(self, name: str, answers: Sequence[tuple[int, Levels]]) -> Mapping[str, int]:
        totals: dict[str, int] = {}
        for segment, (found, _) in zip(self.segments, answers, strict=True):
            for value, count in filters.counts(segment, name, found).items():
                totals[value] = totals.get(value, 0) + count
        return dict(sorted(totals.items(), key=lambda pair: (-pair[1], pair[0])))


_Ranked = tuple[int, Card, int, int]


def _opened(folder: Path) -> tuple[Mapping[str, Mapping[str, Sequence[str]]], list[Segment]]:
    """Open the index; a writer may just be replacing files, so try more than once."""
    for _ in range(5):
        state = read_state(folder)
        try:
            if state is not None:
                return state, open_segments(folder, state)
        except DAMAGE:
            pass
        time.sleep(0.05)
    raise EnvironmentFault(
        Text("搜索索引尚未建立或已损坏", "the search index does not exist or is damaged"),
        Text("重新运行命令会自动重建", "run the command again: it is rebuilt"),
    )
