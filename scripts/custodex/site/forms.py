"""The forms of the site, read off the schema: a field added there can be filled in here without code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from custodex.books import Book
from custodex.hanzi import initials, readings
from custodex.hints import Node
from custodex.site import phrases
from custodex.site.context import Context
from custodex.site.forges import HandOver
from custodex.site.pieces import Frame
from custodex.site.reading import items, text
from custodex.site.stock import Stock

Widget = Literal[
    "text", "long", "date", "time", "number", "check", "choice", "pick", "lines", "checks", "object", "items"
]

_LONG = 1000
_SHORT, _SHORT_ITEM = 16, 7
"""A form, an item of a list with no more fields than this shows all of them at once."""
_MOST_CHOICES, _MOST_RECORDS = 60, 20
"""A menu shows no more codes, names of records than these: of more, one is chosen by typing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a field may have; `words` are further ones by which it is found: another name, how it is read."""

    value: str
    label: str
    words: str = ""
    gone: bool = False  # no longer in use: offered only where it stands already


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Choices under a heading, such as the tags of one dimension; ``hint`` says how many of them may be chosen."""

    label: str
    hint: str
    single: bool
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class FormField:
    """One field; `fields` are those of an object or of each item of a list, told apart by the field `key`.

    `pick` says where a value is chosen from by its name: `page`, its choices; `customer`, the site's search.

    `only` names the type of customer the field is for, where it is for one; from stages of `rank` on a customer
    must have it (0: never).
    """

    name: str
    label: str
    widget: Widget
    help: str = ""
    required: bool = False
    featured: bool = False
    choices: tuple[Choice, ...] = ()
    groups: tuple[ChoiceGroup, ...] = ()
    fields: tuple[FormField, ...] = ()
    key: str = ""
    only: str = ""
    rank: int = 0
    pick: str = ""


@dataclass(frozen=True, slots=True)
class FormPage:
    """``form.html.j2`` → form/<kind>.html."""

    frame: Frame
    kind: str
    fields: tuple[FormField, ...]
    ranks: str  # JSON: stage -> rank
    forge: HandOver


def form_pages(stock: Stock) -> Iterator[FormPage]:
    """Yield the forms of the kinds that the site has forms for."""
    context, schemas = stock.context, stock.reader.book.schemas
    for kind in context.forms:
        title = context.messages.plain(f"form.{kind}")
        frame = context.frame(title, f"form/{kind}.html", "customers")
        fields = _unfolded(_Maker(stock).fields(schemas.node(kind)), _SHORT)
        ranks = json.dumps(_ranks(stock.reader.book))
        yield FormPage(frame, kind, fields, ranks, context.forges.hand_over())


