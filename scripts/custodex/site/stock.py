"""What pages about many records are made from: the state of the site, findings, history, saved queries, the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from custodex.findings import Finding
from custodex.readers import Reader
from custodex.rules import Rulebook
from custodex.site.cards import Card
from custodex.site.context import Context
from custodex.site.customerpage import CustomerPages
from custodex.site.pieces import Link
from custodex.site.sources import Finder, HistorySource
from custodex.site.state import State


@dataclass(frozen=True, slots=True)
class Version:
    """The commit that is built, and when it was made (RFC 3339); empty without commits."""

    commit: str = ""
    at: str = ""


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
    _sets: dict[str, list[str]] = field(default_factory=dict)

    def cards(self, keys: Sequence[str]) -> list[Card]:
        """Return the cards of these records, in this order."""
        found = (self.state.card(key) for key in keys)
        return [card for card in found if card is not None]

    def owner_of(self, card: Card | None) -> Link | None:
        """Return who looks after a record."""
        return self.context.known.person(card.one("owner")) if card else None

    def selected(
        self, name: str, query: str, where: Mapping[str, Sequence[str]], sort: Sequence[str]
    ) -> list[str]:
        """Return the keys of the customers a saved view shows, remembered by its *name*."""
        if name not in self._sets:
            plain = not query and all(
                name in self.context.facet_nodes and value and value[0] != "!"
                for name, values in where.items()
                for value in values
            )
            if plain or self.find is None:
                keys = self.state.selected(where)
            else:
                keys = [f"customers/{one}" for one in self.find(query, where)]
            self._sets[name] = self._sorted(keys, sort)
        return self._sets[name]

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
