"""Exports: the same columns as `custodex import` takes, safe to open in a spreadsheet; tables for analysts."""

from custodex.exports.cards import as_vcards
from custodex.exports.columns import Row, columns_of, flat
from custodex.exports.csvfile import as_csv
from custodex.exports.rows import Rows, values
from custodex.exports.tables import Sheet, tables_of

__all__ = ["Row", "Rows", "Sheet", "as_csv", "as_vcards", "columns_of", "flat", "tables_of", "values"]
