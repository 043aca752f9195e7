"""An e-mail address can receive mail, as far as that can be told without the network."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.naming import named
from custodex.checks.page import Page
from custodex.emails import email_fault
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "email",
        Text("电子邮件地址不成立", "not an e-mail address"),
        Text(
            "寄不到的地址等于没有联系方式。只核对写法，不联网，也不判断信箱是否存在。",
            "An address that cannot receive mail is no contact at all. Only its form is judged; the "
            "network is "
            "never asked, nor whether the mailbox exists.",
        ),
        Text("{name} {value} {problem}", "{name} {value} {problem}"),
        Text("写作 名称@域名，如 wang@example.cn", "write name@domain, such as wang@example.com"),
        bad="address: wang..li@example.cn",
        good="address: wang.li@example.cn",
    ),
)

_PROBLEMS = {
    "local": Text("的 @ 前面部分写法不对", "has a wrong part before the @"),
    "domain": Text("的域名写法不对", "has a wrong domain"),
    "reserved": Text("的域名是保留域名，收不到邮件", "has a reserved domain that receives no mail"),
    "form": Text("不是电子邮件地址", "is not an e-mail address"),
}


def check(page: Page) -> Iterator[Fault]:
    """Yield a fault for every address that cannot receive mail."""
    for pointer, node, found in page.formatted("email"):
        if problem := email_fault(found):
            text = _PROBLEMS[problem]
            params = {**named(node, pointer), "value": found, "problem_zh": text.zh, "problem_en": text.en}
            yield Fault("email", pointer, params)
