"""A unified social credit code fits its check characters and its region."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.page import Page
from custodex.checksums import uscc_check_character, uscc_fault
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "uscc",
        Text("统一社会信用代码不成立", "not a unified social credit code"),
        Text(
            "代码的最后一位按 GB 32100 由前 17 位算出，第 9 至 17 位是带校验位的组织机构代码。"
            "抄错一位就对不上，也就查不到这家企业。",
            "The last character follows from the first 17 (GB 32100), and characters 9 to 17 are an "
            "organization code with a check of its own. One wrong character and the company is not found.",
        ),
        Text("统一社会信用代码 {value} {problem}", "the unified social credit code {value} {problem}"),
        Text("对照营业执照再抄一遍", "copy it again from the business licence"),
        bad="uscc: 91440300MA5EXAM143",
        good="uscc: 91440300MA5EXAM142",
    ),
)

_PROBLEMS = {
    "form": Text("写法不对", "has the wrong form"),
    "check": Text("的校验位不对", "has a wrong check character"),
    "organization": Text(
        "中组织机构代码（第 9 至 17 位）的校验位不对", "holds a wrong organization code (characters 9 to 17)"
    ),
    "region": Text("中的行政区划不存在", "names a region that does not exist"),
}


def check(page: Page) -> Iterator[Fault]:
    """Yield a fault for every credit code that cannot be one."""
    for pointer, _node, found in page.formatted("uscc"):
        problem = uscc_fault(found)
        if problem:
            text = _PROBLEMS[problem]
            expected = uscc_check_character(found[:17]) if problem == "check" else ""
            params = {"value": found, "problem_zh": text.zh, "problem_en": text.en, "expected": expected}
            yield Fault("uscc", pointer, params)
