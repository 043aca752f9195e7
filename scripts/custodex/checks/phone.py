"""A telephone number can exist, and says which country it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.naming import group_of, named
from custodex.checks.page import Page
from custodex.findings import Fault
from custodex.phones import phone_fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "phone",
        Text("电话号码不成立", "not a telephone number"),
        Text(
            "打不通的号码没有用，没有国家的号码在别的国家会拨到别人那里。号码按各国的号码规划核对，不联网。",
            "A number that cannot be dialled is of no use, and one without its country reaches somebody else "
            "abroad. Numbers are compared with each country's numbering plan, without any network.",
        ),
        Text("{name} {value} {problem}", "{name} {value} {problem}"),
        Text(
            "写作 +国家码 号码，如 +86 755 8600 0013",
            "write + country code and number, such as +86 755 8600 0013",
        ),
        bad='number: "13900000123"',
        good='number: "+86 139 0000 0123"',
    ),
    Rule(
        "phone-plan",
        Text("不在号码规划内的电话", "number outside the numbering plan"),
        Text(
            "老号码、内部号码和新开的号段在号码规划里查不到。写明了国家的号码会保留下来，请人核对一次。",
            "Old numbers, internal ones and ranges opened lately are in no numbering plan. A number whose country "
            "is given is kept, for somebody to look at once.",
        ),
        Text("{name} {value} {problem}（{region}）", "{name} {value} {problem} ({region})"),
        Text("核对号码；确实如此就不必改", "compare it with the source; leave it if it is right"),
        bad='number: "(171) 555-7788"\nregion: GB',
        good='number: "020 7946 0123"\nregion: GB',
        severity="warning",
    ),
)

_PROBLEMS = {
    "form": Text("不是电话号码", "is not a telephone number"),
    "length": Text("的位数不对", "has the wrong number of digits"),
    "range": Text("不在该国的号码规划内", "is in no number range of its country"),
}

_UNPLANNED = frozenset({"length", "range"})


def check(page: Page) -> Iterator[Fault]:
    """Yield a fault for every number that cannot exist or lacks its country; with its country it only warns."""
    for pointer, node, found in page.formatted("phone"):
        beside = node.hint("region")
        region = group_of(page.value, pointer).get(beside) if beside else None
        problem = phone_fault(found, region)
        if problem:
            text = _without_country(beside) if problem == "country" else _PROBLEMS[problem]
            params = {**named(node, pointer), "value": found, "problem_zh": text.zh, "problem_en": text.en}
            if region and problem in _UNPLANNED:
                yield Fault("phone-plan", pointer, {**params, "region": region})
            else:
                yield Fault("phone", pointer, params)


def _without_country(beside: str | None) -> Text:
    zh = f"，或用 {beside} 字段注明国家" if beside else ""
    en = f", or name the country in the field {beside}" if beside else ""
    return Text(f"没有国家码；写上国家码（如 +86）{zh}", f"has no country code; add one (such as +44){en}")
