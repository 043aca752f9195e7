"""Which reader a file needs, told by its content and not by its name alone."""

from __future__ import annotations

from custodex.sheets.csvtext import read_csv
from custodex.sheets.table import MAX_BYTES, SheetFault, Table, too_large
from custodex.sheets.workbook import read_workbook
from custodex.texts import Text

_WORKBOOKS = (".xlsx", ".xlsm")


def read_sheet(name: str, data: bytes, *, sheet: str | None = None, encoding: str | None = None) -> Table:
    """Return the table in the file called *name* with the content *data*.

    CSV (comma, semicolon or tab; UTF-8, UTF-16 with its mark, GB18030, or *encoding*) and XLSX. What
    cannot be read as a whole is a `SheetFault`; what is doubtful in a cell is a mark of its row.
    """
    if len(data) > MAX_BYTES:
        raise too_large(name, Text(f"超过 {MAX_BYTES // 1_000_000} MB", f"over {MAX_BYTES // 1_000_000} MB"))
    if not data.strip():
        raise SheetFault(Text(f"{name} 是空文件", f"{name} is empty"))
    if name.lower().endswith(_WORKBOOKS) or data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return read_workbook(name, data, sheet)
    return read_csv(name, data, encoding)
