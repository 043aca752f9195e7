"""The page of figures from history: what was done in the 90 days up to yesterday, by team.

Of the past only tallies by record and person are kept, read once for a commit and a day; who looks after what, and who
belongs where, is as of now and asked at each build.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

from custodex.deeds import COUNTED, DAYS, LABELS, Figure, Tally, answered, figures, tally
from custodex.readers import Reader
from custodex.sheets.writing import csv_bytes
from custodex.site import phrases
from custodex.site.job import Job
from custodex.site.overseemodels import FigurePart, FiguresPage
from custodex.site.pieces import Bar, Chart, Link
from custodex.site.reading import text
from custodex.site.sources import HistorySource
from custodex.site.state import State
from custodex.site.stock import Stock

PAGE = "figures.html"
_PER_CASE = frozenset({"first_pass", "corrections", "entry_lag", "review_time"})
_WHOLE = 100
_MOST = 30
"""A chart tells no more groups apart: the others are one sum, and stand in its table."""


def is_open(reader: Reader) -> bool:
    """Tell whether the audience may read all that is counted: else its numbers would be none of the command's."""
    kinds = (*COUNTED, "staff", "team")
    return all(reader.book.schemas.has(kind) and reader.may_read(kind) for kind in kinds)


class Span(NamedTuple):
    """A part of history to count: from *since* (RFC 3339) up to the commit *head*; *key* names the outcome."""

    key: str
    since: str
    head: str


def to_read(job: Job, reader: Reader, history: HistorySource, state: State, fingerprint: str) -> Span | None:
    """Return what was done up to the end of yesterday, unless *state* holds it for this commit and day."""
    if not is_open(reader):
        keep(state, Span("", "", ""), ())
        return None
    end = datetime.combine(job.now.date(), time(), tzinfo=job.now.tzinfo) - timedelta(seconds=1)
    head = "" if history.shallow else history.head_at(end.isoformat())
    key = json.dumps([head, job.today, fingerprint, history.shallow])
    known = not job.anew and state.meta("past") == key
    return None if known else Span(key, (end - timedelta(days=DAYS)).isoformat(), head)


def read(history: HistorySource, span: Span) -> list[Tally]:
    """Return what was done in a span."""
    return list(tally(history.deeds(span.since, span.head))) if span.head else []


def keep(state: State, span: Span, tallies: Iterable[Tally]) -> None:
    """Keep what was done in a span, in place of what was kept before."""
    state.store.db.execute("DELETE FROM past")
    state.store.db.executemany("INSERT INTO past VALUES (?, ?, ?, ?, ?, ?)", tallies)
    state.set_meta({"past": span.key})


def figures_of(reader: Reader, state: State, *, regroup: bool) -> Mapping[str, Sequence[Figure]]:
    """Return the figures by team, and by person where the policy allows it.

    What is kept is grouped anew where it is new, or somebody's team or a record's owner may have changed (*regroup*).
    """
    if not is_open(reader):
        return {}
    if regroup:
        state.set_meta({"past grouped": json.dumps(_grouped(state, reader))})
    by_person = (reader.book.access.get("policy") or {}).get("figures_by_person") is True
    return {
        by: [Figure(*row) for row in rows]
        for by, rows in json.loads(state.meta("past grouped")).items()
        if by == "team" or by_person
    }


def _grouped(state: State, reader: Reader) -> Mapping[str, Sequence[tuple[str, str, float, int]]]:
    """Return the figures by team and by person: name, group, value, cases."""
    tallies = list(answered(_kept(state), lambda key: _owner(state, reader, key)))
    teams = {card.id: card.one("team") for card in state.cards("staff")}
    found = {
        "team": figures(tallies, lambda who: teams.get(who, "")),
        "person": figures(tallies, lambda who: who),
    }
    return {by: [(one.name, one.group, one.value, one.cases) for one in rows] for by, rows in found.items()}


def _kept(state: State) -> Iterator[Tally]:
    """Yield what was done; for what happened to a live customer with an owner, that owner stands as who did it."""
    query = (
        "SELECT figure, iif(facets.value IS NULL, record, ''), coalesce(facets.value, who), past.value,"
        " sum(number), detail FROM past LEFT JOIN facets ON facets.key = record AND facet = 'owner'"
        " GROUP BY 1, 2, 3, 4, 6 ORDER BY min(past.rowid)"
    )
    return (Tally(*row) for row in state.store.db.execute(query))


