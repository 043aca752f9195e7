"""The home page: figures, what is due, what changed, charts, views, the health of the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from custodex.site import addresses
from custodex.site.charts import facet_chart, month_chart
from custodex.site.health import rule_counts
from custodex.site.pagemodels import Build, HomePage, Recent, ViewCard
from custodex.site.pieces import Figure, Task
from custodex.site.stock import Stock

_DUE, _RECENT, _RULES, _EDITS = 12, 10, 6, 400


def home_page(stock: Stock, views: Sequence[ViewCard]) -> HomePage:
    """Return the home page."""
    context, state = stock.context, stock.state
    severities = Counter(finding.severity for finding in stock.findings)
    return HomePage(
        frame=context.frame(context.messages.plain("nav.home"), "index.html", "home"),
        today=context.moment(stock.today),
        figures=_figures(stock),
        due=tasks(stock, state.tasks(_DUE)),
        due_total=state.total("#tasks"),
        recent=_recent(stock),
        charts=[
            *(
                facet_chart(stock, facet)
                for facet in ("stage", "region", "industry", "grade", "owner", "channel")
            ),
            month_chart(stock, "month", "chart.new"),
            month_chart(stock, "notes", "chart.notes"),
        ],
        views=views[:8],
        rules=rule_counts(stock, 0)[:_RULES],
        errors=severities["error"],
        warnings=severities["warning"],
        build=build_of(stock),
    )


def build_of(stock: Stock) -> Build:
    """Return what is built."""
    version, context = stock.version, stock.context
    return Build(
        commit=version.commit[:10],
        when=context.moment(version.at) if version.at else None,
        url=context.forges.commit(version.commit),
        customers=stock.state.total("#customers"),
        documents=stock.state.total("#documents"),
    )


def _figures(stock: Stock) -> list[Figure]:
    state, say, month = stock.state, stock.context.messages.plain, stock.today[:7]
    stages = facet_chart(stock, "stage").bars
    figures = [
        Figure("customers", say("figure.customers"), state.total("#customers"), addresses.LIST, bars=stages),
        Figure("new", say("figure.new"), state.total("month", month), addresses.filtered({"since": [month]})),
        Figure("notes", say("figure.notes"), state.total("notes", month), addresses.filtered({"last_note": [month]})),
        Figure("tasks", say("figure.tasks"), state.total("#tasks"), "tasks.html"),
        Figure("overdue", say("figure.overdue"), state.overdue(stock.today), "tasks.html"),
    ]  # fmt: skip
    hidden = {"notes": "note", "tasks": "task", "overdue": "task"}
    return [one for one in figures if one.id not in hidden or stock.reader.may_read(hidden[one.id])]


def tasks(stock: Stock, rows: Sequence[tuple[str, str]]) -> list[Task]:
    """Return open tasks with their customers, late ones marked."""
    found: list[Task] = []
    for key, stem in rows:
        card = stock.state.card(key)
        task = next((one for one in card.tasks if one.stem == stem), None) if card else None
        if card is not None and task is not None:
            value = {name: getattr(task, name) for name in task.__slots__}
            link = stock.context.known.link(key)
            link = type(link)(link.label, f"{link.href}#e-{stem}", link.hint)
            found.append(stock.context.timelines.task(value, stem, None, link, stock.today))
    return found


def _recent(stock: Stock) -> list[Recent]:
    context, found, seen = stock.context, [], set()
    for edit in stock.history.recent(_EDITS):
        if edit.record in seen:
            continue
        seen.add(edit.record)
        card = stock.state.card(edit.record)
        if card is None or card.kind != "customer" or card.state:
            continue
        found.append(
            Recent(
                customer=context.known.link(edit.record),
                when=context.moment(edit.at),
                who=edit.who,
                what=edit.subject or context.words.kind(edit.kind),
                stage=context.badge("stage", card.one("stage")),
            )
        )
        if len(found) == _RECENT:
            break
    return found
