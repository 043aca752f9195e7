"""The one module that knows telephone numbers (libphonenumber's data, by `phonenumbers`)."""

from __future__ import annotations

import re
from typing import Any, Literal

PhoneFault = Literal["", "country", "form", "length", "range"]

_CHINESE_MOBILE = re.compile(
    r"\+86[ -]?1(?:[38][0-9]|4[57]|[59][0-35-9]|6[25-7]|7[0-35-8])[ -]?[0-9]{4}[ -]?[0-9]{4}"
)
"""The commonest numbers, known to be sound without loading the library (a test holds both together)."""


def phone_fault(number: str, region: str | None = None) -> PhoneFault:
    """Return what is wrong with *number*, empty when such a number can exist.

    It starts with + and the country code, or it is local to *region* (ISO 3166, two letters).
    """
    if _CHINESE_MOBILE.fullmatch(number):
        return ""
    if not number.startswith("+") and not region:
        return "country"
    parsed = _parse(number, region)
    if parsed is None:
        return "form"
    import phonenumbers

    if phonenumbers.is_valid_number(parsed):
        return ""
    return "range" if phonenumbers.is_possible_number(parsed) else "length"


def e164(number: str, region: str | None = None) -> str | None:
    """Return a sound number in the form `+8613900000123`, None for any other."""
    if phone_fault(number, region):
        return None
    import phonenumbers

    parsed = _parse(number, region)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _parse(number: str, region: str | None) -> Any:
    import phonenumbers

    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
