"""What was done in a stretch of time, counted: the figures of `report` and of the site, from one pass over history.

A tally says how often one thing happened to one record or by one person. It names no team: who belongs where and who
looks after what may change without another look at history. First-pass rate and the like are figures of a process,
not of a person. Days are counted with one decimal; a median says what a typical case is.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from custodex.texts import Text

CORRECTED_WITHIN = timedelta(days=30)
DAYS = 90
"""How far back the figures reach unless somebody says otherwise."""
REPORTS: Mapping[str, tuple[str, ...]] = {
    "quality": ("first_pass", "corrections"),
    "activity": ("customers", "notes", "transactions", "feedback", "tasks", "changes"),
    "kpi": ("entry_lag", "review_time", "postponed"),
}
"""Report -> the figures it takes from history."""
LABELS: Mapping[str, Text] = {
    "first_pass": Text("一次做对率 %", "right the first time, %"),
    "corrections": Text("30 天内的更正", "corrections within 30 days"),
    "findings": Text("未解决的问题", "findings open"),
    "findings_oldest": Text("最久未改的天数", "days since the oldest was touched"),
    "customers": Text("新增客户", "customers added"),
    "notes": Text("备注", "notes"),
    "transactions": Text("交易", "transactions"),
    "feedback": Text("反馈", "feedback"),
    "tasks": Text("任务", "tasks"),
    "changes": Text("修改的文件", "documents changed"),
    "entry_lag": Text("发生到记录的天数（中位数）", "days from event to record, median"),
    "review_time": Text("写成到合并的天数（中位数）", "days from written to landed, median"),
    "reviews_overdue": Text("超期未回访的客户", "customers overdue for a review"),
    "postponed": Text("推迟的任务", "tasks postponed"),
}
_EVENTS = {"note": "notes", "transaction": "transactions", "feedback": "feedback", "task": "tasks"}
COUNTED = ("customer", *_EVENTS)
"""The kinds these figures count: who may not read one of them would see other numbers."""
_OCCURRED = ("occurred_at", "occurred_on")
_BY = ("by", "created_by", "assignee", "owner")
_MEDIANS = frozenset({"entry_lag", "review_time"})
GroupOf = Callable[[str], str]
"""staff id -> the group it counts for, empty for none"""


class FieldEdit(Protocol):
    """One field before and after a change."""

    @property
    def written(self) -> str:
        """Where it stands, as people write it: `people[p1].title`."""

    @property
    def old(self) -> Any:
        """What it was; None: absent."""

    @property
    def new(self) -> Any:
        """What it became; None: removed."""


class Deed(Protocol):
    """One document's change in one commit, as `history.Change` tells it."""

    @property
    def at(self) -> str:
        """When it landed: RFC 3339."""

    @property
    def written(self) -> str:
        """When the oldest commit of what was merged was written; empty where nothing was merged."""

    @property
    def commit(self) -> str:
        """The commit's full name."""

    @property
    def reason(self) -> str:
        """Why: correction, change, merge or nothing."""

    @property
    def record(self) -> str:
        """The key of the record."""

    @property
    def path(self) -> str:
        """The path of the document."""

    @property
    def kind(self) -> str:
        """The kind of the document."""

    @property
    def action(self) -> str:
        """What happened: added, changed or removed."""

    @property
    def moved_from(self) -> str:
        """The path it had before; empty where it has not moved."""

    @property
    def fields(self) -> Sequence[FieldEdit]:
        """The fields that differ."""

    @property
    def value(self) -> Mapping[str, Any]:
        """The document after the change."""


