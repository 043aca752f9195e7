"""Exports: the same columns as `custodex import` takes, safe to open in a spreadsheet."""

from custodex.exports.columns import Row, columns_of, flat
from custodex.exports.csvfile import as_csv

__all__ = ["Row", "as_csv", "columns_of", "flat"]
