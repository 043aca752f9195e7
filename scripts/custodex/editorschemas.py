"""Schemas for editors: one file a kind that needs no other, because editors do not look a `$id` up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from custodex.books import Book
from custodex.texts import Lang

_PREFIX = "custodex:"


def bundles(book: Book, lang: Lang) -> Iterator[tuple[str, str]]:
    """Yield file name and JSON text of the bundled schema of every kind, with titles in *lang*."""
    for kind in book.kinds():
        bundle = _Bundle(book, lang)
        schema = bundle.rewritten(book.schemas.raw(kind), kind)
        del schema["$id"]
        schema["$defs"] = {**schema.get("$defs", {}), **bundle.taken}
        yield f"{kind}.schema.json", json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


class _Bundle:
    """Takes in every schema that is referred to, each under its own name in `$defs`."""

    def __init__(self, book: Book, lang: Lang) -> None:
        self._book = book
        self._lang = lang
        self._home = ""
        self.taken: dict[str, Any] = {}

    def rewritten(self, schema: Mapping[str, Any], home: str) -> dict[str, Any]:
        """Return a kind's schema with references into `$defs` of itself."""
        self._home = home
        rewritten: dict[str, Any] = self._node(schema, home)
        return rewritten

    def _node(self, value: Any, base: str) -> Any:
        if isinstance(value, list):
            return [self._node(item, base) for item in value]
        if not isinstance(value, Mapping):
            return value
        kept = {
            name: self._reference(item, base)
            if name == "$ref" and isinstance(item, str)
            else self._node(item, base)
            for name, item in value.items()
            if not name.startswith("x-")
        }
        for hint, keyword in (
            ("x-label", "title"),
            ("x-code-help", "description"),
            ("x-help", "description"),
        ):
            words = value.get(hint)
            if isinstance(words, Mapping) and isinstance(words.get(self._lang), str):
                kept.setdefault(keyword, words[self._lang])
        return kept

    def _reference(self, target: str, base: str) -> str:
        name, _, pointer = target.partition("#")
        name = name.removeprefix(_PREFIX) or base
        if name == self._home:
            return f"#{pointer}"
        if name not in self.taken:
            self.taken[name] = {}  # known before it is read: schemas may refer to each other in a circle
            document = self._node(self._book.schemas.raw(name), name)
            self.taken[name] = {key: item for key, item in document.items() if key not in ("$id", "$schema")}
        return f"#/$defs/{name.replace('/', '~1')}{pointer}"
