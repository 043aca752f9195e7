"""Pages of staff and teams, and the tasks of everyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from custodex.examining import Record
from custodex.hints import Node, as_text
from custodex.site import addresses, phrases
from custodex.site.charts import charts_of
from custodex.site.fields import Facts
from custodex.site.home import tasks
from custodex.site.mentions import newest
from custodex.site.origins import Origins
from custodex.site.overseemodels import Mentions, Said
from custodex.site.pagemodels import (
    StaffIndexPage,
    StaffPage,
    StaffRow,
    TaskGroup,
    TasksPage,
    TaskTeam,
    TeamPage,
    TeamRow,
)
from custodex.site.people import initials
from custodex.site.pieces import FieldGroup, Link, Moment, Value
from custodex.site.reading import text
from custodex.site.stock import Stock

_TASKS = 200
_MENTIONS = 20
_SHOWN = frozenset({"id", "name", "name_en", "pinyin", "email", "phone", "title", "team", "active"})
_COLUMNS = ("stage", "grade", "region", "last_note", "next_due")


def staff_row(stock: Stock, record: Record) -> StaffRow:
    """Return a member of staff as it stands in lists."""
    main, context = record.main, stock.context
    email, phone = text(main, "email"), text(main, "phone")
    team = text(main, "team")
    return StaffRow(
        id=record.id,
        link=context.known.link(record.key),
        initials=initials(text(main, "name") or record.id),
        title=text(main, "title"),
        team=context.known.named(("team",), team) if team else None,
        email=Value(email, "email", url=addresses.mail(email)) if email else None,
        phone=Value(phone, "phone", url=addresses.call(phone)) if phone else None,
        customers=stock.state.total("=owner", record.id),
        tasks=stock.state.total("#assignee", record.id),
        active=main.get("active") is not False,
    )


def staff_page(stock: Stock, record: Record) -> StaffPage:
    """Return the page of a member of staff."""
    context, state, row = stock.context, stock.state, staff_row(stock, record)
    table = context.table(
        stock.members("owner", record.id),
        row.customers,
        addresses.filtered({"owner": [record.id]}),
        _COLUMNS,
    )
    return StaffPage(
        frame=context.frame(row.link.label, addresses.record(record.key), "staff"),
        row=row,
        other_name=_other_name(record.main, row.link.label),
        groups=_groups(stock, record.main),
        tasks=tasks(stock, state.tasks(_TASKS, record.id)),
        table=table,
        mentions=mentions(stock, record.id),
        charts=charts_of(stock, record.key, [record.id]),
        forge=context.forges.file(f"records/{record.key}.yaml"),
    )


def mentions(stock: Stock, who: str) -> Mentions:
    """Return the newest documents that mention a colleague or a team by @id."""
    context, found = stock.context, list[Said]()
    for key, stem in stock.state.mentions(who, _MENTIONS):
        card = stock.state.card(key)
        said = newest(card.mentions, stem, who) if card else None
        if said is not None:
            link = context.known.link(key)
            customer = Link(link.label, f"{link.href}#e-{stem}")
            by, kind = context.known.person(said.by), context.words.kind(said.kind)
            found.append(Said(customer, context.moment(said.at[:10]), kind, by, said.passage))
    return Mentions(found, stock.state.total("#mentioned", who))


def _other_name(main: Mapping[str, Any], shown: str) -> str:
    return next((name for name in (text(main, "name"), text(main, "name_en")) if name and name != shown), "")


def _groups(stock: Stock, main: Mapping[str, Any]) -> list[FieldGroup]:
    context = stock.context
    node = context.book.schemas.node("staff") if context.book.schemas.has("staff") else Node({})
    origins = Origins((), context.values, context.forges, context.book.schemas)
    return list(Facts(context.values, "staff", origins).groups(node, main, _SHOWN))


def team_row(stock: Stock, record: Record) -> TeamRow:
    """Return a team as it stands in lists."""
    context = stock.context
    return TeamRow(
        id=record.id,
        link=context.known.link(record.key),
        description=context.words.say(as_text(record.main.get("description"))),
        lead=context.known.person(text(record.main, "lead")),
        members=len(members(stock, record.id)),
        customers=stock.state.total("=team", record.id),
    )


def members(stock: Stock, team: str) -> list[str]:
    """Return the keys of the staff of a team, by name."""
    return [card.key for card in stock.state.cards("staff") if card.one("team") == team]


def team_page(stock: Stock, record: Record) -> TeamPage:
    """Return the page of a team."""
    context, state, row = stock.context, stock.state, team_row(stock, record)
    keys, meant = members(stock, record.id), [record.id] if stock.is_meant(record.key) else []
    table = context.table(
        stock.members("team", record.id), row.customers, addresses.filtered({"team": [record.id]})
    )
    return TeamPage(
        frame=context.frame(row.link.label, addresses.record(record.key), "staff"),
        row=row,
        staff=[staff_row(stock, one) for one in stock.reader.select(keys)],
        tasks=[task for who in meant for task in tasks(stock, state.tasks(_TASKS, who))],
        table=table,
        mentions=mentions(stock, record.id) if meant else Mentions((), 0),
        charts=charts_of(stock, record.key, [*meant, *(key.rpartition("/")[2] for key in keys)]),
        forge=context.forges.file(f"records/{record.key}.yaml"),
    )


def staff_index(stock: Stock) -> StaffIndexPage:
    """Return the page of all teams and staff; who has left comes last."""
    context = stock.context
    people = [
        staff_row(stock, one) for one in stock.reader.select([c.key for c in stock.state.cards("staff")])
    ]
    teams = [team_row(stock, one) for one in stock.reader.select([c.key for c in stock.state.cards("team")])]
    title = context.messages.plain("nav.staff")
    return StaffIndexPage(
        context.frame(title, "staff.html", "staff"), teams, sorted(people, key=lambda row: not row.active)
    )


def tasks_page(stock: Stock) -> TasksPage:
    """Return the open tasks of everyone, by team and person; of each person the first two hundred."""
    context, state = stock.context, stock.state
    teams = {card.id: card.id for card in state.cards("team")}
    teams.update((card.id, card.one("team")) for card in state.cards("staff"))
    by_team: dict[str, list[TaskGroup]] = {}
    for assignee, total in state.totals("#assignee").items():
        team = teams.get(assignee, "")
        by_team.setdefault(team, []).append(_group(stock, assignee, team, total))
    return TasksPage(
        frame=context.frame(context.messages.plain("nav.tasks"), "tasks.html", "tasks"),
        today=context.moment(stock.today),
        teams=sorted(
            (_team(stock, *found) for found in by_team.items()), key=lambda row: _urgency(row, row.team)
        ),
        groups=sorted(chain(*by_team.values()), key=lambda row: _urgency(row, row.assignee)),
        total=state.total("#tasks"),
        overdue=state.overdue(stock.today),
    )


def _urgency(row: TaskGroup | TaskTeam, named: Link) -> tuple[int, str, str]:
    return -row.overdue, row.next.iso if row.next else "9", named.label


def _group(stock: Stock, assignee: str, team: str, total: int) -> TaskGroup:
    context, found = stock.context, tasks(stock, stock.state.tasks(_TASKS, assignee))
    return TaskGroup(
        assignee=context.known.person(assignee) or Link(context.words.say(phrases.NOBODY)),
        team=context.known.named(("team",), team) if team and team != assignee else None,
        tasks=found,
        total=total,
        overdue=stock.state.overdue(stock.today, assignee),
        next=found[0].due if found else None,
    )


def _team(stock: Stock, team: str, groups: Sequence[TaskGroup]) -> TaskTeam:
    context = stock.context
    due: list[Moment] = [group.next for group in groups if group.next]
    return TaskTeam(
        team=context.known.named(("team",), team) if team else Link(context.words.say(phrases.NO_TEAM)),
        total=sum(group.total for group in groups),
        overdue=sum(group.overdue for group in groups),
        next=min(due, key=lambda moment: moment.iso, default=None),
    )
