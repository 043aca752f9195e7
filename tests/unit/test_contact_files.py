"""vCards, calendars and QR codes: what other programs read from them is what the record says."""

from __future__ import annotations

import pytest
import segno

from custodex.contentlines import fold, line, text
from custodex.hanzi import family_and_given
from custodex.site import qrcodes
from custodex.vcards import Contact, brief, vcard
from qrreading import modules, read

HOSTILE = "a;b,c\\d\r\nTEL:+1\nEND:VCARD\x00\x1b\u2028\ud800é"
PERSON = {
    "name": "曾雨桐",
    "title": "采购主管",
    "department": "采购部",
    "wechat": "wx 1;2",
    "phones": [
        {"number": "+86 10 8600 0113", "extension": "8012", "type": "work"},
        {"number": "+86 139-0000-0101", "type": "mobile", "primary": True},
        {"number": "—"},
    ],
    "emails": [{"address": "zeng@example.cn", "type": "private"}],
}


def unfolded(card: str) -> list[str]:
    assert card.endswith("\r\n")
    lines = card.split("\r\n")
    assert all(len(one.encode()) <= 75 for one in lines)
    return card.replace("\r\n ", "").split("\r\n")[:-1]


def contact(**changes: object) -> Contact:
    said = {
        "uid": "u1",
        "name": "曾雨桐",
        "organization": "示例; 公司",
        "family": "曾",
        "given": "雨桐",
        "value": PERSON,
    }
    return Contact(**{**said, **changes})  # type: ignore[arg-type]


def test_a_chinese_name_has_its_family_name_first() -> None:
    lines = unfolded(vcard(contact()))
    assert lines[:2] == ["BEGIN:VCARD", "VERSION:4.0"]
    assert "FN:曾雨桐" in lines
    assert "N:曾;雨桐;;;" in lines
    assert "ORG:示例\\; 公司;采购部" in lines
    assert lines[-1] == "END:VCARD"


def test_the_primary_number_comes_first_and_what_is_no_number_is_left_out() -> None:
    phones = [one for one in unfolded(vcard(contact())) if one.startswith("TEL")]
    assert phones == [
        "TEL;VALUE=uri;TYPE=cell;PREF=1:tel:+8613900000101",
        'TEL;VALUE=uri;TYPE="work,voice":tel:+861086000113;ext=8012',
    ]
    assert "IMPP:weixin:wx%201%3B2" in unfolded(vcard(contact()))


@pytest.mark.parametrize("field", ["name", "organization", "family", "given", "uid"])
def test_no_text_gets_out_of_its_line(field: str) -> None:
    plain, hostile = unfolded(vcard(contact())), unfolded(vcard(contact(**{field: HOSTILE})))
    assert [one.partition(":")[0] for one in hostile] == [one.partition(":")[0] for one in plain]
    assert not any(char in "".join(hostile) for char in "\x00\x1b\u2028\n\r")


@pytest.mark.parametrize("count", [1, 24, 25, 26, 70, 75, 76, 300])
@pytest.mark.parametrize("char", ["a", "é", "曾", "😀"])
def test_lines_are_folded_between_characters(char: str, count: int) -> None:
    folded = fold(char * count)
    assert all(len(one.encode()) <= 75 for one in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == char * count + "\r\n"


def test_parameters_are_quoted_when_they_have_to_be() -> None:
    assert line("X", "v", cn='a:"b"\n;c') == "X;CN=\"a:'b' ;c\":v\r\n"
    assert text("a\r\nb") == "a\\nb"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("曾雨桐", ("曾", "雨桐")),
        ("欧阳娜", ("欧阳", "娜")),
        ("令狐冲", ("令狐", "冲")),
        ("Eva Maria Lund", ("Lund", "Eva Maria")),
        ("Plato", ("Plato", "")),
        ("", ("", "")),
    ],
)
def test_names_are_taken_apart(name: str, parts: tuple[str, str]) -> None:
    assert family_and_given(name) == parts


def test_a_qr_code_says_who_and_how() -> None:
    said = brief(contact(organization="示例公司"))
    assert said == "MECARD:N:曾,雨桐;TEL:+8613900000101;EMAIL:zeng@example.cn;ORG:示例公司;;"
    assert read(qrcodes.png(said)) == said


def test_what_does_not_fit_a_qr_code_is_left_out_from_the_end() -> None:
    assert "ORG" not in brief(contact(organization="很长" * 40))
    assert brief(contact(name="长" * 60, given="")) == "tel:+8613900000101"
    assert brief(contact(value={"wechat": "x"})) == ""


@pytest.mark.parametrize("length", [1, 17, 18, 32, 33, 53, 54, 78, 79, 106])
def test_qr_codes_of_every_size_can_be_read(length: int) -> None:
    said = ("曾b:;" * 40).encode()[:length].decode("utf-8", "replace").replace("\ufffd", "")
    assert read(qrcodes.png(said)) == said


@pytest.mark.parametrize("length", [*range(1, 107), 107, 300])
def test_every_module_of_a_qr_code_is_where_segno_puts_it(length: int) -> None:
    said = "".join(chr(32 + (length * 37 + at * at * 11) % 95) for at in range(length))
    drawn = segno.make(said, error="l", boost_error=False, micro=False, mode="byte", mask=2)
    assert modules(qrcodes.png(said)) == [[bool(module) for module in row] for row in drawn.matrix]


def test_what_is_too_long_for_any_qr_code_is_a_fault() -> None:
    with pytest.raises(ValueError, match="too large"):
        qrcodes.png("x" * 3000)


def test_signs_of_the_short_form_are_escaped() -> None:
    said = brief(contact(family="a;b", given="c:d\n,\\", organization=""))
    assert said.startswith("MECARD:N:a\\;b,c\\:d \\,\\\\;TEL")
