"""What codes are called: the labels of the vocabularies, and of every value a schema node knows by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from custodex.books import Book
from custodex.hints import Node, as_text
from custodex.texts import Text

Labels = Mapping[str, Text]
_Pairs = Iterator[tuple[str, Any]]


def _stages(book: Book) -> _Pairs:
    for stage in book.vocabulary("stages").get("stages", ()):
        yield stage["id"], stage.get("label")


def _grades(book: Book) -> _Pairs:
    for type_ in book.vocabulary("grades").get("types", ()):
        for grade in type_.get("grades", ()):
            yield grade["id"], grade.get("label")


def _tags(book: Book) -> _Pairs:
    for dimension in book.vocabulary("tags").get("dimensions", ()):
        yield dimension["id"], dimension.get("label")
        for tag in dimension.get("tags", ()):
            yield f"{dimension['id']}:{tag['id']}", tag.get("label")


def _industries(book: Book) -> _Pairs:
    for section in book.vocabulary("industries").get("sections", ()):
        yield section["code"], section.get("label")
        for division in section.get("divisions", ()):
            yield section["code"] + division["code"], division.get("label")


def _countries(book: Book) -> _Pairs:
    for country in book.vocabulary("regions").get("countries", ()):
        yield country["code"], country.get("label")


def _provinces(book: Book) -> _Pairs:
    for province in book.vocabulary("regions").get("provinces", ()):
        yield province["code"], province.get("label")


def _cities(book: Book) -> _Pairs:
    for province in book.vocabulary("regions").get("provinces", ()):
        for city in province.get("cities", ()):
            yield city["code"], city.get("label")


def _roles(book: Book) -> _Pairs:
    for role in book.access.get("roles", ()):
        yield role["id"], role.get("label")


_SOURCES: Mapping[str, Callable[[Book], _Pairs]] = {
    "stages": _stages, "grades": _grades, "tags": _tags, "industries": _industries,
    "countries": _countries, "provinces": _provinces, "cities": _cities, "roles": _roles,
}  # fmt: skip


@lru_cache(maxsize=64)
def labels(book: Book, name: str) -> Labels:
    """Return the labels of a vocabulary as `x-vocabulary` names it: code -> text."""
    source = _SOURCES.get(name)
    try:
        pairs = list(source(book)) if source else []
    except (KeyError, TypeError, AttributeError):
        return {}  # a vocabulary that does not fit its schema is a finding of its own
    return {code: text for code, label in pairs if (text := as_text(label))}


def label_of_value(book: Book, node: Node | None, value: str) -> Text | None:
    """Return what *value* of the field *node* is called, None where it stands for itself."""
    if node is None:
        return None
    if node.items is not None:
        return label_of_value(book, node.items, value)
    if _is_region(node):
        return region_label(book, value)
    name = node.hint("vocabulary")
    return labels(book, name).get(value) if name else node.enum_label(value)


def _is_region(node: Node) -> bool:
    return {"country", "province", "city"} <= set(node.fields)


def region_label(book: Book, code: str) -> Text | None:
    """Return the name of a region written as the filters write it: `DE`, `CN-44`, `CN-4403`."""
    country, _, part = code.partition("-")
    found = [labels(book, "countries").get(country)] if country != "CN" or not part else []
    found += [labels(book, "provinces").get(part[:2])] if part else []
    found += [labels(book, "cities").get(part)] if len(part) > 2 else []
    known = list(dict.fromkeys(text for text in found if text))  # a municipality is its own city
    return (
        Text("".join(text.zh for text in known), ", ".join(text.en for text in reversed(known)))
        if known
        else None
    )
