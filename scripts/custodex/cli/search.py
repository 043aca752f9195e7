"""`custodex search`: customers by words, in the order of how well they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custodex.cli.asof import as_of_option, source_at
from custodex.cli.list import WHERE
from custodex.cli.session import Session
from custodex.cli.verbs import argument, audience_option, format_option, option, verb
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.readers import Reader
    from custodex.search import Hit, Result

_HELP = Text(
    """检索客户：名称任意部分、拼音、首字母、电话中的数字、备注全文。

    写法：华为  huawei  hw  "逾期 付款"  stage:customer  last_note:[2026-01 TO]  A OR B  NOT C""",
    """search customers: any part of a name, pinyin, initials, digits of a phone, the text of notes.

    Written: 华为  huawei  hw  "late payment"  stage:customer  last_note:[2026-01 TO]  A OR B  NOT C""",
)


@verb(_HELP)
@argument("query", nargs=-1, required=True)
@option("--where", "-w", "where", multiple=True, metavar="FIELD=VALUE", help=WHERE)
@option("--sort", default="score", show_default=True, metavar="FIELD",
        help=Text("排序字段，前加 - 为降序", "order by a field, -field downwards"))  # fmt: skip
@option("--limit", "-n", type=int, default=20, show_default=True, help=Text("最多条数", "at most so many"))
@as_of_option
@audience_option
@format_option("table", "json", "csv")
def command(
    session: Session,
    *,
    query: tuple[str, ...],
    where: tuple[str, ...],
    sort: str,
    limit: int,
    as_of: str | None,
    audience: str | None,
    form: str,
) -> None:
    """Search customers."""
    reader = session.reader(audience, source_at(session, as_of))
    result = session.index(reader).search(
        " ".join(query), where=where, sort=sort, limit=limit, today=session.today
    )
    if form == "json":
        session.out_json(
            {"query": result.query, "total": result.total, "hits": [_json(hit) for hit in result.hits]}
        )
    elif form == "csv":
        from custodex.exports import as_csv

        rows = ((hit.id, hit.name, hit.stage, str(hit.score)) for hit in result.hits)
        session.write(as_csv(("id", "name", "stage", "score"), rows))
    else:
        _table(session, reader, result)


def _json(hit: Hit) -> dict[str, object]:
    return {
        "id": hit.id, "name": hit.name, "stage": hit.stage, "score": hit.score, "matches": dict(hit.matches)
    }  # fmt: skip


def _table(session: Session, reader: Reader, result: Result) -> None:
    from custodex.cli.columns import Columns
    from custodex.cli.tables import table

    columns = Columns(reader.book, ("id", "name", "stage"), session.lang)
    rows = [[*columns.words(hit.card), next(iter(hit.matches.values()), "")] for hit in result.hits]
    if rows:
        session.lines(table([*columns.headings(), session.say("匹配", "Match")], rows, session.width))
    left = result.total - len(result.hits)
    more = session.say(f"，另有 {left} 个未显示（--limit）", f", {left} more (--limit)") if left else ""
    session.err(
        session.say(
            f"共 {result.total} 个客户{more}", f"{result.total} customer{'s' * (result.total != 1)}{more}"
        )
    )