def figures_page(stock: Stock) -> FiguresPage | None:
    """Return the page; None for an audience that may not read all it counts."""
    if not stock.context.figures:
        return None
    context = stock.context
    last = datetime.fromisoformat(stock.today) - timedelta(days=1)
    head = json.loads(stock.state.meta("past"))[0]
    return FiguresPage(
        frame=context.frame(context.messages.plain("nav.figures"), PAGE, "staff"),
        until=context.moment(last.date().isoformat()),
        days=DAYS,
        state="shallow" if stock.history.shallow else "" if head else "unborn",
        parts=[_part(stock, by, found) for by, found in stock.past.items() if found],
    )


def tables(stock: Stock) -> Iterator[tuple[str, bytes]]:
    """Yield a table for each figure: group, its name, value, cases."""
    say, lang = stock.context.words.say, stock.context.lang
    heading = tuple(say(one) for one in (phrases.VALUE, phrases.NAME, phrases.COUNT, phrases.CASES))
    for by, found in stock.past.items():
        for name, rows in _by_name(found).items():
            lines = [
                (one.group, _group(stock, by, one).label, f"{one.value:g}", str(one.cases)) for one in rows
            ]
            yield f"{lang}/csv/{_id(by, name)}.csv", csv_bytes([heading, *lines])


def _owner(state: State, reader: Reader, key: str) -> str:
    """Return the owner of a record that is no live customer, or has none; the state knows those of the others."""
    card = state.card(key)
    if card is not None and card.kind == "customer" and not card.state:
        return ""
    record = reader.record(key)
    return text(record.main, "owner") if record else ""


def _part(stock: Stock, by: str, found: Sequence[Figure]) -> FigurePart:
    charts = [_chart(stock, by, name, rows) for name, rows in _by_name(found).items()]
    return FigurePart(by, stock.context.messages.plain(f"figures.by.{by}"), charts)


def _by_name(found: Sequence[Figure]) -> Mapping[str, Sequence[Figure]]:
    rows: dict[str, list[Figure]] = {}
    for one in found:
        rows.setdefault(one.name, []).append(one)
    return rows


def _chart(stock: Stock, by: str, name: str, rows: Sequence[Figure]) -> Chart:
    say, title = stock.context.words.say, stock.context.words.say(LABELS[name])
    longest = _WHOLE if name == "first_pass" else max(one.value for one in rows) or 1
    ranked = sorted(rows, key=lambda one: (-one.value, one.group))
    bars, others = [_bar(stock, by, one, longest) for one in ranked[:_MOST]], ranked[_MOST:]
    rest = say(phrases.OTHERS).format(n=len(others))
    if others and name not in _PER_CASE - {"corrections"}:  # a sum of medians or shares says nothing
        total = sum(one.value for one in others)
        bars.append(Bar(rest, int(total), min(1000, int(total * 1000 / longest))))
    title = title[:1].upper() + title[1:]
    csv = f"csv/{_id(by, name)}.csv" if stock.context.extras else ""
    more = Link(rest, csv) if others else None
    return Chart(_id(by, name), title, "bars", say(phrases.COUNT), bars, more, csv)


def _bar(stock: Stock, by: str, one: Figure, longest: float) -> Bar:
    group = _group(stock, by, one)
    cases = stock.context.words.say(phrases.OF_CASES).format(n=one.cases) if one.name in _PER_CASE else ""
    value = int(one.value) if one.value == int(one.value) else one.value
    return Bar(group.label, value, int(one.value * 1000 / longest), group.href, note=cases)


def _group(stock: Stock, by: str, one: Figure) -> Link:
    context = stock.context
    if one.group:
        return context.known.named(("team",) if by == "team" else ("staff", "team"), one.group)
    if one.name == "review_time":
        return Link(context.words.say(phrases.WHOLE_BOOK))
    return Link(context.words.say(phrases.NO_TEAM if by == "team" else phrases.NOBODY))


def _id(by: str, name: str) -> str:
    return f"figures-{name.replace('_', '-')}" + ("" if by == "team" else f"-{by}")
