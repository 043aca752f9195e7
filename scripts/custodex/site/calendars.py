"""Open tasks as calendars (RFC 5545): one of everybody, one for every person and team.

A task is an all-day event on the day it is due, not a VTODO: the calendars people subscribe to with (Outlook,
Google, phones) show events and leave out to-dos. Tasks without a day stand on the page of tasks only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from custodex import __version__
from custodex.contentlines import line, text
from custodex.site.cards import Card, OpenTask
from custodex.site.stock import Stock

ALL = "all"
_MOST = 5000
_PRIORITY = {"high": "1", "normal": "5", "low": "9"}


def path(key: str) -> str:
    """Return where the calendar of a person or team (`staff/<id>`, `teams/<id>`) or `ALL` stands in the site.

    The folder tells them apart: a person, a team and everybody may be called alike.
    """
    return f"calendar/{key}.ics"


def calendar(stock: Stock, title: str, assignees: Sequence[str] | None = None) -> bytes:
    """Return the calendar of these people and teams, of everybody when None is given."""
    pieces = [
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
        line("PRODID", text(f"-//custodex//custodex {__version__}//EN")),
        "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n",
        line("NAME", text(title)),
        line("X-WR-CALNAME", text(title)),
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n",
        *(_event(card, task) for card, task in _tasks(stock, assignees)),
        "END:VCALENDAR\r\n",
    ]
    return "".join(pieces).encode("utf-8", "replace")


def _tasks(stock: Stock, assignees: Sequence[str] | None) -> Iterator[tuple[Card, OpenTask]]:
    state = stock.state
    rows = (
        state.tasks(_MOST) if assignees is None else [r for who in assignees for r in state.tasks(_MOST, who)]
    )
    for key, stem in rows:
        card = state.card(key)
        task = next((one for one in card.tasks if one.stem == stem), None) if card else None
        if card is not None and task is not None and _day(task.due) is not None:
            yield card, task


def _event(card: Card, task: OpenTask) -> str:
    day = _day(task.due)
    made = _day(task.stem[:10]) or day
    if day is None or made is None:
        return ""
    detail = "\n".join(part for part in (card.name, task.detail) if part)
    return "".join((
        "BEGIN:VEVENT\r\n",
        line("UID", text(f"{card.id}-{task.stem}@custodex")),
        f"DTSTAMP:{_dense(made)}T000000Z\r\n",
        f"DTSTART;VALUE=DATE:{_dense(day)}\r\n",
        f"DTEND;VALUE=DATE:{_dense(day + timedelta(days=1))}\r\n" if day < date.max else "",
        line("SUMMARY", text(f"{task.title} · {card.name}")),
        line("DESCRIPTION", text(detail)),
        f"PRIORITY:{_PRIORITY.get(task.priority, '5')}\r\nTRANSP:TRANSPARENT\r\nCATEGORIES:custodex\r\n",
        # nine in the morning of the day, where a calendar honours alarms of others
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:PT9H\r\n", line("DESCRIPTION", text(task.title)),
        "END:VALARM\r\nEND:VEVENT\r\n",
    ))  # fmt: skip


def _dense(day: date) -> str:
    """Return a day as calendars write it; not by %Y, which gives years before 1000 less than four digits."""
    return day.isoformat().replace("-", "")


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if len(said) == 10 else None
    except ValueError:
        return None
