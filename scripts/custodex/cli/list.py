"""`custodex list`: customers by filters, in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from custodex.cli.asof import as_of_option, source_at
from custodex.cli.session import Session
from custodex.cli.verbs import audience_option, format_option, option, verb
from custodex.errors import UsageFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.cli.columns import Columns
    from custodex.readers import Reader
    from custodex.search import Result

WHERE = Text(
    "条件：字段=值、字段!=值、字段=（可重复）", "filter: field=value, field!=value, field= (repeatable)"
)


@verb(Text("列出客户", "list customers"))
@option("--where", "-w", "where", multiple=True, metavar="FIELD=VALUE", help=WHERE)
@option(
    "--sort",
    default=None,
    metavar="FIELD",
    help=Text("排序字段，前加 - 为降序", "order by a field, -field downwards"),
)
@option("--limit", "-n", type=int, default=None, help=Text("最多条数", "at most so many"))
@option("--columns", default=None, metavar="A,B,…", help=Text("要显示的列", "the columns to show"))
@option(
    "--view",
    default=None,
    metavar="NAME",
    help=Text("按保存的视图（records/views/）", "as a saved view says"),
)
@as_of_option
@audience_option
@format_option("table", "json", "csv")
def command(
    session: Session,
    *,
    where: tuple[str, ...],
    sort: str | None,
    limit: int | None,
    columns: str | None,
    view: str | None,
    as_of: str | None,
    audience: str | None,
    form: str,
) -> None:
    """List customers."""
    from custodex.cli.columns import DEFAULT, Columns
    from custodex.cli.who import names_of_staff

    reader = session.reader(audience, source_at(session, as_of))
    saved = _saved(reader, view) if view else {}
    names = columns.split(",") if columns else [*(saved.get("columns") or DEFAULT)]
    names = names if "id" in names else ["id", *names]
    result = chosen(session, reader, view, where=where, sort=sort, limit=limit)
    people = names_of_staff(reader, session.lang) if form == "table" else None
    worded = Columns(reader.book, [name.strip() for name in names], session.lang, people)
    show(session, result, worded, form)


def _saved(reader: Reader, name: str) -> Mapping[str, Any]:
    record = reader.record(f"views/{name}")
    if record is None:
        known = ", ".join(key.partition("/")[2] for key in reader.keys("view"))
        raise UsageFault(
            Text(f"没有视图 {name}", f"there is no view {name}"),
            Text(f"可用的视图：{known}", f"views: {known}"),
        )
    return record.main


def chosen(
    session: Session,
    reader: Reader,
    view: str | None,
    *,
    query: str = "",
    where: Sequence[str] = (),
    sort: str | None = None,
    limit: int | None = None,
) -> Result:
    """Return the customers of a saved view, of a query and of filters, or of all three at once."""
    saved = _saved(reader, view) if view else {}
    filters = [f"{name}={value}" for name, values in (saved.get("where") or {}).items() for value in values]
    order = sort or next(iter(saved.get("sort") or ["name"]))
    words = " ".join(filter(None, (str(saved.get("query") or ""), query)))
    return session.index(reader).search(
        words, where=[*filters, *where], sort=order, limit=limit, today=session.today
    )


def show(session: Session, result: Result, columns: Columns, form: str) -> None:
    """Write a list of customers in the asked format."""
    if form == "json":
        hits = [
            {"id": hit.id, "name": hit.name, "stage": hit.stage, "matches": dict(hit.matches)}
            for hit in result.hits
        ]
        session.out_json({"query": result.query, "total": result.total, "hits": hits})
    elif form == "csv":
        from custodex.exports import as_csv

        session.write(as_csv(columns.names, (columns.codes(hit.card) for hit in result.hits)))
    else:
        from custodex.cli.tables import table

        session.lines(
            table(columns.headings(), [columns.words(hit.card) for hit in result.hits], session.width)
        )
        left = result.total - len(result.hits)
        more = session.say(f"，另有 {left} 个未显示", f", {left} more") if left else ""
        session.err(
            session.say(
                f"共 {result.total} 个客户{more}", f"{result.total} customer{'s' * (result.total != 1)}{more}"
            )
        )
