"""`custodex changes`: the audit log of all records: who changed what, when, why, and who let it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.telling import sensitive_option
from custodex.cli.verbs import audience_option, format_option, option, verb
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.history import Change

_BEGINNING = "1970-01-01"


@verb(Text("全部变更（审计日志），可导出", "all changes (the audit log), to be exported"))
@option("--since", metavar="DATE", default=_BEGINNING, help=Text("从哪一天起", "from this day on"))
@option("--until", metavar="DATE", default=None, help=Text("到哪一天为止", "up to this day"))
@option(
    "--who", metavar="TEXT", default="", help=Text("由谁写（姓名的一部分）", "written by (part of the name)")
)
@option("--field", "wanted", metavar="FIELD", default="",
        help=Text("只看这个字段，如 stage、people", "only this field, such as stage, people"))  # fmt: skip
@option("--customer", metavar="ID", default=None, help=Text("只看一个客户", "one customer only"))
@option("--limit", "-n", type=int, default=None, help=Text("最多条数", "at most so many"))
@sensitive_option
@audience_option
@format_option("text", "csv", "json")
def command(
    session: Session, *, since: str, until: str | None, who: str, wanted: str, customer: str | None,
    limit: int | None, sensitive: bool, audience: str | None, form: str,
) -> None:  # fmt: skip
    """List changes, newest first."""
    from itertools import islice

    from custodex.cli.asof import moment
    from custodex.cli.picking import pick
    from custodex.cli.telling import teller

    reader = session.reader(audience)
    history = session.history(reader)
    key = f"customers/{pick(session, reader, customer)}" if customer else ""
    latest = moment(session, until, end=True).isoformat() if until else ""
    found = history.since(moment(session, since, end=False).isoformat())
    chosen = islice(_chosen(found, who, wanted, key, latest), limit)
    told = teller(session, history, reader, sensitive=sensitive)
    if form == "csv":
        from custodex.exports import as_csv
        from custodex.telling.asjson import COLUMNS, rows

        session.write(as_csv(COLUMNS, rows(chosen, told)))
    elif form == "json":
        from custodex.telling.asjson import as_json

        session.out_json({"changes": [as_json(change, told) for change in chosen]})
    else:
        from custodex.telling.astext import grouped_lines

        session.lines(grouped_lines(chosen, told))


def _chosen(changes: Iterable[Change], who: str, wanted: str, key: str, latest: str) -> Iterator[Change]:
    from dataclasses import replace
    from datetime import datetime

    end = datetime.fromisoformat(latest) if latest else None
    for change in changes:
        if who.casefold() not in change.who.casefold() or (key and change.record != key):
            continue
        if end and datetime.fromisoformat(change.at) > end:
            continue
        if not wanted:
            yield change
        elif fields := tuple(field for field in change.fields if wanted in _names(field.written)):
            yield replace(change, fields=fields)


def _names(written: str) -> set[str]:
    """Return every name a field may be asked for by: `people[p1].title` is people, title and itself."""
    plain = written.replace("[", ".[")
    return {written, *plain.split("."), ".".join(part for part in plain.split(".") if part[:1] != "[")}
