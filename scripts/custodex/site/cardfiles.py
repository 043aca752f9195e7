"""Contacts to take along: a vCard and a QR code for every person of a customer who may be contacted."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from custodex.examining import Record
from custodex.hanzi import family_and_given
from custodex.site import qrcodes
from custodex.site.reading import Value, child, items, text
from custodex.vcards import Contact, brief, vcard

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
"""What may become part of a file name; the id of a person in a faulty record may be anything."""


@dataclass(frozen=True, slots=True)
class CardLinks:
    """Files below the site's root: of the whole customer, of each person by id (vCard, image of a QR code)."""

    all: str = ""
    people: Mapping[str, tuple[str, str]] = field(default_factory=dict)


NO_CARDS = CardLinks()


def card_files(record: Record) -> tuple[list[tuple[str, bytes]], CardLinks]:
    """Return the files of one customer and where they are; none for whom nobody may contact."""
    value = record.one("contacts")
    if not value or child(value, "preferences").get("do_not_contact") is True:
        return [], NO_CARDS
    made: list[tuple[str, bytes]] = []
    people: dict[str, tuple[str, str]] = {}
    whole = [vcard(contact) for contact in _itself(record, value)]
    for name, contact in _people(record, value):
        if name in people:
            continue
        whole.append(card := vcard(contact))
        path = f"card/{record.id}-{name}.vcf"
        made.append((path, _bytes(card)))
        people[name] = (path, _code(contact))
    links = CardLinks(f"card/{record.id}.vcf" if len(whole) > 1 or (whole and not people) else "", people)
    if links.all:
        made.append((links.all, _bytes(*whole)))
    return made, links


def _code(contact: Contact) -> str:
    """Return the address of an image that stands in the page itself; "" for who cannot be reached by phone or mail."""
    said = brief(contact)
    return f"data:image/png;base64,{b64encode(qrcodes.png(said)).decode()}" if said else ""


def _bytes(*cards: str) -> bytes:
    return "".join(cards).encode("utf-8", "replace")


def _people(record: Record, value: Value) -> Iterator[tuple[str, Contact]]:
    company = text(record.main, "type") == "organization"
    for person in items(value, "people"):
        name, reached = text(person, "id"), any(_ways(person))
        if person.get("left") is True or not reached or not _NAME.fullmatch(name):
            continue
        said = text(person, "name") or text(person, "name_en")
        family, given = family_and_given(said)
        organization = text(record.main, "name") if company else ""
        yield name, Contact(f"custodex-{record.id}-{name}", said, organization, family, given, value=person)


def _itself(record: Record, value: Value) -> Iterator[Contact]:
    found: Sequence[Value] = items(value, "addresses")
    if any(_ways(value)) or found:
        name, company = text(record.main, "name"), text(record.main, "type") == "organization"
        family, given = ("", "") if company else family_and_given(name)
        named = {**value, "name_en": text(record.main, "name_en")}
        yield Contact(
            f"custodex-{record.id}", name, name if company else "", family, given, not company, named, found
        )


def _ways(value: Value) -> Iterator[object]:
    yield from items(value, "phones")
    yield from items(value, "emails")
    yield text(value, "wechat")
