"""The columns of lists: what a column is called, and what a value in it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custodex.books import Book
from custodex.hints import Node
from custodex.search import Card
from custodex.texts import Lang, Text
from custodex.vocabularies import label_of_value, region_label

DEFAULT = ("id", "name", "stage", "grade", "region", "owner", "last_note", "next_due")
_OWN: dict[str, Text] = {
    "id": Text("编号", "ID"),
    "phone": Text("电话", "Phone"),
    "email": Text("邮箱", "E-mail"),
    "last_note": Text("最近沟通", "Last note"),
    "next_due": Text("下次跟进", "Next due"),
}


class Columns:
    """The chosen columns of a list of customers, worded by the schema of *book*; *people* are names by id."""

    def __init__(
        self, book: Book, names: Sequence[str], lang: Lang, people: Mapping[str, str] | None = None
    ) -> None:
        # a saved view may write a column as the path of its field; the index knows it by the last name
        self.names = [name.rpartition(".")[2] if name.startswith("source.") else name for name in names]
        self._book = book
        self._lang: Lang = lang
        self._people = people or {}
        self._nodes = {name: _node(book, name) for name in self.names}

    def headings(self) -> list[str]:
        """Return what the columns are called."""
        return [self._heading(name) for name in self.names]

    def _heading(self, name: str) -> str:
        node = self._nodes[name]
        label = _OWN.get(name) or (node.label if node else None)
        return label.get(self._lang) if label else name

    def codes(self, card: Card) -> list[str]:
        """Return the values of one customer as records write them."""
        return [card.value(name) for name in self.names]

    def words(self, card: Card) -> list[str]:
        """Return the values of one customer as people call them."""
        return [self._word(name, card) for name in self.names]

    def _word(self, name: str, card: Card) -> str:
        values = card.facets.get(name)
        if not values:
            return card.value(name)
        return ("、" if self._lang == "zh" else ", ").join(self.called(name, value) for value in values)

    def called(self, name: str, value: str) -> str:
        """Return what one value of a column is called."""
        node = self._nodes[name]
        if node is not None and "staff" in str(node.hint("ref")).split("|") and value in self._people:
            return self._people[value]
        label = (
            region_label(self._book, value) if name == "region" else label_of_value(self._book, node, value)
        )
        return label.get(self._lang) if label else value


def _node(book: Book, name: str) -> Node | None:
    """Return the field of the customer schema a column shows."""
    kind, dot, rest = name.partition(".")
    if dot and book.schemas.has(kind):
        return _search(book.schemas.node(kind), rest)
    return _search(book.schemas.node("customer"), name) if book.schemas.has("customer") else None


def _search(node: Node, name: str) -> Node | None:
    if name in node.fields:
        return node.fields[name]
    below = [*node.fields.values(), *([node.items] if node.items else [])]
    return next((found for child in below if (found := _search(child, name))), None)
