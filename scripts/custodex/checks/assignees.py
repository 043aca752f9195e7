"""Whoever has an open task or a customer to look after still works here."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.sight import Reference, Sight
from custodex.findings import Fault
from custodex.records import record_key
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "assignee-inactive",
        Text("任务交给了离职的人", "task of somebody who left"),
        Text(
            "离职同事名下的未完成任务没有人会做。",
            "Nobody will do the open tasks of a colleague who has left.",
        ),
        Text("任务未完成，但 {value} 已离职", "the task is open, but {value} has left"),
        Text("把 assignee 改成在职的人或团队", "give it to an active colleague or a team"),
        bad="state: open\nassignee: lao-he   # active: false",
        good="state: open\nassignee: zhou-min",
        severity="warning",
    ),
    Rule(
        "owner-inactive",
        Text("负责人已离职", "owner who left"),
        Text(
            "负责人离职的客户没有人跟进，也不会出现在任何人的清单里。",
            "A customer whose owner has left is followed up by nobody and is on nobody's list.",
        ),
        Text("负责人 {value} 已离职", "the owner {value} has left"),
        Text("把 owner 改成在职的人", "name an active colleague as owner"),
        bad="owner: lao-he   # active: false",
        good="owner: zhou-min",
        severity="warning",
    ),
)

_RUNNING = ("open", "doing")  # no set: a state may be a list as well


def check(sight: Sight) -> Iterator[Fault]:
    """Yield a fault for each owner and each assignee of a running task who is no longer active."""
    for reference in sight.references:
        code = _responsible(reference)
        if code and sight.context.main(record_key("staff", reference.value)).get("active") is False:
            yield Fault(code, reference.pointer, {"value": reference.value}, path=reference.document.path)


def _responsible(reference: Reference) -> str:
    """Return the code of the rule a reference falls under: who merely wrote a note may have left."""
    if reference.document.kind == "task" and reference.pointer == ("assignee",):
        return "assignee-inactive" if reference.document.value.get("state") in _RUNNING else ""
    return (
        "owner-inactive" if reference.document.kind == "customer" and reference.pointer == ("owner",) else ""
    )
