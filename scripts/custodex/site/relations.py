"""A customer among others: its group as a tree, its relations in both directions, the duplicates it took in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from custodex.site import addresses
from custodex.site.cards import Card, Edge
from custodex.site.customermodels import Relation, TreeNode
from custodex.site.known import Known
from custodex.site.pieces import Link
from custodex.site.words import Words

_MAX_NODES = 200
_MAX_RISE = 30


class Relations:
    """Makes relations and trees in one language."""

    def __init__(self, words: Words, known: Known) -> None:
        self._words = words
        self._known = known
        schemas = words.book.schemas
        root = schemas.node("customer").fields.get("relations") if schemas.has("customer") else None
        self._type = root.items.fields.get("type") if root and root.items else None
        inverse: Any = self._type.hint("inverse") if self._type else None
        self._inverse: dict[str, str] = dict(inverse) if isinstance(inverse, dict) else {}

    def of(self, card: Card) -> list[Relation]:
        """Return what this customer says of others, then what only others say of it."""
        own = [edge for edge in card.edges if edge.kind == "relation"]
        said = {(edge.target, edge.type) for edge in own}
        found = [self._relation(edge.target, edge, edge.type, incoming=False) for edge in own]
        for source, edge in self._known.cards.incoming(card.key):
            inverse = self._inverse.get(edge.type, "")
            if edge.kind == "relation" and (source, inverse) not in said:
                found.append(self._relation(source, edge, inverse, incoming=True))
        return found

    def _relation(self, other: str, edge: Edge, kind: str, *, incoming: bool) -> Relation:
        label = self._words.enum(self._type, kind) if self._type and kind else edge.type
        return Relation(
            label=label,
            incoming=incoming,
            target=self._known.link(other, hint=True),
            since="–".join(part for part in (edge.since, edge.until) if part),
            note=edge.note,
            ended=bool(edge.until),
        )

    def merged(self, card: Card) -> list[str]:
        """Return the ids of the duplicates that were merged into this customer."""
        incoming = self._known.cards.incoming(card.key)
        return [source.rpartition("/")[2] for source, edge in incoming if edge.kind == "merged"]

    def tree(self, card: Card) -> list[TreeNode]:
        """Return the group this customer belongs to, depth first; a ring of parents is cut where it closes."""
        root, seen = card, {card.key}
        for _ in range(_MAX_RISE):
            up = self._parent(root)
            above = self._known.cards.card(up) if up else None
            if above is None or above.key in seen or above.kind != "customer":
                break
            seen.add(above.key)
            root = above
        nodes: list[TreeNode] = []
        self._grow(nodes, root, card.key)
        return nodes

    def _parent(self, card: Card) -> str:
        return next((edge.target for edge in card.edges if edge.kind == "parent"), "")

    def _grow(self, nodes: list[TreeNode], root: Card, current: str) -> None:
        waiting, seen = [(root, 0)], {root.key}
        while waiting and len(nodes) < _MAX_NODES:
            card, depth = waiting.pop()
            stage = self._words.vocabulary_label("stages", card.one("stage")) if card.one("stage") else ""
            link = Link(self._known.name(card), addresses.record(card.key), stage)
            nodes.append(TreeNode(link, depth, card.key == current, card.short))
            below = [child for child in self._children(card) if child.key not in seen]
            seen.update(child.key for child in below)
            waiting += [(child, depth + 1) for child in reversed(below)]

    def _children(self, card: Card) -> Iterator[Card]:
        for source, edge in self._known.cards.incoming(card.key):
            if edge.kind == "parent" and (child := self._known.cards.card(source)) is not None:
                yield child
