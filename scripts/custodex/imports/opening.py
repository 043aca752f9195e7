"""Which reader a file needs: a spreadsheet, contacts, or the export of a program known by its headers."""

from __future__ import annotations

from custodex.imports.contactlists import Known, recognise
from custodex.imports.vcards import looks_like_vcards, read_vcards
from custodex.sheets import Table, read_sheet


def open_file(name: str, data: bytes, *, sheet: str | None = None, encoding: str | None = None) -> Table:
    """Return the table that a file is, contacts included; what cannot be read is a `SheetFault`."""
    if looks_like_vcards(name, data):
        return read_vcards(name, data)
    return read_sheet(name, data, sheet=sheet, encoding=encoding)


def known(table: Table) -> Known:
    """Return the table as its source meant it; one of no known source as it is."""
    return recognise(table) or Known("", table)
