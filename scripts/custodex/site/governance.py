"""The governance documents as pages: their texts, who answers for them, when they are looked at again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from custodex.examining import Record
from custodex.hints import Node, as_text
from custodex.site import addresses
from custodex.site.overseemodels import Governing, GoverningIndexPage, GoverningPage
from custodex.site.pieces import FieldTable, Value
from custodex.site.prose import blocks
from custodex.site.reading import text
from custodex.site.stock import Stock

INDEX = "policies.html"


def governing_pages(stock: Stock) -> Iterator[GoverningPage | GoverningIndexPage]:
    """Yield the list of the documents, then a page of each; nothing where the audience may not read them."""
    context = stock.context
    if not context.policies:
        return
    title = context.messages.plain("nav.policies")
    yield GoverningIndexPage(context.frame(title, INDEX, "policies"), governing(stock))
    for record in stock.reader.records("policy"):
        document = _document(stock, record)
        yield GoverningPage(
            frame=context.frame(document.title, addresses.record(record.key), "policies"),
            document=document,
            text=blocks(context.words.say(as_text(record.main.get("text")))),
            tables=list(_tables(stock, record.main)),
        )


def governing(stock: Stock) -> list[Governing]:
    """Return the governance documents, those to be reviewed first first."""
    rows = [_document(stock, record) for record in stock.reader.records("policy")]
    return sorted(rows, key=lambda row: (row.due.iso if row.due else "9", row.title))


def _document(stock: Stock, record: Record) -> Governing:
    context, main = stock.context, record.main
    node = context.book.schemas.node("policy").fields.get("type", Node({}))
    since, reviewed, due = (
        context.moment(said) if (said := text(main, name)) else None
        for name in ("effective_on", "reviewed_on", "review_due")
    )
    return Governing(
        title=context.words.say(as_text(main.get("title")), record.id),
        href=addresses.record(record.key),
        kind_label=context.words.enum(node, text(main, "type")),
        version=text(main, "version"),
        owner=context.known.person(text(main, "owner")),
        since=since,
        reviewed=reviewed,
        due=due,
        late=due is not None and due.iso < stock.today,
        forge=context.forges.file(f"records/{record.key}.yaml"),
    )


def _tables(stock: Stock, main: Mapping[str, Any]) -> Iterator[FieldTable]:
    """Yield what a document lists: the steps of a plan, how long what is kept."""
    words = stock.context.words
    for name, node in stock.context.book.schemas.node("policy").fields.items():
        rows = [row for row in main.get(name) or () if isinstance(row, Mapping)] if node.items else []
        if not rows or node.items is None:
            continue
        fields = {key: part for key, part in node.items.fields.items() if key != node.hint("key")}
        cells = [[_shown(stock, part, row, key) for key, part in fields.items()] for row in rows]
        yield FieldTable(words.of(node, name), [words.of(part, key) for key, part in fields.items()], cells)


def _shown(stock: Stock, node: Node, row: Mapping[str, Any], name: str) -> Sequence[Value]:
    said = row.get(name)
    if isinstance(said, Mapping) and "zh" in said and "en" in said:
        return [Value(stock.context.words.say(as_text(said)))]
    return stock.context.values.show(node, said, row)
