"""The one reader of spreadsheets: CSV and XLSX become one `Table` of text, with what is doubtful marked."""

from __future__ import annotations

from custodex.sheets.reading import read_sheet
from custodex.sheets.table import MARKS, Cleaner, Row, SheetFault, Table
from custodex.sheets.writing import Refused, csv_bytes, harmless, write_xlsx

__all__ = [
    "MARKS",
    "Cleaner",
    "Refused",
    "Row",
    "SheetFault",
    "Table",
    "csv_bytes",
    "harmless",
    "read_sheet",
    "write_xlsx",
]
