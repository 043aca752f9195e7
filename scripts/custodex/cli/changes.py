"""Changes of records for a terminal and for a machine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.findings import printable
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.history import Change, History

_LONGEST = 120
_ACTIONS = {
    "added": Text("新增", "added"),
    "changed": Text("修改", "changed"),
    "removed": Text("删除", "removed"),
}


def as_json(change: Change) -> dict[str, Any]:
    """Return a change as `log`, `diff` and `show` print it for machines."""
    return {
        "at": change.at, "who": change.who, "commit": change.commit, "subject": change.subject,
        "reason": change.reason, "record": change.record, "path": change.path, "kind": change.kind,
        "action": change.action,
        "fields": [{"field": field.written, "old": field.old, "new": field.new} for field in change.fields],
    }  # fmt: skip


def plain(value: Any) -> str:
    """Return any value on one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return printable(text, _LONGEST)


def lines_of(session: Session, history: History, changes: Iterable[Change], *, whole: bool) -> Iterator[str]:
    """Yield changes as lines: what happened, then `field: old -> new`; *whole*: new documents too."""
    for change in changes:
        who = f"{change.at[:16].replace('T', ' ')}  {printable(change.who)}  " if change.commit else ""
        action = _ACTIONS[change.action].get(session.lang)
        subject = f"  {printable(change.subject)}" if change.subject else ""
        yield f"{who}{action} {printable(change.path, 200)}{subject}"
        if change.action == "changed" or whole:
            for field in change.fields:
                label = history.label(change, field.place).get(session.lang) or field.written
                yield f"  {printable(label)}: {_before_after(field.old, field.new)}"


def _before_after(old: Any, new: Any) -> str:
    if old is None:
        return f"+ {plain(new)}"
    return f"- {plain(old)}" if new is None else f"{plain(old)} -> {plain(new)}"
