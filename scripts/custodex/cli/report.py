"""`custodex report`: how many customers, notes, transactions there are of each sort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from custodex.cli.asof import as_of_option, source_at
from custodex.cli.session import Session
from custodex.cli.verbs import argument, audience_option, choice, format_option, option, verb
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.readers import Reader

NAMES = (
    "stage", "type", "grade", "industry", "region", "owner", "source", "month", "notes", "transactions",
    "feedback", "tasks",
)  # fmt: skip
FROM_HISTORY = ("quality", "activity", "kpi")
_BY_MONTH = frozenset({"month", "notes", "transactions", "feedback"})
_COLUMNS: Mapping[str, str] = {"source": "channel", "tasks": "task.state"}


@verb(
    Text(
        "数量统计：按阶段、地区、行业、月份等；quality、activity、kpi 取自历史。\n\nNAME："
        + " ".join((*NAMES, *FROM_HISTORY)),
        "figures: by stage, region, industry, month …; quality, activity, kpi come from history.\n\nNAME: "
        + " ".join((*NAMES, *FROM_HISTORY)),
    )
)
@argument("name", metavar="NAME", type=choice(*NAMES, *FROM_HISTORY))
@option(
    "--where", "-w", "where", multiple=True, metavar="FIELD=VALUE",
    help=Text("条件：字段=值（可重复）", "filter: field=value (repeatable)"),
)  # fmt: skip
@option("--since", metavar="DATE", default=None,
        help=Text("历史指标从哪一天起（默认 90 天前）", "history since this day (else 90 days)"))  # fmt: skip
@option("--by", type=choice("team", "person"), default="team", show_default=True,
        help=Text("历史指标按团队或人员", "figures from history by team or person"))  # fmt: skip
@as_of_option
@audience_option
@format_option("table", "json", "csv")
def command(
    session: Session, *, name: str, where: tuple[str, ...], since: str | None, by: str, as_of: str | None,
    audience: str | None, form: str,
) -> None:  # fmt: skip
    """Count."""
    from custodex.reports import count

    reader = session.reader(audience, source_at(session, as_of))
    if name in FROM_HISTORY:
        from custodex.cli.pastreports import show

        show(session, reader, name, since, by, form)
        return
    keys = _chosen(session, reader, where) if where else reader.keys("customer")
    counts = _ordered(name, count(reader.select(keys))[name])
    labels = _labels(session, reader, name, [value for value, _ in counts])
    if form == "json":
        session.out_json({"report": name, "total": sum(number for _, number in counts), "rows": [
            {"value": value, "label": labels[value], "count": number} for value, number in counts
        ]})  # fmt: skip
        return
    _write(session, [(value, labels[value], str(number)) for value, number in counts], form)


def _chosen(session: Session, reader: Reader, where: Sequence[str]) -> list[str]:
    found = session.index(reader).search("", where=where, today=session.today)
    return sorted(f"customers/{hit.id}" for hit in found.hits)


def _ordered(name: str, counts: Mapping[str, int]) -> list[tuple[str, int]]:
    if name in _BY_MONTH:
        return sorted(counts.items())
    # what has no value comes last, the rest by size
    return sorted(counts.items(), key=lambda pair: (not pair[0], -pair[1], pair[0]))


def _labels(session: Session, reader: Reader, name: str, values: Sequence[str]) -> dict[str, str]:
    from custodex.cli.columns import Columns
    from custodex.cli.who import names_of_staff

    column = _COLUMNS.get(name, name)
    columns = Columns(reader.book, (column,), session.lang, names_of_staff(reader, session.lang))
    none = session.say("（未填）", "(none)")
    return {value: columns.called(column, value) if value else none for value in values}


def _write(session: Session, rows: Sequence[tuple[str, str, str]], form: str) -> None:
    if form == "csv":
        from custodex.exports import as_csv

        session.write(as_csv(("value", "label", "count"), rows))
        return
    from custodex.cli.tables import table

    headings = [session.say("取值", "Value"), session.say("名称", "Label"), session.say("数量", "Count")]
    session.lines(table(headings, rows, session.width))
