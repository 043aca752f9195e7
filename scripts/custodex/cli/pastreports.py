"""`report quality|activity|kpi`: figures from history, for today or any past day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.errors import PolicyRefusal
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.deeds import Figure
    from custodex.readers import Reader


def show(session: Session, reader: Reader, name: str, since: str | None, by: str, form: str) -> None:
    """Write the figures of the 90 days before, or since a day."""
    from custodex.cli.asof import moment
    from custodex.deeds import DAYS

    start = moment(session, since, end=False) if since else session.now - timedelta(days=DAYS)
    _require_right(reader, by)
    found = sorted(_figures(session, reader, name, start.isoformat(), by), key=_order)
    if form == "json":
        session.out_json({"report": name, "since": start.isoformat(), "by": by, "rows": [
            {"figure": one.name, "group": one.group, "value": one.value, "cases": one.cases,
             "details": list(one.details)} for one in found
        ]})  # fmt: skip
        return
    rows = [
        (_label(session, one), _group(session, reader, one), f"{one.value:g}", str(one.cases))
        for one in found
    ]
    if form == "csv":
        from custodex.exports import as_csv

        session.write(as_csv(("figure", "group", "value", "cases"), rows))
        return
    from custodex.cli.tables import table

    heading = session.say("分组", "Team") if by == "team" else session.say("人员", "Person")
    titles = [
        session.say("指标", "Figure"),
        heading,
        session.say("数值", "Value"),
        session.say("个案", "Cases"),
    ]
    session.lines(table(titles, [list(row) for row in rows], session.width))


def _order(figure: Figure) -> tuple[int, str]:
    from custodex.deeds import LABELS

    return list(LABELS).index(figure.name), figure.group


def _require_right(reader: Reader, by: str) -> None:
    policy = reader.book.access.get("policy") or {}
    if by == "person" and policy.get("figures_by_person") is not True:
        raise PolicyRefusal(
            Text("规则不允许按人员统计", "the policy allows no figures by person"),
            Text(
                "在 schema/access.yaml 的 policy 中写 figures_by_person: true，并经批准",
                "write figures_by_person: true into policy of schema/access.yaml and have it approved",
            ),
        )


def _figures(session: Session, reader: Reader, name: str, since: str, by: str) -> Iterator[Figure]:
    from custodex import deeds, figures

    teams = {record.id: str(record.main.get("team") or "") for record in reader.records("staff")}
    group_of = (lambda who: who) if by == "person" else (lambda who: teams.get(who, ""))
    owners, history = figures.Owners(reader, group_of), session.history(reader)
    counted = deeds.answered(deeds.tally(history.since(since, bare=True)), owners.owner)
    yield from (one for one in deeds.figures(counted, group_of) if one.name in deeds.REPORTS[name])
    if name == "kpi":
        yield from figures.overdue(owners, reader, session.today)
    elif name == "quality":
        yield from figures.unsolved(owners, reader.findings(), history.last_change(), session.now)


def _label(session: Session, figure: Figure) -> str:
    from custodex.deeds import LABELS

    return LABELS[figure.name].get(session.lang)


def _group(session: Session, reader: Reader, figure: Figure) -> str:
    record = reader.record(f"teams/{figure.group}") if figure.group else None
    name = record.main.get("name") if record else None
    label = name.get(session.lang) if isinstance(name, dict) else None
    return str(label or figure.group or session.say("（无）", "(none)"))
