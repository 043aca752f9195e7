"""Figures from history: how quickly, how rightly and how much is recorded, by team.

First-pass rate and the like are figures of a process, not of a person: who asks for persons needs the switch
`figures_by_person` of the policy. Days are counted with one decimal; a median says what a typical case is.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from custodex.findings import Finding
from custodex.history import Change
from custodex.readers import Reader
from custodex.records import locate
from custodex.reports import is_counted
from custodex.schemas import is_date
from custodex.texts import Text

CORRECTED_WITHIN = timedelta(days=30)
REPORTS = ("quality", "activity", "kpi")
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
_OCCURRED = ("occurred_at", "occurred_on")
_BY = ("by", "created_by", "assignee", "owner")
GroupOf = Callable[[str], str]
"""staff id -> the group it counts for, empty for none"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: of what, for whom (empty: nobody in particular), from how many cases; `details` name some."""

    name: str
    group: str
    value: float
    cases: int
    details: tuple[str, ...] = ()


class Past:
    """What happened in a stretch of time, and who counts for which group."""

    def __init__(self, changes: Iterable[Change], reader: Reader, group_of: GroupOf) -> None:
        self.changes = list(changes)
        self._reader = reader
        self._group_of = group_of
        self._owners: dict[str, str] = {}

    def by_author(self, change: Change) -> str:
        """Return the group of who did what a document tells of."""
        who = next((change.value[name] for name in _BY if isinstance(change.value.get(name), str)), "")
        return self._group_of(str(who))

    def by_owner(self, key: str) -> str:
        """Return the group of the owner of a record's account."""
        if key not in self._owners:
            record = self._reader.record(key)
            self._owners[key] = str(record.main.get("owner") or "") if record else ""
        return self._group_of(self._owners[key])


def activity(past: Past) -> Iterator[Figure]:
    """Yield how much was recorded."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for change in past.changes:
        if change.action == "added" and not change.moved_from:
            name = "customers" if change.kind == "customer" else _EVENTS.get(change.kind)
            if name:
                counts[name, past.by_author(change)] += 1
        elif change.action == "changed" and change.fields:
            counts["changes", past.by_owner(change.record)] += 1
    for (name, group), count in counts.items():
        yield Figure(name, group, count, count)


def quality(
    past: Past, findings: Sequence[Finding], touched: Mapping[str, str], now: datetime
) -> Iterator[Figure]:
    """Yield how right it was: what had to be corrected, what is still wrong; *touched*: record -> last change."""
    yield from _corrections(past)
    ages: dict[str, list[float]] = defaultdict(list)
    for finding in findings:
        place = locate(finding.path)
        key = place.record if place else ""
        ages[past.by_owner(key) if key else ""].append(_days(touched.get(key), now))
    for group, found in ages.items():
        yield Figure("findings", group, len(found), len(found))
        yield Figure("findings_oldest", group, max(found), len(found))


def _corrections(past: Past) -> Iterator[Figure]:
    corrected: dict[str, list[datetime]] = defaultdict(list)
    landed: dict[tuple[str, str], datetime] = {}
    for change in past.changes:
        if not change.record.startswith("customers/"):
            continue
        at = datetime.fromisoformat(change.at)
        if change.reason == "correction":
            corrected[change.record].append(at)
        else:
            landed[change.record, change.commit] = at
    right: dict[str, list[bool]] = defaultdict(list)
    for (record, _), at in landed.items():
        wrong = any(at < later <= at + CORRECTED_WITHIN for later in corrected.get(record, ()))
        right[past.by_owner(record)].append(not wrong)
    for group, found in right.items():
        yield Figure("first_pass", group, round(100 * sum(found) / len(found), 1), len(found))
        if wrong_ones := found.count(False):
            yield Figure("corrections", group, wrong_ones, len(found))


def kpi(past: Past, reader: Reader, today: date) -> Iterator[Figure]:
    """Yield how quickly: entry, review, and what is late."""
    lags: dict[str, list[float]] = defaultdict(list)
    waits: dict[str, float] = {}
    postponed: dict[str, list[str]] = defaultdict(list)
    for change in past.changes:
        occurred = next((change.value[name] for name in _OCCURRED if name in change.value), None)
        if change.action == "added" and isinstance(occurred, str) and change.kind in _EVENTS:
            lags[past.by_author(change)].append(max(0.0, _days(occurred, datetime.fromisoformat(change.at))))
        if change.written and change.commit not in waits:
            waits[change.commit] = _days(change.written, datetime.fromisoformat(change.at))
        if change.kind == "task" and change.action == "changed":
            postponed[past.by_author(change)] += list(_postponed(change))
    for group, found in lags.items():
        yield Figure("entry_lag", group, round(statistics.median(found), 1), len(found))
    if waits:
        yield Figure("review_time", "", round(statistics.median(waits.values()), 1), len(waits))
    for group, moved in postponed.items():
        if moved:
            yield Figure("postponed", group, len(moved), len(moved), tuple(moved))
    yield from _overdue(past, reader, today)


def _postponed(change: Change) -> Iterator[str]:
    for item in change.fields:
        if (
            item.written == "due"
            and isinstance(item.old, str)
            and isinstance(item.new, str)
            and item.old < item.new
        ):
            yield f"{change.path}: {item.old} -> {item.new}"


def _overdue(past: Past, reader: Reader, today: date) -> Iterator[Figure]:
    limits = {
        (kind.get("type"), grade.get("id")): grade.get("review_days")
        for kind in reader.book.vocabulary("grades").get("types") or ()
        for grade in kind.get("grades") or ()
    }
    late: dict[str, list[str]] = defaultdict(list)
    counted: dict[str, int] = defaultdict(int)
    for record in reader.records("customer"):
        main = record.main
        days = limits.get((main.get("type"), main.get("grade")))
        if not is_counted(main) or not isinstance(days, int):
            continue
        group = past.by_owner(record.key)
        counted[group] += 1
        notes = record.all("note")
        last = notes[-1].stem[:10] if notes else str(main.get("since") or "")
        if is_date(last) and (today - date.fromisoformat(last)).days > days:
            late[group].append(record.id)
    for group, found in late.items():
        yield Figure("reviews_overdue", group, len(found), counted[group], tuple(found))


def _days(since: Any, until: datetime) -> float:
    if not isinstance(since, str) or not since:
        return 0.0
    start = datetime.fromisoformat(since)
    start = start if start.tzinfo else start.replace(tzinfo=until.tzinfo)
    return round((until - start).total_seconds() / 86400, 1)
