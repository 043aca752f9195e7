"""The files beside the pages that speak of many records: change feeds, calendars of tasks, lists for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custodex.site import calendars, past
from custodex.site.apifiles import part_file
from custodex.site.bookapi import book_files
from custodex.site.cards import Card
from custodex.site.charts import tables
from custodex.site.feeds import EDITS, book_feeds
from custodex.site.stock import Stock
from custodex.site.writer import Writer
from custodex.texts import Lang


class BookExtras:
    """Makes these files and hands them to the writer."""

    def __init__(self, stocks: Mapping[Lang, Stock], writer: Writer) -> None:
        self._stocks = stocks
        self._writer = writer
        self._any = next(iter(stocks.values()))

    def always(self, parts: Sequence[str]) -> None:
        """Write what speaks of the whole book."""
        for lang, stock in self._stocks.items():
            self._writer.put(f"feeds {lang}", book_feeds(stock.context, stock.history.recent(EDITS)))
            self._writer.put(f"tables {lang}", tables(stock))
            self._writer.put(f"past {lang}", past.tables(stock))
        self._writer.put("api", book_files(self._stocks, parts))
        if self._any.reader.may_read("task"):
            title = f"{self._any.context.messages.plain('nav.tasks')} · {self._any.context.site_title}"
            made = calendars.calendar(self._any, title)
            self._writer.put("calendar", {calendars.path(calendars.ALL): made})

    def part(self, name: str, cards: Sequence[Card] | None) -> None:
        """Write the part of the list of customers that a data file of the pages holds; None removes it."""
        files = [part_file(name, cards)] if cards is not None else []
        self._writer.put(f"api {name}", files)

    def who(self, key: str, card: Card | None) -> None:
        """Write the calendar of a member of staff or a team, with the tasks of its members."""
        name = key.rpartition("/")[2]
        if card is None or not self._any.reader.may_read("task"):
            self._writer.put(f"calendar {key}", {})
            return
        people = [name] if self._any.is_meant(key) else []
        if card.kind == "team":
            people += [one.id for one in self._any.state.cards("staff") if one.one("team") == name]
        made = calendars.calendar(self._any, self._any.context.known.name(card), people)
        self._writer.put(f"calendar {key}", {calendars.path(key): made})
