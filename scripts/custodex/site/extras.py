"""The files of one customer beside its pages: vCards, a change feed, the record for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from custodex.examining import Record
from custodex.site.apifiles import customer_file
from custodex.site.cardfiles import NO_CARDS, CardLinks, card_files
from custodex.site.cards import Card
from custodex.site.context import Context
from custodex.site.feeds import customer_feed
from custodex.site.sources import Edit


@dataclass(frozen=True, slots=True)
class Links:
    """Where these files stand, from the site's root; "" for what is not there."""

    cards: CardLinks = NO_CARDS
    feed: str = ""
    api: str = ""


NO_LINKS = Links()
Files = list[tuple[str, bytes]]


class Extras:
    """Makes these files; feeds speak the language of *context*, None makes nothing at all."""

    def __init__(self, context: Context | None) -> None:
        self._context = context

    def of(self, record: Record, card: Card, edits: Sequence[Edit]) -> tuple[Files, Links]:
        """Return the files of one customer; of a merged or erased one only what says so to programs."""
        if self._context is None:
            return [], NO_LINKS
        api = customer_file(record, edits)
        if card.state:
            return [api], Links(api=api[0])
        files, cards = card_files(record)
        feed = customer_feed(self._context, card.key, card.name, edits)
        return [*files, *feed, api], Links(cards, feed[0][0] if feed else "", api[0])
