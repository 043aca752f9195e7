"""Which reader a file needs: a spreadsheet, contacts, mails, a calendar, the export of a known program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from custodex.imports.calendars import looks_like_calendar, read_calendar, repeating
from custodex.imports.calls import calls, columns_of_calls
from custodex.imports.contactlists import recognise
from custodex.imports.interactions import Interaction, People, table_of
from custodex.imports.mails import looks_like_mail, read_mails
from custodex.imports.vcards import looks_like_vcards, read_vcards
from custodex.sheets import Table, read_sheet
from custodex.texts import Text


class Opened(NamedTuple):
    """A file that was read: its table, or what was said with customers; what identifies a row of a known export."""

    name: str
    table: Table | None = None
    said: Sequence[Interaction] = ()
    notices: Sequence[Text] = ()
    system: str = ""
    key: str = ""

    def rows(self, people: People) -> Table:
        """Return the table; *people* tells whom interactions belong to."""
        return self.table or table_of(self.name, self.said, people, self.notices)


def open_file(
    name: str,
    data: bytes,
    zone: tzinfo,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    plain: bool = False,
) -> Opened:
    """Return what a file holds; *zone* is that of times without one, *plain* takes a spreadsheet as it is.

    What cannot be read is a `SheetFault`.
    """
    if looks_like_vcards(name, data):
        return Opened(name, read_vcards(name, data))
    if looks_like_mail(name, data):
        return Opened(name, said=read_mails(name, data))
    if looks_like_calendar(name, data):
        entries = read_calendar(name, data, zone)
        return Opened(name, said=entries, notices=repeating(entries))
    table = read_sheet(name, data, sheet=sheet, encoding=encoding)
    if plain:
        return Opened(name, table)
    if columns := columns_of_calls(table):
        return Opened(
            name, said=calls(table, columns, lambda text: _moment(text, zone)), notices=table.notices
        )
    known = recognise(table)
    return Opened(name, known.table, (), (), known.system, known.key) if known else Opened(name, table)


def _moment(text: str, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.replace("/", "-").strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)
