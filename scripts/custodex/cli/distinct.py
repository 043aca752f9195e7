"""`custodex distinct`: two customers were looked at and are not one; who says so, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.verbs import argument, option, verb
from custodex.cli.writing import Plan, Way, carry_out, reader_of, writing
from custodex.errors import UsageFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author


@verb(
    Text(
        """写明两个客户看过、不是同一个：duplicates 不再列出这一对；--why 记为备注。

        例：custodex distinct 远峤港口 远峤物流 --why 两家公司，法人不同""",
        """Say that two customers were looked at and are not one: duplicates lists them no more; --why becomes a note.

        Example: custodex distinct harbor acme --why "two companies, other owners" """,
    )
)
@argument("customer", metavar="ID")
@argument("other", metavar="OTHER")
@option("--why", default=None, metavar="TEXT", help=Text("原因", "the reason"))
@option("--by", metavar="WHO", default=None,
        help=Text("核对人，默认按 Git 身份", "who looked, by Git's identity"))  # fmt: skip
@writing
def command(session: Session, customer: str, other: str, *, way: Way, why: str | None, by: str | None) -> int:
    """Keep two customers apart."""

    def plan(author: Author) -> Plan:
        from custodex.authoring.notes import note
        from custodex.cli.picking import pick, pick_record
        from custodex.cli.set import path_in
        from custodex.cli.who import writer
        from custodex.drafts import Draft

        reader = reader_of(author)
        record, apart = pick_record(session, reader, customer), pick(session, reader, other)
        if record.id == apart:
            raise UsageFault(Text(f"两个都是 {apart}", f"both are {apart}"))
        known = list(dict.fromkeys([*record.main.get("distinct_from", ()), apart]))
        drafts = [Draft(path_in(record, "customer"), "customer", {**record.main, "distinct_from": known})]
        if why:
            zh = author.catalog.book.settings.get("default_language") == "zh"
            summary = f"与 {apart} 不是同一客户：{why}" if zh else f"not the same customer as {apart}: {why}"
            value = {"by": writer(session, reader, by), "summary": summary}
            drafts.append(note(record.id, session.now, value).draft)
        done = Text(f"{record.id} 与 {apart} 不是同一客户", f"{record.id} and {apart} are kept apart")
        return Plan(drafts, f"distinct {record.id}: {apart}", done, told={"id": record.id, "other": apart})

    return carry_out(session, way, "distinct", plan)
