"""A grade belongs to the customer's type: organizations and persons have grades of their own."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.codes import codes_of
from custodex.checks.naming import group_of
from custodex.checks.page import Page
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "grade-type",
        Text("等级与客户类型不符", "grade of the other customer type"),
        Text(
            "企业和个人各有一套等级，回访周期也不同。等级用错，客户就会按错误的周期回访。",
            "Organizations and persons have grades of their own, with their own review periods. With the "
            "wrong grade a customer is reviewed at the wrong pace.",
        ),
        Text("等级 {grade} 不用于 {type}", "the grade {grade} is not for {type}"),
        Text("{type} 的等级：{known}", "the grades for {type} are {known}"),
        bad="type: person\ngrade: strategic",
        good="type: person\ngrade: affluent",
    ),
)


def check(page: Page) -> Iterator[Fault]:
    """Yield a fault for a grade that exists, but for another type."""
    for pointer, node, found in page.codes:
        if node.schema["x-vocabulary"] != "grades":
            continue
        type_, grades = group_of(page.value, pointer).get("type"), codes_of(page.book).grades
        own = grades.get(type_, frozenset()) if isinstance(type_, str) else frozenset()
        if own and found not in own and any(found in others for others in grades.values()):
            yield Fault(
                "grade-type", pointer, {"grade": found, "type": str(type_), "known": ", ".join(sorted(own))}
            )
