"""Meetings of a calendar file (.ics); the one module that knows icalendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, tzinfo
from typing import Any

from custodex.imports.interactions import Interaction
from custodex.sheets import SheetFault
from custodex.texts import Text

_MOST = 50_000


def looks_like_calendar(name: str, data: bytes) -> bool:
    """Tell whether a file is a calendar."""
    return name.lower().endswith((".ics", ".ical")) or data[:200].lstrip(
        b"\xef\xbb\xbf \r\n"
    ).upper().startswith(b"BEGIN:VCALENDAR")


def read_calendar(name: str, data: bytes, zone: tzinfo) -> list[Interaction]:
    """Return the entries of a calendar, *zone* being that of times without one; none is a `SheetFault`."""
    from icalendar import Calendar

    try:
        calendars = Calendar.from_ical(data, multiple=True)
        found = list(_entries(calendars, zone))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise SheetFault(
            Text(f"{name} 不是合格的日历文件", f"{name} is no valid calendar file"),
            Text("从日历程序重新导出", "export it from the calendar anew"),
        ) from error
    if not found:
        raise SheetFault(Text(f"{name} 中没有日程", f"{name} holds no entry"))
    return found


def repeating(found: Iterable[Interaction]) -> list[Text]:
    """Return what a person should know about entries that repeat: only the first time becomes a note."""
    number = sum("RRULE:" in one.text for one in found)
    if not number:
        return []
    return [
        Text(
            f"{number} 个日程会重复：只记第一次，备注里写明重复规则（RRULE）",
            f"{number} entries repeat: only the first time becomes a note, which tells the rule (RRULE)",
        )
    ]


def _entries(calendars: Any, zone: tzinfo) -> Iterator[Interaction]:
    number = 0
    for calendar in calendars:
        for event in calendar.walk("VEVENT"):
            number += 1
            if number > _MOST:
                raise SheetFault(
                    Text("日程太多", "too many entries"), Text("分成几个文件导入", "split the file")
                )
            if str(event.get("STATUS", "")).upper() != "CANCELLED":
                yield _entry(number, event, zone)


def _entry(number: int, event: Any, zone: tzinfo) -> Interaction:
    start, end = _moment(event.get("DTSTART"), zone), _moment(event.get("DTEND"), zone)
    minutes = round((end - start).total_seconds() / 60) if start and end else None
    attendees = event.get("ATTENDEE") or []
    listed = attendees if isinstance(attendees, list) else [attendees]
    # the calendar's own words: a note is about the first time, and says that there are others
    repeats = (
        f"RRULE:{rule.to_ical().decode()}"
        if (rule := event.get("RRULE")) and hasattr(rule, "to_ical")
        else ""
    )
    text = "\n\n".join(part for part in (str(event.get("DESCRIPTION", "")), repeats) if part)
    uid = str(event.get("UID", "")) + str(event.get("RECURRENCE-ID", "") and start)
    return Interaction(
        number, uid or f"{start}{event.get('SUMMARY', '')}", "meeting", start,
        _address(event.get("ORGANIZER")), [address for one in listed if (address := _address(one))],
        str(event.get("SUMMARY", "")), text, [], str(event.get("LOCATION", "")),
        max(0, minutes) if minutes is not None else None,
    )  # fmt: skip


def _moment(value: Any, zone: tzinfo) -> datetime | None:
    found = getattr(value, "dt", None)
    if isinstance(found, datetime):
        return found if found.tzinfo else found.replace(tzinfo=zone)
    return datetime.combine(found, time(), zone) if isinstance(found, date) else None


def _address(value: Any) -> str:
    text = str(value or "").strip().casefold()
    return text.removeprefix("mailto:") if "@" in text else ""
