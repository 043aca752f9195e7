"""XLSX: values by python-calamine; openpyxl only tells which cells hold formulas, where any do."""

from __future__ import annotations

import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from custodex.errors import UsageFault
from custodex.sheets.table import Cleaner, Row, SheetFault, Table, assemble
from custodex.sheets.zipguard import Look, examine, guard, is_old
from custodex.texts import Text

_DIGITS_KEPT = 10**15
_LONG = 10**9
_FIRST_SURE_DAY = date(1900, 3, 1)
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_1904 = re.compile(r"""\bdate1904\s*=\s*["'](?:1|true)["']""")


def read_workbook(name: str, data: bytes, sheet: str | None) -> Table:
    """Return one sheet (*sheet*, else the first visible one); what is no sound XLSX or XLS is a `SheetFault`."""
    if is_old(data):
        return _old_workbook(name, data, sheet)
    with guard(name, data) as archive:
        looks = examine(name, archive)
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        paths = _sheet_paths(archive, book)
        has_links = any(entry.startswith("xl/externalLinks/") for entry in archive.namelist())
    opened = _open(name, data)
    chosen, notices = _choose(name, opened.sheets_metadata, sheet)
    look = looks.get(paths.get(chosen, ""), Look())
    notices += _remarks(look, dated_1904=_1904.search(book) is not None, links=has_links)
    formulas = _formulas(data, chosen) if look.formulas else frozenset()
    cleaner = Cleaner()
    records = _records(opened, chosen)
    header = [cleaner.clean(_text(cell)[0])[0] for cell in next(records, [])]
    rows = [row for number, cells in enumerate(records, 2) if (row := _row(number, cells, cleaner, formulas))]
    return assemble(f"{name}[{chosen}]", header, rows, [*notices, *cleaner.notices()])


def _old_workbook(name: str, data: bytes, sheet: str | None) -> Table:
    """Return one sheet of an .xls file: its values, for where formulas stand cannot be told there."""
    opened = _open(name, data)
    chosen, notices = _choose(name, opened.sheets_metadata, sheet)
    notices.append(
        Text("旧版 .xls：公式以其值读取", "an old .xls workbook: formulas are taken by their values")
    )
    cleaner = Cleaner()
    records = _records(opened, chosen)
    header = [cleaner.clean(_text(cell)[0])[0] for cell in next(records, [])]
    rows = [
        row for number, cells in enumerate(records, 2) if (row := _row(number, cells, cleaner, frozenset()))
    ]
    return assemble(f"{name}[{chosen}]", header, rows, [*notices, *cleaner.notices()])


def _open(name: str, data: bytes) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(name) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader's own way to give up on a damaged file
            raise
        raise _unreadable(name) from error


def _unreadable(name: str) -> SheetFault:
    return SheetFault(
        Text(f"{name} 读不出来", f"{name} cannot be read as a workbook"),
        Text("用表格程序打开后另存一份", "open it in a spreadsheet program and save it anew"),
    )


def _records(opened: Any, chosen: str) -> Iterator[Sequence[Any]]:
    yield from opened.get_sheet_by_name(chosen).to_python(skip_empty_area=False)


def _choose(name: str, metadata: Sequence[Any], wanted: str | None) -> tuple[str, list[Text]]:
    names = [entry.name for entry in metadata if str(entry.typ).endswith("WorkSheet")]
    visible = [
        entry.name for entry in metadata if entry.name in names and str(entry.visible).endswith(".Visible")
    ]
    if wanted is not None and wanted not in names:
        raise UsageFault(
            Text(f"{name} 没有工作表 {wanted}", f"{name} has no sheet {wanted}"),
            Text("有：" + "、".join(names), "it has: " + ", ".join(names)),
        )
    if not visible and wanted is None:
        raise SheetFault(Text(f"{name} 没有可见的工作表", f"{name} has no visible sheet"))
    chosen = wanted or visible[0]
    notices = []
    hidden = [entry for entry in names if entry not in visible and entry != chosen]
    others = [entry for entry in visible if entry != chosen]
    if others:
        notices.append(Text(f"未读取的工作表：{'、'.join(others)}", f"sheets not read: {', '.join(others)}"))
    if hidden:
        notices.append(
            Text(f"隐藏的工作表未读取：{'、'.join(hidden)}", f"hidden sheets not read: {', '.join(hidden)}")
        )
    return chosen, notices


