"""Labels of fields, enumerations and vocabularies in one language, looked up once and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from custodex.books import Book
from custodex.hints import Node, as_text
from custodex.texts import Lang, Text

Labels = Mapping[str, tuple[str, str]]
"""value -> (label, parent value or "")"""


class Words:
    """The labels of one book in one language."""

    def __init__(self, book: Book, lang: Lang) -> None:
        self.book = book
        self.lang: Lang = lang
        self._enums: dict[int, Mapping[str, str]] = {}
        self._labels: dict[int, tuple[Node, str]] = {}  # with the node: its number must stay its own

    def say(self, text: Text | None, otherwise: str = "") -> str:
        """Return a text in this language."""
        return text.get(self.lang) if text else otherwise

    def of(self, node: Node | None, name: str = "") -> str:
        """Return the label of a field, its name if the schema gives none."""
        if node is None:
            return name
        known = self._labels.get(id(node))
        if known is None:
            known = self._labels[id(node)] = (node, self.say(node.label))
        return known[1] or name

    def enum(self, node: Node, value: str) -> str:
        """Return the label of a value of an enumeration."""
        labels = self._enums.get(id(node))
        if labels is None:
            found = node.schema.get("x-enum") or {}
            labels = {str(key): self.say(as_text(label), str(key)) for key, label in found.items()}
            self._enums[id(node)] = labels
        return labels.get(value, value)

    def kind(self, kind: str) -> str:
        """Return the name of a kind of document."""
        schemas = self.book.schemas
        return self.of(schemas.node(kind), kind) if schemas.has(kind) else kind

    def vocabulary(self, name: str) -> Labels:
        """Return the values of a vocabulary that an `x-vocabulary` hint names."""
        return self._vocabularies.get(name, {})

    def vocabulary_label(self, name: str, value: str) -> str:
        """Return the label of a value of a vocabulary, the value itself if it is unknown."""
        found = self.vocabulary(name).get(value)
        return found[0] if found else value

    @cached_property
    def _vocabularies(self) -> Mapping[str, Labels]:
        book = self.book
        regions = book.vocabulary("regions")
        return {
            "stages": dict(self._rows(book.vocabulary("stages").get("stages"))),
            "grades": self._grades(),
            "tags": self._tags(),
            "industries": self._industries(),
            "countries": dict(self._rows(regions.get("countries"), "code")),
            "provinces": dict(self._rows(regions.get("provinces"), "code")),
            "cities": self._cities(),
            "roles": dict(self._rows(book.access.get("roles"))),
            "region": self._regions(),
        }

    def _rows(
        self, rows: Any, key: str = "id", parent: str = "", prefix: str = ""
    ) -> Iterator[tuple[str, tuple[str, str]]]:
        for row in rows if isinstance(rows, list) else ():
            value = f"{prefix}{row.get(key)}"
            yield value, (self.say(as_text(row.get("label")), value), parent)

    def _grades(self) -> Labels:
        labels: dict[str, tuple[str, str]] = {}
        for kind in self.book.vocabulary("grades").get("types") or ():
            labels.update({k: v for k, v in self._rows(kind.get("grades")) if k not in labels})
        return labels

    def _tags(self) -> Labels:
        labels: dict[str, tuple[str, str]] = {}
        for dimension in self.book.vocabulary("tags").get("dimensions") or ():
            labels.update(self._rows(dimension.get("tags"), prefix=f"{dimension.get('id')}:"))
        return labels

    def _industries(self) -> Labels:
        labels: dict[str, tuple[str, str]] = {}
        for section in self.book.vocabulary("industries").get("sections") or ():
            code = str(section.get("code"))
            labels[code] = (self.say(as_text(section.get("label")), code), "")
            labels.update(self._rows(section.get("divisions"), "code", code, code))
        return labels

    def _cities(self) -> Labels:
        labels: dict[str, tuple[str, str]] = {}
        for province in self.book.vocabulary("regions").get("provinces") or ():
            labels.update(self._rows(province.get("cities"), "code", str(province.get("code"))))
        return labels

    def _regions(self) -> Labels:
        """Country, province and city as one tree: CN, CN-44, CN-4403."""
        regions = self.book.vocabulary("regions")
        labels = dict(self._rows(regions.get("countries"), "code"))
        labels.update(self._rows(regions.get("provinces"), "code", "CN", "CN-"))
        for province in regions.get("provinces") or ():
            code = f"CN-{province.get('code')}"
            labels.update(self._rows(province.get("cities"), "code", code, "CN-"))
        return labels

    @cached_property
    def dimensions(self) -> Mapping[str, str]:
        """The dimensions of tags: id -> label."""
        rows = self._rows(self.book.vocabulary("tags").get("dimensions"))
        return {value: label for value, (label, _) in rows}
