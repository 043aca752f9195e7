"""Numbers that check themselves: the unified social credit code and the resident identity number.

Sources: GB 32100-2015 (credit code), GB 11714-1997 (organization code within it), GB 11643-1999
(identity number, ISO 7064 MOD 11-2), GB/T 2260 (provinces).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
    for code in range(first, last + 1)
)
_NATIONAL = "10"
_RESIDENCE_PERMITS = frozenset({"81", "82", "83"})
"""Residents of Hong Kong, Macao and Taiwan hold numbers of these, whatever the province list says."""

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUE = {char: value for value, char in enumerate(_USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", re.ASCII)

_ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_RESIDENT = re.compile(r"[0-9]{15}|[0-9]{17}[0-9X]", re.ASCII)
_RESIDENT_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_RESIDENT_CHECKS = "10X98765432"
_FOREIGN = "9"
"""A foreigner's permanent residence permit: 9, province, nationality, then as everyone's."""
_YEARS = range(1900, 2100)

UsccFault = Literal["", "form", "check", "organization", "region"]
ResidentFault = Literal["", "form", "check", "date"]


def uscc_check_character(body: str) -> str:
    """Return the check character of the first 17 characters of a credit code (MOD 31)."""
    total = sum(_USCC_VALUE[char] * weight for char, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[-total % 31]


def organization_check_character(body: str) -> str:
    """Return the check character of the eight characters of an organization code (MOD 11)."""
    total = sum(int(char, 36) * weight for char, weight in zip(body, _ORGANIZATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def uscc_fault(code: str) -> UsccFault:
    """Return what is wrong with a unified social credit code, empty when it is sound."""
    if not _USCC.fullmatch(code):
        return "form"
    if uscc_check_character(code[:17]) != code[17]:
        return "check"
    # the outer check alone accepts 123456789012345678
    if organization_check_character(code[8:16]) != code[16]:
        return "organization"
    return "" if code[2:4] in PROVINCES or code[2:4] == _NATIONAL else "region"


def resident_check_character(body: str) -> str:
    """Return the check character of the first 17 digits of an identity number."""
    total = sum(int(char) * weight for char, weight in zip(body, _RESIDENT_WEIGHTS, strict=True))
    return _RESIDENT_CHECKS[total % 11]


def resident_fault(number: str) -> ResidentFault:
    """Return what is wrong with an identity number of 18 or (before 1999) 15 characters.

    The region is judged apart: its list changed every year, and the first one on the card stays.
    """
    if not _RESIDENT.fullmatch(number):
        return "form"
    if not resident_birthday(number):
        return "date"
    if len(number) == 15:
        return ""
    return "" if resident_check_character(number[:17]) == number[17] else "check"


def resident_birthday(number: str) -> str:
    """Return the birthday inside an identity number as `YYYY-MM-DD`, empty if there is no such day."""
    digits = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return ""
    return day.isoformat() if day.year in _YEARS else ""


def resident_region_known(number: str) -> bool:
    """Tell whether the province inside an identity number ever existed."""
    province = number[1:3] if len(number) == 18 and number.startswith(_FOREIGN) else number[:2]
    return province in PROVINCES or province in _RESIDENCE_PERMITS


def upgrade_resident_id(number: str) -> str:
    """Return an identity number of 15 digits in its form of 18 characters."""
    body = f"{number[:6]}19{number[6:]}"
    return body + resident_check_character(body)
