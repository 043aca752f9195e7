"""`custodex task`: what is to be done for a customer, by whom, until when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from custodex.cli.session import Session
from custodex.cli.verbs import argument, choice, family, format_option, option
from custodex.cli.writing import Plan, Way, carry_out, reader_of, spoken_day, writing
from custodex.errors import UsageFault
from custodex.findings import printable
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.catalog import Catalog

command = family("task", Text("跟进任务：添加、完成、转交、列出", "tasks: add, done, assign, list"))

_OPEN = ("open", "doing")


class Found(NamedTuple):
    """One task: its customer, its name, its path and its value."""

    customer: str
    stem: str
    path: str
    value: dict[str, Any]


@command.below("add", Text("给客户添加任务", "add a task to a customer"))
@argument("customer", metavar="ID")
@argument("title")
@option(
    "--due",
    metavar="DATE",
    required=True,
    help=Text("期限：日期、明天、+7d", "due day: a date, tomorrow, +7d"),
)
@option(
    "--to",
    "assignee",
    metavar="WHO",
    default=None,
    help=Text("交给谁，默认自己", "who it is for, yourself unless said"),
)
@option("--detail", default=None, help=Text("细节", "details"))
@option("--priority", type=choice("low", "normal", "high"), default=None, help=Text("优先级", "priority"))
@option(
    "--by",
    metavar="WHO",
    default=None,
    help=Text("提出人，默认按 Git 身份", "who asks, by Git's identity unless said"),
)
@writing
def add(session: Session, customer: str, title: str, *, way: Way, **said: Any) -> int:
    """Add a task."""

    def plan(author: Author) -> Plan:
        from custodex.authoring.notes import task
        from custodex.cli.picking import pick
        from custodex.cli.who import colleague, with_mentions, writer

        reader = reader_of(author)
        found = pick(session, reader, customer)
        by = writer(session, reader, said["by"])
        to = colleague(reader, said["assignee"], teams=True) if said["assignee"] else by
        made = task(found, session.now, {
            "title": title, "assignee": to, "due": spoken_day(session, said["due"]), "created_by": by,
            "detail": with_mentions(reader, said["detail"] or ""), "priority": said["priority"],
        })  # fmt: skip
        short = made.stem[11:]
        return Plan(
            [made.draft], f"task {found}: {made.stem}",
            Text(f"已添加任务 {short}，交给 {to}；完成：custodex task done {short} 结果",
                 f"added the task {short} for {to}; when done: custodex task done {short} OUTCOME"),
            told={"id": found, "task": made.stem},
        )  # fmt: skip

    return carry_out(session, way, "task", plan, [customer])


@command.below("done", Text("完成任务，写明结果", "close a task with its outcome"))
@argument("task", metavar="TASK")
@argument("outcome")
@option("--cancelled", is_flag=True, help=Text("取消而不是完成", "it was cancelled, not done"))
@writing
def done(session: Session, task: str, outcome: str, *, way: Way, cancelled: bool) -> int:
    """Close a task."""
    from custodex.cli.who import with_mentions

    def plan(author: Author) -> Plan:
        found = pick_task(author.catalog, task)
        change = {
            "state": "cancelled" if cancelled else "done",
            "outcome": with_mentions(reader_of(author), outcome),
            "closed_at": session.now.isoformat(timespec="seconds"),
        }
        return _changed(found, change, Text(f"任务 {found.stem} 已关闭", f"closed the task {found.stem}"))

    return carry_out(session, way, "task", plan)


@command.below("assign", Text("把任务交给别人", "give a task to somebody else"))
@argument("task", metavar="TASK")
@argument("assignee", metavar="WHO")
@option("--due", metavar="DATE", default=None, help=Text("新的期限", "another due day"))
@writing
def assign(session: Session, task: str, assignee: str, *, way: Way, due: str | None) -> int:
    """Give a task to somebody else."""

    def plan(author: Author) -> Plan:
        from custodex.cli.who import colleague

        found = pick_task(author.catalog, task)
        to = colleague(reader_of(author), assignee, teams=True)
        change = {"assignee": to} | ({"due": spoken_day(session, due)} if due else {})
        return _changed(
            found, change, Text(f"任务 {found.stem} 已交给 {to}", f"the task {found.stem} is for {to} now")
        )

    return carry_out(session, way, "task", plan)


@command.below("list", Text("列出未完成的任务，先到期的在前", "list open tasks, the first due one first"))
@argument("customer", metavar="ID", required=False)
@option(
    "--to",
    "assignee",
    metavar="WHO",
    default=None,
    help=Text("只看某人或某队的", "only those of a colleague or team"),
)
@option("--mine", is_flag=True, help=Text("只看自己的", "only mine"))
@option("--all", "everything", is_flag=True, help=Text("包括已关闭的", "closed ones as well"))
@option("--overdue", is_flag=True, help=Text("只看过期的", "only overdue ones"))
@format_option("table", "json")
def list_(session: Session, customer: str | None, *, form: str, **said: Any) -> None:
    """List tasks."""
    from custodex.cli.picking import pick
    from custodex.cli.who import colleague, writer

    reader = session.reader()
    key = f"customers/{pick(session, reader, customer)}" if customer else None
    to = writer(session, reader, None) if said["mine"] else said["assignee"]
    to = colleague(reader, to, teams=True) if to else None
    today = session.today.isoformat()
    found = [
        task
        for task in tasks(session.catalog(), key)
        if (said["everything"] or task.value.get("state") in _OPEN)
        and to in (None, task.value.get("assignee"))
        and not (said["overdue"] and str(task.value.get("due")) >= today)
    ]
    found.sort(key=lambda task: (str(task.value.get("due")), task.stem))
    if form == "json":
        session.out_json([{"id": one.customer, "task": one.stem, **one.value} for one in found])
    else:
        _table(session, found, today)


def _table(session: Session, found: list[Found], today: str) -> None:
    from custodex.cli.tables import table
    from custodex.cli.who import names_of_staff

    say = session.say
    heads = [
        say("任务", "task"),
        say("期限", "due"),
        say("交给", "for"),
        say("客户", "customer"),
        say("内容", "title"),
    ]
    reader = session.reader()
    people = names_of_staff(reader, session.lang)
    names = {one.customer: record.main.get("name", "") for one in found
             if (record := reader.record(f"customers/{one.customer}"))}  # fmt: skip
    rows = [
        [one.stem[11:], f"{one.value.get('due')}{' !' if str(one.value.get('due')) < today else ''}",
         people.get(to := str(one.value.get("assignee")), to), str(names.get(one.customer, "")),
         str(one.value.get("title"))]
        for one in found
    ]  # fmt: skip
    session.lines(table(heads, rows, session.width))


def _changed(found: Found, change: dict[str, Any], done: Text) -> Plan:
    from custodex.drafts import Draft

    draft = Draft(found.path, "task", {**found.value, **change})
    return Plan(
        [draft], f"task {found.customer}: {found.stem}", done, told={"id": found.customer, "task": found.stem}
    )


def tasks(catalog: Catalog, record: str | None = None) -> Iterator[Found]:
    """Yield the tasks of one record, or all."""
    import json

    query = (
        "SELECT path, value FROM entries JOIN documents ON documents.id = entries.doc"
        " WHERE entries.kind = 'task' AND value IS NOT NULL AND (? IS NULL OR record = ?) ORDER BY path"
    )
    for path, text in catalog.db.execute(query, (record, record)):
        yield Found(path.split("/")[3], path.rpartition("/")[2].removesuffix(".yaml"), path, json.loads(text))


def pick_task(catalog: Catalog, text: str) -> Found:
    """Return the one task that *text* means: its name, its last six characters, or part of an open one's title."""
    every = list(tasks(catalog))
    found = [task for task in every if text in (task.stem, task.stem[11:])] or [
        task
        for task in every
        if task.value.get("state") == "open" and text.casefold() in str(task.value.get("title")).casefold()
    ]
    if len(found) == 1:
        return found[0]
    listed = "\n  ".join(f"{task.stem[11:]}  {printable(str(task.value.get('title')))}" for task in found)
    shown = printable(text)
    raise UsageFault(
        Text(f"有 {len(found)} 个任务符合“{shown}”" if found else f"没有任务“{shown}”",
             f"“{shown}” matches {len(found)} tasks" if found else f"there is no task “{shown}”"),
        Text(listed or "custodex task list 列出任务", listed or "custodex task list shows them"),
    )  # fmt: skip
