"""Evaluates a query on one segment: which documents match, and how well (a set for each level).

Candidates come from postings as sets of bits; where holding all the terms does not prove a match, the rows of
the candidates are read. `oracle` says the same thing without an index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from custodex import hanzi
from custodex.indexfiles import Segment
from custodex.search import grams, where
from custodex.search.cards import DATES
from custodex.search.entries import compact
from custodex.search.fields import NAME_FIELDS, Fields
from custodex.search.finding import Finder, Reading
from custodex.search.grams import line_has, tag
from custodex.search.query import And, Field, Node, Not, Or, Range, Term

EXACT, PREFIX, INITIALS_EXACT, NAME, PINYIN, INITIALS, NUMBER, EMAIL, TEXT, FILTER = range(100, 0, -10)
Levels = dict[int, int]
"""The documents of every level; a document may stand in several, the best one counts."""


def is_letters(term: str) -> bool:
    """Tell whether a folded term may be pinyin or initials."""
    return term.isascii() and term.isalpha()


def as_number(term: str) -> str:
    """Return a folded term as a fragment of a number, empty when it is none."""
    number = compact(term)
    digits = sum(char in "0123456789" for char in number)
    return number if digits >= 3 and number.isascii() and number.isalnum() else ""


def pinyin_pattern(term: str) -> re.Pattern[str]:
    """Return what finds a term from the beginning of a syllable on: a capital, then any."""
    rest = "".join(f"[{char}{char.upper()}]" for char in term[1:])
    return re.compile(term[0].upper() + rest)


def check(node: Node, fields: Fields, today: date | None) -> None:
    """Refuse a query that names an unknown field or no day, whatever the index holds."""
    if isinstance(node, And | Or):
        for part in node.parts:
            check(part, fields, today)
    elif isinstance(node, Not):
        check(node.part, fields, today)
    elif isinstance(node, Field | Range):
        keyword = fields.keyword(node.name)
        known = isinstance(node, Field) and (node.name in NAME_FIELDS or fields.tags(node.name))
        if keyword is None and not known:
            raise fields.unknown(node.name, fields.names())
        if keyword in DATES:
            for text in (node.first, node.last) if isinstance(node, Range) else (node.value,):
                where.day(text, today)


class Evaluator:
    """Evaluates queries on one segment."""

    def __init__(
        self, segment: Segment, fields: Fields, fold: hanzi.Fold, today: date | None, reading: Reading
    ) -> None:
        self._segment = segment
        self._finder = Finder(segment, reading)
        self._fields = fields
        self._fold = fold
        self._today = today

    def run(self, node: Node) -> tuple[int, Levels]:
        """Return the live documents that match, and the levels of some of them."""
        live = self._segment.live
        if isinstance(node, Term):
            levels = self._term(self._fold(node.text))
            return _union(levels) & live, levels
        if isinstance(node, Field):
            levels = self._field(node)
            return _union(levels) & live, levels
        if isinstance(node, Range):
            name = self._keyword(node.name)
            return where.within(self._segment, name, node.first, node.last, self._today) & live, {}
        if isinstance(node, Not):
            return live & ~self.run(node.part)[0], {}
        return self._combine(node)

    def _combine(self, node: And | Or) -> tuple[int, Levels]:
        found, levels = self.run(node.parts[0])
        for part in node.parts[1:]:
            if isinstance(node, And) and not found:
                return 0, {}
            more, others = self.run(part)
            found = found & more if isinstance(node, And) else found | more
            for level, members in others.items():
                levels[level] = levels.get(level, 0) | members
        return found, levels

    def _keyword(self, name: str) -> str:
        keyword = self._fields.keyword(name)
        if keyword is None:
            raise self._fields.unknown(name)
        return keyword

    def _field(self, node: Field) -> Levels:
        term = self._fold(node.value)
        row = NAME_FIELDS.get(node.name)
        if row is not None:
            return self._names_tier(term, row) if term else {}
        if self._fields.keyword(node.name) is not None:
            name = self._keyword(node.name)
            return {FILTER: where.having(self._segment, name, node.value, self._today)}
        tags = self._fields.tags(node.name)
        if tags is None:
            raise self._fields.unknown(node.name, self._fields.names())
        return {TEXT: self._text_in(term, tags)} if term else {}

    def _term(self, term: str) -> Levels:
        if not term:
            return {}
        levels = {TEXT: self._text(term)}
        for row in ("names", "pinyin", "numbers", "emails"):
            levels.update(self._names_tier(term, row))
        return levels

    def _names_tier(self, term: str, row: str) -> Levels:
        if row == "names":
            return self._names(term)
        if row == "pinyin":
            return self._pinyin(term) if is_letters(term) else {}
        if row == "emails":
            found = self._finder.part(grams.EMAIL, grams.EMAIL_MORE, term)
            return {EMAIL: self._finder.confirmed(found, "emails", lambda text: term in text)}
        number = as_number(term)
        if not number:
            return {}
        found = self._finder.part(grams.NUMBER, grams.NUMBER_MORE, number, least=3)
        return {NUMBER: self._finder.confirmed(found, "numbers", lambda text: number in text)}

    def _names(self, term: str) -> Levels:
        edge = grams.EDGE
        found = {NAME: term, PREFIX: f"{edge}{term}", EXACT: f"{edge}{term}{edge}"}
        levels: Levels = {}
        for level, piece in found.items():
            part = self._finder.part(grams.NAME, grams.NAME_MORE, piece)
            levels[level] = self._finder.confirmed(part, "names", _has(piece))
            if not levels[level]:
                break
        return levels

    def _pinyin(self, term: str) -> Levels:
        pattern, edge = pinyin_pattern(term), grams.EDGE
        found = self._finder.beginning(grams.SYLLABLE, term)
        spoken = self._finder.confirmed(found, "pinyin", lambda text: pattern.search(text) is not None)
        levels = {PINYIN: spoken}
        if len(term) > 1:
            for level, piece in ((INITIALS, term), (INITIALS_EXACT, f"{edge}{term}{edge}")):
                part = self._finder.part(grams.LETTERS, grams.LETTERS_MORE, piece)
                levels[level] = self._finder.confirmed(part, "pinyin", _has_letters(piece))
        return levels

    def _text(self, term: str) -> int:
        return self._finder.confirmed(self._finder.text(term), "text", lambda text: line_has(text, term))

    def _text_in(self, term: str, tags: frozenset[int]) -> int:
        wanted = tuple(tag(number) for number in tags)
        certain, doubtful = self._finder.text(term)
        return self._finder.confirmed(
            (0, certain | doubtful),
            "text",
            lambda text: any(line_has(line, term) for line in text.split("\n") if line.startswith(wanted)),
        )


def _has(piece: str) -> Callable[[str], bool]:
    """Return what tells whether a row has a piece; the edge of a line is a character of pieces."""
    line = piece.replace(grams.EDGE, "\n")
    return lambda row: line in f"\n{row}\n"


def _has_letters(piece: str) -> Callable[[str], bool]:
    has = _has(piece)
    return lambda row: has(first_letters(row))


def first_letters(text: str) -> str:
    """Return the row of readings as a row of initials."""
    return "\n".join(hanzi.initials(line) for line in text.split("\n"))


def _union(levels: Mapping[int, int]) -> int:
    found = 0
    for members in levels.values():
        found |= members
    return found
