"""A document as lines of label and value, in the order and the words of its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from custodex.books import Book
from custodex.findings import printable
from custodex.hints import Node
from custodex.texts import Lang
from custodex.vocabularies import label_of_value

_INDENT = "  "
_LONGEST = 2000


class Sheet:
    """Words values of one book in one language."""

    def __init__(self, book: Book, lang: Lang) -> None:
        self._book = book
        self._lang: Lang = lang

    def kind(self, kind: str) -> str:
        """Return what a kind of document is called."""
        label = self._book.schemas.node(kind).label if self._book.schemas.has(kind) else None
        return label.get(self._lang) if label else kind

    def document(self, kind: str, value: Mapping[str, Any], indent: str = _INDENT) -> Iterator[str]:
        """Yield the lines of one document."""
        node = self._book.schemas.node(kind) if self._book.schemas.has(kind) else None
        yield from self._mapping(value, node, indent)

    def label(self, name: str, node: Node | None) -> str:
        """Return what a field is called."""
        return node.label.get(self._lang) if node and node.label else name

    def text(self, value: Any, node: Node | None) -> str:
        """Return one plain value as people call it."""
        if isinstance(value, bool):
            return {"zh": ("否", "是"), "en": ("no", "yes")}[self._lang][value]
        label = label_of_value(self._book, node, value) if isinstance(value, str) else None
        return printable(label.get(self._lang) if label else str(value), _LONGEST)

    def _mapping(self, value: Mapping[str, Any], node: Node | None, indent: str) -> Iterator[str]:
        colon = "：" if self._lang == "zh" else ": "
        for name, item in value.items():
            child = node.fields.get(name) if node else None
            head = f"{indent}{printable(self.label(name, child))}{colon}"
            if isinstance(item, Mapping):
                yield head.rstrip()
                yield from self._mapping(item, child, indent + _INDENT)
            elif isinstance(item, list):
                yield from self._list(head, item, child, indent)
            else:
                yield from self._lines(head, item, child, indent)

    def _lines(self, head: str, item: Any, node: Node | None, indent: str) -> Iterator[str]:
        if not isinstance(item, str) or "\n" not in item:
            yield head + self.text(item, node)
            return
        yield head.rstrip()
        yield from (f"{indent}{_INDENT}{printable(line, _LONGEST)}" for line in item.rstrip("\n").split("\n"))

    def _list(self, head: str, items: Sequence[Any], node: Node | None, indent: str) -> Iterator[str]:
        inner = node.items if node else None
        if not any(isinstance(item, (Mapping, list)) for item in items):
            joiner = "、" if self._lang == "zh" else ", "
            yield head + joiner.join(self.text(item, inner) for item in items)
            return
        yield head.rstrip()
        for item in items:
            if isinstance(item, Mapping):
                first, *rest = [*self._mapping(item, inner, indent + _INDENT * 2)] or [""]
                yield f"{indent}{_INDENT}- {first.lstrip()}"
                yield from rest
            else:
                yield f"{indent}{_INDENT}- {self.text(item, inner)}"
