"""Contacts of other programs as rows: people of one company become one customer with several people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from custodex.schemas import is_date
from custodex.sheets import Cleaner, Row, Table
from custodex.texts import Text

_MOST_PEOPLE = 200
"""The schema's limit; further people of one company are told, not dropped in silence."""
_SHORT, _LONG = 480, 19_000


@dataclass(slots=True)
class Address:
    """One postal address, its country as the other program writes it."""

    type: str = "office"
    street: str = ""
    city: str = ""
    province: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(slots=True)
class Contact:
    """One person, or one company where `person` is empty; *number* is the line or row it came from.

    `birthday` is a whole day, as `day_of` returns it.
    """

    number: int
    person: str = ""
    company: str = ""
    department: str = ""
    title: str = ""
    wechat: str = ""
    website: str = ""
    note: str = ""
    birthday: str = ""
    phones: list[tuple[str, str]] = field(default_factory=list)
    emails: list[tuple[str, str]] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)


_DAY = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2}))(?:[T ].*)?")
_AMERICAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_NO_YEAR = "1604"
"""What Apple's programs write for the year of a birthday that has none."""


def day_of(text: str) -> str:
    """Return a birthday as `YYYY-MM-DD`; empty without a year, or where day and month could be either."""
    if found := _DAY.fullmatch(text.strip()):
        year, month, day = found[1], int(found[3] or found[5]), int(found[4] or found[6])
    elif found := _AMERICAN.fullmatch(text.strip()):
        first, second, year = int(found[1]), int(found[2]), found[3]
        if first != second and max(first, second) <= 12:
            return ""
        month, day = sorted((first, second))
    else:
        return ""
    written = f"{year}-{month:02}-{day:02}"
    return written if year != _NO_YEAR and is_date(written) else ""


def undated(count: int) -> Text:
    """Return what is told of birthdays that are left out."""
    return Text(
        f"{count} 个生日未导入：没有年份，或分不清日和月",
        f"{count} birthday{'s' * (count != 1)} left out: no year, or day and month could be either",
    )


def full_name(given: str, family: str, middle: str = "") -> str:
    """Return a name as its bearer writes it: the family name first, without a blank, where it is Chinese."""
    if any("\u3400" <= char <= "\u9fff" for char in family + given):
        return f"{family}{middle}{given}"
    return " ".join(part for part in (given, middle, family) if part)


def table_of(name: str, contacts: Iterable[Contact], notices: Sequence[Text] = ()) -> Table:
    """Return the rows of *contacts*, a row a company or a person without one, headed by the paths of fields."""
    groups: dict[str, list[Contact]] = {}
    for contact in contacts:
        key = f"c{unicodedata.normalize('NFKC', contact.company).casefold()}" if contact.company else ""
        groups.setdefault(key or f"p{contact.number}", []).append(contact)
    columns: dict[str, int] = {}
    rows: list[tuple[int, dict[str, str]]] = []
    left = 0
    for group in groups.values():
        left += max(0, len(group) - _MOST_PEOPLE)
        cells = dict(_cells(group[:_MOST_PEOPLE]))
        for column in cells:
            columns.setdefault(column, len(columns))
        rows.append((group[0].number, cells))
    cleaner = Cleaner()
    table = tuple(_row(number, cells, columns, cleaner) for number, cells in rows)
    told = [*notices, *cleaner.notices()]
    if left:
        told.append(
            Text(
                f"{left} 人超出一个客户的人数上限，未导入",
                f"{left} people over the limit of one customer were left out",
            )
        )
    return Table(name, tuple(columns), table, tuple(told))


def _row(number: int, cells: dict[str, str], columns: dict[str, int], cleaner: Cleaner) -> Row:
    texts = [""] * (max((columns[column] for column in cells), default=-1) + 1)
    marks: dict[int, str] = {}
    for column, text in cells.items():
        at = columns[column]
        texts[at], mark = cleaner.clean(text)
        if mark and mark not in _HARMLESS:
            marks[at] = mark
    return Row(number, tuple(texts), marks)


_HARMLESS = frozenset({"scientific", "formula"})
"""Marks of what a spreadsheet does to cells; a contact never went through one."""


def _cells(group: Sequence[Contact]) -> Iterator[tuple[str, str]]:
    first = group[0]
    yield "name", first.company or first.person
    yield "type", "organization" if first.company else "person"
    yield from _filled("website", next((contact.website for contact in group if contact.website), ""))
    notes = dict.fromkeys(contact.note for contact in group if contact.note)
    yield from _filled("description", "\n\n".join(notes)[:_LONG])
    for number, contact in enumerate((contact for contact in group if contact.person), 1):
        yield from _person(f"contacts.people[{number}]", contact)
        # who is a customer of one's own keeps it where identity papers are, which fewer may read
        own = "" if contact.company else "identity."
        yield from _filled(f"{own or f'contacts.people[{number}].'}birthday", contact.birthday)
    for contact in group:
        if not contact.person:
            yield from _ways("contacts", contact, number=contact.number)
    seen: dict[tuple[str, ...], None] = {}
    for contact in group:
        for address in contact.addresses:
            seen.setdefault((address.type, address.street, address.city, address.province, address.postal_code,
                             address.country))  # fmt: skip
    for number, values in enumerate(seen, 1):
        names = ("type", "street", "city", "province", "postal_code", "country")
        for field_name, value in zip(names, values, strict=True):
            yield from _filled(f"contacts.addresses[a{number}].{field_name}", _line(value))


def _person(place: str, contact: Contact) -> Iterator[tuple[str, str]]:
    yield f"{place}.name", _line(contact.person)[:200]
    yield from _filled(f"{place}.title", _line(contact.title))
    yield from _filled(f"{place}.department", _line(contact.department))
    yield from _filled(f"{place}.wechat", contact.wechat)
    yield from _ways(place, contact)


def _ways(place: str, contact: Contact, number: int = 0) -> Iterator[tuple[str, str]]:
    """Yield phones and addresses; *number* keeps apart those of a company that came with several cards."""
    sign = f"c{number}x" if number else "c"
    for at, (phone, sort) in enumerate(dict.fromkeys(contact.phones), 1):
        yield f"{place}.phones[{sign}{at}].number", _line(phone)
        yield f"{place}.phones[{sign}{at}].type", sort
    for at, (email, sort) in enumerate(dict.fromkeys(contact.emails), 1):
        yield f"{place}.emails[{sign}{at}].address", email.strip()
        yield from _filled(f"{place}.emails[{sign}{at}].type", sort)


def _filled(column: str, text: str) -> Iterator[tuple[str, str]]:
    if text.strip():
        yield column, text


def _line(text: str) -> str:
    """Return *text* on one line, short enough for a field."""
    return ", ".join(" ".join(part.split()) for part in text.splitlines() if part.strip())[:_SHORT]
