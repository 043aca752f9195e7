"""`custodex handover`: a colleague leaves, the customers and open tasks go to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.verbs import option, verb
from custodex.cli.writing import Plan, Way, carry_out, reader_of, writing, yes_option
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.drafts import Draft

_FIELDS = {"customer": "owner", "task": "assignee"}
_OPEN = ("open", "doing")


@verb(
    Text(
        "把一个同事负责的客户和未完成的任务交给另一个，一次写入",
        "Give all customers and open tasks of a colleague to another, in one change.",
    )
)
@option("--from", "giver", metavar="WHO", required=True, help=Text("交出的人", "who gives"))
@option("--to", "taker", metavar="WHO", required=True, help=Text("接手的人", "who takes over"))
@yes_option
@writing
def command(session: Session, *, way: Way, giver: str, taker: str, yes: bool) -> int:
    """Hand over."""

    def plan(author: Author) -> Plan:
        from custodex.cli.who import colleague

        reader = reader_of(author)
        old, new = colleague(reader, giver), colleague(reader, taker)
        drafts = _drafts(author, old, new)
        number = sum(draft.kind == "customer" for draft in drafts)
        tasks = len(drafts) - number
        what = Text(
            f"{number} 个客户、{tasks} 个任务",
            f"{_counted(number, 'customer')} and {_counted(tasks, 'task')}",
        )
        done = Text(f"{old} 的 {what.zh}已交给 {new}", f"{what.en} of {old} went to {new}")
        ask = Text(f"把 {old} 的 {what.zh}交给 {new}？", f"give {what.en} of {old} to {new}?")
        told = {"customers": number, "tasks": tasks}
        none = Text(f"{old} 名下没有客户和未完成的任务", f"{old} has no customer and no open task")
        return Plan(drafts, f"handover {old}: {new}", done, None if yes else ask, told=told, none=none)

    return carry_out(session, way, "handover", plan)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _drafts(author: Author, old: str, new: str) -> list[Draft]:
    from custodex.drafts import Draft
    from custodex.records import locate

    catalog = author.catalog
    drafts = []
    for path, pointer in catalog.referrers(f"staff/{old}"):
        place = locate(path)
        if place is None or pointer != f"/{_FIELDS.get(place.kind)}":
            continue
        record = catalog.record(place.record)
        document = next(one for one in record.documents if one.path == path) if record else None
        if document and document.value.get("state", "open") in _OPEN:
            drafts.append(Draft(path, place.kind, {**document.value, _FIELDS[place.kind]: new}))
    return drafts
