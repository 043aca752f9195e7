"""`custodex verify`: somebody else than the author looked at a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import argument, choice, option, verb
from custodex.cli.writing import Plan, Way, carry_out, converter, reader_of, spoken_day, writing
from custodex.errors import PolicyRefusal
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.examining import Record


@verb(
    Text(
        """记下证件核验：看了什么、怎么看的、结果如何。核验人不能是录入资料的人。

        证件写代码或名称。例：custodex verify 远峤港口 营业执照 --method original""",
        """Write down that a document was looked at, how, and what came of it; never by who entered the data.

        DOCUMENT is a code or its name. Example: custodex verify harbor business_licence --method original""",
    )
)
@argument("customer", metavar="ID")
@argument("document", metavar="DOCUMENT")
@option("--method", type=choice("original", "copy", "online", "video"), default="original", show_default=True,
        help=Text("方式", "how"))  # fmt: skip
@option("--result", type=choice("passed", "failed", "unclear"), default="passed", show_default=True,
        help=Text("结果", "what came of it"))  # fmt: skip
@option("--number", default=None, metavar="NUMBER",
        help=Text("证件号，只保存遮盖后的", "its number, kept masked"))  # fmt: skip
@option("--expires", default=None, metavar="DATE", help=Text("证件到期日", "the day it expires"))
@option(
    "--by", metavar="WHO", default=None, help=Text("核验人，默认按 Git 身份", "who looked, by Git's identity")
)
@option("--note", default=None, metavar="TEXT", help=Text("说明", "a remark"))
@writing
def command(session: Session, customer: str, document: str, *, way: Way, **said: Any) -> int:
    """Write down one verification."""

    def plan(author: Author) -> Plan:
        from custodex.authoring.fields import free_id
        from custodex.cli.picking import pick_record
        from custodex.cli.set import path_in
        from custodex.cli.who import writer
        from custodex.drafts import Draft

        reader, seen = reader_of(author), _document(session, author, document)
        record = pick_record(session, reader, customer)
        by = writer(session, reader, said["by"])
        identity = dict(record.one("identity"))
        known = list(identity.get("verifications", ()))
        _refuse_author(session, record, seen, known, _address(reader.record(f"staff/{by}")))
        entry = {
            "id": free_id(known, "v"), "document": seen, "number_masked": masked(said["number"]),
            "method": said["method"], "result": said["result"], "by": by, "at": session.today.isoformat(),
            "expires_on": spoken_day(session, said["expires"]) if said["expires"] else None, "note": said["note"],
        }  # fmt: skip
        known.append({name: found for name, found in entry.items() if found})
        draft = Draft(path_in(record, "identity"), "identity", {**identity, "verifications": known})
        done = Text(f"已记下 {record.id} 的核验", f"noted the verification of {record.id}")
        return Plan([draft], f"verify {record.id}: {seen}", done, told={"id": record.id, "by": by})

    return carry_out(session, way, "verify", plan)


def _document(session: Session, author: Author, text: str) -> str:
    """Return the code of a document, which may be called by its name."""
    entries = author.catalog.book.schemas.node("identity").fields["verifications"].items
    assert entries is not None  # noqa: S101 - a list by its schema
    return str(converter(session, author)(entries.fields["document"], text))


def masked(number: str | None) -> str | None:
    """Return a number with all but its first three and last two characters hidden."""
    text = "".join(char for char in number or "" if char.isascii() and char.isalnum())
    if not text:
        return None
    return f"{text[:3]}{'*' * (len(text) - 5)}{text[-2:]}" if len(text) > 7 else "*" * len(text)


def _address(record: Record | None) -> str:
    return str(record.main.get("email", "")).casefold() if record else ""


def _refuse_author(
    session: Session, record: Record, document: str, known: Sequence[Mapping[str, Any]], address: str
) -> None:
    """Refuse a verifier who wrote what the document proves at any time since it was last verified."""
    from custodex.cli.entering import Proven, writers
    from custodex.cli.set import path_in

    kind = "customer" if document == "business_licence" else "identity"
    passed = [
        str(one.get("at"))
        for one in known
        if (one.get("document"), one.get("result")) == (document, "passed")
    ]
    proven = Proven(path_in(record, kind), kind, max(passed, default=""))
    if address and address in writers(session, proven, record.one(kind)):
        raise PolicyRefusal(
            Text("核验人不能是录入资料的人", "who entered the data cannot verify them"),
            Text(
                "请同事核验，或用 --by 写明是谁看的证件",
                "ask a colleague, or name with --by who looked at the document",
            ),
        )
