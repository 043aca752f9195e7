"""A long timeline in parts, so that no page grows without end and an old part stays as it is.

Parts are cut from the oldest event on: a new event changes the newest part, which is the customer's own page, and
now and then makes another part complete.
"""

from __future__ import annotations

from collections.abc import Sequence

from custodex.site import addresses
from custodex.site.customermodels import Event
from custodex.site.modelling import replaced
from custodex.site.pieces import Link

_EVENTS, _WEIGHT = 75, 80_000
"""The most events of a part, and about the most bytes of them; the customer's own page holds less than two parts."""


def divided(events: Sequence[Event], customer: str) -> list[Sequence[Event]]:
    """Return the events (newest first) of the customer's own page, then those of the older parts, oldest part first.

    Links from one event to another lead to the page it stands on.
    """
    cuts = _cuts(events)
    if len(cuts) < 2:
        return [events]
    last = cuts[-2]  # the own page begins with a whole part: it is never nearly empty
    parts = [events[: len(events) - last]]
    for first, end in zip([0, *cuts], cuts[:-1], strict=False):
        parts.append(events[len(events) - end : len(events) - first])
    return _linked(parts, customer)


def _cuts(events: Sequence[Event]) -> list[int]:
    """Return how many events, counted from the oldest, each whole part ends after."""
    found: list[int] = []
    start = weight = 0
    for index, event in enumerate(reversed(events)):
        size = 600 + 3 * sum(len(said.text) for said in event.texts) + 250 * len(event.lines)
        if index > start and (weight + size > _WEIGHT or index - start >= _EVENTS):
            found.append(index)
            start, weight = index, 0
        weight += size
    return found


def _linked(parts: list[Sequence[Event]], customer: str) -> list[Sequence[Event]]:
    """Return the parts with links within the page made into links between pages where they must be."""
    homes = {event.anchor: number for number, part in enumerate(parts) for event in part}

    def led(link: Link | None, here: int) -> Link | None:
        if link is None or not link.href.startswith("#"):
            return link
        there = homes.get(link.href[1:], 0)  # people stand on the own page
        return link if there == here else replaced(link, href=addresses.customer(customer, there) + link.href)

    return [
        [
            replaced(
                event,
                people=[one for link in event.people if (one := led(link, number))],
                corrects=led(event.corrects, number),
                corrected_by=led(event.corrected_by, number),
            )
            for event in part
        ]
        for number, part in enumerate(parts)
    ]