def _remarks(look: Look, *, dated_1904: bool, links: bool) -> list[Text]:
    notices = []
    if look.merged:
        shown = "、".join(look.merged[:5]) + ("…" if len(look.merged) > 5 else "")
        notices.append(
            Text(
                f"有合并单元格，只有左上角有值：{shown}",
                f"merged cells, only the first holds a value: {shown}",
            )
        )
    if look.hidden_rows:
        notices.append(
            Text(f"{look.hidden_rows} 个隐藏行也读取了", f"{look.hidden_rows} hidden rows were read too")
        )
    if look.hidden_columns:
        notices.append(Text("隐藏的列也读取了", "hidden columns were read too"))
    if look.formulas:
        notices.append(Text(f"有 {look.formulas} 个公式单元格", f"{look.formulas} cells are formulas"))
    if dated_1904:
        notices.append(Text("工作簿使用 1904 日期系统", "the workbook counts its dates from 1904"))
    if links:
        notices.append(
            Text("工作簿引用其他文件，未读取", "the workbook refers to other files; they were not read")
        )
    return notices


def _sheet_paths(archive: zipfile.ZipFile, book: str) -> Mapping[str, str]:
    """Return the path of each sheet's part by the sheet's name."""
    from html import unescape

    relations = {}
    if "xl/_rels/workbook.xml.rels" in archive.namelist():
        text = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
        for tag in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", text):
            found = dict(_ATTRIBUTE.findall(tag))
            target = found.get("Target", "")
            relations[found.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    paths = {}
    for tag in _SHEET.findall(book):
        found = dict(_ATTRIBUTE.findall(tag))
        relation = next((value for key, value in found.items() if key.endswith(":id")), "")
        paths[unescape(found.get("name", ""))] = relations.get(relation, "")
    return paths


def _formulas(data: bytes, sheet: str) -> frozenset[tuple[int, int]]:
    """Return (row, column) of every formula, rows from 1, columns from 0."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of what it leaves out; nothing is written back
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        return frozenset(
            (number, column)
            for number, cells in enumerate(book[sheet].iter_rows(), 1)
            for column, cell in enumerate(cells)
            if getattr(cell, "data_type", "") == "f"
        )
    finally:
        book.close()


def _row(
    number: int, cells: Sequence[Any], cleaner: Cleaner, formulas: frozenset[tuple[int, int]]
) -> Row | None:
    texts: list[str] = []
    marks: dict[int, str] = {}
    for column, cell in enumerate(cells):
        text, mark = cell, ""
        if isinstance(cell, str):
            text, mark = cleaner.clean(cell)
        else:
            text, mark = _text(cell)
        if formulas and (number, column) in formulas:
            text, mark = text or "=", "formula"
        texts.append(text)
        if mark:
            marks[column] = mark
    return Row(number, tuple(texts), marks) if any(texts) else None


def _text(cell: Any) -> tuple[str, str]:
    """Return a cell's value as text, and its mark where the program that wrote it may have lost something."""
    if isinstance(cell, bool):
        return ("true" if cell else "false"), ""
    if isinstance(cell, (int, float)):
        return _number(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return (cell.date() if midnight else cell).isoformat(), _date_mark(cell.date())
    if isinstance(cell, date):
        return cell.isoformat(), _date_mark(cell)
    if isinstance(cell, (time, timedelta)):
        return str(cell), ""
    return str(cell), ""


def _date_mark(day: date) -> str:
    # the program that counts days from 1900 believes in a 29 February 1900
    return "old-date" if day < _FIRST_SURE_DAY else ""


def _number(value: float) -> tuple[str, str]:
    if not math.isfinite(value):
        return str(value), "error"
    if value != int(value):
        text = repr(float(value))
        return text, "scientific" if "e" in text else ""
    whole = int(value)
    if abs(whole) >= _DIGITS_KEPT:
        return str(whole), "digits-lost"
    return str(whole), "rounded" if abs(whole) >= _LONG and whole % 1_000_000 == 0 else ""
