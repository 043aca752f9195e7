"""`custodex confirm`: looked through and still true; the review clock starts anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.verbs import argument, option, verb
from custodex.cli.writing import Plan, Way, carry_out, reader_of, writing
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author

_SUMMARY = Text("资料已核对，无变化", "looked through, nothing has changed")


@verb(
    Text(
        "确认客户资料无变化：记一条备注，复核期限重新计算",
        "Confirm that a customer's data still hold: a note says so, and the review clock starts anew.",
    )
)
@argument("customers", nargs=-1, required=True, metavar="ID...")
@option(
    "--by", metavar="WHO", default=None, help=Text("核对人，默认按 Git 身份", "who looked, by Git's identity")
)
@writing
def command(session: Session, customers: tuple[str, ...], *, way: Way, by: str | None) -> int:
    """Confirm customers unchanged."""

    def plan(author: Author) -> Plan:
        from custodex.authoring.notes import note
        from custodex.cli.picking import pick
        from custodex.cli.who import writer

        reader = reader_of(author)
        found = list(dict.fromkeys(pick(session, reader, one) for one in customers))
        who = writer(session, reader, by)
        language = author.catalog.book.settings.get("default_language")
        summary = _SUMMARY.get("zh" if language == "zh" else "en")
        drafts = [note(one, session.now, {"by": who, "summary": summary}).draft for one in found]
        listed = " ".join(found)
        return Plan(
            drafts, f"confirm {listed}", Text(f"已确认 {listed}", f"confirmed {listed}"), told={"ids": found}
        )

    return carry_out(session, way, "confirm", plan, customers)
