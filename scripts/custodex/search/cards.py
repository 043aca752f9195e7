"""The card of a customer: the few values that lists, filters and sorting need, kept beside the index."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from custodex.hanzi import sort_key
from custodex.search.record import Record

DATES = ("last_note", "next_due", "since")
"""The days a card carries: of the latest note, of the earliest open task, of becoming a customer."""
_OPEN = ("open", "doing")


@dataclass(frozen=True, slots=True)
class Card:
    """What a list shows of one customer.

    `facets` maps a keyword field to its values (`region` as `CN-4403`), `dates` a name of `DATES` to a day,
    `at` is the time of the latest note in seconds since 1970, 0 for none.
    """

    id: str
    name: str
    name_en: str
    short_name: str
    phone: str
    email: str
    sort_key: str
    at: int
    facets: Mapping[str, Sequence[str]]
    dates: Mapping[str, str]

    @property
    def stage(self) -> str:
        """The stage of the life cycle, empty when none is given."""
        return self.value("stage")

    @property
    def rank(self) -> tuple[int, str, str]:
        """The order of equally good hits: latest note first, then by name."""
        return -self.at, self.sort_key, self.id

    def value(self, field: str) -> str:
        """Return the value of a column as text; several values are joined with a space."""
        if field in ("id", "name", "name_en", "short_name", "phone", "email"):
            return str(getattr(self, field))
        return self.dates.get(field) or " ".join(self.facets.get(field, ()))

    def to_row(self) -> bytes:
        """Return the card as it is stored."""
        values = (
            self.id, self.name, self.name_en, self.short_name, self.phone, self.email, self.sort_key, self.at,
            self.facets, self.dates,
        )  # fmt: skip
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def from_row(row: bytes) -> Card:
    """Return the card stored in *row*."""
    return Card(*json.loads(row))


def id_in(row: bytes) -> str:
    """Return the id of the card stored in *row* without reading the rest."""
    return row[2 : row.index(b'"', 2)].decode("ascii")


def card_of(record: Record, facets: Mapping[str, Sequence[str]], phone: str, email: str) -> Card:
    """Return the card of one customer."""
    main = record.main
    name = _text(main, "name") or _text(main, "name_en") or record.id
    notes = [str(note.value.get("occurred_at", "")) for note in record.all("note")]
    last = max(notes, key=_seconds, default="")
    due = [str(task.value["due"]) for task in record.all("task") if _is_due(task.value)]
    dates = {"last_note": last[:10], "next_due": min(due, default=""), "since": _text(main, "since")}
    return Card(
        id=record.id,
        name=name,
        name_en=_text(main, "name_en"),
        short_name=_text(main, "short_name"),
        phone=phone,
        email=email,
        sort_key=sort_key(name, person=main.get("type") == "person", override=_text(main, "pinyin")),
        at=_seconds(last),
        facets=facets,
        dates={field: day for field, day in dates.items() if day},
    )


def _text(value: Mapping[str, Any], field: str) -> str:
    found = value.get(field)
    return found if isinstance(found, str) else ""


def _is_due(task: Mapping[str, Any]) -> bool:
    return task.get("state") in _OPEN and isinstance(task.get("due"), str)


def _seconds(time: str) -> int:
    try:
        return int(datetime.fromisoformat(time).timestamp())
    except ValueError:
        return 0


def broader(field: str, value: str) -> Sequence[str]:
    """Return the wider values a value counts under: `CN-4403` under `CN-44` and `CN`, `C39` under `C`."""
    if field == "region" and "-" in value:
        country, part = value.split("-", 1)
        return [country, *([f"{country}-{part[:2]}"] if len(part) > 2 else [])]
    if field == "industry" and len(value) > 1:
        return [value[0]]
    if field.endswith("tags") and ":" in value:
        return [value.split(":", 1)[0]]
    return []
