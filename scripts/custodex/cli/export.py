"""`custodex export`: records as a sheet, as JSON, or as tables, in the columns that `custodex import` takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodex.cli.list import WHERE
from custodex.cli.session import Session
from custodex.cli.verbs import audience_option, format_option, option, verb
from custodex.cli.verbs import choice as one_of
from custodex.errors import EXIT_OK, UsageFault
from custodex.records import CUSTOMER_KINDS, EVENT_KINDS, SINGLE_KINDS
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.examining import Record
    from custodex.readers import Reader

_KINDS = ("customer", *sorted(EVENT_KINDS), "task", *SINGLE_KINDS)
_FORMATS = ("csv", "xlsx", "json", "jsonl", "vcf", "sqlite", "parquet")
_TEXT = frozenset({"csv", "json", "jsonl", "vcf"})
_HELP = Text(
    """导出档案：列名与 import 相同，表格软件可直接打开；再导入不产生变化。

    csv 带 UTF-8 BOM 和 CRLF；xlsx 的单元格都是文本；可能被当作公式的内容前加 '，导入时去掉。

    vcf 是通讯录（vCard 4），不含“请勿联系”的客户。

    sqlite 和 parquet 供分析：每种档案一张表，每个列表一张表（parquet 写入文件夹）。""",
    """export records in the columns that import takes; what comes back in changes nothing.

    csv has a UTF-8 BOM and CRLF; every cell of xlsx is text; what a spreadsheet could take for a formula gets a '
    in front, which import takes away.

    vcf is an address book (vCard 4), without customers who asked not to be contacted.

    sqlite and parquet are for analysts: a table a kind, and one for every list (parquet makes a folder).""",
)


@verb(_HELP)
@option(
    "--kind",
    type=one_of(*_KINDS),
    default="customer",
    show_default=True,
    help=Text("导出什么", "what to export"),
)
@option("--where", "-w", "where", multiple=True, metavar="FIELD=VALUE", help=WHERE)
@option(
    "--query",
    "-q",
    default="",
    metavar="QUERY",
    help=Text("只含检索命中的客户", "only what this query finds"),
)
@option("--view", default=None, metavar="NAME",
        help=Text("只含保存的视图中的客户", "only what this saved view holds"))  # fmt: skip
@option(
    "--with", "modules", multiple=True, type=one_of("identity", "consents"),
    help=Text("也导出身份或同意记录（可重复）", "identity or consents as well (repeatable)"),
)  # fmt: skip
@audience_option
@format_option(*_FORMATS)
@option("--out", "-o", type=Path, default=None, metavar="FILE", help=Text("写入文件", "write to this file"))
def command(session: Session, *, kind: str, modules: tuple[str, ...], audience: str | None, form: str,
            out: Path | None, **chosen: Any) -> int:  # fmt: skip
    """Export records."""
    if out is None and form not in _TEXT:
        raise UsageFault(Text(f"{form} 要写入文件：--out", f"{form} is written to a file: --out"))
    if form == "vcf" and kind != "customer":
        raise UsageFault(Text("vcf 只用于客户", "vcf is about customers"))
    if form == "parquet":
        from custodex.parquetfile import require

        require()
    reader = session.reader(audience)
    selected = list(_keys(session, reader, kind, **chosen))
    if form in {"sqlite", "parquet"}:
        _database(reader, selected, modules, form, session.start / str(out))
    elif out is None:
        session.write(_pieces(reader, kind, selected, modules, form))
    else:
        _file(reader, kind, selected, modules, form, session.start / out)
    if out is not None:
        session.err(session.say(f"已写入 {out}", f"wrote {out}"))
    return EXIT_OK


def _keys(
    session: Session, reader: Reader, kind: str, *, where: tuple[str, ...], query: str, view: str | None
) -> list[str]:
    if kind not in CUSTOMER_KINDS:
        if where or query or view:
            raise UsageFault(
                Text(
                    "--where、--query 和 --view 只用于客户", "--where, --query and --view are about customers"
                )
            )
        return reader.keys(kind)
    if not (where or query or view):
        return reader.keys("customer")
    from custodex.cli.list import chosen

    found = chosen(session, reader, view, query=query, where=where, sort="id")
    return [f"customers/{hit.id}" for hit in found.hits]


def _pieces(reader: Reader, kind: str, keys: list[str], modules: Sequence[str], form: str) -> Iterator[str]:
    from custodex.exports import Rows, as_csv, as_vcards, values

    records = _alive(reader, kind, keys)
    if form == "csv":
        rows = Rows(reader, kind, records, modules)
        yield from as_csv(rows.headings, rows.cells(), excel=True)
    elif form == "vcf":
        yield from as_vcards(records)
    elif form == "jsonl":
        for value in values(kind, records, modules):
            yield json.dumps(value, ensure_ascii=False) + "\n"
    else:
        yield json.dumps(list(values(kind, records, modules)), ensure_ascii=False, indent=2) + "\n"


def _alive(reader: Reader, kind: str, keys: list[str]) -> Iterator[Record]:
    """Yield the records but stubs of merged customers and tombstones of erased ones, which no import makes."""
    for record in reader.select(keys):
        if kind not in CUSTOMER_KINDS or not {"merged_into", "erased"} & record.main.keys():
            yield record


def _file(reader: Reader, kind: str, keys: list[str], modules: Sequence[str], form: str, out: Path) -> None:
    if form == "xlsx":
        from custodex.exports import Rows
        from custodex.sheets import write_xlsx

        rows = Rows(reader, kind, _alive(reader, kind, keys), modules)

        def write(path: Path) -> None:
            with path.open("wb") as file:
                write_xlsx(file, kind, [rows.headings, *rows.cells()])
    else:

        def write(path: Path) -> None:
            with path.open("w", encoding="utf-8", newline="") as file:
                file.writelines(_pieces(reader, kind, keys, modules, form))

    _replaced(out, write)


def _database(reader: Reader, keys: list[str], modules: Sequence[str], form: str, out: Path) -> None:
    """Write the tables for analysts: one SQLite file, or a folder of Parquet files."""
    from custodex.exports import tables_of

    tables = tables_of(reader, _alive(reader, "customer", keys), modules)
    if form == "sqlite":
        from custodex.store import write_database

        listed = [(table.name, table.columns, list(table.values())) for table in tables]
        _replaced(out, lambda path: write_database(path, listed))
        return
    from custodex.files import make_folder
    from custodex.parquetfile import write_parquet

    make_folder(out)
    for table in tables:
        _replaced(
            out / f"{table.name}.parquet",
            partial(write_parquet, columns=table.columns, rows=list(table.values())),
        )


def _replaced(out: Path, write: Callable[[Path], None]) -> None:
    from custodex.files import replace_with

    replace_with(out, write)
