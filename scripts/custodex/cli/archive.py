"""`custodex archive`: a customer that is only kept for reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.verbs import argument, option, verb
from custodex.cli.writing import Plan, Way, carry_out, converter, reader_of, writing
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author


@verb(
    Text(
        "归档客户：只供查阅，编号和历史都在。--why 同时记一条备注",
        "Archive a customer: kept for reference, with its id and history; --why adds a note that says why.",
    )
)
@argument("customer", metavar="ID")
@option("--why", default=None, metavar="TEXT", help=Text("原因", "the reason"))
@writing
def command(session: Session, customer: str, *, way: Way, why: str | None) -> int:
    """Archive a customer."""

    def plan(author: Author) -> Plan:
        from custodex.authoring.notes import note
        from custodex.cli.picking import pick_record
        from custodex.cli.set import changed
        from custodex.cli.who import writer

        reader = reader_of(author)
        record = pick_record(session, reader, customer)
        drafts, _ = changed(author, record, ["stage=archived"], converter(session, author))
        if why:
            drafts.append(
                note(record.id, session.now, {"by": writer(session, reader, None), "summary": why}).draft
            )
        done = Text(f"已归档 {record.id}", f"archived {record.id}")
        return Plan(drafts, f"archive {record.id}", done, told={"id": record.id})

    return carry_out(session, way, "archive", plan)
