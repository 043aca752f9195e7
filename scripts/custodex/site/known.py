"""What a page may say about other records: their names, parents, children, relations; remembers who asked.

What a page asked for is kept with the page: when that changes, the page is made again, and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from custodex.records import record_key
from custodex.site import addresses
from custodex.site.cards import Card, Edge
from custodex.site.pieces import Link
from custodex.texts import Lang

Incoming = tuple[str, Edge]
"""The key of the record that says it, and what it says."""


class Cards:
    """Finds cards and edges by *card* and *incoming*; `asked` collects what a page depends on."""

    def __init__(
        self,
        card: Callable[[str], Card | None],
        incoming: Callable[[str], Sequence[Incoming]],
        sharing: Callable[[str], Sequence[str]] = lambda _token: (),
    ) -> None:
        self._card = card
        self._incoming = incoming
        self.sharing = (
            sharing  # the keys of the customers with a token, where they are few; pages of them follow it
        )
        self._kept: dict[str, Card | None] = {}
        self.asked: set[str] = set()

    def card(self, key: str) -> Card | None:
        """Return the card of a record."""
        self.asked.add(f"card {key}")
        if key.startswith("customers/"):
            return self._card(key)
        # staff, teams and products are few, and every page names some
        if key not in self._kept:
            self._kept[key] = self._card(key)
        return self._kept[key]

    def incoming(self, key: str) -> Sequence[Incoming]:
        """Return what other customers say of this one, sorted by who says it."""
        self.asked.add(f"to {key}")
        return self._incoming(key)

    def taken(self) -> list[str]:
        """Return what was asked since the last call, sorted."""
        asked = sorted(self.asked)
        self.asked.clear()
        return asked


class Known:
    """The names of other records in one language."""

    def __init__(self, cards: Cards, lang: Lang, labels: Mapping[str, str] | None = None) -> None:
        self.cards = cards
        self.lang = lang
        self._labels = labels or {}
        self._named: dict[tuple[tuple[str, ...], str], tuple[Link, set[str]]] = {}

    def link(self, key: str, *, hint: bool = False) -> Link:
        """Return a link to a record; an unknown one shows its id and leads nowhere."""
        card = self.cards.card(key)
        if card is None:
            return Link(key.rpartition("/")[2])
        stage = self._labels.get(card.one("stage"), card.one("stage")) if hint else ""
        return Link(self.name(card), addresses.record(key), stage)

    def name(self, card: Card) -> str:
        """Return the name of a record; customers are called as they are entered, staff also have an English name."""
        if self.lang == "en" and card.kind != "customer" and card.name_en:
            return card.name_en
        return card.name

    def named(self, kinds: Sequence[str], name: str) -> Link:
        """Return a link to the record called *name* of the first of *kinds* that has one."""
        if "customer" in kinds:
            return self._found(kinds, name)
        # staff, teams and products are few, and named again and again
        known = self._named.get((tuple(kinds), name))
        if known is None:
            asked, self.cards.asked = self.cards.asked, set()
            known = self._named[tuple(kinds), name] = (self._found(kinds, name), self.cards.asked)
            self.cards.asked = asked
        self.cards.asked |= known[1]
        return known[0]

    def _found(self, kinds: Sequence[str], name: str) -> Link:
        for kind in kinds:
            key = record_key(kind, name)
            if self.cards.card(key) is not None:
                return self.link(key)
        return Link(name)

    def person(self, name: str) -> Link | None:
        """Return a link to a member of staff or a team, None without a name."""
        return self.named(("staff", "team"), name) if name else None
