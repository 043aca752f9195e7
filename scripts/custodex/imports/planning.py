"""From rows to drafts: which record each row makes or changes, and into what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from custodex.books import Book
from custodex.drafts import Draft
from custodex.examining import Record
from custodex.ids import is_id, new_event_suffix, new_id
from custodex.imports.assembling import Assembled, Assembler, Trees
from custodex.imports.finding import Finder, document_at
from custodex.imports.mapping import Plan
from custodex.imports.merging import merge
from custodex.imports.paths import FieldPath, documents_of
from custodex.imports.taking import RowFault, Source
from custodex.records import KIND, SINGLE_KINDS, locate, path_of, record_key
from custodex.sheets import Row
from custodex.texts import Text

Outcome = Literal["created", "updated", "unchanged", "rejected", "withheld"]


@dataclass(slots=True)
class Planned:
    """One row (or the rows of one key): the record it means, what becomes of it, its drafts, what they are about."""

    rows: Sequence[Row]
    id: str = ""
    outcome: Outcome = "rejected"
    reason: Text = Text("", "")  # noqa: RUF009 - a tuple, it cannot change
    drafts: list[Draft] = field(default_factory=list)
    similar: Text = Text("", "")  # noqa: RUF009 - a tuple, it cannot change
    title: str = ""

    def keep_content(self, encoded: Callable[[Draft], Draft]) -> None:
        """Keep the title and the content of the drafts: the values of 100,000 rows would fill the memory."""
        value: Mapping[str, Any] = next((draft.value for draft in self.drafts if draft.value), {})
        names = ("name", "title", "subject", "summary")
        self.title = next((str(value[name]) for name in names if value.get(name)), "")
        self.drafts = [encoded(draft) for draft in self.drafts]

    def reject(self, reason: Text) -> None:
        """Take the row out, saying why."""
        self.outcome, self.reason, self.drafts = "rejected", reason, []


class Planner:
    """Plans one table by one mapping."""

    def __init__(
        self,
        plan: Plan,
        book: Book,
        finder: Finder,
        assembler: Assembler,
        tables: tuple[Source, Source | None],
    ) -> None:
        self._plan = plan
        self._book = book
        self._finder = finder
        self._assembler = assembler
        self._source, self._lines = tables
        self._seen: dict[str, int] = {}

    def plan(self, finish: Callable[[Planned], None] = lambda _: None) -> list[Planned]:
        """Return every row of the table, planned or rejected; *finish* is given each as soon as it is."""
        planned = []
        for rows in self._groups():
            entry = Planned(rows)
            try:
                self._plan_row(entry)
            except RowFault as fault:
                entry.reject(fault.reason)
            planned.append(entry)
            finish(entry)
        return planned

    def _groups(self) -> Iterator[list[Row]]:
        """Yield the rows of one key together where their lines are rows of the same table."""
        own_lines = self._plan.lines is not None and not self._plan.lines.table
        groups: dict[str, list[Row]] = {}
        for row in self._source.table.rows:
            key = self._text(row, self._plan.key_column) if own_lines and self._plan.key_column else ""
            groups.setdefault(key or f"\0{row.number}", []).append(row)
        yield from groups.values()

    def _text(self, row: Row, header: str) -> str:
        try:
            return self._source.cell(row, header)
        except RowFault:
            return ""

    def _plan_row(self, entry: Planned) -> None:
        row = entry.rows[0]
        if len(row.cells) > len(self._source.table.headers) and any(
            row.cells[len(self._source.table.headers) :]
        ):
            raise RowFault(
                Text("单元格比标题多，列可能错位", "more cells than headers, the columns may have shifted")
            )
        assembled = self._assembler.assemble(entry.rows, self._line_rows(entry.rows), self._lines)
        if assembled.reasons:
            raise RowFault(_joined(assembled.reasons))
        if self._plan.kind in SINGLE_KINDS:
            self._plan_single(entry, assembled)
        elif self._plan.kind == "customer":
            self._plan_customer(entry, assembled)
        else:
            self._plan_event(entry, assembled)

    def _line_rows(self, rows: Sequence[Row]) -> Sequence[Row]:
        lines = self._plan.lines
        if lines is None or self._lines is None:
            return ()
        if not lines.table:
            return rows
        key = self._source.cell(rows[0], self._plan.key_column or lines.match)
        return self._lines.rows_with(lines.match, key) if key else ()

    # --- what identifies a row

    def _key(self, row: Row, trees: Trees) -> tuple[str, FieldPath | None]:
        """Return the text that identifies a row, and the field it is looked up in (None: another system)."""
        path = self._plan.key_field
        if self._plan.key_column:
            text, name = self._source.cell(row, self._plan.key_column), self._plan.key_column
        elif path:
            text, name = _text_at(trees, path), str(path)
            if not text and (path := self._plan.key_fallback):
                text = _text_at(trees, path)
        else:
            return "", None
        if not text:
            raise RowFault(Text(f"没有键 {name}", f"the key {name} is empty"))
        seen = f"{path}:{text}"
        if seen in self._seen:
            other = self._seen[seen]
            raise RowFault(Text(f"与第 {other} 行的键相同：{text}", f"row {other} has the same key {text}"))
        self._seen[seen] = row.number
        return text, path

    # --- the shapes of records

    def _plan_single(self, entry: Planned, assembled: Assembled) -> None:
        kind = self._plan.kind
        self._key(entry.rows[0], assembled.trees)
        entry.id = str(
            assembled.trees.get(kind, {}).get("id") or assembled.fresh.get(kind, {}).get("id") or ""
        )
        if not entry.id or locate(path_of(kind, entry.id)) is None:
            raise RowFault(Text(f"没有合格的编号 id：{entry.id}", f"no sound id: {entry.id or '-'}"))
        self._draft(entry, self._finder.record(record_key(kind, entry.id)), assembled, entry.id)

    def _plan_customer(self, entry: Planned, assembled: Assembled) -> None:
        key, field_ = self._key(entry.rows[0], assembled.trees)
        record = self._existing(key, field_)
        if record is not None and record.main.keys() & {"merged_into", "erased"}:
            raise RowFault(
                Text(f"客户 {record.id} 已并入或删除", f"the customer {record.id} was merged or erased")
            )
        if self._plan.key_system and (external := self._finder.external("customer")):
            external.plant(assembled.trees.setdefault("customer", {}), self._plan.key_system, key)
        entry.id = record.id if record else self._new_id(assembled)
        self._draft(entry, record, assembled, entry.id)
        is_sure = (self._plan.key_is_chosen and field_ is not self._plan.key_fallback) or field_ is None
        if record is not None and not is_sure and entry.outcome == "updated":
            raise RowFault(
                Text(
                    f"已有客户 {record.id} 的 {field_} 相同而内容不同；确认后用 --key {field_} 更新",
                    f"customer {record.id} has the same {field_} but differs; --key {field_} updates it",
                )
            )

    def _new_id(self, assembled: Assembled) -> str:
        given = assembled.trees.get("customer", {}).get("id")
        if given and not is_id(str(given)):
            raise RowFault(
                Text(
                    f"{given} 不是客户编号；外部编号用 --key 列名 --system 系统名 导入",
                    f"{given} is no customer id; for ids of another system use --key COLUMN --system NAME",
                )
            )
        return str(given) if given else new_id()

    def _existing(self, key: str, path: FieldPath | None) -> Record | None:
        if self._plan.key_system:
            found = self._finder.by_external("customer", self._plan.key_system, key)
            place = locate(found) if found else None
            return self._finder.record(place.record) if place else None
        if path and key:
            found = self._finder.by_field("customer", path, key)
            return self._finder.record(found) if found else None
        return None

    def _plan_event(self, entry: Planned, assembled: Assembled) -> None:
        kind, row = self._plan.kind, entry.rows[0]
        customer = self._customer_of(row)
        key, _ = self._key(row, assembled.trees)
        path = self._finder.by_external(kind, self._plan.key_system, key) if key else None
        if self._plan.key_system and (external := self._finder.external(kind)):
            external.plant(assembled.trees.setdefault(kind, {}), self._plan.key_system, key)
        if path is None and not self._plan.key_system:
            path = self._by_stem(customer, row) or self._same_event(customer, assembled)
        if path and (place := locate(path)) and place.id != customer.id:
            raise RowFault(
                Text(
                    f"这条记录已属于客户 {place.id}", f"this event belongs to the customer {place.id} already"
                )
            )
        if path is None:
            path = path_of(kind, customer.id, f"{self._day(assembled)}-{new_event_suffix()}")
        entry.id = path.rpartition("/")[2].removesuffix(".yaml")
        if self._plan.once and document_at(customer, path) is not None:
            entry.outcome = "unchanged"  # what was said once stays as people left it
            return
        self._draft_one(entry, kind, path, customer, assembled)

    def _customer_of(self, row: Row) -> Record:
        header = self._plan.customer_column
        text = self._source.cell(row, header)
        if self._plan.customer_system:
            path = self._finder.by_external("customer", self._plan.customer_system, text)
            place = locate(path) if path else None
            record = self._finder.record(place.record) if place else None
        else:
            found = self._finder.find("customer", text) if text else None
            record = self._finder.record(record_key("customer", found)) if found else None
        if record is None:
            raise RowFault(
                Text(
                    f"{header}：没有客户 {text or '（空）'}",
                    f"{header}: there is no customer {text or '(empty)'}",
                )
            )
        return record

    def _by_stem(self, customer: Record, row: Row) -> str | None:
        """Return the path that the column `id` of an export names; one that no such document can have is refused."""
        stem = self._source.cell(row, self._plan.stem_column) if self._plan.stem_column else ""
        if not stem:
            return None
        path = path_of(self._plan.kind, customer.id, stem)
        if locate(path) is None:
            raise RowFault(Text(f"{stem} 不是这种记录的编号", f"{stem} is no id of such a record"))
        return path

    def _same_event(self, customer: Record, assembled: Assembled) -> str | None:
        """Return the event that says already what the row says: without a key, that is the same event."""
        node = self._book.schemas.node(self._plan.kind)
        for document in customer.all(self._plan.kind):
            if merge(node, document.value, assembled.trees.get(self._plan.kind, {})) == dict(document.value):
                return document.path
        return None

    def _day(self, assembled: Assembled) -> str:
        kind = self._plan.kind
        fields = self._book.schemas.node(kind).fields
        names = [name for name, node in fields.items() if node.hint("time") == "past"]
        names += [name for name, node in fields.items() if node.schema.get("format") == "date"]
        values = {**assembled.fresh.get(kind, {}), **assembled.trees.get(kind, {})}
        day = next((str(values[name])[:10] for name in names if values.get(name)), "")
        if not day:
            raise RowFault(Text("没有日期", "the row has no date"))
        return day

    # --- drafts

    def _draft(self, entry: Planned, record: Record | None, assembled: Assembled, id_: str) -> None:
        for kind in documents_of(self._plan.kind):
            if (
                kind == self._plan.kind
                or assembled.trees.get(kind)
                or (record is None and assembled.fresh.get(kind))
            ):
                self._draft_one(entry, kind, path_of(kind, id_), record, assembled)

    def _draft_one(
        self, entry: Planned, kind: str, path: str, record: Record | None, assembled: Assembled
    ) -> None:
        node = self._book.schemas.node(kind)
        document = document_at(record, path) if record else None
        if document is not None and not document.readable:
            raise RowFault(Text(f"{path} 读不出来，先改好", f"{path} cannot be read; mend it first"))
        old: Mapping[str, Any] = document.value if document else {}
        value = merge(node, old, assembled.trees.get(kind, {}))
        if document is None:
            value = merge(node, merge(node, {}, assembled.fresh.get(kind, {})), assembled.trees.get(kind, {}))
            if kind == self._plan.kind and "id" in node.fields and KIND[kind].shape != "event":
                value["id"] = entry.id
        is_main = kind == self._plan.kind
        if document is None and is_main:
            entry.outcome = "created"
        elif value != old:
            entry.outcome = "updated" if entry.outcome != "created" else "created"
        elif entry.outcome == "rejected":
            entry.outcome = "unchanged"
        if document is None or value != old:
            entry.drafts.append(Draft(path, kind, value))


def _text_at(trees: Trees, path: FieldPath) -> str:
    return str(_value_at(trees.get(path.kind, {}), path.steps) or "")


def _value_at(tree: Any, steps: Sequence[Any]) -> Any:
    for step in steps:
        tree = tree.get(step.name) if isinstance(tree, Mapping) else None
        if step.label is not None and isinstance(tree, Mapping):
            tree = tree.get(step.label)
    return tree


def _joined(reasons: Sequence[Text]) -> Text:
    return Text("；".join(text.zh for text in reasons), "; ".join(text.en for text in reasons))
