"""`custodex log`: what happened to one customer."""

from __future__ import annotations

from custodex.cli.session import Session
from custodex.cli.verbs import argument, audience_option, format_option, option, verb
from custodex.texts import Text


@verb(Text("一个客户的变更历史", "what happened to one customer"))
@argument("customer", metavar="ID")
@option("--limit", "-n", type=int, default=None, help=Text("最多条数", "at most so many"))
@audience_option
@format_option("table", "json")
def command(session: Session, *, customer: str, limit: int | None, audience: str | None, form: str) -> None:
    """Show the changes of one customer, newest first."""
    from custodex.cli.changes import as_json, lines_of
    from custodex.cli.picking import pick

    reader = session.reader(audience)
    found = pick(session, reader, customer)
    history = session.history(reader)
    changes = history.for_record(f"customers/{found}")[:limit]
    if form == "json":
        session.out_json({"id": found, "changes": [as_json(change) for change in changes]})
    else:
        session.lines(lines_of(session, history, changes, whole=False))
        if not changes:
            session.err(session.say("还没有提交过", "nothing is committed yet"))
