"""A colleague or team mentioned by @id exists."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.sight import Sight
from custodex.facts import mentions_in
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "mention-unknown",
        Text("提到的人不存在", "mention of nobody"),
        Text(
            "用 @编号 提到同事，页面上就成为链接。没有这个人，消息就没有送到任何人那里。",
            "A colleague mentioned by @id becomes a link on the page. If there is nobody of that id, "
            "the word "
            "reaches no one.",
        ),
        Text("没有员工或团队 @{value}", "there is no colleague or team @{value}"),
        Text(
            "用 records/staff/ 或 records/teams/ 中的编号；不是提到同事就去掉 @",
            "use an id of records/staff/ or records/teams/, or drop the @",
        ),
        bad="follow_up: 请 @zhou-mni 报价",
        good="follow_up: 请 @zhou-min 报价",
    ),
)


def check(sight: Sight) -> Iterator[Fault]:
    """Yield a fault for every mention that names neither staff nor team."""
    for document, mark in sight.mentioning:
        for reference in mentions_in(mark):
            if not any(sight.context.exists(target) for target in reference.targets):
                yield Fault(
                    "mention-unknown", reference.pointer, {"value": reference.value}, path=document.path
                )
