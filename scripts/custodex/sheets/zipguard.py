"""What an XLSX file is made of, examined before any parser sees it: size, names, entities, dimensions."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from custodex.sheets.table import MAX_COLUMNS, MAX_ROWS, SheetFault, too_large
from custodex.texts import Text

MAX_UNPACKED = 250_000_000
MAX_RATIO = 200
_RATIO_FROM = 10_000_000
MAX_PARTS = 2_000
_CHUNK = 1 << 20
_COMPOUND = b"\xd0\xcf\x11\xe0"
_OVERLAP = 64
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,7})([0-9]{1,10})["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row[\s>/]""")
_ROW_AT = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br\s*=\s*["']([0-9]{1,10})["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*\bhidden\s*=\s*["'](?:1|true)["']""")
_HIDDEN_COLUMN = re.compile(rb"""<(?:\w+:)?col\s[^>]*\bhidden\s*=\s*["'](?:1|true)["']""")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*\bref\s*=\s*["']([A-Z0-9:]{3,40})["']""")


@dataclass(slots=True)
class Look:
    """What a scan of one worksheet's bytes tells."""

    rows: int = 0
    formulas: int = 0
    hidden_rows: int = 0
    hidden_columns: int = 0
    merged: tuple[str, ...] = ()


def guard(name: str, data: bytes) -> zipfile.ZipFile:
    """Return the opened archive after refusing everything an honest spreadsheet never is."""
    if not data.startswith(b"PK"):
        raise _not_a_workbook(name, data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _damaged(name) from error
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    unpacked = sum(entry.file_size for entry in entries)
    if len(names) > MAX_PARTS or unpacked > MAX_UNPACKED:
        raise too_large(
            name, Text(f"解压后 {unpacked // 1_000_000} MB", f"{unpacked // 1_000_000} MB unpacked")
        )
    if unpacked > _RATIO_FROM and unpacked > MAX_RATIO * len(data):
        raise too_large(name, Text("压缩比异常（压缩炸弹）", "it expands like a zip bomb"))
    if len(set(names)) != len(names) or any(_is_odd(entry) for entry in entries):
        raise SheetFault(
            Text(
                f"{name} 内含重复、链接或越界的条目",
                f"{name} holds entries that repeat, are links or leave it",
            ),
            Text("用表格程序打开后另存一份", "open it in a spreadsheet program and save it anew"),
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise _locked(name)
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise SheetFault(
            Text(f"{name} 是压缩包，但不是 XLSX", f"{name} is a zip archive but no XLSX workbook"),
            Text("另存为 .xlsx 或 .csv", "save it as .xlsx or .csv"),
        )
    return archive


def _is_odd(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.replace("\\", "/").split("/")
    return (
        ".." in parts
        or entry.filename.startswith(("/", "\\"))
        or ":" in entry.filename
        or stat.S_ISLNK(entry.external_attr >> 16)
    )


def is_old(data: bytes) -> bool:
    """Tell whether a file is an .xls workbook; an encrypted .xlsx comes in the same wrapping and is none."""
    return data.startswith(_COMPOUND) and "EncryptedPackage".encode("utf-16-le") not in data


def _not_a_workbook(name: str, data: bytes) -> SheetFault:
    if data.startswith(_COMPOUND):
        return _locked(name)
    return SheetFault(
        Text(f"{name} 不是 XLSX 工作簿", f"{name} is not an XLSX workbook"),
        Text("若是文本表格，把扩展名改为 .csv", "if it is a text table, rename it to .csv"),
    )


def _locked(name: str) -> SheetFault:
    return SheetFault(
        Text(f"{name} 有密码保护", f"{name} is protected by a password"),
        Text("去掉密码后另存一份", "save a copy without the password"),
    )


def _damaged(name: str) -> SheetFault:
    return SheetFault(
        Text(f"{name} 已损坏或不完整", f"{name} is damaged or cut short"),
        Text("重新下载，或用表格程序打开后另存", "fetch it again, or open it and save it anew"),
    )


def examine(name: str, archive: zipfile.ZipFile) -> dict[str, Look]:
    """Return a look at every worksheet by its path in the archive; entities and false sizes are refused."""
    looks: dict[str, Look] = {}
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels", ".vml")):
            look = Look()
            for chunk in _chunks(name, archive, entry):
                if _ENTITY.search(chunk):
                    raise SheetFault(
                        Text(f"{name} 内含 XML 实体定义", f"{name} defines XML entities"),
                        Text(
                            "真正的表格程序不会这样写；不要打开它",
                            "no spreadsheet program writes that; do not open it",
                        ),
                    )
                if entry.filename.startswith("xl/worksheets/"):
                    _observe(name, chunk, look)
            if entry.filename.startswith("xl/worksheets/"):
                looks[entry.filename] = look
    return looks


def _chunks(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the part in pieces that end where a tag ends, so that no tag is counted twice or missed."""
    rest = b""
    try:
        with archive.open(entry) as part:
            while piece := part.read(_CHUNK):
                if not rest and piece.startswith(_WIDE):
                    raise _damaged(name)
                whole = rest + piece
                cut = whole.rfind(b">") + 1 or max(0, len(whole) - _OVERLAP)
                rest = whole[cut:]
                if len(rest) > _CHUNK:
                    raise _damaged(name)
                yield whole[:cut]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise _damaged(name) from error
    yield rest


def _observe(name: str, chunk: bytes, look: Look) -> None:
    look.rows += len(_ROW.findall(chunk))
    places = _PLACE.findall(chunk)
    widest = max((_column(letters) for letters in {letters for letters, _ in places}), default=0)
    lowest = max((int(number) for number in {number for _, number in places}), default=0)
    lowest = max([lowest, *(int(number) for number in _ROW_AT.findall(chunk))])
    if widest > MAX_COLUMNS:
        raise too_large(name, Text(f"列数超过 {MAX_COLUMNS}", f"more than {MAX_COLUMNS} columns"))
    if max(look.rows, lowest) > MAX_ROWS + 1:
        raise too_large(name, Text(f"行数超过 {MAX_ROWS}", f"more than {MAX_ROWS} rows"))
    look.formulas += len(_FORMULA.findall(chunk))
    look.hidden_rows += len(_HIDDEN_ROW.findall(chunk))
    look.hidden_columns += len(_HIDDEN_COLUMN.findall(chunk))
    look.merged += tuple(ref.decode("ascii") for ref in _MERGED.findall(chunk))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
