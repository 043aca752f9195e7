"""Notes use the preferred terms of the glossary, not the banned forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from custodex.checks.codes import Term, codes_of
from custodex.checks.naming import named
from custodex.checks.page import Page
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "term-banned",
        Text("用了不提倡的说法", "banned term"),
        Text(
            "同一件事大家用同一个词，检索才找得全，新人也读得懂。术语表列出每个词的首选写法。客户原话不受限制。",
            "When everybody uses one word for one thing, a search finds all of it and newcomers "
            "understand it. "
            "The glossary names the preferred form. What customers said themselves is left alone.",
        ),
        Text("{name}中的“{found}”应写作“{preferred}”", '{name} says "{found}"; the term is "{preferred}"'),
        Text(
            "改为“{preferred}”，或运行 custodex check --fix",
            'write "{preferred}", or run custodex check --fix',
        ),
        bad="summary: 下周电联，确认合约书",
        good="summary: 下周电话沟通，确认合同",
        severity="warning",
        fixable=True,
    ),
)


def check(page: Page) -> Iterator[Fault]:
    """Yield a fault for every banned form; `start` and `end` count characters of the value."""
    for pointer, node, found in page.formatted("mention-text"):
        lowered = found.lower()
        for term in [term for term in codes_of(page.book).terms if term.banned in lowered]:
            for start, end in _places(term, found):
                params = {**named(node, pointer), "found": found[start:end], "preferred": term.preferred}
                yield Fault("term-banned", pointer, {**params, "start": start, "end": end})


def _places(term: Term, text: str) -> Iterator[tuple[int, int]]:
    """Yield where the banned form stands as a word of its own; Chinese has no word boundaries to ask for."""
    before = r"(?<![A-Za-z0-9])" if term.banned[0].isascii() else ""
    after = r"(?![A-Za-z0-9])" if term.banned[-1].isascii() else ""
    inside = [match.span() for match in re.finditer(re.escape(term.preferred), text, re.IGNORECASE)]
    for match in re.finditer(before + re.escape(term.banned) + after, text, re.IGNORECASE):
        if not any(start <= match.start() and match.end() <= end for start, end in inside):
            yield match.span()