class Tally(NamedTuple):
    """How often: `record` for what its owner answers for, else `who` did it; `value` where that differs by case."""

    figure: str
    record: str
    who: str
    value: float
    number: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: of what, for whom (empty: nobody in particular), from how many cases; `details` name some."""

    name: str
    group: str
    value: float
    cases: int
    details: tuple[str, ...] = ()


class _Counting:
    """One pass over the deeds, the newest first or in any other order."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, str, float, str]] = Counter()
        self.corrected: dict[str, list[datetime]] = defaultdict(list)
        self.landed: dict[tuple[str, str], datetime] = {}
        self.waits: dict[str, float] = {}

    def take(self, deed: Deed) -> None:
        at = datetime.fromisoformat(deed.at)
        if deed.record.startswith("customers/"):
            if deed.reason == "correction":
                self.corrected[deed.record].append(at)
            else:
                self.landed[deed.record, deed.commit] = at
        if deed.written and deed.commit not in self.waits:
            self.waits[deed.commit] = days(deed.written, at)
        if deed.action == "added":
            self._added(deed, at)
        elif deed.action == "changed":
            self._changed(deed)

    def _added(self, deed: Deed, at: datetime) -> None:
        name = "customers" if deed.kind == "customer" else _EVENTS.get(deed.kind, "")
        if name and not deed.moved_from:
            self.counts[name, "", _author(deed), 0.0, ""] += 1
        occurred = next((deed.value[field] for field in _OCCURRED if field in deed.value), None)
        if isinstance(occurred, str) and deed.kind in _EVENTS and _is_moment(occurred):
            self.counts["entry_lag", "", _author(deed), max(0.0, days(occurred, at)), ""] += 1

    def _changed(self, deed: Deed) -> None:
        if deed.fields:
            self.counts["changes", deed.record, "", 0.0, ""] += 1
        if deed.kind == "task":
            for moved in _postponed(deed):
                self.counts["postponed", "", _author(deed), 0.0, moved] += 1

    def finish(self) -> Iterator[Tally]:
        for (record, _), at in self.landed.items():
            wrong = any(
                timedelta(0) < later - at <= CORRECTED_WITHIN for later in self.corrected.get(record, ())
            )
            self.counts["first_pass", record, "", float(not wrong), ""] += 1
        for wait in self.waits.values():
            self.counts["review_time", "", "", wait, ""] += 1
        for (figure, record, who, value, detail), number in self.counts.items():
            yield Tally(figure, record, who, value, number, detail)


def tally(deeds: Iterable[Deed]) -> list[Tally]:
    """Return what was done, counted by record and person."""
    counting = _Counting()
    for deed in deeds:
        counting.take(deed)
    return list(counting.finish())


def answered(tallies: Iterable[Tally], owner_of: Callable[[str], str]) -> Iterator[Tally]:
    """Yield tallies of persons alone: for what happened to a record its owner answers."""
    return (one._replace(who=owner_of(one.record)) if one.record else one for one in tallies)


def figures(tallies: Iterable[Tally], group_of: GroupOf) -> list[Figure]:
    """Return the figures by group, in the order of `LABELS`; *tallies* as `answered` gives them."""
    found: dict[tuple[str, str], list[Tally]] = defaultdict(list)
    for one in tallies:
        found[one.figure, group_of(one.who) if one.who else ""].append(one)
    made = [figure for (name, group), rows in found.items() for figure in _figures(name, group, rows)]
    order = list(LABELS)
    return sorted(made, key=lambda one: (order.index(one.name), one.group))


def _figures(name: str, group: str, rows: Sequence[Tally]) -> Iterator[Figure]:
    cases = sum(row.number for row in rows)
    if name == "first_pass":
        wrong = sum(row.number for row in rows if not row.value)
        yield Figure(name, group, round(100 * (cases - wrong) / cases, 1), cases)
        if wrong:
            yield Figure("corrections", group, wrong, cases)
    elif name in _MEDIANS:
        values = [row.value for row in rows for _ in range(row.number)]
        yield Figure(name, group, round(statistics.median(values), 1), cases)
    else:
        yield Figure(name, group, cases, cases, tuple(row.detail for row in rows if row.detail))


def _author(deed: Deed) -> str:
    """Return who did what a document tells of."""
    return str(next((deed.value[name] for name in _BY if isinstance(deed.value.get(name), str)), ""))


def _is_moment(written: str) -> bool:
    """Tell whether a date or a time can be read: history holds what no check has let pass as well."""
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return True


def _postponed(deed: Deed) -> Iterator[str]:
    for item in deed.fields:
        old, new = item.old, item.new
        if item.written == "due" and isinstance(old, str) and isinstance(new, str) and old < new:
            yield f"{deed.path}: {old} -> {new}"


def days(since: Any, until: datetime) -> float:
    """Return the days from a date or a time (no zone: that of *until*) to a moment; 0 where there is none."""
    if not isinstance(since, str) or not since:
        return 0.0
    start = datetime.fromisoformat(since)
    start = start if start.tzinfo else start.replace(tzinfo=until.tzinfo)
    return round((until - start).total_seconds() / 86400, 1)
