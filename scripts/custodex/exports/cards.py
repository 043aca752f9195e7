"""People to take along: a vCard for every person of a customer, and for the customer itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from custodex.examining import Record
from custodex.hanzi import family_and_given
from custodex.vcards import Contact, vcard


def as_vcards(records: Iterable[Record]) -> Iterator[str]:
    """Yield the cards of *records*, which a reader has passed; none of whom nobody may contact."""
    for record in records:
        contacts = record.one("contacts")
        preferences = contacts.get("preferences")
        if not isinstance(preferences, Mapping) or preferences.get("do_not_contact") is not True:
            yield from map(vcard, _cards(record, contacts))


def _cards(record: Record, contacts: Mapping[str, Any]) -> Iterator[Contact]:
    name, company = str(record.main.get("name", "")), record.main.get("type") == "organization"
    people = [person for person in _rows(contacts, "people") if person.get("left") is not True]
    addresses = _rows(contacts, "addresses")
    born = {} if company else {"birthday": record.one("identity").get("birthday")}
    for person in people:
        # a person who is a customer has the customer's own addresses and switchboard
        itself = not company and person is people[0]
        own = addresses if itself else ()
        yield _card(
            f"{record.id}-{person.get('id')}",
            str(person.get("name", "")),
            name if company else "",
            {**person, **born} if itself and not person.get("birthday") else person,
            own,
        )
    if name and (company or not people):
        value = {**contacts, "name_en": record.main.get("name_en"), **born}
        family, given = ("", "") if company else family_and_given(name)
        yield Contact(
            f"custodex-{record.id}", name, name if company else "", family, given, not company, value, addresses,
        )  # fmt: skip


def _rows(value: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    found = value.get(field)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def _card(uid: str, name: str, company: str, value: Mapping[str, Any], addresses: Any) -> Contact:
    family, given = family_and_given(name)
    return Contact(f"custodex-{uid}", name, company, family, given, value=value, addresses=addresses)
