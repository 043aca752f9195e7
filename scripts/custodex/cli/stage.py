"""`custodex stage`: a customer moves on, and brings the fields that the next stage asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.verbs import argument, verb
from custodex.cli.writing import Plan, Way, carry_out, converter, reader_of, writing
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.books import Book


@verb(
    Text(
        """客户进入下一阶段；不给 NEXT 时列出可去的阶段。

        下一阶段要求的字段可一并写上：custodex stage 远峤港口 成交客户 grade=large""",
        """Move a customer to another stage; without NEXT, list where it may go.

        Fields that the stage asks for come along: custodex stage harbor customer grade=large""",
    )
)
@argument("customer", metavar="ID")
@argument("stage", metavar="[NEXT]", required=False)
@argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@writing
def command(session: Session, customer: str, stage: str | None, fields: Sequence[str], *, way: Way) -> int:
    """Move a customer to another stage."""
    if stage is None:
        return _list_moves(session, customer)

    def plan(author: Author) -> Plan:
        from custodex.cli.picking import pick_record
        from custodex.cli.set import changed

        record = pick_record(session, reader_of(author), customer)
        drafts, _ = changed(author, record, [f"stage={stage}", *fields], converter(session, author))
        before = str(record.main.get("stage", ""))
        after = str((drafts[0].value or {}).get("stage", ""))
        names = _names(author.catalog.book)
        zh, en = (
            f"{names.get(before, Text(before, before))[i]} → {names.get(after, Text(after, after))[i]}"
            for i in (0, 1)
        )
        return Plan(
            drafts, f"stage {record.id}: {before} to {after}", Text(f"{record.id}：{zh}", f"{record.id}: {en}"),
            told={"id": record.id, "from": before, "to": after},
        )  # fmt: skip

    return carry_out(session, way, "stage", plan, [customer])


def _list_moves(session: Session, customer: str) -> int:
    from custodex.cli.picking import pick_record

    reader = session.reader()
    record = pick_record(session, reader, customer)
    names = _names(reader.book)
    stages = {str(one.get("id")): one for one in reader.book.vocabulary("stages").get("stages", ())}
    moves = stages.get(str(record.main.get("stage")), {}).get("moves", ())
    now = names.get(str(record.main.get("stage")))
    if now:
        session.err(session.say(f"现为{now.zh}，可转为：", f"{now.en} now; it may go to:"))
    session.lines(f"{move}  {names[move].get(session.lang)}" for move in moves if move in names)
    return 0


def _names(book: Book) -> dict[str, Text]:
    from custodex.vocabularies import labels

    return dict(labels(book, "stages"))
