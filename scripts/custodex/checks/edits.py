"""An event that was committed is never edited or deleted: a correction is a new event."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from custodex.books import Book
from custodex.checks.documents import faults_of_document
from custodex.examining import Before, Value
from custodex.findings import Fault, Pointer
from custodex.hints import find
from custodex.records import EVENT_KINDS, KIND, record_key
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "event-edited",
        Text("改动了已有的事件", "edited event"),
        Text(
            "备注、交易和反馈记下当时发生的事，只增不改，日后才说得清谁在何时知道什么。更正写成新事件，旧的仍在。"
            "检查本来就报错的字段可以改。",
            "Notes, transactions and feedback say what was known at the time; they are added, never "
            "edited, so "
            "that this can be told later. A correction is a new event, the old one stays. Fields "
            "that a check "
            "had complained about may be mended.",
        ),
        Text(
            "事件已经提交，不能再改：{fields}",
            "the event was committed before and may not be edited: {fields}",
        ),
        Text(
            "用 git checkout 恢复原文，另写一个新事件，加上 corrects: {stem}",
            "restore the file and write a new event with corrects: {stem}",
        ),
        bad="# a committed note, changed\nsummary: 合同未签",
        good="# a new note\nsummary: 合同未签\ncorrects: 2026-03-02-9fj2k1",
    ),
    Rule(
        "event-deleted",
        Text("删除了已有的事件", "deleted event"),
        Text(
            "删掉的事件会从时间线和统计里消失，只有 Git 历史还记得。",
            "A deleted event vanishes from the timeline and from every figure; only Git's history "
            "remembers it.",
        ),
        Text("事件 {stem} 被删除了", "the event {stem} was deleted"),
        Text(
            "误删请恢复；记错了就写一个新事件更正",
            "restore it if this was a slip; correct an error by a new event",
        ),
        bad="(notes/2026/2026-03-02-9fj2k1.yaml deleted)",
        good="# a new note\ncorrects: 2026-03-02-9fj2k1",
        severity="warning",
    ),
)


def check(change: Before, book: Book, exists: Callable[[str], bool]) -> Iterator[Fault]:
    """Yield a fault where an event was edited beyond mending it, or is gone; *exists* knows the records."""
    if change.kind not in EVENT_KINDS or change.before is None:
        return
    stem = change.path.rpartition("/")[2].removesuffix(".yaml")
    if change.after is None:
        yield Fault("event-deleted", (), {"stem": stem}, path=change.path)
        return
    mended = {fault.pointer for fault in faults_of_document(change.kind, change.before, book)}
    edited = [
        pointer
        for pointer in _differences(change.before, change.after, ())
        if not any(known[: len(pointer)] == pointer or pointer[: len(known)] == known for known in mended)
        and not _may_change(pointer, change, book, exists)
    ]
    if edited:
        fields = ", ".join(".".join(str(part) for part in pointer) for pointer in edited[:6])
        yield Fault("event-edited", edited[0], {"fields": fields, "stem": stem}, path=change.path)


def _differences(before: Any, after: Any, pointer: Pointer) -> Iterator[Pointer]:
    """Yield where two values differ, as deep as their shape is the same (a list that grew is one value)."""
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _differences(*pair, (*pointer, index))
    elif isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            if name not in before or name not in after:
                yield (*pointer, name)
            else:
                yield from _differences(before[name], after[name], (*pointer, name))
    elif before != after:
        yield pointer


def _may_change(pointer: Pointer, change: Before, book: Book, exists: Callable[[str], bool]) -> bool:
    """Tell whether a field is meant to change (`x-mutable`), or referred to nothing and had to be mended."""
    node = find(book.schemas.node(change.kind), pointer) if book.schemas.has(change.kind) else None
    if node is None or node.hint("mutable"):
        return node is not None
    kinds = [kind for kind in str(node.hint("ref") or "").split("|") if kind in KIND]
    found = _value_at(change.before or {}, pointer)
    return (
        bool(kinds) and isinstance(found, str) and not any(exists(record_key(kind, found)) for kind in kinds)
    )


def _value_at(value: Value, pointer: Pointer) -> Any:
    found: Any = value
    for part in pointer:
        found = found.get(part) if isinstance(found, dict) else None
    return found
