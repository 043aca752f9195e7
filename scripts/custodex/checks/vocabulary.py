"""A code of a vocabulary exists: industry, country, province, city, grade, role and stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from custodex.checks.codes import known_codes
from custodex.checks.naming import named
from custodex.checks.page import Page
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "vocabulary-unknown",
        Text("代码不在词表里", "code not in the vocabulary"),
        Text(
            "行业、地区、等级和角色写成约定的代码，才能按代码筛选、统计和显示中英文名称。不在词表里的代码谁也找不到。",
            "Industries, regions, grades and roles are written as agreed codes, so that records can be "
            "filtered, counted and shown in both languages. Nobody finds a code that is in no vocabulary.",
        ),
        Text(
            "{name}：{file} 里没有 {value}{suggestion}",
            "{name}: {file} has no {value}{suggestion}",
        ),
        Text(
            "改成那里已有的代码；确实需要新代码时先加到那里",
            "use a code that is there; add a new one first if it is really needed",
        ),
        bad="industry: C99",
        good="industry: C39",
    ),
    Rule(
        "stage-unknown",
        Text("没有这个阶段", "unknown stage"),
        Text(
            "阶段决定客户出现在哪张清单里、需要填哪些字段。不认识的阶段会让客户从所有清单里消失。",
            "The stage decides which lists a customer is on and which fields it needs. With an unknown stage "
            "the customer drops out of every list.",
        ),
        Text("没有阶段 {value}{suggestion}", "there is no stage {value}{suggestion}"),
        Text("可用的阶段：{known}", "the stages are {known}"),
        bad="stage: closed",
        good="stage: customer",
    ),
)

_FILES = {"countries": "regions", "provinces": "regions", "cities": "regions"}
_NEARNESS = 0.6


def check(page: Page) -> Iterator[Fault]:
    """Yield a fault for every code that its vocabulary does not hold; tags have a rule of their own."""
    for pointer, node, found in page.codes:
        vocabulary = node.schema["x-vocabulary"]
        if vocabulary == "tags" or not isinstance(found, str):
            continue
        known = known_codes(page.book, vocabulary)
        if known and found not in known:
            code = "stage-unknown" if vocabulary == "stages" else "vocabulary-unknown"
            file = (
                "access.yaml"
                if vocabulary == "roles"
                else f"vocabulary/{_FILES.get(vocabulary, vocabulary)}.yaml"
            )
            params = {
                **named(node, pointer),
                **suggested(found, known),
                "value": found,
                "file": f"schema/{file}",
                "known": ", ".join(sorted(known)) if len(known) < 20 else "",
            }
            yield Fault(code, pointer, params)


def suggested(found: str, known: Iterable[str]) -> dict[str, str | int]:
    """Return the parameters that propose the nearest known code; empty texts where none is near."""
    import difflib

    near = difflib.get_close_matches(found, sorted(known), n=1, cutoff=_NEARNESS)
    if not near:
        return {"suggestion_zh": "", "suggestion_en": "", "near": ""}
    return {
        "suggestion_zh": f"，是不是 {near[0]}？",
        "suggestion_en": f"; did you mean {near[0]}?",
        "near": near[0],
    }
