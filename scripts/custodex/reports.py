"""Figures: how many customers, notes and transactions by stage, region, industry, grade, owner, source, month.

A record contributes numbers to figures; whoever shows figures adds up contributions, so that the site and
`custodex report` count the same and one changed record costs one subtraction and one addition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from custodex.examining import Record
from custodex.texts import Text

Contribution = dict[str, dict[str, int]]
"""figure -> value -> number"""

FIGURES: Mapping[str, Text] = {
    "stage": Text("按阶段", "by stage"),
    "type": Text("按类型", "by type"),
    "grade": Text("按等级", "by grade"),
    "industry": Text("按行业", "by industry"),
    "region": Text("按地区", "by region"),
    "owner": Text("按负责人", "by owner"),
    "source": Text("按来源", "by source"),
    "month": Text("按月新增", "new by month"),
    "notes": Text("每月备注", "notes by month"),
    "transactions": Text("每月交易", "transactions by month"),
    "feedback": Text("每月反馈", "feedback by month"),
    "tasks": Text("任务状态", "tasks by state"),
}
"""What `custodex report` knows, in the order of its list."""

_DATES: Mapping[str, tuple[str, str]] = {
    "note": ("notes", "occurred_at"),
    "transaction": ("transactions", "occurred_on"),
    "feedback": ("feedback", "occurred_at"),
}


def is_counted(main: Mapping[str, Any]) -> bool:
    """Tell whether a customer counts: stubs of merged ones and tombstones do not."""
    return bool(main) and "merged_into" not in main and "erased" not in main


def contributions(record: Record) -> Contribution:
    """Return what one customer adds to each figure."""
    main = record.main
    if record.kind != "customer" or not is_counted(main):
        return {}
    found = {figure: {value: 1} for figure, value in _of_customer(main)}
    for document in record.documents:
        if document.kind in _DATES:
            figure, field = _DATES[document.kind]
            value = _month(document.value.get(field))
        elif document.kind == "task":
            figure, value = "tasks", _text(document.value.get("state"))
        else:
            continue
        counts = found.setdefault(figure, {})
        counts[value] = counts.get(value, 0) + 1
    return {figure: dict(sorted(counts.items())) for figure, counts in sorted(found.items())}


def _of_customer(main: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for field in ("stage", "type", "grade", "owner"):
        yield field, _text(main.get(field))
    yield "industry", _text(main.get("industry"))[:1]
    yield "region", _region(main.get("region"))
    source = main.get("source")
    yield "source", _text(source.get("channel")) if isinstance(source, Mapping) else ""
    # the day of becoming a customer, else the day the record came in
    day = main.get("since") or (source.get("at") if isinstance(source, Mapping) else None)
    if month := _month(day):
        yield "month", month


def _region(region: Any) -> str:
    if not isinstance(region, Mapping):
        return ""
    country, province = _text(region.get("country")), _text(region.get("province"))
    return f"{country}-{province}" if country and province else country


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _month(day: Any) -> str:
    return day[:7] if isinstance(day, str) and len(day) >= 7 else ""


def count(records: Iterable[Record]) -> Mapping[str, Mapping[str, int]]:
    """Return all figures of these customers."""
    totals: dict[str, Counter[str]] = {figure: Counter() for figure in FIGURES}
    for record in records:
        for figure, counts in contributions(record).items():
            totals[figure].update(counts)
    return totals
