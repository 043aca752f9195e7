"""Call logs of phones and telephone systems, known by their headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from custodex.imports.interactions import Interaction
from custodex.imports.taking import loose
from custodex.sheets import Row, Table

_NAMES: Mapping[str, Sequence[str]] = {
    "number": (
        "号码", "电话", "电话号码", "对方号码", "手机号", "number", "phone", "phone number", "caller", "called number",
    ),
    "when": (
        "时间", "开始时间", "通话时间", "日期", "日期时间", "date", "time", "date/time", "start time", "call date",
    ),
    "length": (
        "时长", "通话时长", "时长(秒)", "duration", "duration (s)", "duration (sec)", "length", "call duration",
    ),
    "way": ("类型", "呼叫类型", "方向", "type", "call type", "direction"),
    "text": ("备注", "摘要", "note", "notes", "comment", "summary"),
}  # fmt: skip
_NEEDED = ("number", "when", "length", "way")
_IN = re.compile(r"in|呼入|来电|被叫|接听|received|answered", re.IGNORECASE)
_OUT = re.compile(r"out|呼出|去电|主叫|拨出|dialed|dialled|placed", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{1,3})[:：])?(\d{1,3})[:：](\d{2})")
_WORDS = re.compile(
    r"(?:(\d+) *(?:小时|时|h))? *(?:(\d+) *(?:分钟|分|m(?:in)?))? *(?:(\d+) *(?:秒|s(?:ec)?))?", re.IGNORECASE
)


def columns_of_calls(table: Table) -> Mapping[str, int]:
    """Return where a call log has its columns; empty for any other table."""
    headers = [loose(header) for header in table.headers]
    found = {
        what: next((headers.index(loose(name)) for name in names if loose(name) in headers), -1)
        for what, names in _NAMES.items()
    }
    return found if all(found[what] >= 0 for what in _NEEDED) else {}


def calls(
    table: Table, columns: Mapping[str, int], when: Callable[[str], datetime | None]
) -> list[Interaction]:
    """Return the calls of a log; *when* reads a time. Missed ones are calls of no length."""
    return [_call(row, columns, when) for row in table.rows]


def _call(row: Row, columns: Mapping[str, int], when: Callable[[str], datetime | None]) -> Interaction:
    def cell(what: str) -> str:
        at = columns[what]
        return row.cells[at] if 0 <= at < len(row.cells) and at not in row.marks else ""

    number, moment, way = cell("number"), cell("when"), cell("way")
    direction = (
        "outgoing"
        if _OUT.search(way)
        else "incoming"
        if _IN.search(way) or "未接" in way or "miss" in way.lower()
        else ""
    )
    return Interaction(
        row.number, f"{number}{moment}{way}", "call", when(moment), "", [number],
        text=cell("text") or way or "call", minutes=_minutes(cell("length")), direction=direction,
    )  # fmt: skip


def _minutes(text: str) -> int:
    """Return a length as whole minutes, begun ones counting: plain seconds, `1:02:03`, `3分20秒`."""
    if (match := _CLOCK.fullmatch(text)) or (
        text and (match := _WORDS.fullmatch(text)) and any(match.groups())
    ):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
    else:
        digits = "".join(re.findall(r"\d+", text)[:1])
        hours, minutes, seconds = 0, 0, int(digits[:7] or 0)
    return -(-(hours * 3600 + minutes * 60 + seconds) // 60)
