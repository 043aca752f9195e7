"""`custodex merge`: two customers that are one become one; `unmerge` takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import argument, option, verb
from custodex.cli.writing import Plan, Way, carry_out, reader_of, writing, yes_option
from custodex.errors import UsageFault
from custodex.findings import printable
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.authoring.merging import Choice


@verb(
    Text(
        """把客户 B 并入 A：资料合在一起，备注和任务移过去，指向 B 的链接改指 A，B 只留一个存根。

        两边都有而不同的字段取 A 的，--take 字段 取 B 的。以后可用 custodex unmerge B 分开。""",
        """Make customer B part of A: data united, notes and tasks moved, links turned to A, a stub left for B.

        Where both say something else A wins, --take FIELD takes B's. custodex unmerge B parts them again.""",
    )
)
@argument("keep", metavar="A")
@argument("gone", metavar="B")
@option(
    "--take",
    "take",
    multiple=True,
    metavar="FIELD",
    help=Text("这个字段取 B 的", "take B's value of this field"),
)
@yes_option
@writing
def command(session: Session, keep: str, gone: str, *, way: Way, take: tuple[str, ...], yes: bool) -> int:
    """Merge two customers."""

    def plan(author: Author) -> Plan:
        from custodex.authoring.merging import merge_records
        from custodex.cli.picking import pick_record

        reader = reader_of(author)
        one, other = pick_record(session, reader, keep), pick_record(session, reader, gone)
        if one.id == other.id:
            raise UsageFault(Text("两个是同一个客户", "that is one customer already"))
        made = merge_records(author.catalog, one, other, take)
        _tell_choices(session, made.choices)
        ask = Text(f"把 {other.id} 并入 {one.id}？", f"make {other.id} part of {one.id}?")
        done = Text(f"{other.id} 已并入 {one.id}", f"{other.id} is part of {one.id} now")
        told = {"id": one.id, "merged": other.id, "choices": [_as_json(choice) for choice in made.choices]}
        return Plan(made.drafts, f"merge {one.id}: {other.id}", done, None if yes else ask, told=told)

    return carry_out(session, way, "merge", plan)


def _tell_choices(session: Session, choices: list[Choice]) -> None:
    for choice in choices:
        taken, left = printable(str(choice.taken), 60), printable(str(choice.left), 60)
        session.err(
            session.say(
                f"{choice.field}：取 {taken}，舍 {left}", f"{choice.field}: {taken} taken, {left} left"
            )
        )


def _as_json(choice: Choice) -> dict[str, Any]:
    return {"field": choice.field, "taken": choice.taken, "left": choice.left}
