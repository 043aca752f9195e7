"""The scripts that carry data: the rows of the interactive list, its columns, the facts of the build, texts."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, product, zip_longest
from operator import attrgetter
from typing import Any

from custodex.site import phrases
from custodex.site.cards import Card
from custodex.site.context import Context
from custodex.site.home import build_of
from custodex.site.pagemodels import ViewCard
from custodex.site.state import Place
from custodex.site.stock import Stock
from custodex.texts import Text

_DATES = ("last_note", "next_due", "since")
_NUMBERS: Mapping[str, tuple[Text, str]] = {
    "notes": (phrases.NOTES, "notes"),
    "tasks": (phrases.TASKS, "tasks"),
    "complete": (phrases.COMPLETE, "complete"),
}
_SHOWN = frozenset({"stage", "grade", "region", "owner", "last_note", "next_due"})
_MANY = frozenset({"tags"})
DIGITS = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in '"&<>\\')
"""The digits of packed columns: printable, never escaped in a script; the browser counts them alike."""


def script(call: str, *content: object) -> bytes:
    """Return a classic script that calls *call*; nothing in the data can end the script element."""
    said = ",".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in content)
    for char in "<>&\u2028\u2029":
        said = said.replace(char, f"\\u{ord(char):04x}")
    return f"custodex.{call}({said});\n".encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of customers in name order: from *first* (included) to *last* (excluded), "" and None for the ends."""

    first: Place
    last: Place | None

    @property
    def name(self) -> str:
        """The name of its file: that of the customer it begins with."""
        return f"rows-{self.first[1].rpartition('/')[2] or '0'}.js"


def chunks(starts: Sequence[Place]) -> list[Chunk]:
    """Return the data files of a list; *starts* are the places of the customers that begin one."""
    firsts = [("", ""), *starts]
    return [Chunk(first, last) for first, last in zip_longest(firsts, starts)]


def chunk_of(found: Sequence[Chunk], place: Place) -> int:
    """Return the number of the data file that holds a place."""
    return bisect_right(found, place, key=attrgetter("first")) - 1


def rows_file(name: str, cards: Sequence[Card], facets: Iterable[str]) -> bytes:
    """Return one data file (`tabledata.TableChunk`); both languages share it."""
    columns: dict[str, object] = {"name": _lines(card.name for card in cards)}
    for field, column in (("short", "short_name"), ("name_en", "name_en")):
        if any(getattr(card, field) for card in cards):
            columns[column] = _lines(getattr(card, field) for card in cards)
    coded: dict[str, Sequence[Hashable]] = {
        facet: [_values_of(card, facet) for card in cards] for facet in facets
    }
    for field in _DATES:
        coded[field] = [_days(getattr(card, field)) for card in cards]
    coded["notes"] = [card.notes for card in cards]
    coded["tasks"] = [len(card.tasks) for card in cards]
    coded["complete"] = [card.complete if card.complete >= 0 else None for card in cards]
    columns.update({name: packed for name, values in coded.items() if (packed := _packed(values))})
    ids = "".join(card.id for card in cards)
    return script("rows", name, {"n": len(cards), "ids": ids, "columns": columns})


def _lines(values: Iterable[str]) -> str:
    return "\n".join(" ".join(value.splitlines()) for value in values)


def _days(day: str) -> int | None:
    try:
        return (date.fromisoformat(day[:10]) - date(1970, 1, 1)).days
    except ValueError:
        return None


def _values_of(card: Card, facet: str) -> tuple[str, ...] | str | None:
    values = card.facets.get(facet)
    if not values:
        return None
    return tuple(values) if facet in _MANY else values[0]


def _packed(values: Sequence[Hashable]) -> list[object] | None:
    """Return [what occurs, digits]: so many digits a row, 0 for none and n for the n-th that occurs."""
    known: dict[Hashable, int] = {None: 0}
    numbers = [known.setdefault(value, len(known)) for value in values]
    if len(known) == 1:
        return None
    spelled = list(islice(_spelled(len(known)), len(known)))
    return [list(known)[1:], "".join(spelled[number] for number in numbers)]


def _spelled(count: int) -> Iterator[str]:
    """Yield numbers from zero on, all with as many digits as *count* of them need."""
    width = 1
    while len(DIGITS) ** width < count:
        width += 1
    return map("".join, product(DIGITS, repeat=width))


def table_file(stock: Stock) -> bytes:
    """Return the columns of the interactive list in one language."""
    rows = stock.state.total("#customers")
    columns = [dict(_column(*column)) for column in _columns(stock)]
    names = [chunk.name for chunk in chunks(stock.state.starts())] if rows else []
    return script("table", {"v": 2, "rows": rows, "chunks": names, "columns": columns})


Extra = Mapping[str, Any]


def _column(name: str, label: str, kind: str, extra: Extra) -> Iterator[tuple[str, object]]:
    yield from (("id", name), ("label", label), ("type", kind))
    yield from (("facet", bool(extra.get("facet"))), ("show", name in _SHOWN or name == "name"))
    yield from ((key, value) for key, value in extra.items() if key != "facet" and value)


def _columns(stock: Stock) -> Iterator[tuple[str, str, str, Extra]]:
    context = stock.context
    say = context.words.say
    yield "name", say(phrases.NAME), "text", {}
    node = context.book.schemas.node("customer") if context.book.schemas.has("customer") else None
    for name in ("short_name", "name_en"):
        yield name, context.words.of(node.fields.get(name) if node else None, name), "text", {}
    for facet in context.facet_nodes:
        kind = "codes" if facet in _MANY else "code"
        values = list(_values(stock, facet))
        link = {"owner": "staff/", "team": "team/"}.get(facet, "")
        yield facet, context.facet_label(facet), kind, {"facet": True, "values": values, "link": link}
    for name in _DATES:
        yield name, context.column_label(name), "date", {"facet": True}
    for name, (label, _) in _NUMBERS.items():
        yield name, say(label), "number", {}


def _values(stock: Stock, facet: str) -> Iterator[list[str]]:
    """Yield [value, label, parent, sort text] of the values in use, wider ones included, in display order."""
    context = stock.context
    used = stock.state.totals(f"={facet}")
    if facet in ("owner", "team"):
        for card in stock.state.cards("staff" if facet == "owner" else "team"):
            if card.id in used:
                yield [card.id, context.known.name(card), "", card.sort.partition("\t")[0]]
        return
    node = context.facet_nodes[facet]
    name = "region" if facet == "region" else (node.items or node).hint("vocabulary")
    if name:
        for value, (label, parent) in context.words.vocabulary(str(name)).items():
            if value in used:
                yield [value, label, parent, ""]
        return
    for value in node.schema.get("enum") or sorted(used):
        if value in used:
            yield [value, context.words.enum(node, value), "", ""]


def build_file(stock: Stock, views: Sequence[ViewCard]) -> bytes:
    """Return the facts of the build that every page loads."""
    build = build_of(stock)
    listed = [{"title": view.title, "list": view.list, "href": view.href} for view in views[:12]]
    past = {"today": stock.version.day} if stock.version.day else {}
    return script("build", {
        **past, "commit": build.commit, "iso": stock.version.at[:10], "when": build.when.text if build.when else "",
        "url": build.url, "customers": build.customers, "views": listed,
    })  # fmt: skip


def texts_file(context: Context) -> bytes:
    """Return the texts of the scripts in one language."""
    return script("i18n", context.messages.starting("js."))
