"""`custodex set`: one or more fields of one record, each a line of difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import argument, verb
from custodex.cli.writing import Plan, Way, carry_out, converter, reader_of, writing
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.authoring.fields import Assignment, Convert, Field
    from custodex.drafts import Draft
    from custodex.examining import Record


@verb(
    Text(
        """修改一个档案的字段。

        字段=值 设置，字段+=值 添加到列表，字段-=值 从列表去掉，字段= 清空。
        字段可写英文名或标签：stage、阶段、region.city、contacts.people[p1].title；值可写代码或名称。
        列表里一项有多个字段的：'addresses+={country: CN, street: 示例路 1 号}'

        例：custodex set 远峤 阶段=成交客户 tags+=risk:low""",
        """Change fields of one record.

        field=value sets, field+=value adds to a list, field-=value takes from it, field= empties.
        A field is a name or a label: stage, region.city, contacts.people[p1].title; a value a code or its name.
        An item of several fields: 'addresses+={country: GB, street: 1 Quay}'

        Example: custodex set harbor stage=customer tags+=risk:low""",
    )
)
@argument("record", metavar="ID")
@argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")
@writing
def command(session: Session, record: str, fields: Sequence[str], *, way: Way) -> int:
    """Change fields of one record."""

    def plan(author: Author) -> Plan:
        from custodex.cli.picking import pick_record

        found = pick_record(session, reader_of(author), record)
        drafts, wanted = changed(author, found, fields, converter(session, author))
        listed = ", ".join(map(str, wanted))
        return Plan(
            drafts, f"set {found.id}: {names_of(wanted)}",
            Text(f"已修改 {found.id}：{listed}", f"changed {found.id}: {listed}"), told={"id": found.id},
        )  # fmt: skip

    return carry_out(session, way, "set", plan, [record])


def changed(
    author: Author, record: Record, fields: Sequence[str], convert: Convert
) -> tuple[list[Draft], list[Field]]:
    """Return the drafts of a record's documents after the assignments *fields*, and the fields."""
    from custodex.authoring.fields import assigned, assignment
    from custodex.drafts import Draft

    schemas = author.catalog.book.schemas
    wanted: list[Assignment] = [assignment(schemas, kinds_of(record.kind), text) for text in fields]
    values: dict[str, dict[str, Any]] = {}
    for one in wanted:
        kind = one.field.kind
        values[kind] = assigned(values.get(kind, dict(record.one(kind))), one, convert)
    return (
        [Draft(path_in(record, kind), kind, value or None) for kind, value in values.items()],
        [one.field for one in wanted],
    )


def names_of(fields: Sequence[Field]) -> str:
    """Return the names of fields for a commit's subject, each once."""
    return " ".join(dict.fromkeys(field.name for field in fields))


def kinds_of(kind: str) -> list[str]:
    """Return the kinds of document that hold the fields of a record, the main one first."""
    from custodex.records import KINDS

    return [
        kind,
        *(one.name for one in KINDS if one.shape == "module" and one.name != kind and kind == "customer"),
    ]


def path_in(record: Record, kind: str) -> str:
    """Return where the document of this kind stands in a record."""
    from custodex.records import path_of

    return path_of(kind, record.id)
