"""What a spreadsheet is once it is read: headers, rows of text, marks on doubtful cells, notices."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from custodex.errors import EXIT_FINDINGS, CustodexError
from custodex.texts import Text

MAX_BYTES = 64_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 512
MAX_CELL = 32_767
"""The most characters a spreadsheet program keeps in one cell."""

MARKS: Mapping[str, Text] = {
    "formula": Text("是公式，不是值；在表格里粘贴为值", "is a formula, not a value; paste it as a value"),
    "scientific": Text(
        "是科学记数，位数已丢失；把该列设为文本后重新填写",
        "is in scientific notation and has lost digits; make the column text and type it again",
    ),
    "digits-lost": Text(
        "超过 15 位的数字，末尾已丢失；把该列设为文本后重新填写",
        "is a number of more than 15 digits, its end is lost; make the column text and type it again",
    ),
    "rounded": Text(
        "是末尾全零的长数字，可能已丢失位数；确认后设为文本",
        "is a long number that ends in zeros, digits may be lost; make sure and store it as text",
    ),
    "refused": Text(
        "带有 ⚠，是被拒绝的单元格；改正并去掉 ⚠",
        "still has the ⚠ of a refused cell; mend it and take the ⚠ away",
    ),
    "error": Text("是表格的错误值", "is an error value of the spreadsheet"),
    "control": Text("含有控制字符", "contains a control character"),
    "too-long": Text(f"超过 {MAX_CELL} 个字符", f"is longer than {MAX_CELL} characters"),
    "old-date": Text(
        "是 1900-03-01 以前的日期，表格程序对它的解释不一致",
        "is a date before 1900-03-01, which spreadsheet programs read differently",
    ),
}
"""Why a marked cell is not taken as it stands."""

REFUSED = "⚠ "
"""Goes before a doubtful cell of a rejected row, so that it is neither computed nor taken as it stands."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SCIENTIFIC = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?[eE]\+[0-9]+")
_FORMULA = re.compile(r"[=＝]|[-+@＋－＠].*[|!]|[-+@＋－＠][A-Za-z]+\(", re.DOTALL)
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9][0-9 ().]*")
"""A signed number or a phone number: no program reads it as more than a number. With a `-` or `/` inside it would
be worked out: `+86-139-00000101` became -154."""
_COUNTS = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?[eE][-+]?[0-9]+")
_ERRORS = frozenset(["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"])


class SheetFault(CustodexError):
    """A spreadsheet that cannot be read as a whole."""

    exit_code = EXIT_FINDINGS


@dataclass(frozen=True, slots=True)
class Row:
    """One row as a spreadsheet program numbers it (the header is 1); `marks` names doubtful cells."""

    number: int
    cells: Sequence[str]
    marks: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its headers, its rows that are not empty, and what a person should know about it."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    notices: tuple[Text, ...] = ()


def needs_guard(text: str) -> bool:
    """Tell whether a spreadsheet program would make more of *text* than text; a `'` in front keeps it from that.

    What is guarded already counts as well, so that taking one `'` away gives back exactly what was there.
    """
    bare = text.lstrip("'")
    if bare.startswith(REFUSED):
        return True
    if bare.startswith(_STARTS):
        return not _PLAIN_NUMBER.fullmatch(text)
    return bool(_COUNTS.fullmatch(bare)) or bare in _ERRORS


class Cleaner:
    """Turns the text of cells into what was meant, and counts what it took away."""

    def __init__(self) -> None:
        self.invisible = 0

    def clean(self, text: str) -> tuple[str, str]:
        """Return the text of a cell and its mark, empty where nothing is doubtful."""
        if len(text) > MAX_CELL:
            return text[:100], "too-long"
        if _INVISIBLE.search(text):  # copied phone numbers carry them; no reader can see them
            text = _INVISIBLE.sub("", text)
            self.invisible += 1
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if not text or text.isalnum():
            return text, ""
        if _CONTROL.search(text):
            return _CONTROL.sub("�", text), "control"
        if text.startswith(REFUSED):
            return text, "refused"
        if text.startswith("'") and needs_guard(text[1:]):
            return text[1:], ""  # somebody, or our own export, says that it is text and nothing to compute
        if _SCIENTIFIC.fullmatch(text):
            return text, "scientific"
        if text in _ERRORS:
            return text, "error"
        return text, "formula" if _FORMULA.match(text) else ""

    def notices(self) -> list[Text]:
        """Return what was taken away."""
        if not self.invisible:
            return []
        return [
            Text(
                f"{self.invisible} 个单元格中的不可见字符已去掉",
                f"invisible characters were removed from {self.invisible} cells",
            )
        ]


def assemble(name: str, header: Sequence[str], rows: Sequence[Row], notices: Sequence[Text]) -> Table:
    """Return the table, after making sure that it has headers and that no row is wider than they are."""
    headers = [text.strip() for text in header]
    while headers and not headers[-1]:
        headers.pop()
    if not headers:
        raise SheetFault(
            Text(f"{name} 没有标题行", f"{name} has no header row"),
            Text("第一行写列名", "put the names of the columns in the first row"),
        )
    if len(headers) > MAX_COLUMNS:
        raise too_large(name, Text(f"列数超过 {MAX_COLUMNS}", f"more than {MAX_COLUMNS} columns"))
    return Table(name, tuple(headers), tuple(rows), tuple(notices))


def too_large(name: str, what: Text) -> SheetFault:
    """Return the fault of a sheet over a limit."""
    return SheetFault(
        Text(f"{name} 太大：{what.zh}", f"{name} is too large: {what.en}"),
        Text("分成几个文件导入", "split it and import the parts"),
    )
