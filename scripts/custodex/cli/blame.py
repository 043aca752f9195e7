"""`custodex blame`: since when every field of a customer says what it says, and who wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.telling import sensitive_option
from custodex.cli.verbs import argument, audience_option, choice, format_option, option, verb
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.history import Origin


@verb(Text("每个字段由谁在何时写成", "who wrote each field, and when"))
@argument("customer", metavar="ID")
@option("--module", type=choice("customer", "contacts", "identity", "consents"), default="customer",
        show_default=True, help=Text("哪个文件", "which file"))  # fmt: skip
@sensitive_option
@audience_option
@format_option("table", "json")
def command(
    session: Session, *, customer: str, module: str, sensitive: bool, audience: str | None, form: str
) -> None:
    """Tell the origin of every field."""
    from dataclasses import replace

    from custodex.cli.picking import pick
    from custodex.cli.telling import teller
    from custodex.records import path_of

    reader = session.reader(audience)
    found = pick(session, reader, customer)
    path = path_of(module, found)
    history = session.history(reader)
    told = teller(session, history, reader, sensitive=sensitive)
    origins = [
        replace(origin, value=told.masked_at(module, origin.place, origin.value))
        for origin in history.blame(f"customers/{found}", path)
    ]
    if form == "json":
        session.out_json({"id": found, "path": path, "fields": [
            {"field": _written(origin), "value": origin.value, "at": origin.at, "who": origin.who,
             "approved": origin.approved, "reason": origin.reason, "commit": origin.commit,
             "subject": origin.subject} for origin in origins
        ]})  # fmt: skip
    elif origins:
        _table(session, origins)
    else:
        session.err(
            session.say(f"{path} 尚未提交，没有历史", f"{path} has no history: it was never committed")
        )


def _written(origin: Origin) -> str:
    return "".join(part if part.startswith("[") else f".{part}" for part in origin.place).lstrip(".")


def _table(session: Session, origins: Sequence[Origin]) -> None:
    from custodex.cli.tables import table
    from custodex.telling import plain

    headings = [
        session.say("字段", "Field"), session.say("值", "Value"), session.say("时间", "When"),
        session.say("谁", "Who"), session.say("批准", "Approved"), session.say("提交", "Commit"),
    ]  # fmt: skip
    rows = [
        [_written(origin), plain(origin.value), origin.at[:10], origin.who, origin.approved,
         origin.commit[:10]]
        for origin in origins
    ]  # fmt: skip
    session.lines(table(headings, rows, session.width))
