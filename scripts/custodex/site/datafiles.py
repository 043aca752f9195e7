"""The scripts that carry data: the rows of the interactive list, its columns, the facts of the build, texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from custodex.site import phrases
from custodex.site.cards import Card
from custodex.site.context import Context
from custodex.site.home import build_of
from custodex.site.pagemodels import ViewCard
from custodex.site.stock import Stock
from custodex.texts import Text

_ROWS_A_CHUNK = 1024
_SPAN = 1 << 16
_DATES = ("last_note", "next_due", "since")
_NUMBERS: Mapping[str, tuple[Text, str]] = {
    "notes": (phrases.NOTES, "notes"),
    "tasks": (phrases.TASKS, "tasks"),
    "complete": (phrases.COMPLETE, "complete"),
}
_SHOWN = frozenset({"stage", "grade", "region", "owner", "last_note", "next_due"})
_MANY = frozenset({"tags"})


def script(call: str, *content: object) -> bytes:
    """Return a classic script that calls *call*; nothing in the data can end the script element."""
    said = ",".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in content)
    for char in "<>&\u2028\u2029":
        said = said.replace(char, f"\\u{ord(char):04x}")
    return f"custodex.{call}({said});\n".encode("utf-8", "replace")


def chunks(rows: int) -> int:
    """Return how many data files so many rows are spread over: a power of two."""
    return 1 << max(0, (rows - 1) // _ROWS_A_CHUNK).bit_length()


def chunk_name(number: int) -> str:
    """Return the name of a data file."""
    return f"rows-{number:02}.js"


def chunk_of(bucket: int, count: int) -> int:
    """Return the data file a bucket belongs to."""
    return bucket * count // _SPAN


def bounds(number: int, count: int) -> tuple[int, int]:
    """Return the buckets [low, high) of a data file."""
    return number * _SPAN // count, (number + 1) * _SPAN // count


def rows_file(name: str, cards: Sequence[Card], facets: Iterable[str]) -> bytes:
    """Return one data file; both languages share it."""
    columns: dict[str, object] = {
        "name": _lines(card.name for card in cards),
        "name_key": _lines(card.sort.partition("\t")[0] for card in cards),
    }
    for field in ("short", "name_en"):
        if any(getattr(card, field) for card in cards):
            columns["short_name" if field == "short" else field] = _lines(
                getattr(card, field) for card in cards
            )
    for facet in facets:
        if coded := _coded([card.facets.get(facet, []) for card in cards], many=facet in _MANY):
            columns[facet] = coded
    for field in _DATES:
        if any(days := [_days(getattr(card, field)) for card in cards]):
            columns[field] = days
    columns["notes"] = [card.notes for card in cards]
    columns["tasks"] = [len(card.tasks) for card in cards]
    columns["complete"] = [card.complete if card.complete >= 0 else None for card in cards]
    ids = "".join(card.id for card in cards)
    return script("rows", name, {"n": len(cards), "ids": ids, "columns": columns})


def _lines(values: Iterable[str]) -> str:
    return "\n".join(" ".join(value.splitlines()) for value in values)


def _days(day: str) -> int | None:
    try:
        return (date.fromisoformat(day[:10]) - date(1970, 1, 1)).days
    except ValueError:
        return None


def _coded(values: Sequence[Sequence[str]], *, many: bool) -> object:
    known: dict[str, int] = {}
    for row in values:
        for value in row:
            known.setdefault(value, len(known))
    if not known:
        return None
    if many:
        return [list(known), [[known[value] for value in row] for row in values]]
    return [list(known), [known[row[0]] if row else -1 for row in values]]


def table_file(stock: Stock) -> bytes:
    """Return the columns of the interactive list in one language."""
    rows = stock.state.total("#customers")
    count = chunks(rows)
    columns = [dict(_column(*column)) for column in _columns(stock)]
    names = [chunk_name(number) for number in range(count)] if rows else []
    return script("table", {"v": 1, "rows": rows, "chunks": names, "columns": columns})


Extra = Mapping[str, Any]


def _column(name: str, label: str, kind: str, extra: Extra) -> Iterator[tuple[str, object]]:
    yield from (("id", name), ("label", label), ("type", kind))
    yield from (("facet", bool(extra.get("facet"))), ("show", name in _SHOWN or name == "name"))
    yield from ((key, value) for key, value in extra.items() if key != "facet" and value)


def _columns(stock: Stock) -> Iterator[tuple[str, str, str, Extra]]:
    context = stock.context
    say = context.words.say
    yield "name", say(phrases.NAME), "text", {"sort": "name_key"}
    yield "name_key", say(phrases.NAME_KEY), "text", {"hidden": True}
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
    return script("build", {
        "commit": build.commit, "iso": stock.version.at[:10], "when": build.when.text if build.when else "",
        "url": build.url, "customers": build.customers, "views": listed,
    })  # fmt: skip


def texts_file(context: Context) -> bytes:
    """Return the texts of the scripts in one language."""
    return script("i18n", context.messages.starting("js."))
