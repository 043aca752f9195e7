"""The mapping file: strict YAML that says what identifies a row and which column goes to which field."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from custodex.findings import Fault, Finding
from custodex.hints import Node
from custodex.imports.paths import FieldPath, Step, from_node, resolve
from custodex.placing import place
from custodex.records import EVENT_KINDS
from custodex.rules import Rule as FindingRule
from custodex.schemas import Schemas
from custodex.texts import Text
from custodex.yamlfile import parse

RULE = FindingRule(
    "mapping",
    Text("映射文件不对", "mistake in a mapping"),
    Text(
        "映射里的每个名称都要在结构或表格里有",
        "every name in a mapping has to exist in the schema or the tables",
    ),
    Text("{what}：{name}", "{what}: {name}"),
    Text(
        "写法见 custodex import --example reference",
        "custodex import --example reference shows all that can be written",
    ),
)
DATED_KINDS = EVENT_KINDS | {"task"}
"""Kinds whose documents belong to a customer and a day."""
MAPPED_KINDS = ("customer", "staff", "team", "product", "view", *sorted(DATED_KINDS))


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value from another table: where its column *match* equals ours, *take* (a column or a template)."""

    table: str
    match: str
    take: str
    pick: str = "only"
    by: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A total over the items of a list: the product of *times*, less the share *less*."""

    of: str
    times: Sequence[str]
    less: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one field gets its value from a row."""

    columns: tuple[str, ...] = ()
    glue: str = " "
    template: str = ""
    constant: Any = None
    sum: Sum | None = None
    lookups: tuple[Lookup, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    empty: Any = None
    date: str = ""
    decimal: str = ""
    places: int | None = None
    split: str = ""
    slug: bool = False
    unsure: FieldPath | None = None

    @property
    def is_constant(self) -> bool:
        """True where no column has a say."""
        return not self.columns and not self.template and self.sum is None


Target = tuple[FieldPath, Rule]


@dataclass(frozen=True, slots=True)
class Lines:
    """Items of a list that come from rows of their own, of this table or of another."""

    steps: FieldPath
    table: str
    match: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a mapping file says, resolved against the schema of the repository."""

    kind: str
    targets: tuple[Target, ...]
    defaults: tuple[Target, ...] = ()
    key_system: str = ""
    key_column: str = ""
    key_field: FieldPath | None = None
    key_is_chosen: bool = True
    key_fallback: FieldPath | None = None
    customer_system: str = ""
    customer_column: str = ""
    stem_column: str = ""
    once: bool = False
    tables: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    lines: Lines | None = None


@lru_cache(maxsize=1)
def _schemas() -> Schemas:
    text = files("custodex.imports").joinpath("mapping.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    return Schemas({schema["$id"]: schema})


def read_mapping(name: str, data: bytes, schemas: Schemas) -> tuple[Plan | None, list[Finding]]:
    """Return the mapping in *data*, or None and what is wrong with the file, placed by line and column."""
    parsed = parse(data)
    if parsed.value is None:
        return None, [replace(finding, path=name) for finding in parsed.findings]
    faults = _schemas().validate("mapping", parsed.value)
    if not faults:
        reader = _Reader(schemas, parsed.value)
        mapping = reader.read()
        if not reader.faults:
            return mapping, []
        faults = reader.faults
    return None, place(faults, data, name)


class _Reader:
    """Resolves a mapping that fits its own schema against the schema of the records."""

    def __init__(self, schemas: Schemas, value: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._value = value
        self._kind = str(value["kind"])
        self.faults: list[Fault] = []

    def read(self) -> Plan | None:
        """Return the mapping; what it names wrongly is in `faults`."""
        value = self._value
        if self._kind not in MAPPED_KINDS or not self._schemas.has(self._kind):
            self._fault(("kind",), Text("没有这种档案", "no such kind of record"), self._kind)
            return None
        key, customer = value.get("key") or {}, value.get("customer") or {}
        if self._kind in DATED_KINDS and not customer:
            self._fault(("kind",), Text("事件需要写明 customer", "an event needs customer"), self._kind)
        short = {path: header for header, path in (value.get("columns") or {}).items()}
        return Plan(
            self._kind,
            (*self._targets(("fields",)), *self._columns(short)),
            self._targets(("defaults",)),
            key.get("system", ""),
            key.get("column", ""),
            self._path(("key", "field"), key["field"]) if "field" in key else None,
            customer_system=customer.get("system", ""),
            customer_column=customer.get("column", ""),
            tables=value.get("tables") or {},
            ignore=tuple(value.get("ignore") or ()),
            lines=self._lines(),
        )

    def _fault(self, pointer: tuple[str, ...], what: Text, name: str) -> None:
        params = {"what_zh": what.zh, "what_en": what.en, "name": name}
        self.faults.append(Fault("mapping", pointer, params, on_key=len(pointer) > 1))

    def _path(self, pointer: tuple[str, ...], text: str) -> FieldPath | None:
        found = resolve(self._schemas, self._kind, text)
        if found is None:
            self._fault(pointer, Text("没有这个字段", "no such field"), text)
        return found

    def _columns(self, short: Mapping[str, str]) -> list[Target]:
        found = [(self._path(("columns", header), path), header) for path, header in short.items()]
        return [(path, Rule(columns=(header,))) for path, header in found if path]

    def _targets(self, pointer: tuple[str, ...]) -> tuple[Target, ...]:
        targets = []
        for text, rule in (self._value.get(pointer[0]) or {}).items():
            if path := self._path((*pointer, text), text):
                targets.append((path, self._rule((*pointer, text), rule)))
        return tuple(targets)

    def _lines(self) -> Lines | None:
        lines = self._value.get("lines")
        if not lines:
            return None
        node = self._schemas.node(self._kind).fields.get(lines["field"])
        if node is None or node.items is None or not node.items.fields:
            self._fault(("lines", "field"), Text("不是列表字段", "not a list of this kind"), lines["field"])
            return None
        if (table := lines.get("table", "")) and table not in (self._value.get("tables") or {}):
            self._fault(("lines", "table"), Text("tables 中没有", "not named under tables"), table)
        targets = []
        for text, rule in lines["fields"].items():
            if (path := self._item_path(node.items, text)) is None:
                self._fault(("lines", "fields", text), Text("没有这个字段", "no such field"), text)
            else:
                targets.append((path, self._rule(("lines", "fields", text), rule)))
        steps = FieldPath(self._kind, (Step(lines["field"]),), node)
        return Lines(steps, table, lines.get("match", ""), tuple(targets))

    def _item_path(self, item: Node, text: str) -> FieldPath | None:
        return from_node(self._kind, item, [(part, None) for part in text.split(".")])

    def _rule(self, pointer: tuple[str, ...], rule: Any) -> Rule:
        if isinstance(rule, str):
            return Rule(columns=(rule,))
        sources = [name for name in ("column", "join", "template", "value", "sum") if name in rule]
        if len(sources) != 1:
            what = Text(
                "需要且只能有一个来源：column join template value sum",
                "needs exactly one of column, join, template, value, sum",
            )
            self._fault(pointer, what, ", ".join(sources) or "-")
        lookups = tuple(Lookup(**lookup) for lookup in rule.get("lookup") or ())
        for lookup in lookups:
            if lookup.table not in (self._value.get("tables") or {}):
                self._fault(pointer, Text("tables 中没有", "not named under tables"), lookup.table)
        total = rule.get("sum")
        return Rule(
            columns=tuple(rule.get("join") or ([rule["column"]] if "column" in rule else [])),
            glue=rule.get("with", " "),
            template=rule.get("template", ""),
            constant=rule.get("value"),
            sum=Sum(total["of"], tuple(total["times"]), total.get("less", "")) if total else None,
            lookups=lookups,
            values=rule.get("values") or {},
            empty=rule.get("empty"),
            date=rule.get("date", ""),
            decimal=rule.get("decimal", ""),
            places=rule.get("places"),
            split=rule.get("split", ""),
            slug=rule.get("slug", False),
            unsure=self._path((*pointer, "unsure"), rule["unsure"]) if "unsure" in rule else None,
        )
