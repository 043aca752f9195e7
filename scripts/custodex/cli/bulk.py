"""`custodex bulk set`: the same change of many customers, counted and shown before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from custodex.cli.list import WHERE
from custodex.cli.session import Session
from custodex.cli.verbs import argument, family, option
from custodex.cli.writing import UNCHANGED, Plan, Way, carry_out, converter, reader_of, writing, yes_option
from custodex.errors import UsageFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.authoring.fields import Field
    from custodex.drafts import Draft

command = family(
    "bulk",
    Text(
        "批量修改：先给出数量和差异，确认后一次写入", "change many customers at once, counted and shown first"
    ),
)


@command.below(
    "set",
    Text(
        "修改所有符合条件的客户。\n\n例：custodex bulk set -w owner=li-wen -w stage=lead team=care",
        "Change all customers that meet the conditions.\n\n"
        "Example: custodex bulk set -w owner=li-wen -w stage=lead team=care",
    ),
)
@argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")
@option("--where", "-w", "where", multiple=True, metavar="FIELD=VALUE", help=WHERE)
@option("--query", "-q", default="", metavar="TEXT", help=Text("并且命中这个检索", "and match this search"))
@yes_option
@writing
def set_(
    session: Session, fields: Sequence[str], *, way: Way, where: Sequence[str], query: str, yes: bool
) -> int:
    """Change many customers."""
    if not where and not query:
        raise UsageFault(
            Text("没有条件", "there is no condition"), Text("加 --where 字段=值", "add --where field=value")
        )

    def plan(author: Author) -> Plan:
        from custodex.cli.set import changed, names_of

        reader = reader_of(author)
        found = session.index(reader).search(query, where=where, limit=None, today=session.today)
        convert = converter(session, author)
        drafts: list[Draft] = []
        wanted: list[Field] = []
        for record in reader.select([f"customers/{hit.id}" for hit in found.hits]):
            more, wanted = changed(author, record, fields, convert)
            drafts += more
        listed, number = names_of(wanted), len(found.hits)
        done = Text(f"已修改 {number} 个客户：{listed}", f"changed {number} customers: {listed}")
        ask = Text(f"修改 {number} 个客户的 {listed}？", f"change {listed} of {number} customers?")
        none = UNCHANGED if number else Text("没有客户符合条件", "no customer meets the conditions")
        told = {"matched": number}
        return Plan(drafts, f"bulk set: {listed}", done, None if yes else ask, told=told, none=none)

    return carry_out(session, way, "bulk", plan)
