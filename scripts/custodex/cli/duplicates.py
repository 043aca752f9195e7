"""`custodex duplicates`: customers that may have been entered twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.verbs import argument, audience_option, format_option, option, verb
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.duplicates import Duplicates, Match, Pair
    from custodex.readers import Reader

_HELP = Text(
    """列出疑似重复的客户：号码、电话、邮箱相同，或名称相近；个人还比较生日和住址。

    给出编号时只看这个客户。看过的一对不是同一客户时用 distinct A B，以后不再列出；是则用 merge 合并。""",
    """List customers that may be one: the same number, phone or e-mail, or names that come close; of persons
    birthdays and addresses are weighed as well.

    With an ID, only that customer's. Two that were looked at and are not one: distinct A B, and they are not
    listed again; merge A B if they are.""",
)


@verb(_HELP)
@argument("customer", metavar="[ID]", required=False)
@option("--limit", "-n", type=int, default=None, help=Text("最多条数", "at most so many"))
@option(
    "--weak",
    is_flag=True,
    help=Text(
        "也列出较弱的个人：多半是一家人，或只经他人相连",
        "also persons who are likelier one household, or hang together by others only",
    ),
)
@audience_option
@format_option("table", "json")
def command(
    session: Session,
    *,
    customer: str | None,
    limit: int | None,
    weak: bool,
    audience: str | None,
    form: str,
) -> None:
    """List suspected duplicates."""
    from custodex.duplicates import Duplicates
    from custodex.readers import Reader

    catalog = session.catalog()
    reader = Reader(catalog, audience)
    finder = Duplicates(catalog, reader)
    if customer is not None:
        _one(session, reader, finder, customer, limit, form)
        return
    pairs = list(finder.pairs(weak=weak))
    shown = pairs[:limit]
    if form == "json":
        session.out_json({"total": len(pairs), "pairs": [pair.as_json() for pair in shown]})
        return
    _table(session, reader, shown)
    if not pairs:
        session.err(session.say("没有疑似重复", "no pair of customers looks like one"))
        return
    session.err(
        session.say(
            f"共 {len(pairs)} 对；是同一客户：custodex merge A B；不是：custodex distinct A B",
            f"{len(pairs)} pair{'s' * (len(pairs) != 1)}; one customer: custodex merge A B;"
            " not one: custodex distinct A B",
        )
    )


def _one(
    session: Session, reader: Reader, finder: Duplicates, customer: str, limit: int | None, form: str
) -> None:
    from custodex.cli.picking import pick
    from custodex.duplicates import Pair
    from custodex.duplicates.index import documents_of

    found = pick(session, reader, customer)
    record = next(reader.select([f"customers/{found}"]))
    name = str(record.main.get("name", ""))
    matches = finder.like(documents_of(record), limit=20 if limit is None else limit)
    if form == "json":
        session.out_json({"id": found, "name": name, "matches": [match.as_json() for match in matches]})
        return
    _table(session, reader, [Pair(found, name, match) for match in matches])


def _table(session: Session, reader: Reader, pairs: list[Pair]) -> None:
    from custodex.cli.tables import table
    from custodex.duplicates.wording import summary

    titles = (
        ("编号", "ID"),
        ("名称", "Name"),
        ("编号", "ID"),
        ("名称", "Name"),
        ("相似度", "Score"),
        ("原因", "Why"),
    )
    rows = [
        [pair.id, pair.name, pair.match.id, pair.match.name, _score(pair.match),
         summary(pair.match, reader.book).get(session.lang)]
        for pair in pairs
    ]  # fmt: skip
    if rows:
        session.lines(table([session.say(*title) for title in titles], rows, session.width))


def _score(match: Match) -> str:
    return f"{match.score:.2f}"
