"""What an import would do, as a person reads it: the columns with their fields, the first rows with their fate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.imports.planning import Planned
    from custodex.imports.results import Result

_ROWS = 12
_OUTCOMES: Mapping[str, Text] = {
    "created": Text("新建", "new"),
    "updated": Text("更新", "changed"),
    "unchanged": Text("未变", "unchanged"),
    "rejected": Text("拒绝", "rejected"),
    "withheld": Text("暂缓", "withheld"),
}


def preview(session: Session, result: Result) -> Iterator[str]:
    """Yield the lines of a preview."""
    from custodex.cli.tables import table

    columns = [[header, " + ".join(fields)] for header, fields in result.columns.items()]
    columns += [[header, session.say("（不导入）", "(left out)")] for header in result.unmatched]
    if columns:
        yield from table([session.say("列", "Column"), session.say("字段", "Field")], columns, session.width)
        yield ""
    titles = (("行", "Row"), ("结果", "Fate"), ("内容", "Content"), ("备注", "Remark"))
    rows = [_row(session, entry) for entry in result.planned[:_ROWS]]
    yield from table([session.say(*title) for title in titles], rows, session.width)
    if len(result.planned) > _ROWS:
        left = len(result.planned) - _ROWS
        yield session.say(f"另有 {left} 行", f"and {left} more rows")


def _row(session: Session, entry: Planned) -> list[str]:
    remark = entry.reason if entry.outcome == "rejected" else entry.similar
    return [
        str(entry.rows[0].number), _OUTCOMES[entry.outcome].get(session.lang), _content(entry),
        remark.get(session.lang),
    ]  # fmt: skip


def _content(entry: Planned) -> str:
    """Return what a row is about: the name or text that the record would be known by, else its first cells."""
    return entry.title or " · ".join([cell for cell in entry.rows[0].cells if cell][:3])
