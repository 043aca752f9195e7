"""CSV as it comes: found encoding, found delimiter, strict quotes."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from custodex.errors import UsageFault
from custodex.sheets.table import MAX_ROWS, Cleaner, Row, SheetFault, Table, assemble, too_large
from custodex.texts import Text

ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk", "gb2312", "big5", "shift_jis", "euc-kr",
    "latin-1", "cp1250", "cp1251", "cp1252",
)  # fmt: skip
"""What `--encoding` may name."""

_DELIMITERS = (",", ";", "\t")
_PROBE = 20_000


def read_csv(name: str, data: bytes, encoding: str | None) -> Table:
    """Return the table in *data*; a file that is no CSV is a `SheetFault`."""
    text, used = decode(name, data, encoding)
    delimiter, text = _delimiter(text)
    cleaner = Cleaner()
    records = _records(name, text, delimiter)
    header = next(records, (1, []))[1]
    rows = [row for number, cells in records if (row := _row(number, cells, cleaner))]
    notices = cleaner.notices()
    if used not in {"utf-8", "utf-8-sig"}:
        notices.append(Text(f"按 {used} 编码读取", f"read as {used}"))
    return assemble(name, [cleaner.clean(cell)[0] for cell in header], rows, notices)


def decode(name: str, data: bytes, encoding: str | None) -> tuple[str, str]:
    """Return the text of *data* and the encoding used; guessing stops where it would be a guess."""
    if encoding:
        if encoding.lower() not in ENCODINGS:
            raise UsageFault(
                Text(f"不认识编码 {encoding}", f"unknown encoding {encoding}"),
                Text("可用：" + " ".join(ENCODINGS), "one of " + ", ".join(ENCODINGS)),
            )
        return _decoded(name, data, encoding.lower()), encoding.lower()
    if data.startswith(codecs.BOM_UTF8):
        return _decoded(name, data, "utf-8-sig"), "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(name, data, "utf-16"), "utf-16"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = _decoded(name, data, "gb18030")
    if not _reads_chinese(text):
        raise _unknown_encoding(name)
    return text, "gb18030"


def _decoded(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unknown_encoding(name, encoding) from error


def _unknown_encoding(name: str, tried: str = "") -> SheetFault:
    return SheetFault(
        Text(
            f"{name} 不是 {tried} 编码" if tried else f"看不出 {name} 的编码",
            f"{name} is not {tried}" if tried else f"cannot tell the encoding of {name}",
        ),
        Text(
            "另存为 UTF-8 的 CSV，或用 --encoding 指定",
            "save it as CSV in UTF-8, or name the encoding with --encoding",
        ),
    )


def _reads_chinese(text: str) -> bool:
    """Tell whether text decoded as GB18030 is Chinese: almost any bytes decode, but to rare characters."""
    foreign = [char for char in text[:_PROBE] if char > "\x7f"]
    common = sum(1 for char in foreign if _in_gb2312(char))
    return common >= 0.9 * len(foreign)


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _delimiter(text: str) -> tuple[str, str]:
    """Return the delimiter of the first line outside quotes, and the text without a `sep=` line."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and first[4:5] in {",", ";", "\t", "|"}:
        return first[4], rest
    line, quoted = [], False
    for char in text[:_PROBE]:
        if char == '"':
            quoted = not quoted
        elif char == "\n" and not quoted:
            break
        elif not quoted:
            line.append(char)
    counts = [line.count(delimiter) for delimiter in _DELIMITERS]
    return _DELIMITERS[counts.index(max(counts))], text


def _records(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if number > MAX_ROWS + 1:
                raise too_large(name, Text(f"行数超过 {MAX_ROWS}", f"more than {MAX_ROWS} rows"))
            yield number, cells
    except csv.Error as error:
        raise SheetFault(
            Text(f"{name} 第 {reader.line_num} 行不是合格的 CSV", f"{name}:{reader.line_num}: not valid CSV"),
            Text(f"检查引号（{error}）", f"look at the quotes ({error})"),
        ) from error


def _row(number: int, cells: list[str], cleaner: Cleaner) -> Row | None:
    marks: dict[int, str] = {}
    cleaned = []
    for column, cell in enumerate(cells):
        text, mark = cleaner.clean(cell)
        cleaned.append(text)
        if mark:
            marks[column] = mark
    return Row(number, tuple(cleaned), marks) if any(cleaned) else None
