"""The one module that imports Babel: dates, months, numbers and money the way each language writes them.

Babel is imported by the first `formats` call and asked once per distinct date or currency; amounts are
grouped here, because Babel would parse its pattern for every one of 100 000 of them.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache
from typing import Any

from custodex.texts import Lang

_LOCALES: dict[Lang, str] = {"zh": "zh_Hans_CN", "en": "en_GB"}


class Formats:
    """How one language writes dates and amounts. What is not a date or an amount comes back as it is."""

    def __init__(self, lang: Lang) -> None:
        from babel import Locale, dates, numbers

        self.lang = lang
        locale = Locale.parse(_LOCALES[lang])
        self._locale = locale
        self._dates: Any = dates
        self._numbers: Any = numbers
        self.date = lru_cache(maxsize=1 << 14)(self._date)
        self.day = lru_cache(maxsize=1 << 12)(self._day)
        self.month = lru_cache(maxsize=1 << 12)(self._month)
        self._money_sign = cache(self._sign)

    def _date(self, text: str) -> str:
        """`2026-03-02` as 2026年3月2日 or 2 March 2026."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return text
        return str(self._dates.format_date(day, "long", locale=self._locale))

    def _day(self, text: str) -> str:
        """A date with its day of the week: 2026年3月2日星期一 or Monday 2 March 2026."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return text
        return str(self._dates.format_date(day, "full", locale=self._locale))

    def _month(self, text: str) -> str:
        """`2026-03` as 2026年3月 or March 2026."""
        try:
            day = date.fromisoformat(f"{text[:7]}-01")
        except ValueError:
            return text
        return str(self._dates.format_skeleton("yMMMM", day, locale=self._locale))

    def time(self, text: str) -> str:
        """A date-time in its own zone, to the minute: `2026年3月2日 09:30`."""
        return f"{self.date(text[:10])} {text[11:16]}" if len(text) >= 16 else self.date(text)

    def money(self, amount: str, currency: str) -> str:
        """A decimal string and an ISO 4217 code as ¥1,234.50 or CN¥1,234.50."""
        digits, sign = (amount[1:], "-") if amount.startswith("-") else (amount, "")
        whole, _, part = digits.partition(".")
        if not (whole + part).isascii() or not whole.isdecimal() or (part and not part.isdecimal()):
            return f"{amount} {currency}".strip()
        prefix, places = self._money_sign(currency)
        part = part.rstrip("0").ljust(places, "0")
        return f"{sign}{prefix}{int(whole):,}{'.' if part else ''}{part}"

    def _sign(self, currency: str) -> tuple[str, int]:
        if not currency or not self._numbers.is_currency(currency):
            return (f"{currency} " if currency else "", 2)
        symbol = self._numbers.get_currency_symbol(currency, locale=self._locale)
        places = self._numbers.get_currency_precision(currency)
        # CLDR puts a no-break space between letters and digits: CHF 5
        return (f"{symbol}\u00a0" if symbol[-1:].isalpha() else symbol), places

    def number(self, value: float) -> str:
        """A number with its thousands grouped."""
        return f"{value:,}"


@cache
def formats(lang: Lang) -> Formats:
    """Return the formats of a language, made once."""
    return Formats(lang)
