"""Dates, months and amounts as each language writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_currency

from custodex.locales import formats
from custodex.texts import LANGS, Lang

LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}


@pytest.mark.parametrize(
    ("lang", "date", "month", "time"),
    [
        ("zh", "2026年3月2日", "2026年3月", "2026年3月2日 09:30"),
        ("en", "2 March 2026", "March 2026", "2 March 2026 09:30"),
    ],
)
def test_dates(lang: Lang, date: str, month: str, time: str) -> None:
    said = formats(lang)
    assert said.date("2026-03-02") == date
    assert said.month("2026-03") == month
    assert said.time("2026-03-02T09:30:00+08:00") == time


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("amount", ["0", "1234.50", "-12", "999999999999999", "0.5", "-1234567.89"])
@pytest.mark.parametrize("currency", ["CNY", "USD", "EUR", "GBP", "HKD", "TWD", "INR"])
def test_amounts_read_as_babel_writes_them(lang: Lang, amount: str, currency: str) -> None:
    wanted = format_currency(Decimal(amount), currency, locale=LOCALES[lang])
    assert formats(lang).money(amount, currency) == wanted


def test_amounts_keep_every_digit_that_was_typed() -> None:
    assert formats("zh").money("0.1234", "CNY") == "¥0.1234"
    assert formats("zh").money("123456789012345.99", "CNY") == "¥123,456,789,012,345.99"
    assert formats("en").money("5", "JPY") == "JP¥5"


@pytest.mark.parametrize("wrong", ["", "soon", "2026-02-30", "12 apples", "٣"])
def test_what_is_no_date_or_amount_comes_back_as_it_is(wrong: str) -> None:
    said = formats("en")
    assert said.date(wrong) == wrong
    assert said.money(wrong, "CNY") == f"{wrong} CNY".strip()
