"""Exports: the same columns as `custodex import` takes, safe to open in a spreadsheet."""

from custodex.exports.csvfile import as_csv, neutral

__all__ = ["as_csv", "neutral"]
