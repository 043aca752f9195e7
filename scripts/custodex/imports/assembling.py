"""One row as trees of values, a tree for each document it fills."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from custodex.imports.converting import Converter, rounded
from custodex.imports.mapping import Plan, Rule, Sum, Target
from custodex.imports.merging import Addition, Labelled
from custodex.imports.paths import FieldPath, Step
from custodex.imports.taking import RowFault, Source, Taker
from custodex.phones import e164, phone_fault
from custodex.schemas import python_pattern
from custodex.sheets import Row
from custodex.texts import Text

_UNPLANNED = frozenset({"length", "range"})
_WITH_EXTENSION = re.compile(
    r"(.*[0-9)])[ ,;]*(?:ext\.?|x|转|轉|分机|分機|#)[ .:：]*([0-9]{1,8})", re.IGNORECASE
)

Trees = dict[str, dict[str, Any]]
"""By kind of document: nested fields, lists of objects as `Labelled`."""


@dataclass(slots=True)
class _Entry:
    """One value on its way into a tree; *solid* ones come from a cell and keep their list item alive."""

    path: FieldPath
    value: Any
    solid: bool
    rule: Rule


@dataclass(frozen=True, slots=True)
class Assembled:
    """What a row says (`trees`), and what it would say if the record is new (`fresh`)."""

    trees: Trees
    fresh: Trees
    reasons: Sequence[Text] = field(default=())


class Assembler:
    """Assembles rows by one plan; *region* is the country of phones that nothing else tells."""

    def __init__(
        self, plan: Plan, converter: Converter, taker: Taker, source: Source, region: str = ""
    ) -> None:
        self._plan = plan
        self._converter = converter
        self._taker = taker
        self._source = source
        self._region = region

    def assemble(self, rows: Sequence[Row], line_rows: Sequence[Row], lines: Source | None) -> Assembled:
        """Return the trees of a group of rows with one key; the first one speaks for the fields."""
        reasons: list[Text] = []
        entries = list(self._entries(self._plan.targets, self._source, rows[0], reasons))
        trees = _planted(self._settled(entries))
        if self._plan.lines and lines:
            items = [self._line(self._plan.lines.targets, row, lines, reasons) for row in line_rows]
            if items:
                trees.setdefault(self._plan.kind, {})[self._plan.lines.steps.steps[0].name] = items
        for path, rule in self._plan.targets:
            if rule.sum:
                _plant(trees.setdefault(path.kind, {}), path.steps, _total(rule.sum, trees[path.kind], rule))
        present = {(entry.path.kind, entry.path.steps) for entry in entries}
        wanted = [
            target for target in self._plan.defaults if (target[0].kind, target[0].steps) not in present
        ]
        fresh = _planted(self._settled(list(self._entries(wanted, self._source, rows[0], reasons))))
        return Assembled(trees, fresh, reasons)

    def _line(
        self, targets: Sequence[Target], row: Row, lines: Source, reasons: list[Text]
    ) -> dict[str, Any]:
        return _planted(list(self._entries(targets, lines, row, reasons))).get(self._plan.kind, {})

    def _entries(
        self, targets: Sequence[Target], source: Source, row: Row, reasons: list[Text]
    ) -> Iterator[_Entry]:
        for path, rule in targets:
            if rule.sum:
                continue
            try:
                taken = self._taker.take(rule, source, row)
                if taken in ("", None):
                    continue
                value = self._converter.convert(path.node, taken, rule)
            except RowFault as fault:
                reasons.append(Text(f"{path}：{fault.reason.zh}", f"{path}: {fault.reason.en}"))
                continue
            if value not in ("", []):
                yield _Entry(path, value, not rule.is_constant, rule)

    def _settled(self, entries: list[_Entry]) -> list[_Entry]:
        """Put phones and regions in order, then drop list items that only constants speak of."""
        settled = [found for entry in entries for found in self._with_country(entry, entries)]
        # what is kept as a note leaves its item: a type without a number would be no phone
        gone = {_item(entry.path) for entry in entries if entry.path.node.hint("format") == "phone"} - {
            _item(entry.path) for entry in settled if entry.path.node.hint("format") == "phone"
        }
        settled = [entry for entry in settled if _item(entry.path) not in gone or len(entry.path.steps) < 2]
        solid = {(entry.path.kind, item) for entry in settled if entry.solid for item in entry.path.items()}
        return [
            entry for entry in settled if all((entry.path.kind, item) in solid for item in entry.path.items())
        ]

    def _with_country(self, entry: _Entry, entries: Sequence[_Entry]) -> Iterator[_Entry]:
        if entry.path.node.hint("format") == "phone" and isinstance(entry.value, str):
            yield from self._phone(entry, entries)
            return
        if entry.rule.unsure is not None and not self._converter.knows(entry.path, str(entry.value)):
            yield _noted(entry)
            return
        yield entry
        if entry.path.node.hint("vocabulary") == "cities" and isinstance(entry.value, str):
            # the first two digits of a Chinese city's code are its province
            yield from _beside(entry, entries, "province", entry.value[:2])
            yield from _beside(entry, entries, "country", "CN")
        elif entry.path.node.hint("vocabulary") == "provinces":
            yield from _beside(entry, entries, "country", "CN")

    def _phone(self, entry: _Entry, entries: Sequence[_Entry]) -> Iterator[_Entry]:
        """Yield the number in its international form, or as it is with its country, or as a note."""
        beside = entry.path.node.hint("region")
        written, extension = _extension(_with_plus(entry.value))
        region = self._country_of(entry, entries, beside)
        if sure := e164(written, region or None):
            yield _Entry(entry.path, sure, entry.solid, entry.rule)
            if extension:
                yield from _beside(entry, entries, "extension", extension)
        elif entry.rule.unsure is not None and not self._can_stand(entry, written, region):
            yield _noted(entry, f" ({region})" if region else "")
        else:
            yield _Entry(entry.path, written, entry.solid, entry.rule)
            if region and beside:
                yield from _beside(entry, entries, str(beside), region)
            if extension:
                yield from _beside(entry, entries, "extension", extension)

    def _can_stand(self, entry: _Entry, written: str, region: str) -> bool:
        """Tell whether a number that no plan knows fits its field all the same: its country must be known."""
        pattern = str(entry.path.node.schema.get("pattern", ""))
        return bool(region) and phone_fault(written, region) in _UNPLANNED and bool(
            python_pattern(pattern).search(written)
        )  # fmt: skip

    def _country_of(self, entry: _Entry, entries: Sequence[_Entry], beside: object) -> str:
        own = entry.path.sibling(str(beside)) if beside else ()
        countries = [other for other in entries if other.path.node.hint("vocabulary") == "countries"]
        near = [o.value for o in countries if o.path.kind == entry.path.kind and o.path.steps == own]
        # the country of a phone comes before that of the customer; a phone in another item says nothing
        general = [o.value for o in countries if o.path.steps[-1].name != beside]
        return str(next(iter([*near, *general]), self._region))


def _item(path: FieldPath) -> tuple[str, tuple[Step, ...]]:
    """Return the list item that a field lies in."""
    return path.kind, path.steps[:-1]


def _noted(entry: _Entry, more: str = "") -> _Entry:
    """Return the note that keeps a value which its field cannot take."""
    header = " ".join(entry.rule.columns)
    label = header if header and "." not in header else str(
        entry.path.node.hint("format") or entry.path.steps[-1].name
    )  # fmt: skip
    path = entry.rule.unsure or entry.path
    return _Entry(path, Addition(f"{label}: {entry.value}{more}"), solid=False, rule=entry.rule)


def _extension(number: str) -> tuple[str, str]:
    """Return a number without its extension, and the extension: `+86 10 8600 0113 转 8012`."""
    found = _WITH_EXTENSION.fullmatch(number)
    return (found[1].strip(), found[2]) if found else (number, "")


def _with_plus(number: str) -> str:
    return f"+{number[2:]}" if number.startswith("00") and len(number) > 8 else number


def _beside(entry: _Entry, entries: Sequence[_Entry], name: str, value: str) -> Iterator[_Entry]:
    """Yield a value for the field *name* beside an entry unless the row has one."""
    steps = entry.path.sibling(name)
    if not any(other.path.kind == entry.path.kind and other.path.steps == steps for other in entries):
        path = FieldPath(entry.path.kind, steps, entry.path.node)
        yield _Entry(path, value, solid=False, rule=entry.rule)


def _planted(entries: Sequence[_Entry]) -> Trees:
    trees: Trees = {}
    for entry in entries:
        tree = trees.setdefault(entry.path.kind, {})
        _plant(tree, entry.path.steps, entry.value)
    return trees


def _plant(tree: dict[str, Any], steps: Sequence[Step], value: Any) -> None:
    for step in steps[:-1]:
        if step.label is None:
            tree = tree.setdefault(step.name, {})
        else:
            tree = tree.setdefault(step.name, Labelled()).setdefault(step.label, {})
    last = steps[-1].name
    if isinstance(value, Addition) and last in tree:
        value = Addition(f"{tree[last]}; {value}")
    elif isinstance(value, list) and isinstance(tree.get(last), list):
        value = list(dict.fromkeys([*tree[last], *value]))
    tree[last] = value


def _total(rule: Sum, tree: Mapping[str, Any], options: Rule) -> str:
    """Return the exact sum over the items of a list, rounded once at the end."""
    total = Decimal(0)
    try:
        for item in tree.get(rule.of) or ():
            product = Decimal(1)
            for name in rule.times:
                product *= Decimal(str(item[name]))
            total += product * (1 - Decimal(str(item.get(rule.less, 0))))
    except (KeyError, InvalidOperation) as error:
        raise RowFault(
            Text("明细缺少数量或单价，算不出合计", "a line lacks its quantity or price, there is no total")
        ) from error
    return f"{rounded(total, options.places if options.places is not None else 2):f}"
