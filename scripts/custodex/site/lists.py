"""The customer list and the static sets: tags, views, and every value of a facet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from custodex.hints import as_text
from custodex.site import addresses, phrases
from custodex.site.charts import facet_chart
from custodex.site.context import DEFAULT_COLUMNS, ROWS, Context, facet_of
from custodex.site.pagemodels import ListPage, SetPage, TagCount, TagDimension, TagsPage, ViewCard, ViewsPage
from custodex.site.pieces import Field, Value
from custodex.site.reading import Value as Stored
from custodex.site.reading import child, items, strings, text
from custodex.site.state import Selection
from custodex.site.stock import Stock

_NOT_BY = frozenset({"tags", "owner", "team"})


def list_page(stock: Stock) -> ListPage:
    """Return the page of the interactive list with its first rows."""
    context, state = stock.context, stock.state
    total = state.total("#customers")
    table = context.table(state.first(ROWS), total, addresses.LIST)
    groups = [facet_chart(stock, facet) for facet in context.facet_nodes if facet not in _NOT_BY]
    title = context.messages.plain("nav.customers")
    return ListPage(
        context.frame(title, addresses.LIST, "customers"), table, [one for one in groups if one.bars]
    )


def by_values(stock: Stock) -> Iterator[tuple[str, str]]:
    """Yield (facet, value) of every set that has a page: known values that some customer has."""
    context = stock.context
    for facet in context.facet_nodes:
        if facet not in _NOT_BY:
            for value in stock.state.totals(f"={facet}"):
                if context.knows(facet, value):
                    yield facet, value


def by_page(stock: Stock, facet: str, value: str) -> SetPage:
    """Return the page of all customers with this value of a facet."""
    context = stock.context
    path = addresses.by(facet, value)
    label = context.label(facet, value)
    return SetPage(
        frame=context.frame(label, path, "customers"),
        kind="by",
        label=context.facet_label(facet),
        title=label,
        description="",
        table=_members(stock, facet, value),
    )


def _members(stock: Stock, facet: str, value: str):  # type: ignore[no-untyped-def]
    total = stock.state.total(f"={facet}", value)
    cards = stock.members(facet, value)
    return stock.context.table(cards, total, addresses.filtered({facet: [value]}))


def tag_page(stock: Stock, dimension: Stored, tag: Stored) -> SetPage:
    """Return the page of a tag."""
    context = stock.context
    value = f"{text(dimension, 'id')}:{text(tag, 'id')}"
    title = context.words.say(as_text(tag.get("label")), value)
    return SetPage(
        frame=context.frame(title, addresses.tag(value), "tags"),
        kind="tag",
        label=context.words.say(as_text(dimension.get("label")), text(dimension, "id")),
        title=title,
        description=context.words.say(as_text(tag.get("definition"))),
        table=_members(stock, "tags", value),
        facts=[Field(context.words.say(phrases.SYNONYMS), [Value(name) for name in strings(tag, "synonyms")])]
        if strings(tag, "synonyms")
        else (),
    )


def tags(stock: Stock) -> Iterator[tuple[Stored, Stored]]:
    """Yield every tag of the vocabulary with its dimension."""
    for dimension in items(stock.context.book.vocabulary("tags"), "dimensions"):
        for tag in items(dimension, "tags"):
            yield dimension, tag


def tags_page(stock: Stock) -> TagsPage:
    """Return the page of all tags by dimension."""
    context = stock.context
    counts = stock.state.totals("=tags")
    by_dimension: dict[str, list[TagCount]] = {}
    for dimension, tag in tags(stock):
        value = f"{text(dimension, 'id')}:{text(tag, 'id')}"
        by_dimension.setdefault(text(dimension, "id"), []).append(
            TagCount(
                label=context.words.say(as_text(tag.get("label")), value),
                href=addresses.tag(value),
                count=counts.get(value, 0),
                definition=context.words.say(as_text(tag.get("definition"))),
                synonyms=strings(tag, "synonyms"),
                retired=tag.get("retired") is True,
            )
        )
    dimensions = []
    for dimension in items(context.book.vocabulary("tags"), "dimensions"):
        name = text(dimension, "id")
        kind = phrases.ONE_OF if dimension.get("cardinality") == "one" else phrases.MANY_OF
        label = context.words.dimensions.get(name, name)
        dimensions.append(TagDimension(name, label, context.words.say(kind), by_dimension.get(name, [])))
    return TagsPage(context.frame(context.messages.plain("nav.tags"), "tags.html", "tags"), dimensions)


# --- saved views


def where_of(view: Stored) -> Mapping[str, list[str]]:
    """Return the filters of a view by facet."""
    where = child(view, "where")
    return {facet_of(field): strings(where, field) for field in where if strings(where, field)}


def concerned(stock: Stock, view: Stored) -> bool:
    """Tell whether a customer that changed might stand in a view."""
    return stock.concerns(text(view, "query"), where_of(view))


def _selected(stock: Stock, key: str, view: Stored) -> Selection:
    sort = [_sort(name) for name in strings(view, "sort")]
    return stock.selected(key, text(view, "query"), where_of(view), sort)


def _sort(name: str) -> str:
    return ("-" if name.startswith("-") else "") + facet_of(name.removeprefix("-"))


def view_card(stock: Stock, key: str, view: Stored) -> ViewCard:
    """Return a view as it stands in lists."""
    context = stock.context
    return ViewCard(
        title=context.words.say(as_text(view.get("title")), key.rpartition("/")[2]),
        description=context.words.say(as_text(view.get("description"))),
        href=addresses.record(key),
        list=_list_link(view),
        count=_selected(stock, key, view).total,
        owner=context.known.person(text(view, "owner")),
    )


def _list_link(view: Stored) -> str:
    columns = [facet_of(name) for name in strings(view, "columns") if name != "name"]
    link = addresses.filtered(
        where_of(view), text(view, "query"), [_sort(name) for name in strings(view, "sort")]
    )
    return f"{link}{'&' if '?' in link else '?v=1&'}cols={','.join(columns)}" if columns else link


def view_page(stock: Stock, key: str, view: Stored) -> SetPage:
    """Return the page of a saved view."""
    context = stock.context
    card = view_card(stock, key, view)
    chosen = _selected(stock, key, view)
    columns = [name for name in strings(view, "columns") if _is_column(stock, name)]
    return SetPage(
        frame=context.frame(card.title, addresses.record(key), "views"),
        kind="view",
        label=context.words.say(phrases.VIEW),
        title=card.title,
        description=card.description,
        table=context.table(stock.cards(chosen.first), chosen.total, card.list, columns or DEFAULT_COLUMNS),
        facts=_facts(stock, view),
        forge=context.forges.file(f"records/{key}.yaml"),
    )


def _is_column(stock: Stock, name: str) -> bool:
    return facet_of(name) in (*stock.context.facet_nodes, "last_note", "next_due", "since")


def _facts(stock: Stock, view: Stored) -> Sequence[Field]:
    context = stock.context
    node = context.book.schemas.node("view") if context.book.schemas.has("view") else None
    found = []
    if owner := context.known.person(text(view, "owner")):
        label = context.words.of(node.fields.get("owner") if node else None, "owner")
        found.append(Field(label, [Value(owner.label, "link", owner.href)]))
    if query := text(view, "query"):
        label = context.words.of(node.fields.get("query") if node else None, "query")
        found.append(Field(label, [Value(query, "code")]))
    for facet, values in where_of(view).items():
        found.append(Field(context.facet_label(facet), [Value(_said(context, facet, one)) for one in values]))
    return found


def _said(context: Context, facet: str, value: str) -> str:
    if not value:
        return context.messages.plain("js.list.none")
    if not value.startswith("!"):
        return context.label(facet, value)
    return context.messages.plain("js.list.not", label=context.label(facet, value[1:]))


def views_page(stock: Stock, views: Sequence[tuple[str, Stored]]) -> ViewsPage:
    """Return the page of all saved views."""
    context = stock.context
    cards = [view_card(stock, key, view) for key, view in views]
    title = context.messages.plain("nav.views")
    forge = context.forges.file("records/views")
    return ViewsPage(context.frame(title, "views.html", "views"), cards, forge)
