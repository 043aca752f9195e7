"""`custodex relate`: what another customer is to this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import argument, option, verb
from custodex.cli.writing import Plan, Way, carry_out, converter, reader_of, spoken_day, writing
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author


@verb(
    Text(
        """记下两个客户的关系：OTHER 是 ID 的什么。只写一边，另一边自动显示。

        例：custodex relate 远峤港口 供应商 远峤物流""",
        """Say what OTHER is to ID; written on one side, shown on both.

        Example: custodex relate harbor supplier acme""",
    )
)
@argument("customer", metavar="ID")
@argument("kind", metavar="TYPE")
@argument("other", metavar="OTHER")
@option("--since", metavar="DATE", default=None, help=Text("从何时起", "since when"))
@option(
    "--until",
    metavar="DATE",
    default=None,
    help=Text("到何时止；已有的关系就此结束", "until when; ends a known relation"),
)
@option("--note", default=None, metavar="TEXT", help=Text("说明", "a remark"))
@option("--remove", is_flag=True, help=Text("删除写错的关系", "take away one that was wrong"))
@writing
def command(session: Session, customer: str, kind: str, other: str, *, way: Way, **said: Any) -> int:
    """Write one relation."""

    def plan(author: Author) -> Plan:
        from custodex.authoring.relating import related
        from custodex.cli.picking import pick, pick_record
        from custodex.cli.set import path_in
        from custodex.drafts import Draft
        from custodex.vocabularies import label_of_value

        reader = reader_of(author)
        record, to = pick_record(session, reader, customer), pick(session, reader, other)
        relations = author.catalog.book.schemas.node("customer").fields["relations"]
        assert relations.items is not None  # noqa: S101 - a list by its schema
        type_ = converter(session, author)(relations.items.fields["type"], kind)
        more = {name: spoken_day(session, said[name]) for name in ("since", "until") if said[name]}
        more |= {"note": said["note"]} if said["note"] else {}
        value = related(record.main, {"type": type_, "to": to, **more}, remove=said["remove"])
        named = label_of_value(author.catalog.book, relations.items.fields["type"], type_) or Text(
            type_, type_
        )
        zh, en = f"{to} 是 {record.id} 的{named.zh}", f"{to} is to {record.id}: {named.en}"
        return Plan(
            [Draft(path_in(record, "customer"), "customer", value)], f"relate {record.id}: {to}", Text(zh, en),
            told={"id": record.id, "to": to, "type": type_},
        )  # fmt: skip

    return carry_out(session, way, "relate", plan)
