"""Contacts as vCard 4.0 (RFC 6350) and in the short form that fits a QR code.

Chinese names: `FN` is the name as people write it (曾雨桐), `N` has the family name first (曾;雨桐).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from custodex.contentlines import line, parts, text

Value = Mapping[str, Any]
_PHONES = {"mobile": "cell", "work": "work,voice", "home": "home,voice", "fax": "fax"}
_EMAILS = {"work": "work", "private": "home"}
_ADDRESSES = {"home": "home", "office": "work", "registered": "work", "billing": "work", "delivery": "work"}
_QR_BYTES = 106
"""What fits a QR code of version 5 at level L: still read from a screen at arm's length."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One card: a person, or an organization where `person` is empty; `family` and `given` make its name."""

    uid: str
    name: str
    organization: str = ""
    family: str = ""
    given: str = ""
    person: bool = True
    value: Value | None = None
    addresses: Sequence[Value] = ()


def vcard(contact: Contact) -> str:
    """Return one vCard."""
    return "".join(_lines(contact))


def _lines(contact: Contact) -> Iterator[str]:
    value = contact.value or {}
    yield "BEGIN:VCARD\r\nVERSION:4.0\r\n"
    yield line("KIND", "individual" if contact.person else "org")
    yield line("UID", text(contact.uid), of="text")
    yield line("FN", text(contact.name))
    if contact.person:
        yield line("N", parts((contact.family, contact.given, "", "", "")))
    if other := _said(value, "name_en"):
        yield line("NICKNAME", text(other))
    if contact.organization:
        yield line("ORG", parts(filter(None, (contact.organization, _said(value, "department")))))
    if title := _said(value, "title"):
        yield line("TITLE", text(title))
    if born := _said(value, "birthday"):
        yield line("BDAY", text(born.replace("-", "")))
    yield from _ways(value)
    for address in contact.addresses:
        yield _address(address)
    yield "END:VCARD\r\n"


def _ways(value: Value) -> Iterator[str]:
    for phone in _rows(value, "phones"):
        number, extension = digits(_said(phone, "number")), _said(phone, "extension")
        if not number:
            continue
        uri = f"tel:{number}" + (f";ext={extension}" if extension.isdecimal() else "")
        kind = _PHONES.get(_said(phone, "type"), "voice" if _said(phone, "type") else "")
        yield line("TEL", uri, of="uri", type=kind, pref=_pref(phone))
    for email in _rows(value, "emails"):
        kind = _EMAILS.get(_said(email, "type"), "")
        yield line("EMAIL", text(_said(email, "address")), type=kind, pref=_pref(email))
    if wechat := _said(value, "wechat"):
        yield line("IMPP", f"weixin:{quote(wechat, safe='')}")
    if (language := _said(value, "language")).isalpha():
        yield line("LANG", language)


def _address(value: Value) -> str:
    street = " ".join(filter(None, (_said(value, "district"), _said(value, "street"))))
    rest = (_said(value, name) for name in ("city", "province", "postal_code", "country"))
    kind = _ADDRESSES.get(_said(value, "type"), "")
    return line("ADR", parts(("", "", street, *rest)), type=kind, pref=_pref(value))


def brief(contact: Contact) -> str:
    """Return what a QR code says of a person: a MECARD, which phones of all makers take into their contacts.

    Empty without a telephone number or address; the organization goes first where it does not all fit.
    """
    value = contact.value or {}
    phone = next((number for row in _rows(value, "phones") if (number := digits(_said(row, "number")))), "")
    email = next((said for row in _rows(value, "emails") if (said := _said(row, "address"))), "")
    if not phone and not email:
        return ""
    name = f"{_mecard(contact.family)},{_mecard(contact.given)}" if contact.given else _mecard(contact.name)
    found = [f"N:{name}", f"TEL:{phone}" if phone else "", f"EMAIL:{_mecard(email)}" if email else ""]
    for fields in ([*found, f"ORG:{_mecard(contact.organization)}"], found, found[:2]):
        said = "MECARD:" + "".join(f"{field};" for field in fields if field) + ";"
        if len(said.encode("utf-8", "ignore")) <= _QR_BYTES:
            return said
    return f"tel:{phone}" if phone else ""


def _mecard(value: str) -> str:
    plain = " ".join(value.split())
    return "".join(f"\\{char}" if char in '\\;,:"' else char for char in plain if char.isprintable())


def digits(number: str) -> str:
    """Return a telephone number as digits with its plus sign."""
    return "".join(char for char in number if char in "0123456789+")


def _pref(value: Value) -> str:
    return "1" if value.get("primary") is True else ""


def _said(value: Value, name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _rows(value: Value, name: str) -> list[Value]:
    """Return the objects of a list, the primary one first."""
    found = value.get(name)
    rows = [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []
    return sorted(rows, key=lambda row: row.get("primary") is not True)
