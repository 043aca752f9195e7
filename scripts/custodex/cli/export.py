"""`custodex export`: records as a sheet or as JSON, in the columns that `custodex import` takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodex.cli.list import WHERE
from custodex.cli.session import Session
from custodex.cli.verbs import audience_option, choice, format_option, option, verb
from custodex.errors import EnvironmentFault, UsageFault
from custodex.records import CUSTOMER_KINDS, EVENT_KINDS, SINGLE_KINDS
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.examining import Record
    from custodex.exports.columns import Place
    from custodex.readers import Reader

_KINDS = ("customer", *sorted(EVENT_KINDS), "task", *SINGLE_KINDS)
_BEFORE, _AFTER = -1, 1000  # columns before and after those of the record's own fields
_HELP = Text(
    """导出档案：列名与 import 相同，表格软件可直接打开。

    csv 带 UTF-8 BOM；可能被当作公式的单元格前加 '。""",
    """export records in the columns that import takes.

    csv has a UTF-8 BOM; a cell that a spreadsheet could take for a formula gets a ' in front.""",
)


@verb(_HELP)
@option(
    "--kind",
    type=choice(*_KINDS),
    default="customer",
    show_default=True,
    help=Text("导出什么", "what to export"),
)
@option("--where", "-w", "where", multiple=True, metavar="FIELD=VALUE", help=WHERE)
@option(
    "--with", "modules", multiple=True, type=choice("identity", "consents"),
    help=Text("也导出身份或同意记录（可重复）", "identity or consents as well (repeatable)"),
)  # fmt: skip
@audience_option
@format_option("csv", "json")
@option("--out", "-o", type=Path, default=None, metavar="FILE", help=Text("写入文件", "write to this file"))
def command(
    session: Session,
    *,
    kind: str,
    where: tuple[str, ...],
    modules: tuple[str, ...],
    audience: str | None,
    form: str,
    out: Path | None,
) -> None:
    """Export records."""
    reader = session.reader(audience)
    records = reader.select(_keys(session, reader, kind, where))
    pieces = _json(kind, records, modules) if form == "json" else _csv(reader, kind, records, modules)
    if out is None:
        session.write(pieces)
        return
    try:
        with (session.start / out).open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
    except OSError as error:
        raise EnvironmentFault(
            Text(f"不能写入 {out}：{error.strerror}", f"cannot write to {out}: {error.strerror}")
        ) from error


def _keys(session: Session, reader: Reader, kind: str, where: tuple[str, ...]) -> list[str]:
    if kind in CUSTOMER_KINDS:
        found = session.index(reader).search("", where=where, sort="id", today=session.today)
        return [f"customers/{hit.id}" for hit in found.hits]
    if where:
        raise UsageFault(Text("--where 只用于客户", "--where is about customers"))
    return reader.keys(kind)


def _csv(reader: Reader, kind: str, records: Iterator[Record], modules: tuple[str, ...]) -> Iterator[str]:
    from custodex.exports import as_csv, columns_of
    from custodex.exports.columns import written

    rows = [row for record in records for row in _rows(reader, kind, record, modules)]
    columns = columns_of(rows)
    cells = ([row.get(place, "") for place in columns] for row in rows)
    yield from as_csv([written(place) for place in columns], cells, bom=True)


def _rows(reader: Reader, kind: str, record: Record, modules: tuple[str, ...]) -> Iterator[dict[Place, str]]:
    from custodex.exports import flat

    schemas = reader.book.schemas
    if kind in CUSTOMER_KINDS and kind != "customer":
        for document in record.all(kind):
            # first of all columns: an event says nothing without its customer
            yield {((_BEFORE, 1, "customer"),): record.id, **flat(document.value, schemas.node(kind))}
        return
    row = flat(record.main, schemas.node(kind))
    for number, module in enumerate(("contacts", *modules) if kind == "customer" else (), start=1):
        row |= flat(record.one(module), schemas.node(module), ((_AFTER + number, 1, module),))
    yield row


def _json(kind: str, records: Iterator[Record], modules: tuple[str, ...]) -> Iterator[str]:
    import json

    values: list[Any] = []
    for record in records:
        if kind == "customer":
            names = ("customer", "contacts", *modules)
            values.append({"id": record.id, **{name: record.one(name) for name in names}})
        elif kind in CUSTOMER_KINDS:
            values += [{"customer": record.id, "id": one.stem, **one.value} for one in record.all(kind)]
        else:
            values.append(record.main)
    yield json.dumps(values, ensure_ascii=False, indent=2) + "\n"
