"""Figures of now by team, beside those from history (`deeds`): what is still wrong, whose review is overdue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from custodex.deeds import Figure, GroupOf, days
from custodex.findings import Finding
from custodex.readers import Reader
from custodex.records import locate
from custodex.reports import is_counted
from custodex.schemas import is_date


class Owners:
    """Who looks after a record, and for which group that counts."""

    def __init__(self, reader: Reader, group_of: GroupOf) -> None:
        self._reader = reader
        self._group_of = group_of
        self._owners: dict[str, str] = {}

    def owner(self, key: str) -> str:
        """Return the owner of a record's account, empty without one."""
        if key not in self._owners:
            record = self._reader.record(key)
            self._owners[key] = str(record.main.get("owner") or "") if record else ""
        return self._owners[key]

    def group(self, key: str) -> str:
        """Return the group of the owner."""
        return self._group_of(self.owner(key))


def unsolved(
    owners: Owners, findings: Sequence[Finding], touched: Mapping[str, str], now: datetime
) -> Iterator[Figure]:
    """Yield what is still wrong; *touched*: record -> last change."""
    ages: dict[str, list[float]] = defaultdict(list)
    for finding in findings:
        place = locate(finding.path)
        key = place.record if place else ""
        ages[owners.group(key) if key else ""].append(days(touched.get(key), now))
    for group, found in ages.items():
        yield Figure("findings", group, len(found), len(found))
        yield Figure("findings_oldest", group, max(found), len(found))


def overdue(owners: Owners, reader: Reader, today: date) -> Iterator[Figure]:
    """Yield the customers nobody has spoken to for longer than their grade allows."""
    limits = {
        (kind.get("type"), grade.get("id")): grade.get("review_days")
        for kind in reader.book.vocabulary("grades").get("types") or ()
        for grade in kind.get("grades") or ()
    }
    late: dict[str, list[str]] = defaultdict(list)
    counted: dict[str, int] = defaultdict(int)
    for record in reader.records("customer"):
        main = record.main
        allowed = limits.get((main.get("type"), main.get("grade")))
        if not is_counted(main) or not isinstance(allowed, int):
            continue
        group = owners.group(record.key)
        counted[group] += 1
        notes = record.all("note")
        last = notes[-1].stem[:10] if notes else str(main.get("since") or "")
        if is_date(last) and (today - date.fromisoformat(last)).days > allowed:
            late[group].append(record.id)
    for group, found in late.items():
        yield Figure("reviews_overdue", group, len(found), counted[group], tuple(found))
