"""Spreadsheets as they come: encodings, delimiters, doubtful cells, hostile archives."""

from __future__ import annotations

import io
import time
import warnings
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from custodex.errors import UsageFault
from custodex.sheets import SheetFault, Table, csv_bytes, read_sheet
from custodex.sheets import table as table_module

CHINESE = "名称,电话\n华星科技有限公司,0755\n"


def csv_table(text: str, stored: str = "utf-8", **options: str) -> Table:
    return read_sheet("a.csv", text.encode(stored), **options)


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def sheet_of(*rows: list[object]) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        for row in rows:
            assert book.active is not None
            book.active.append(row)

    return workbook(fill)


def repacked(data: bytes, change: Callable[[str, bytes], bytes], **extra: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
        for name, content in extra.items():
            new.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_are_told_apart(encoding: str) -> None:
    found = csv_table(CHINESE, encoding)
    assert found.headers == ("名称", "电话")
    assert found.rows[0].cells == ("华星科技有限公司", "0755")


def test_a_western_encoding_is_not_taken_for_chinese() -> None:
    with pytest.raises(SheetFault, match="encoding"):
        csv_table("name,city\nMüller,Köln\nGarçon,Orléans\n", "cp1252")
    found = csv_table("name,city\nMüller,Köln\n", "cp1252", encoding="cp1252")
    assert found.rows[0].cells == ("Müller", "Köln")
    with pytest.raises(UsageFault):
        csv_table("a\n1\n", encoding="rot13")
    with pytest.raises(SheetFault):
        csv_table(CHINESE, "gb18030", encoding="utf-8")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_outside_quotes(delimiter: str) -> None:
    text = f'"name, or; name"{delimiter}note\r\n"a\nb"{delimiter}"say ""yes"""\r\n'
    found = csv_table(text)
    assert found.headers == ("name, or; name", "note")
    assert found.rows[0].cells == ("a\nb", 'say "yes"')
    assert csv_table(f"sep={delimiter}\n{text}").headers == found.headers


def test_rows_are_numbered_as_a_spreadsheet_does_and_empty_ones_skipped() -> None:
    found = csv_table("a,b\n1,2\n,\n\n3,4\n")
    assert [row.number for row in found.rows] == [2, 5]


def test_an_open_quote_is_a_fault_with_its_line() -> None:
    with pytest.raises(SheetFault, match="CSV"):
        csv_table('a,b\n1,"2\n')


@pytest.mark.parametrize(
    ("cell", "mark"),
    [
        ("=1+1", "formula"), ("＝1+1", "formula"), ("@SUM(A1)", "formula"), ("-2+3+cmd|' /C calc'!A0", "formula"),
        ("+86 139 0000 0123", ""), ("-5", ""), ("- a dash (and more)", ""), ("@li-wen please call", ""),
        ("'=1+1", ""), ("'+86 139", ""), ("'=HYPERLINK(\"x\")", ""), ("'= 重点 =", ""),
        ("1.38E+10", "scientific"), ("1e+5", "scientific"), ("E+10", ""), ("#REF!", "error"),
        ("a\x07b", "control"), ("x" * 32_768, "too-long"),
    ],
)  # fmt: skip
def test_doubtful_cells_are_marked(cell: str, mark: str) -> None:
    buffer = csv_bytes([["a", "b"]]).decode("utf-8-sig") + '"' + cell.replace('"', '""') + '",x\r\n'
    row = csv_table(buffer).rows[0]
    assert row.marks.get(0, "") == mark


def test_invisible_characters_are_taken_away_and_told() -> None:
    found = csv_table("a\n\u202d13900000123\u202c\n")
    assert found.rows[0].cells == ("13900000123",)
    assert "1 cells" in found.notices[0].en


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20), min_size=1))
def test_what_is_written_opens_harmless_and_reads_back(cells: list[str]) -> None:
    data = csv_bytes([["h"] * len(cells), cells])
    assert data.startswith(b"\xef\xbb\xbf")
    row = read_sheet("a.csv", data).rows[0]
    for cell, text in zip(cells, row.cells, strict=True):
        assert text == cell or row.marks


@pytest.mark.parametrize("cell", ["=1", "+cmd|x", "@a", "\tx", "\rx", "＝1", "－a", "=cmd|'/c calc'!A1"])
def test_no_written_cell_is_a_formula(cell: str) -> None:
    assert f"\"'{cell}" in csv_bytes([[cell]]).decode("utf-8-sig")


@pytest.mark.parametrize("cell", ["-5", "+86 139 0000 0123", "-1.50"])
def test_numbers_keep_their_sign(cell: str) -> None:
    assert csv_bytes([[cell]]).decode("utf-8-sig") == f'"{cell}"\r\n'


# --- workbooks


