"""`custodex log`: what happened to one customer."""

from __future__ import annotations

from custodex.cli.session import Session
from custodex.cli.telling import FORMATS, sensitive_option
from custodex.cli.verbs import argument, audience_option, format_option, option, verb
from custodex.texts import Text


@verb(Text("一个客户的变更历史", "what happened to one customer"))
@argument("customer", metavar="ID")
@option("--limit", "-n", type=int, default=None, help=Text("最多条数", "at most so many"))
@sensitive_option
@audience_option
@format_option(*FORMATS)
def command(
    session: Session, *, customer: str, limit: int | None, sensitive: bool, audience: str | None, form: str
) -> None:
    """Show the changes of one customer, newest first."""
    from custodex.cli.picking import pick
    from custodex.cli.telling import teller, write
    from custodex.telling.asjson import as_json
    from custodex.telling.astext import text_lines

    reader = session.reader(audience)
    found = pick(session, reader, customer)
    history = session.history(reader)
    changes = history.for_record(f"customers/{found}")[:limit]
    told = teller(session, history, reader, sensitive=sensitive)
    if form == "json":
        session.out_json({"id": found, "changes": [as_json(change, told) for change in changes]})
    elif form == "text":
        session.lines(text_lines(changes, told, whole=False))
        if not changes:
            session.err(session.say("还没有提交过", "nothing is committed yet"))
    else:
        write(session, changes, told, form, told.heading(f"customers/{found}"))
