"""Numbers that check themselves, telephone numbers and e-mail addresses: sound ones pass, slips do not."""

from __future__ import annotations

import itertools

import email_validator
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodex import checksums, emails, phones

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
digits = st.text("0123456789", min_size=1)


@st.composite
def usccs(draw: st.DrawFn) -> str:
    department = draw(st.sampled_from(["91", "92", "12", "51", "Y1"]))
    region = draw(st.sampled_from(["100000", "440300", "350100", "110108"]))
    body = draw(st.text(USCC_ALPHABET, min_size=8, max_size=8))
    start = department + region + body + checksums.organization_check_character(body)
    if start[16] not in USCC_ALPHABET:  # pragma: no cover
        raise AssertionError
    return start + checksums.uscc_check_character(start)


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(["110105", "440303", "310101", "810000", "830000"]))
    day = draw(
        st.dates(min_value=__import__("datetime").date(1900, 1, 1)).filter(lambda day: day.year < 2100)
    )
    body = f"{region}{day:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + checksums.resident_check_character(body)


@given(usccs())
def test_credit_code_with_computed_checks_is_sound(code: str) -> None:
    assert checksums.uscc_fault(code) == ""


@given(usccs(), st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_any_single_change_of_a_credit_code_is_refused(code: str, at: int, char: str) -> None:
    changed = code[:at] + char + code[at + 1 :]
    assert changed == code or checksums.uscc_fault(changed) != ""


# all of them computed or printed in public examples; none is a company of the sample records
@pytest.mark.parametrize("code", ["91350100M000100Y43", "91440300MA5EXAM142"])
def test_published_form_of_a_credit_code_is_sound(code: str) -> None:
    assert checksums.uscc_fault(code) == ""


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("123456789012345678", "organization"),  # the outer check alone would accept it
        ("91350100M000100Y44", "check"),
        ("91350100m000100y43", "form"),
        ("9135010OM000100Y43", "form"),  # the letter O is not in the alphabet
        ("91350100M000100Y4", "form"),
        ("91350100M000100Y43\n", "form"),
        ("９１350100M000100Y43", "form"),
        ("", "form"),
        ("91990300MA5EXAM148", "region"),
    ],
)
def test_credit_code_is_refused_for_its_own_reason(code: str, fault: str) -> None:
    assert checksums.uscc_fault(code) == fault


def test_example_of_the_standard_is_sound() -> None:
    assert checksums.resident_fault("11010519491231002X") == ""
    assert checksums.resident_birthday("11010519491231002X") == "1949-12-31"
    assert checksums.resident_region_known("11010519491231002X")


@given(resident_ids())
def test_identity_number_with_computed_check_is_sound(number: str) -> None:
    assert checksums.resident_fault(number) == ""


@given(resident_ids(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_change_of_an_identity_number_is_refused(number: str, at: int, char: str) -> None:
    changed = number[:at] + char + number[at + 1 :]
    assert changed == number or checksums.resident_fault(changed) != ""


@given(resident_ids(), st.integers(0, 16))
def test_any_swap_of_neighbours_in_an_identity_number_is_refused(number: str, at: int) -> None:
    changed = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert changed == number or checksums.resident_fault(changed) != ""


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("11010519491231002x", "form"),
        ("110105491231002", ""),  # fifteen digits, issued before 1999
        ("110105491331002", "date"),
        ("110105190002290024", "date"),  # 1900 was no leap year
        ("110105209912310025", ""),  # whether a day has come is a matter of the clock
        ("110105210001010020", "date"),
        ("1101051949123100", "form"),
        ("１10105194912310021", "form"),
    ],
)
def test_identity_number_is_refused_for_its_own_reason(number: str, fault: str) -> None:
    if fault == "" and len(number) == 18:
        number = number[:17] + checksums.resident_check_character(number[:17])
    assert checksums.resident_fault(number) == fault


