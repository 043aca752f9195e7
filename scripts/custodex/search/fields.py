"""The fields a query or a filter may name, read from the schema when the index is made."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custodex.errors import UsageFault
from custodex.search.cards import DATES
from custodex.search.entries import HINTS, facet_name
from custodex.search.record import Schemas
from custodex.texts import Text

NAME_FIELDS: Mapping[str, str] = {
    "name": "names", "pinyin": "pinyin", "number": "numbers", "phone": "numbers", "email": "emails",
}  # fmt: skip
"""Fields of the names tier and the row each of them looks at."""
ALIASES: Mapping[str, str] = {"tag": "tags", "industries": "industry", "regions": "region"}
SORTS = ("score", "name", "id", *DATES)
KINDS = ("customer", "contacts", "identity", "consents", "note", "transaction", "feedback", "task")


@dataclass(frozen=True, slots=True)
class Fields:
    """Keyword fields and text fields (`kind.field`, in the order of their tags) of one schema."""

    keywords: tuple[str, ...]
    texts: tuple[str, ...]

    def to_json(self) -> Mapping[str, Sequence[str]]:
        """Return both lists for the state file."""
        return {"keywords": self.keywords, "texts": self.texts}

    def keyword(self, name: str) -> str | None:
        """Return the keyword field or date *name* means, or None."""
        name = ALIASES.get(name, name)
        return name if name in self.keywords or name in DATES else None

    def tags(self, name: str) -> frozenset[int] | None:
        """Return the numbers of the text fields *name* means (a kind, a field, `kind.field`), or None."""
        if name == "text":
            return frozenset(range(len(self.texts)))
        found = frozenset(
            number for number, field in enumerate(self.texts) if name in (field, *field.split("."))
        )
        return found or None

    def unknown(self, name: str, known: Sequence[str] = ()) -> UsageFault:
        """Return the complaint about a field nobody has, with the nearest ones."""
        names = sorted({*self.keywords, *DATES, *ALIASES, *known})
        near = ", ".join(difflib.get_close_matches(name, names, 3, 0.5) or names[:12])
        return UsageFault(
            Text(f"没有名为“{name}”的字段", f"there is no field “{name}”"),
            Text(
                f"相近的字段：{near}；若是文字，请加引号", f"nearest fields: {near}; quote it if it is text"
            ),
        )

    def names(self) -> Sequence[str]:
        """Return all the names a query may use before a colon."""
        kinds = {part for field in self.texts for part in (field, *field.split("."))}
        return sorted({*NAME_FIELDS, *kinds, "text"})


def fields_of(schemas: Schemas) -> Fields:
    """Return the fields of a schema."""
    keywords: dict[str, None] = {}
    texts: dict[str, None] = {}
    for kind in KINDS:
        if schemas.has(kind):
            _collect(kind, schemas.node(kind), (), keywords, texts)
    return Fields(tuple(sorted(keywords)), tuple(sorted(texts)))


def _collect(
    kind: str, node: Any, pointer: tuple[str, ...], keywords: dict[str, None], texts: dict[str, None]
) -> None:
    schema = node.schema
    if pointer and not HINTS.isdisjoint(schema):
        name = facet_name(kind, pointer[-1])
        if "x-facet" in schema or schema.get("x-search") == "keyword":
            keywords[name] = None
        elif schema.get("x-search") == "text":
            texts[f"{kind}.{pointer[-1]}"] = None
    if node.items:
        _collect(kind, node.items, pointer, keywords, texts)
    for name, child in node.fields.items():
        _collect(kind, child, (*pointer, name), keywords, texts)
