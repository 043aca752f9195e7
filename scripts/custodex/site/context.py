"""Everything the pages of one language share: words, formats, values, links; made once per build and process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from custodex.books import Book
from custodex.hints import as_text
from custodex.locales import formats
from custodex.site import addresses
from custodex.site.cards import Card
from custodex.site.forges import Forges
from custodex.site.known import Cards, Known
from custodex.site.pieces import Badge, Column, CustomerTable, Frame, Link, Moment, Row, Section, Value
from custodex.site.relations import Relations
from custodex.site.timeline import Timelines
from custodex.site.values import Values
from custodex.site.words import Words
from custodex.templating import Messages
from custodex.texts import Lang

_ROWS_KEPT = 2048
ROWS = 200
"""Rows of a static table; the interactive list has all."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a site is for: the id of a role and its labels; empty for everything."""

    id: str = ""
    label: Mapping[str, str] | None = None


EVERYONE = Audience()


class Context:
    """What the pages of one language are made with."""

    def __init__(
        self, book: Book, lang: Lang, messages: Messages, cards: Cards, audience: Audience, prefix: str,
        forms: Sequence[str] = (),
        *, policies: bool = False, figures: bool = False, extras: bool = True,
    ) -> None:  # fmt: skip
        self.book = book
        self.lang: Lang = lang
        self.messages = messages
        self.formats = formats(lang)
        self.words = Words(book, lang)
        stages = {value: label for value, (label, _) in self.words.vocabulary("stages").items()}
        self.known = Known(cards, lang, stages)
        self.cards = cards
        self.values = Values(self.words, self.formats, self.known)
        self.forges = Forges(book.settings, prefix)
        self.timelines = Timelines(self.values, self.forges)
        self.relations = Relations(self.words, self.known)
        self.forms = forms
        self.policies = policies
        self.figures = figures
        self._badges: dict[tuple[str, str], Badge] = {}
        self._cells: dict[tuple[str, str], Value] = {}
        self._rows: dict[tuple[str, tuple[str, ...]], Row] = {}
        self.audience = audience
        self.extras = extras
        self.site_title = self.words.say(as_text(book.settings.get("title")), "custodex")

    def frame(self, title: str, path: str, section: Section, description: str = "") -> Frame:
        """Return what the layout of a page needs."""
        up = "../" * path.count("/")
        label = (self.audience.label or {}).get(self.lang, self.audience.id)
        return Frame(
            lang=self.lang, title=title, path=path, section=section, up=up, root=f"../{up}",
            site_title=self.site_title, audience=label, audience_id=self.audience.id, description=description,
            forms=self.forms, policies=self.policies, figures=self.figures, extras=self.extras,
        )  # fmt: skip

    def moment(self, text: str) -> Moment:
        """Return a date or a time to show."""
        return self.values.moment(text)

    def label(self, facet: str, value: str) -> str:
        """Return the label of a value of a facet."""
        if facet in ("owner", "team"):
            return self.known.named(("staff",) if facet == "owner" else ("team",), value).label
        node = self.facet_nodes.get(facet)
        if node is None:
            return value
        name = _vocabulary(facet, node)
        return self.words.vocabulary_label(name, value) if name else self.words.enum(node, value)

    def knows(self, facet: str, value: str) -> bool:
        """Tell whether the schema or a vocabulary names a value: only such values become file names."""
        node = self.facet_nodes.get(facet)
        if node is None:
            return False
        name = _vocabulary(facet, node)
        return value in (self.words.vocabulary(name) if name else node.schema.get("enum") or ())

    @cached_property
    def facet_nodes(self) -> Mapping[str, Any]:
        """The fields of a customer with `x-facet`, by the last part of their name, in their order."""
        schemas = self.book.schemas
        if not schemas.has("customer"):
            return {}
        found: dict[str, Any] = {}
        _collect(schemas.node("customer"), found)
        return dict(sorted(found.items(), key=lambda item: _order(item[1].hint("facet"))))

    def facet_label(self, facet: str) -> str:
        """Return the name of a facet."""
        return self.words.of(self.facet_nodes.get(facet), facet)

    def badge(self, facet: str, value: str) -> Badge | None:
        """Return a coded value with a link to the list; None without a value."""
        if not value:
            return None
        if (facet, value) not in self._badges:
            link = addresses.filtered({facet: [value]})
            self._badges[facet, value] = Badge(value, self.label(facet, value), link)
        return self._badges[facet, value]

    def table(
        self, cards: Sequence[Card], total: int, link: str, columns: Sequence[str] = ()
    ) -> CustomerTable:
        """Return a static table of customers."""
        shown = [name for name in columns or DEFAULT_COLUMNS if name != "name"]
        heads = [Column(name, self.column_label(name), _KINDS.get(name, "text")) for name in shown]  # type: ignore[arg-type]
        return CustomerTable(heads, [self._row(card, tuple(shown)) for card in cards], total, link)

    def _row(self, card: Card, columns: tuple[str, ...]) -> Row:
        """Return one row; many sets show the same customers first."""
        if len(self._rows) > _ROWS_KEPT:
            self._rows.clear()
        known = self._rows.get((card.key, columns))
        if known is None:
            cells = [self._cell(card, name) for name in columns]
            known = Row(card.id, card.name, addresses.customer(card.id), cells)
            self._rows[card.key, columns] = known
        return known

    def column_label(self, name: str) -> str:
        """Return the heading of a column."""
        own = {"last_note": "customer.last_note", "next_due": "customer.next_due", "since": "customer.since"}
        if name in own:
            return self.messages.plain(own[name])
        return self.facet_label(facet_of(name))

    def _cell(self, card: Card, name: str) -> list[Value]:
        if name in _KINDS:
            day = getattr(card, name)
            return [Value(self.formats.date(day), "date", raw=day)] if day else []
        facet = facet_of(name)
        return [self._coded(facet, value) for value in card.facets.get(facet, ())]

    def _coded(self, facet: str, value: str) -> Value:
        if facet in ("owner", "team"):
            link = self.known.named(("staff",) if facet == "owner" else ("team",), value)
            return Value(link.label, "link", link.href)
        if (facet, value) not in self._cells:
            kind: Any = "badge" if facet in ("stage", "grade", "tags") else "text"
            self._cells[facet, value] = Value(self.label(facet, value), kind, raw=value)
        return self._cells[facet, value]

    def staff_link(self, name: str) -> Link | None:
        """Return a link to a member of staff or a team."""
        return self.known.person(name)


DEFAULT_COLUMNS = ("stage", "grade", "region", "owner", "last_note", "next_due")
_KINDS = {"last_note": "date", "next_due": "date", "since": "date"}


def facet_of(name: str) -> str:
    """Return the facet a column or filter means: `source.channel` is known as `channel`."""
    return name.rpartition(".")[2]


def _vocabulary(facet: str, node: Any) -> str:
    return "region" if facet == "region" else str((node.items or node).hint("vocabulary") or "")


def _collect(node: Any, found: dict[str, Any]) -> None:
    for name, part in node.fields.items():
        if part.hint("facet") is not None:
            found[name] = part
        elif part.fields:
            _collect(part, found)


def _order(hint: Any) -> int:
    return hint if isinstance(hint, int) and not isinstance(hint, bool) else 999
