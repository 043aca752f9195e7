"""A customer moves between stages as the vocabulary allows, and starts at an initial one."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.books import Book
from custodex.checks.codes import Stage, codes_of
from custodex.examining import Before
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "stage-move",
        Text("阶段不能这样变", "stage move that is not allowed"),
        Text(
            "阶段的变化说明客户关系走到了哪一步，统计转化率靠它。跳过中间一步或倒着走，数字就失真。",
            "The moves between stages tell how a relation develops; conversion figures rest on them. "
            "A skipped "
            "or backward step makes them wrong.",
        ),
        Text("阶段不能从“{before}”变为“{after}”", "a customer cannot move from {before} to {after}"),
        Text("从“{before}”可以变为：{moves}", "from {before} it may move to {moves}"),
        bad="stage: loyal   # was lead",
        good="stage: customer   # was lead",
    ),
    Rule(
        "stage-start",
        Text("新客户从后面的阶段开始", "new customer at a late stage"),
        Text(
            "新建的客户从起始阶段开始。把老客户录进来时，写上合作开始的日期 since。",
            "A new record starts at an initial stage. An old customer that is entered only now has "
            "since, the "
            "date the relation began.",
        ),
        Text("新客户不能直接是“{after}”", "a new customer cannot start as {after}"),
        Text("写上 since，或从这些阶段开始：{initial}", "add since, or start at one of {initial}"),
        bad="stage: loyal",
        good='stage: loyal\nsince: "2019-05-01"',
        severity="warning",
    ),
)


def check(change: Before, book: Book) -> Iterator[Fault]:
    """Yield a fault for a move that the vocabulary does not know, and for a late start."""
    after = (change.after or {}).get("stage")
    stages = codes_of(book).stages
    stage = stages.get(after) if isinstance(after, str) else None
    if change.kind != "customer" or stage is None or change.after is None:
        return
    names = {"after_zh": stage.label.zh, "after_en": stage.label.en}
    if change.before is None:
        if not stage.initial and "since" not in change.after:
            starts = [known for known in stages.values() if known.initial]
            yield Fault("stage-start", ("stage",), {**names, **_listed("initial", starts)}, path=change.path)
        return
    before = change.before.get("stage")
    old = stages.get(before) if isinstance(before, str) else None
    if old is not None and after != before and after not in old.moves:
        moves = [stages[name] for name in stages if name in old.moves]
        params = {**names, **_listed("moves", moves), "before_zh": old.label.zh, "before_en": old.label.en}
        yield Fault("stage-move", ("stage",), params, path=change.path)


def _listed(name: str, stages: list[Stage]) -> dict[str, str | int]:
    zh, en = "、".join(stage.label.zh for stage in stages), ", ".join(stage.label.en for stage in stages)
    return {f"{name}_zh": zh or "–", f"{name}_en": en or "–"}
