"""What a row says for one field, still as text: columns, templates, lookups, value maps."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from custodex.findings import printable
from custodex.imports.mapping import Lookup, Rule
from custodex.sheets import MARKS, Row, SheetFault, Table
from custodex.texts import Text

REASON_HEADERS = ("原因", "reason")
"""The columns that come with rejected rows; a corrected file may still have them."""
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_LOOSE = re.compile(r"[\s_\-.:：()（）/*]+")


class RowFault(Exception):
    """Why one row is not taken."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def loose(text: str) -> str:
    """Return a header as it is compared: width, case, spaces and punctuation do not count."""
    return _LOOSE.sub("", unicodedata.normalize("NFKC", text).casefold())


class Source:
    """One table, its columns known by name and its rows by what stands in a column."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._columns: dict[str, int] = {}
        for number, header in enumerate(table.headers):
            self._columns.setdefault(header, number)
            self._columns.setdefault(loose(header), number)
        self._rows_by: dict[str, dict[str, list[Row]]] = {}

    def column(self, header: str) -> int:
        """Return the number of the column *header*; -1 if there is none."""
        number = self._columns.get(header)
        return number if number is not None else self._columns.get(loose(header), -1)

    def cell(self, row: Row, header: str) -> str:
        """Return the text of a cell; a doubtful one is a `RowFault`."""
        number = self.column(header)
        if not 0 <= number < len(row.cells):
            return ""
        if number in row.marks:
            reason, shown = MARKS[row.marks[number]], printable(row.cells[number], 40)
            raise RowFault(Text(f"{header}：{shown} {reason.zh}", f"{header}: {shown} {reason.en}"))
        return row.cells[number]

    def rows_with(self, header: str, text: str) -> Sequence[Row]:
        """Return the rows that have *text* in the column *header*, in order."""
        if header not in self._rows_by:
            index: dict[str, list[Row]] = {}
            number = self.column(header)
            for row in self.table.rows:
                if 0 <= number < len(row.cells):
                    index.setdefault(row.cells[number], []).append(row)
            self._rows_by[header] = index
        return self._rows_by[header].get(text, ())

    def fill(self, template: str, row: Row) -> str:
        """Return *template* with each `{column}` replaced; empty when all of them are."""
        found = [self.cell(row, name) for name in _PLACEHOLDER.findall(template)]
        if found and not any(found):
            return ""
        cells = iter(found)
        return _PLACEHOLDER.sub(lambda _: next(cells), template).strip()

    def require(self, headers: Sequence[str]) -> None:
        """Refuse a table that lacks a column the mapping names."""
        missing = [header for header in dict.fromkeys(headers) if self.column(header) < 0]
        if missing:
            raise SheetFault(
                Text(
                    f"{self.table.name} 没有列：{'、'.join(missing)}",
                    f"{self.table.name} lacks: {', '.join(missing)}",
                ),
                Text("有：" + "、".join(self.table.headers), "its columns: " + ", ".join(self.table.headers)),
            )


class Taker:
    """Takes the text of fields from rows; *others* are the further tables of the mapping."""

    def __init__(self, others: Mapping[str, Source]) -> None:
        self._others = others

    def take(self, rule: Rule, source: Source, row: Row) -> Any:
        """Return the text (or the constant) for a field; empty where the row says nothing."""
        if rule.is_constant:
            return rule.constant
        text = self._raw(rule, source, row)
        for lookup in rule.lookups:
            text = self._look_up(lookup, text, lenient=rule.empty is not None)
        if not text:
            return rule.empty if rule.empty is not None else ""
        if rule.values:
            value = rule.values.get(text, rule.values.get("*", text))
            if not isinstance(value, str):
                return value
            text = value
        return slug(text) if rule.slug else text

    def _raw(self, rule: Rule, source: Source, row: Row) -> str:
        if rule.template:
            return source.fill(rule.template, row)
        cells = [source.cell(row, header) for header in rule.columns]
        return rule.glue.join(cell for cell in cells if cell)

    def _look_up(self, lookup: Lookup, text: str, *, lenient: bool) -> str:
        if not text:
            return ""
        source = self._others[lookup.table]
        rows = list(source.rows_with(lookup.match, text))
        if not rows:
            if lenient:
                return ""
            raise RowFault(
                Text(
                    f"{source.table.name} 中没有 {lookup.match} = {text}",
                    f"{source.table.name} has no row with {lookup.match} = {text}",
                )
            )
        if lookup.by:
            rows.sort(key=lambda row: source.cell(row, lookup.by))
        take: Callable[[Row], str] = (
            (lambda row: source.fill(lookup.take, row))
            if "{" in lookup.take
            else (lambda row: source.cell(row, lookup.take))
        )
        if lookup.pick == "only" and len({take(row) for row in rows}) > 1:
            raise RowFault(
                Text(
                    f"{source.table.name} 中 {lookup.match} = {text} 不止一行",
                    f"{source.table.name} has several rows with {lookup.match} = {text}",
                )
            )
        return take(rows[-1] if lookup.pick == "last" else rows[0])


def columns_of(rule: Rule) -> Iterator[str]:
    """Yield the columns of the row's own table that a rule reads."""
    yield from rule.columns
    yield from _PLACEHOLDER.findall(rule.template)


def columns_of_lookup(lookup: Lookup) -> Iterator[str]:
    """Yield the columns of the other table that a lookup reads."""
    yield from [name for name in (lookup.match, lookup.by) if name]
    yield from _PLACEHOLDER.findall(lookup.take) if "{" in lookup.take else [lookup.take]


def slug(text: str) -> str:
    """Return a Latin text as a slug; what has none left is a `RowFault`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    found = _NOT_SLUG.sub("-", plain).strip("-")[:32].strip("-")
    if len(found) < 2 or not found[0].isalpha():
        raise RowFault(
            Text(f"{text} 不能写成编号（小写字母开头）", f"{text} gives no id (starting with a Latin letter)")
        )
    return found
