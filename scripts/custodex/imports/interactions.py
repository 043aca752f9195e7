"""Mails, calendar entries and calls as notes: who it was is told by addresses and numbers that records hold."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from custodex.ids import ALPHABET
from custodex.sheets import Cleaner, Row, Table
from custodex.texts import Text

HEADERS = (
    "customer", "id", "type", "occurred_at", "by", "people", "direction", "duration_minutes", "place", "subject",
    "summary", "communication",
)  # fmt: skip
_SUMMARY, _LONG, _SHORT = 300, 19_000, 480
_HARMLESS = frozenset({"scientific", "formula"})
_AT_SIGN = re.compile(r"(?<![\w@.])@(?=[a-z])")


@dataclass(slots=True)
class Interaction:
    """One mail, meeting or call; *uid* is what the other program knows it by, *number* its place in the file.

    `ours` and `theirs` are addresses or telephone numbers; the senders come first. *when* knows its zone.
    """

    number: int
    uid: str
    type: str
    when: datetime | None
    sender: str = ""
    others: list[str] = field(default_factory=list)
    subject: str = ""
    text: str = ""
    attachments: list[str] = field(default_factory=list)
    place: str = ""
    minutes: int | None = None
    direction: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """Who is who: *customers* returns (customer, person or empty) of an address or number, *staff* a colleague.

    *writer* returns the id of who imports, for what no colleague took part in.
    """

    customers: Callable[[str], Sequence[tuple[str, str]]]
    staff: Callable[[str], str]
    writer: Callable[[], str]


def table_of(name: str, found: Iterable[Interaction], people: People, notices: Sequence[Text] = ()) -> Table:
    """Return the notes as rows, one for every customer who took part; the same one twice counts once."""
    cleaner = Cleaner()
    rows: dict[tuple[str, str], Row] = {}
    twice = 0
    for one in found:
        for cells in _notes(one, people):
            key = (cells["customer"], cells["id"])
            twice += key in rows
            rows.setdefault(key, _row(one.number, cells, cleaner))
    told = [*notices, *cleaner.notices()]
    if twice:
        told.append(
            Text(f"{twice} 条在文件中重复，只取一次", f"{twice} stand in the file twice and count once")
        )
    return Table(name, HEADERS, tuple(rows.values()), tuple(told))


def _notes(one: Interaction, people: People) -> Iterator[dict[str, str]]:
    everyone = [address for address in (one.sender, *one.others) if address]
    colleague = next((found for address in everyone if (found := people.staff(address))), "")
    customers: dict[str, list[str]] = {}
    for address in everyone:
        for customer, person in people.customers(address):
            customers.setdefault(customer, [])
            if person and person not in customers[customer]:
                customers[customer].append(person)
    sent = bool(people.staff(one.sender)) if one.sender else False
    direction = one.direction or (("outgoing" if sent else "incoming") if one.type == "email" else "")
    outside = [address for address in everyone if not people.staff(address)]
    for customer, persons in customers.items() or {", ".join(outside[:3]): []}.items():
        yield {
            "customer": customer,
            "id": _stem(one, customer),
            "type": one.type,
            "occurred_at": one.when.isoformat(timespec="seconds") if one.when else "",
            "by": colleague or people.writer(),
            "people": "; ".join(persons),
            "direction": direction,
            "duration_minutes": "" if one.minutes is None else str(min(one.minutes, 1440)),
            "place": _line(one.place),
            "subject": _line(one.subject) or ("(no subject)" if one.type == "email" else ""),
            "summary": _summary(one),
            "communication": _communication(one),
        }


def _stem(one: Interaction, customer: str) -> str:
    """Return the event's name: the same interaction of a customer has the same one in every import."""
    if one.when is None:
        return ""
    digest = hashlib.sha256(f"{one.uid}\0{customer}".encode("utf-8", "replace")).digest()
    return f"{one.when.date().isoformat()}-" + "".join(ALPHABET[byte & 31] for byte in digest[:6])


def _summary(one: Interaction) -> str:
    first = next((line.strip() for line in one.text.splitlines() if line.strip() and line[0] != ">"), "")
    summary = (
        " ".join(filter(None, (_line(one.subject) if one.type != "email" else "", first))) or one.subject
    )
    return _plain(summary)[:_SUMMARY] or one.type


def _communication(one: Interaction) -> str:
    text = _plain(one.text.strip())[:_LONG]
    if one.attachments:
        text += "\n\n[" + ", ".join(_line(name) for name in one.attachments[:50])[:_SHORT] + "]"
    return text.strip()


def _plain(text: str) -> str:
    """Return a text of somebody else: an @ in it mentions no colleague of ours."""
    return _AT_SIGN.sub("＠", text)


def _line(text: str) -> str:
    return " ".join(text.split())[:_SHORT]


def _row(number: int, cells: dict[str, str], cleaner: Cleaner) -> Row:
    marks: dict[int, str] = {}
    texts = []
    for at, header in enumerate(HEADERS):
        text, mark = cleaner.clean(cells[header])
        texts.append(text)
        if mark == "control":  # a mail may hold anything; what no record may hold is shown as such
            continue
        if mark and mark not in _HARMLESS:
            marks[at] = mark
    return Row(number, tuple(texts), marks)
