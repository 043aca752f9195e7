"""A name does not mix look-alike letters of two alphabets in one word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from custodex.checks.naming import named
from custodex.checks.page import Page
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "name-mixed-script",
        Text("名称混用两种字母", "name mixes two alphabets"),
        Text(
            "西里尔字母 а、希腊字母 ο 与拉丁字母看起来一样，却是另一个字符。混用的名称搜不到，"
            "也可能是冒充已有客户。",
            "Cyrillic а and Greek ο look like Latin letters but are others. Such a name is not found by a "
            "search, and may pose as an existing customer.",
        ),
        Text("{name}中的 {word} 混有 {char}", "{word} in {name} holds {char} among Latin letters"),
        Text("用键盘重新输入这个词", "type the word again"),
        bad="name: \u0410cme Ltd   # the first letter is Cyrillic",
        good="name: Acme Ltd",
        severity="warning",
    ),
)

_LATIN = "A-Za-z\u00c0-\u024f"
_OTHER = "\u0370-\u03ff\u0400-\u052f\u13a0-\u13ff"
_MIXED = re.compile(rf"[{_LATIN}]+[{_OTHER}]|[{_OTHER}]+[{_LATIN}]")
_FOREIGN = re.compile(f"[{_OTHER}]")
_WORD = re.compile(r"\w+")


def check(page: Page) -> Iterator[Fault]:
    """Yield a fault for every name with a word of Latin and Cyrillic, Greek or Cherokee letters."""
    for pointer, node, found in page.names:
        if not isinstance(found, str) or found.isascii() or not _MIXED.search(found):
            continue
        for word in _WORD.findall(found):
            if _MIXED.search(word):
                char = f"U+{ord(_FOREIGN.findall(word)[0]):04X}"
                yield Fault(
                    "name-mixed-script", pointer, {**named(node, pointer), "word": word, "char": char}
                )
                break
