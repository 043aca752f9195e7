"""Figures drawn as bars: from the totals that every record adds to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from custodex.sheets.writing import csv_bytes
from custodex.site import addresses, phrases
from custodex.site.modelling import replaced
from custodex.site.pieces import Bar, Chart
from custodex.site.stock import Stock

_MONTHS = 12
_MOST = 12
WEEK = 7
"""Days within which a task is due soon."""
MONTHLY = ("month", "notes")
"""Figures by month that have a chart."""


def bars(rows: list[tuple[str, str, int, str]]) -> list[Bar]:
    """Return bars of (value, label, count, link), as long as their share of the longest."""
    longest = max((count for _, _, count, _ in rows), default=0) or 1
    return [Bar(label, count, count * 1000 // longest, link, value) for value, label, count, link in rows]


def facet_chart(stock: Stock, facet: str, counts: Mapping[str, int] | None = None) -> Chart:
    """Return customers by the values of a facet: vocabulary order for stages, else the most frequent first."""
    context = stock.context
    rows = _facet_rows(stock, facet, counts)[:_MOST]
    title = context.messages.plain("chart.by", field=context.facet_label(facet))
    csv = f"csv/by-{facet}.csv" if context.extras and counts is None else ""
    return Chart(f"by-{facet}", title, "bars", context.words.say(phrases.CUSTOMERS), bars(rows), csv=csv)


def _facet_rows(
    stock: Stock, facet: str, counts: Mapping[str, int] | None = None
) -> list[tuple[str, str, int, str]]:
    context = stock.context
    found = dict(counts if counts is not None else _top(facet, stock.state.totals(f"={facet}")))
    order = list(context.words.vocabulary("stages"))
    ranked = sorted(
        found.items(),
        key=lambda row: (
            order.index(row[0]) if facet == "stage" and row[0] in order else 99,
            -row[1],
            row[0],
        ),
    )
    return [
        (value, context.label(facet, value), count, _link(stock, facet, value))
        for value, count in ranked
        if value
    ]


def charts_of(stock: Stock, key: str, assignees: Sequence[str]) -> list[Chart]:
    """Return the charts of one member of staff or team: their customers, the tasks of *assignees*, their notes."""
    messages, notes = stock.context.messages, f"#notes {key}"
    found = [
        facet_chart(stock, "stage", stock.state.totals(f"#stage {key}")),
        _tasks_chart(stock, assignees),
        month_chart(stock, notes, "chart.notes"),
    ]
    tasks = "chart.tasks.team" if key.startswith("teams/") else "chart.tasks"
    titles = [messages.plain(name) for name in ("chart.own.stage", tasks, "chart.own.notes")]
    ids = ("own-stage", "own-tasks", "own-notes")
    return [
        replaced(chart, id=name, title=title)
        for chart, name, title in zip(found, ids, titles, strict=True)
        if any(bar.count for bar in chart.bars)
    ]


def _tasks_chart(stock: Stock, assignees: Sequence[str]) -> Chart:
    week = (date.fromisoformat(stock.today) + timedelta(days=WEEK)).isoformat()
    counts: Counter[str] = Counter()
    for one in assignees:
        counts.update(stock.state.due(stock.today, week, one))
    labels = {
        "overdue": phrases.OVERDUE,
        "week": phrases.THIS_WEEK,
        "later": phrases.LATER,
        "": phrases.NO_DATE,
    }
    say = stock.context.words.say
    rows = [(name, say(label), counts[name], "") for name, label in labels.items()]
    return Chart("tasks", "", "bars", say(phrases.TASKS), bars(rows))


def tables(stock: Stock) -> Iterator[tuple[str, bytes]]:
    """Yield the figures of every chart of the whole book as CSV: value, label, number; nothing left out."""
    context = stock.context
    heading = (context.words.say(phrases.VALUE), context.words.say(phrases.NAME))
    for facet in context.facet_nodes:
        rows = [(value, label, str(count)) for value, label, count, _ in _facet_rows(stock, facet)]
        unit = context.words.say(phrases.CUSTOMERS)
        yield f"{context.lang}/csv/by-{facet}.csv", csv_bytes([(*heading, unit), *rows])
    for figure in MONTHLY:
        months = sorted(stock.state.totals(figure).items())
        rows = [(month, context.formats.month(month), str(count)) for month, count in months if month]
        yield (
            f"{context.lang}/csv/{figure}.csv",
            csv_bytes([(*heading, context.words.say(phrases.COUNT)), *rows]),
        )


def _top(facet: str, counts: Mapping[str, int]) -> Mapping[str, int]:
    """Leave out the narrower values of a tree, whose wider ones count them already."""
    if facet == "industry":
        return {value: count for value, count in counts.items() if len(value) == 1}
    if facet == "region":  # provinces at home, countries elsewhere
        home = any(value.startswith("CN-") for value in counts)
        wide = {value: count for value, count in counts.items() if "-" not in value or len(value) == 5}
        return {value: count for value, count in wide.items() if not (home and value == "CN")}
    return counts


def _link(stock: Stock, facet: str, value: str) -> str:
    if facet in ("owner", "team"):
        return stock.context.known.named(("staff",) if facet == "owner" else ("team",), value).href
    if stock.context.knows(facet, value):
        return addresses.by(facet, value)
    return addresses.filtered({facet: [value]})


def month_chart(stock: Stock, figure: str, message: str) -> Chart:
    """Return a figure by month: the twelve months up to the newest that has any."""
    context = stock.context
    counts = {month: number for month, number in stock.state.totals(figure).items() if len(month) == 7}
    last = min(max(counts, default=""), stock.today[:7])
    rows = [
        (month, context.formats.month(month), counts.get(month, 0), "")
        for month in months_until(last, _MONTHS)
    ]
    unit = context.words.say(phrases.COUNT)
    csv = f"csv/{figure}.csv" if context.extras and figure in MONTHLY else ""
    return Chart(figure, context.messages.plain(message), "months", unit, bars(rows), csv=csv)


def months_until(last: str, count: int) -> list[str]:
    """Return the months up to *last* (2026-03), oldest first; none without a month."""
    if len(last) != 7 or not (last[:4] + last[5:]).isdecimal():
        return []
    number = int(last[:4]) * 12 + int(last[5:]) - 1
    return [f"{one // 12:04}-{one % 12 + 1:02}" for one in range(number - count + 1, number + 1)]
