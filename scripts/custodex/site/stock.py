"""What pages about many records are made from: the state of the site, findings, history, saved queries, the day."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from custodex.deeds import Figure
from custodex.findings import Finding
from custodex.readers import Reader
from custodex.rules import Rulebook
from custodex.site.cards import Card
from custodex.site.context import ROWS, Context
from custodex.site.customerpage import CustomerPages
from custodex.site.pieces import Link
from custodex.site.sources import Finder, HistorySource
from custodex.site.state import Selection, State


@dataclass(frozen=True, slots=True)
class Version:
    """The commit that is built, and when it was made (RFC 3339); empty without commits.

    `day` is the past day that the site shows as its present ("2026-03-02"), empty where today is meant.
    """

    commit: str = ""
    at: str = ""
    day: str = ""


NO_VERSION = Version()


@dataclass(slots=True)
class Stock:
    """The shared input of the pages of one language."""

    context: Context
    state: State
    reader: Reader
    customers: CustomerPages
    findings: Sequence[Finding]
    history: HistorySource
    rules: Rulebook
    today: str
    version: Version
    find: Finder | None = None
    touches: Callable[[Mapping[str, Sequence[str]]], bool] = lambda _where: True
    selections: dict[str, Selection] = field(default_factory=dict)  # the languages may share them
    past: Mapping[str, Sequence[Figure]] = field(default_factory=dict)  # by team, by person: what was done
    shown: dict[tuple[str, str], list[Card]] = field(default_factory=dict)  # of the last set; shared as well

    def cards(self, keys: Sequence[str]) -> list[Card]:
        """Return the cards of these records, in this order."""
        found = (self.state.card(key) for key in keys)
        return [card for card in found if card is not None]

    def is_meant(self, key: str) -> bool:
        """Tell whether an id in a task or a mention means this person or team: of both with one id, the person."""
        folder, _, name = key.partition("/")
        return folder == "staff" or self.state.card(f"staff/{name}") is None

    def members(self, facet: str, value: str) -> list[Card]:
        """Return the first customers, by name, with this value of a facet."""
        if (facet, value) not in self.shown:
            self.shown.clear()  # the languages take turns: only the last set is asked for again
            self.shown[facet, value] = self.state.members(facet, value, ROWS)
        return self.shown[facet, value]

    def owner_of(self, card: Card | None) -> Link | None:
        """Return who looks after a record."""
        return self.context.known.person(card.one("owner")) if card else None

    def selected(
        self, name: str, query: str, where: Mapping[str, Sequence[str]], sort: Sequence[str]
    ) -> Selection:
        """Return the customers a saved view shows; kept by its *name* until a changed customer might be one."""
        if name not in self.selections:
            about = json.dumps([query, where, sort], ensure_ascii=False, sort_keys=True)
            kept = self.state.selection(name, about) if not self.concerns(query, where) else None
            if kept is None:
                keys = self._sorted(self._matching(query, where), sort)
                kept = Selection(len(keys), keys[:ROWS])
                self.state.keep_selection(name, about, kept)
            self.selections[name] = kept
        return self.selections[name]

    def concerns(self, query: str, where: Mapping[str, Sequence[str]]) -> bool:
        """Tell whether a customer that changed might fit, or have fitted, a query and filters."""
        return not self._is_plain(query, where) or self.touches(where)

    def _is_plain(self, query: str, where: Mapping[str, Sequence[str]]) -> bool:
        """Tell whether filters alone decide, by values a customer has."""
        return not query and all(
            name in self.context.facet_nodes and value and value[0] != "!"
            for name, values in where.items()
            for value in values
        )

    def _matching(self, query: str, where: Mapping[str, Sequence[str]]) -> list[str]:
        if self._is_plain(query, where) or self.find is None:
            return self.state.selected(where)
        return [f"customers/{one}" for one in self.find(query, where)]

    def _sorted(self, keys: list[str], sort: Sequence[str]) -> list[str]:
        if not sort or list(sort) == ["name"]:
            return keys
        cards = self.cards(keys)
        for name in reversed(sort):
            field, down = name.removeprefix("-"), name.startswith("-")
            cards.sort(key=lambda card: self._order(card, field), reverse=down)
        return [card.key for card in cards]

    def _order(self, card: Card, field: str) -> tuple[int, str]:
        if field == "name":
            return 0, card.sort
        if field in ("last_note", "next_due", "since"):
            return 0, str(getattr(card, field))
        value = card.one(field)
        order = list(self.context.words.vocabulary("stages")) if field == "stage" else []
        return (order.index(value) if value in order else len(order)), value
