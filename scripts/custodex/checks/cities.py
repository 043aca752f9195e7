"""A city belongs to the province beside it."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.codes import known_codes
from custodex.checks.page import Page
from custodex.findings import Fault, Pointer
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "city-province",
        Text("城市不属于这个省", "city of another province"),
        Text(
            "城市代码的前两位就是所在省的代码。两者不符，客户会同时出现在两个省或哪个省都不在。",
            "The first two digits of a city's code are its province. Where they differ the customer would be "
            "counted in the wrong province.",
        ),
        Text("城市 {city} 不属于省份 {province}", "the city {city} is not in the province {province}"),
        Text("检查两个代码；{city} 属于省份 {right}", "check both codes; {city} is in the province {right}"),
        bad='province: "11"\ncity: "4403"',
        good='province: "44"\ncity: "4403"',
    ),
)


def check(page: Page) -> Iterator[Fault]:
    """Yield a fault for a city whose code does not begin with the province's."""
    provinces: dict[Pointer, str] = {}
    for pointer, node, found in page.codes:
        vocabulary = node.schema["x-vocabulary"]
        if vocabulary == "provinces":
            provinces[pointer[:-1]] = found
        elif vocabulary == "cities" and found in known_codes(page.book, "cities"):
            province = provinces.get(pointer[:-1])
            if province and not found.startswith(province):
                yield Fault(
                    "city-province", pointer, {"city": found, "province": province, "right": found[:2]}
                )