def test_short_identity_number_becomes_the_long_one() -> None:
    assert checksums.upgrade_resident_id("110105491231002") == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "known"),
    [("990105194912310023", False), ("810000199001010016", True), ("830000199001010014", True),
     ("911124198108030024", True), ("510103850412002", True), ("000000850412002", False)],
)  # fmt: skip
def test_region_of_an_identity_number_is_a_province_or_a_residence_permit(number: str, known: bool) -> None:
    assert checksums.resident_region_known(number) is known


# --- telephone numbers


def test_quick_answer_about_chinese_mobiles_is_the_library_s() -> None:
    """The plan of Chinese mobiles is told by five digits; every such start is compared."""
    for start in itertools.product("0123456789", repeat=4):
        number = f"+861{''.join(start)}000123"
        if phones._CHINESE_MOBILE.fullmatch(number):
            assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number


@pytest.mark.parametrize(
    "number", ["+8613900000123", "+86 139 0000 0123", "+86-139-0000-0123", "+86 1390000 0123"]
)
def test_chinese_mobile_is_known_without_the_library(number: str) -> None:
    assert phones._CHINESE_MOBILE.fullmatch(number)
    assert phonenumbers.is_valid_number(phonenumbers.parse(number))
    assert phones.phone_fault(number) == ""


@pytest.mark.parametrize(
    ("number", "region", "fault"),
    [
        ("+1 212 555 0177", None, ""),
        ("+44 20 7946 0123", None, ""),
        ("+49 30 23125123", None, ""),
        ("010-12345678", "CN", ""),
        ("0755-86000123", "CN", ""),
        ("400-800-1234", "CN", ""),
        ("+44 20 7946 0123", "CN", ""),  # the number's own country code wins
        ("13900000123", None, "country"),
        ("0755-86000123", None, "country"),
        ("12345678901", "CN", "range"),
        ("+86 12900000123", None, "range"),
        ("+86 139", None, "length"),
        ("+999 123456", None, "form"),
        ("13900000123", "XX", "form"),
    ],
)
def test_telephone_number_is_judged_by_its_country(number: str, region: str | None, fault: str) -> None:
    assert phones.phone_fault(number, region) == fault


@pytest.mark.parametrize(
    ("number", "region", "form"),
    [
        ("+86 139 0000 0123", None, "+8613900000123"),
        ("0755-86000123", "CN", "+8675586000123"),
        ("123", "CN", None),
    ],
)
def test_telephone_numbers_have_one_form_to_compare(
    number: str, region: str | None, form: str | None
) -> None:
    assert phones.e164(number, region) == form


# --- e-mail addresses


words = st.text("abxyz019", min_size=1, max_size=20)


@st.composite
def plain_addresses(draw: st.DrawFn) -> str:
    local = draw(words) + "".join(
        draw(st.sampled_from(".._+-")) + word for word in draw(st.lists(words, max_size=3))
    )
    labels = draw(st.lists(words | st.builds("{}-{}".format, words, words), min_size=1, max_size=3))
    return (
        f"{local}@{'.'.join(labels)}.{draw(st.sampled_from(['com', 'cn', 'org', 'net', 'de', 'eu', 'io']))}"
    )


@given(plain_addresses())
def test_quick_answer_about_addresses_is_the_library_s(address: str) -> None:
    if emails._PLAIN.fullmatch(address):
        assert email_validator.validate_email(address, check_deliverability=False, strict=True)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("wang.li@example.cn", ""),
        ("张三@例子.公司", ""),
        ("Wang.Li+shop@mail.example.com", ""),
        ("wang..li@example.cn", "form"),
        (".wang@example.cn", "form"),
        ("wang li@example.cn", "local"),
        ("@example.cn", "local"),
        ("wang@example_mail.cn", "domain"),
        ("wang@-example.cn", "domain"),
        ("wang@localhost", "domain"),
        ("wang@example.test", "reserved"),
        ("wang@xn--example.com", "domain"),
        (f"{'a' * 65}@example.com", "local"),
    ],
)
def test_address_is_judged_without_the_network(address: str, fault: str) -> None:
    assert emails.email_fault(address) == fault