def test_values_of_a_workbook_keep_their_digits() -> None:
    data = sheet_of(
        ["text", "phone", "price", "day", "time", "yes"],
        [
            "000123456789012345",
            13900000123,
            9.8,
            date(2026, 3, 2),
            datetime.fromisoformat("2026-03-02T14:30"),
            True,
        ],
        ["x", 123456789012345678, 0.1, date(1900, 1, 5), None, False],
        ["y", 13800000000, 1 / 3, None, None, None],
    )
    found = read_sheet("a.xlsx", data)
    first, second, third = found.rows
    assert list(first.cells) == [
        "000123456789012345",
        "13900000123",
        "9.8",
        "2026-03-02",
        "2026-03-02T14:30:00",
        "true",
    ]
    assert first.marks == {}
    assert second.marks == {1: "digits-lost", 3: "old-date"}
    assert third.marks == {1: "rounded"}


def test_dates_counted_from_1904_are_right_and_told() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904
        assert book.active is not None
        book.active.append(["day"])
        book.active.append([date(2026, 3, 2)])

    found = read_sheet("a.xlsx", workbook(fill))
    assert found.rows[0].cells == ("2026-03-02",)
    assert "1904" in found.notices[0].en


def test_formulas_are_marked_whatever_value_they_had() -> None:
    row = read_sheet("a.xlsx", sheet_of(["a", "b"], ["=1+1", "x"])).rows[0]
    assert row.marks == {0: "formula"}


def test_a_sheet_is_chosen_by_name_and_the_others_are_told() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        for name in ("one", "two", "three"):
            book.create_sheet(name).append([name])
        del book["Sheet"]
        book["one"].sheet_state = "hidden"

    data = workbook(fill)
    found = read_sheet("a.xlsx", data)
    assert found.headers == ("two",)
    assert [notice.en for notice in found.notices] == [
        "sheets not read: three",
        "hidden sheets not read: one",
    ]
    assert read_sheet("a.xlsx", data, sheet="one").headers == ("one",)
    with pytest.raises(UsageFault):
        read_sheet("a.xlsx", data, sheet="four")


@pytest.mark.parametrize(
    "text", ['<!DOCTYPE x [<!ENTITY a "b">]>', '<!ENTITY a SYSTEM "http://example.com/">']
)
def test_entities_are_refused_before_any_parser_sees_them(text: str) -> None:
    data = repacked(
        sheet_of(["a"], ["b"]),
        lambda name, old: text.encode() + old if name == "xl/worksheets/sheet1.xml" else old,
    )
    with pytest.raises(SheetFault, match="entities"):
        read_sheet("a.xlsx", data)


def test_a_bomb_is_refused_at_once() -> None:
    data = repacked(
        sheet_of(["a"], ["b"]), lambda _, old: old, **{"xl/worksheets/big.xml": bytes(240_000_000)}
    )
    assert len(data) < 2_000_000
    begun = time.perf_counter()
    with pytest.raises(SheetFault, match="zip bomb"):
        read_sheet("a.xlsx", data)
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "C:x", "xl/workbook.xml"])
def test_entries_that_leave_or_repeat_are_refused(name: str) -> None:
    buffer = io.BytesIO(sheet_of(["a"], ["b"]))
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
        warnings.simplefilter("ignore")  # the library warns of the entry it is told to repeat
        archive.writestr(name, b"x")
    with pytest.raises(SheetFault, match="entries"):
        read_sheet("a.xlsx", buffer.getvalue())


def test_an_entry_that_is_a_link_is_refused() -> None:
    buffer = io.BytesIO(sheet_of(["a"], ["b"]))
    link = zipfile.ZipInfo("xl/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(link, b"/etc/passwd")
    with pytest.raises(SheetFault, match="links"):
        read_sheet("a.xlsx", buffer.getvalue())


@pytest.mark.parametrize("place", ["XFD1", "A1048576", "AAA2"])
def test_a_cell_far_out_does_not_fill_the_memory(place: str) -> None:
    data = repacked(
        sheet_of(["a"], ["b"]),
        lambda name, old: old.replace(b'r="A2"', f'r="{place}"'.encode()) if "sheet1" in name else old,
    )
    with pytest.raises(SheetFault, match="too large"):
        read_sheet("a.xlsx", data)


def test_more_rows_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from custodex.sheets import csvtext, zipguard

    for module in (table_module, csvtext, zipguard):
        monkeypatch.setattr(module, "MAX_ROWS", 2)
    assert len(csv_table("a\n1\n2\n").rows) == 2
    with pytest.raises(SheetFault, match="more than 2 rows"):
        csv_table("a\n1\n2\n3\n")
    with pytest.raises(SheetFault, match="more than 2 rows"):
        read_sheet("a.xlsx", sheet_of(["a"], ["1"], ["2"], ["3"]))


@pytest.mark.parametrize("cut", [100, 1000, -30])
def test_a_workbook_cut_short_is_named(cut: int) -> None:
    with pytest.raises(SheetFault, match="damaged"):
        read_sheet("a.xlsx", sheet_of(["a"], ["b"])[:cut])


def test_a_flipped_bit_is_a_fault_and_no_crash() -> None:
    data = sheet_of(["a", "b"], ["c", "d"])
    for at in range(0, len(data), 97):
        broken = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
        try:
            read_sheet("a.xlsx", broken)
        except SheetFault:
            continue
