"""The event that a document refers to is an earlier one of the same customer."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.naming import named
from custodex.checks.sight import Sight
from custodex.findings import Fault
from custodex.records import EVENT_KINDS
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "event-missing",
        Text("没有这个事件", "no such event"),
        Text(
            "更正写成新事件，并指明更正哪一条。指向不存在的事件，两条记录就会被各算一次。",
            "A correction is a new event that names the one it corrects. If that one does not exist, "
            "both count.",
        ),
        Text("{name}：这个客户没有{kind} {value}", "{name}: this customer has no {kind} {value}"),
        Text(
            "写事件的文件名，不带 .yaml，如 2026-03-02-9fj2k1",
            "write the event's file name without .yaml, such as 2026-03-02-9fj2k1",
        ),
        bad="corrects: 2026-03-02-zzzzzz",
        good="corrects: 2026-03-02-9fj2k1",
    ),
    Rule(
        "event-self",
        Text("事件更正自己", "event that corrects itself"),
        Text(
            "事件只增不改。更正是另一个文件，不能指向自己。",
            "Events are never edited: a correction is another file, so it cannot name itself.",
        ),
        Text("{name}：不能指向自己", "{name}: an event cannot name itself"),
        Text("写被更正的事件，或删掉这一行", "name the event that is corrected, or remove the line"),
        bad="# 2026-03-02-9fj2k1.yaml\ncorrects: 2026-03-02-9fj2k1",
        good="# 2026-03-05-k4t7wz.yaml\ncorrects: 2026-03-02-9fj2k1",
    ),
)

_KINDS = {
    "note": Text("备注", "note"),
    "transaction": Text("交易", "transaction"),
    "feedback": Text("反馈", "feedback"),
}
_ANY = Text("事件", "event")


def check(sight: Sight) -> Iterator[Fault]:
    """Yield a fault for every reference to an event that is missing or the document itself."""
    wanted = [reference for reference in sight.references if reference.kind == "event"]
    there = {(document.kind, document.stem) for document in sight.record.documents} if wanted else set()
    for reference in wanted:
        # an event corrects one of its own kind, a task may come out of any
        own = reference.document.kind
        kinds = (own,) if own in EVENT_KINDS else sorted(EVENT_KINDS)
        params = {**named(reference.node, reference.pointer), "value": reference.value}
        if reference.value == reference.document.stem and own in EVENT_KINDS:
            yield Fault("event-self", reference.pointer, params, path=reference.document.path)
        elif not any((kind, reference.value) in there for kind in kinds):
            text = _KINDS.get(own, _ANY)
            params.update(kind_zh=text.zh, kind_en=text.en)
            yield Fault("event-missing", reference.pointer, params, path=reference.document.path)
