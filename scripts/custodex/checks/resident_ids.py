"""A resident identity number fits its check character, holds a real birthday: the one of the record."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.naming import group_of
from custodex.checks.page import Page
from custodex.checksums import resident_birthday, resident_fault, resident_region_known
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "resident-id",
        Text("身份证号码不成立", "not a resident identity number"),
        Text(
            "号码的最后一位按 GB 11643 由前 17 位算出，第 7 至 14 位是出生日期。"
            "抄错的号码会把另一个人的资料认作本人。",
            "The last character follows from the first 17 (GB 11643), and digits 7 to 14 are the birthday. "
            "A miscopied number would take another person's papers for this one's.",
        ),
        # the number itself is sensitive and stays out of messages and logs
        Text("身份证号码{problem}", "the resident identity number {problem}"),
        Text("对照证件再抄一遍，末位 X 用大写", "copy it again from the card; a final X is upper case"),
        bad='resident_id: "110105194912310021"',
        good="resident_id: 11010519491231002X",
    ),
    Rule(
        "resident-id-region",
        Text("身份证号码的地区可疑", "doubtful region in a resident identity number"),
        Text(
            "前两位是首次办证时的省份。区划年年调整，县级代码不作判断，但省份代码从未废止。",
            "The first two digits are the province of first registration. Counties change every year and are "
            "not judged, but no province code was ever withdrawn.",
        ),
        Text(
            "身份证号码开头的 {province} 不是省份代码", "{province} at the start of the number is no province"
        ),
        Text("对照证件核对前六位", "compare the first six digits with the card"),
        bad='resident_id: "990105194912310023"',
        good="resident_id: 11010519491231002X",
        severity="warning",
    ),
    Rule(
        "resident-id-birthday",
        Text("生日与身份证号码不一致", "birthday differs from the identity number"),
        Text(
            "身份证号码里写着出生日期，两者不一致必有一个错了。",
            "The number holds the birthday, so where the two differ one of them is wrong.",
        ),
        Text(
            "生日与身份证号码中的出生日期不一致",
            "the birthday is not the one in the resident identity number",
        ),
        Text("对照证件，改正其中一个", "look at the card and correct one of them"),
        bad='resident_id: 11010519491231002X\nbirthday: "1950-01-01"',
        good='resident_id: 11010519491231002X\nbirthday: "1949-12-31"',
    ),
)

_PROBLEMS = {
    "form": Text("写法不对", "has the wrong form"),
    "check": Text("的校验位不对", "has a wrong check character"),
    "date": Text("中的出生日期不存在", "holds a birthday that does not exist"),
}


def check(page: Page) -> Iterator[Fault]:
    """Yield what is wrong with the identity numbers of one document."""
    for pointer, _node, found in page.formatted("resident-id"):
        problem = resident_fault(found)
        if problem:
            text = _PROBLEMS[problem]
            yield Fault("resident-id", pointer, {"problem_zh": text.zh, "problem_en": text.en})
            continue
        if not resident_region_known(found):
            yield Fault("resident-id-region", pointer, {"province": found[:2]})
        birthday = group_of(page.value, pointer).get("birthday")
        if isinstance(birthday, str) and birthday != resident_birthday(found):
            yield Fault("resident-id-birthday", (*pointer[:-1], "birthday"))
