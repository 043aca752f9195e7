"""One import from table to planned rows: opens the tables of the plan, checks its columns, plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo

from custodex.catalog import Catalog
from custodex.imports.assembling import Assembler
from custodex.imports.converting import Converter
from custodex.imports.finding import Finder
from custodex.imports.headers import unmatched
from custodex.imports.mapping import Plan, Rule
from custodex.imports.planning import Planned, Planner
from custodex.imports.taking import Source, Taker, columns_of, columns_of_lookup
from custodex.sheets import SheetFault, Table
from custodex.texts import Text

OpenTable = Callable[[str], Table]
"""Opens another file of the mapping, by its name beside the imported one."""


class Job:
    """The plan for one table, ready to run against the catalog."""

    def __init__(self, catalog: Catalog, table: Table, plan: Plan, open_table: OpenTable) -> None:
        self._catalog = catalog
        self._plan = plan
        self._source = Source(table)
        self._others = {name: Source(open_table(file)) for name, file in plan.tables.items()}
        self._finder = Finder(catalog)
        self._check()

    def unmatched(self) -> list[str]:
        """Return the headers that nothing reads and nobody left out."""
        return unmatched(self._plan, self._source, list(self._used()))

    def columns(self) -> dict[str, list[str]]:
        """Return the fields that each column fills, by header."""
        found: dict[str, list[str]] = {}
        for path, rule in (*self._plan.targets, *self._plan.defaults):
            for header in columns_of(rule):
                found.setdefault(header, []).append(str(path))
        return found

    def run(
        self, zone: tzinfo, region: str = "", finish: Callable[[Planned], None] = lambda _: None
    ) -> list[Planned]:
        """Return the planned rows; *zone* is that of times without one, *region* the country of phones.

        *finish* is given each row as soon as it is planned.
        """
        book = self._catalog.book
        converter = Converter(book, zone, self._finder)
        assembler = Assembler(self._plan, converter, Taker(self._others), self._source, region)
        return Planner(self._plan, book, self._finder, assembler, (self._source, self._lines())).plan(finish)

    def _lines(self) -> Source | None:
        lines = self._plan.lines
        if lines is None:
            return None
        return self._others[lines.table] if lines.table else self._source

    def _rules(self) -> Iterator[Rule]:
        for _, rule in (*self._plan.targets, *self._plan.defaults):
            yield rule

    def _used(self) -> Iterator[str]:
        for rule in self._rules():
            yield from columns_of(rule)
        yield from (name for name in (self._plan.key_column, self._plan.customer_column) if name)
        if self._plan.lines and not self._plan.lines.table:
            for _, rule in self._plan.lines.targets:
                yield from columns_of(rule)

    def _check(self) -> None:
        """Refuse a plan that the tables cannot serve, before a row is touched."""
        self._source.require(list(self._used()))
        needed: dict[str, list[str]] = {}
        rules = [
            *self._rules(),
            *(rule for _, rule in (self._plan.lines.targets if self._plan.lines else ())),
        ]
        for rule in rules:
            for lookup in rule.lookups:
                needed.setdefault(lookup.table, []).extend(columns_of_lookup(lookup))
        if self._plan.lines and self._plan.lines.table:
            columns = [name for _, rule in self._plan.lines.targets for name in columns_of(rule)]
            needed.setdefault(self._plan.lines.table, []).extend([self._plan.lines.match, *columns])
        for name, columns in needed.items():
            self._others[name].require(columns)
        if self._plan.key_system and self._finder.external(self._plan.kind) is None:
            raise SheetFault(
                Text(
                    f"{self._plan.kind} 没有外部编号字段",
                    f"{self._plan.kind} has no field for ids of other systems",
                ),
                Text("用 key: {field: id}", "use key: {field: id}"),
            )
        if not self._plan.targets:
            raise SheetFault(
                Text("没有一列与字段对应", "no column matches a field"),
                Text(
                    "表头写字段路径或标签，或用 --mapping",
                    "head columns by field paths or labels, or use --mapping",
                ),
            )