class _Maker:
    """Makes the fields of one form."""

    def __init__(self, stock: Stock) -> None:
        self._context: Context = stock.context
        self._people = stock.state.cards
        self._ranks = _ranks(stock.reader.book)
        self._sources: Mapping[str, Callable[[], Iterable[Choice]]] = {
            "staff": lambda: self._records("staff"),
            "team": lambda: self._records("team"),
            "staff|team": lambda: [*self._records("staff"), *self._records("team")],
        }

    def fields(self, node: Node) -> Iterator[FormField]:
        """Yield the fields below a node, in the order of the schema."""
        required = frozenset(node.schema.get("required") or ())
        for name, part in node.fields.items():
            if part.hint("form") is not False:
                yield self._field(name, part, required=name in required or part.hint("required") is True)

    def _field(self, name: str, node: Node, *, required: bool) -> FormField:
        widget, choices = self._widget(node)
        to_customer = (node.items or node).hint("ref") == "customer"
        inside = node.items if widget == "items" else node if widget == "object" else None
        words = self._context.words
        groups = tuple(self._dimensions()) if _is_tags(node) else ()
        return FormField(
            name=name,
            label=words.of(node, name),
            widget=widget,
            help=_help(node, words.lang, picked=bool(groups or choices)),
            required=required,
            featured=required or node.hint("featured") is not None,
            choices=tuple(choices),
            groups=groups,
            fields=_unfolded(self._inner(inside, str(node.hint("key") or "")), _SHORT_ITEM) if inside else (),
            key=str(node.hint("key") or "") if widget == "items" else "",
            only=str(node.hint("for") or ""),
            rank=self._ranks.get(str(node.hint("required-from")), 0),
            pick="customer" if to_customer else "page" if widget == "pick" else "",
        )

    def _inner(self, node: Node, key: str) -> Iterator[FormField]:
        required = frozenset(node.schema.get("required") or ())
        for name, part in node.fields.items():
            if not (name == key == "id"):  # an item's id is given by the page, never typed
                yield self._field(name, part, required=name in required)

    def _widget(self, node: Node) -> tuple[Widget, list[Choice]]:
        if node.items:
            if node.items.fields:
                return "items", []
            if node.items.hint("ref") in ("person", "customer"):
                return "checks", []  # the page fills in the people of its customer, the search the others
            choices = self._choices(node.items)
            return ("checks", choices) if choices else ("lines", [])
        if node.fields:
            return "object", []
        if node.hint("ref") == "customer":
            return "pick", []
        choices = self._choices(node)
        if choices:
            most = _MOST_RECORDS if node.hint("ref") else _MOST_CHOICES
            return ("choice", choices) if len(choices) <= most else ("pick", [_told(one) for one in choices])
        return _plain(node.schema), []

    def _choices(self, node: Node) -> list[Choice]:
        words = self._context.words
        if "enum" in node.schema:
            return [Choice(str(value), words.enum(node, str(value))) for value in node.schema["enum"]]
        if vocabulary := node.hint("vocabulary"):
            found = words.vocabulary(str(vocabulary))
            return [Choice(value, label) for value, (label, _) in found.items()]
        source = self._sources.get(str(node.hint("ref")))
        return list(source()) if source else []

    def _dimensions(self) -> Iterator[ChoiceGroup]:
        words = self._context.words
        labels = words.vocabulary("tags")
        for dimension in items(words.book.vocabulary("tags"), "dimensions"):
            name, single = text(dimension, "id"), dimension.get("cardinality") == "one"
            rows = [(f"{name}:{text(tag, 'id')}", tag) for tag in items(dimension, "tags")]
            choices = (Choice(key, labels[key][0], gone=tag.get("retired") is True) for key, tag in rows)
            hint = words.say(phrases.ONE_OF if single else phrases.MANY_OF)
            yield ChoiceGroup(words.dimensions[name], hint, single, tuple(choices))

    def _records(self, kind: str) -> Iterator[Choice]:
        for card in sorted(self._people(kind), key=lambda card: card.name):
            yield Choice(card.id, card.name, card.name_en)


def _is_tags(node: Node) -> bool:
    return node.items is not None and node.items.hint("vocabulary") == "tags"


def _told(choice: Choice) -> Choice:
    """Return a choice with how its names are read: `曾国藩` is found by `zengguofan` and by `zgf`."""
    spoken = readings(choice.label)
    words = [choice.words, *(one.lower() for one in spoken), *(initials(one) for one in spoken)]
    return replace(choice, words=" ".join(dict.fromkeys(word for word in words if word)))


def _ranks(book: Book) -> dict[str, int]:
    """Return the rank of every stage: what `x-required-from` compares."""
    rows = book.vocabulary("stages").get("stages") or ()
    return {str(row.get("id")): int(row.get("rank") or 0) for row in rows}


def _unfolded(fields: Iterable[FormField], most: int) -> tuple[FormField, ...]:
    found = tuple(fields)
    return found if len(found) > most else tuple(replace(one, featured=True) for one in found)


def _plain(schema: Mapping[str, Any]) -> Widget:
    kind = schema.get("type")
    if kind == "boolean":
        return "check"
    if kind in ("integer", "number"):
        return "number"
    if schema.get("format") in ("date", "date-time"):
        return "date" if schema["format"] == "date" else "time"
    return "long" if int(schema.get("maxLength") or 0) >= _LONG else "text"


def _help(node: Node, lang: str, *, picked: bool) -> str:
    """Return what stands below a field; who chooses by name need not know how the code is written."""
    said = _said(node.schema.get("x-help"), lang)
    return said or ("" if picked else _said(node.schema.get("x-code-help"), lang))


def _said(texts: object, lang: str) -> str:
    return str(texts.get(lang, "")) if isinstance(texts, Mapping) else ""
