"""A tag exists, is in use, and shares a record with no other tag of a dimension that allows one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from custodex.checks.codes import Codes, Tag, codes_of
from custodex.checks.page import Page
from custodex.checks.vocabulary import suggested
from custodex.findings import Fault, Pointer
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "tag-unknown",
        Text("没有这个标签", "unknown tag"),
        Text(
            "标签写作“维度:标签”，都登记在标签表里。随手写的标签会让同一类客户散在几个名字下面。",
            "Tags are written dimension:tag and are registered in one list. Tags made up on the spot scatter "
            "like customers over several names.",
        ),
        Text("没有标签 {value}{suggestion}", "there is no tag {value}{suggestion}"),
        Text(
            "改成 schema/vocabulary/tags.yaml 中的标签；需要新标签时先加到那里",
            "use a tag of schema/vocabulary/tags.yaml; add a new one there first",
        ),
        bad="tags:\n  - risk:lo",
        good="tags:\n  - risk:low",
    ),
    Rule(
        "tag-retired",
        Text("标签已停用", "retired tag"),
        Text(
            "停用的标签只为读懂旧档案而保留，不再统计。",
            "A retired tag is kept so that old records can be read; it is no longer counted.",
        ),
        Text("标签 {value} 已停用", "the tag {value} is retired"),
        Text("去掉它，或换成在用的标签", "remove it, or use a current tag"),
        bad="tags:\n  - behavior:fax-orders",
        good="tags:\n  - behavior:self-service",
        severity="warning",
    ),
    Rule(
        "tag-cardinality",
        Text("同一维度标签过多", "too many tags of one dimension"),
        Text(
            "单选维度（如风险）在一份档案上只能有一个标签，两个会互相矛盾。",
            "A dimension such as risk takes one tag a record; two contradict each other.",
        ),
        Text(
            "维度 {dimension} 只能有一个标签，已经有 {first}",
            "{dimension} takes one tag only, and {first} is there already",
        ),
        Text("只留一个", "keep one of them"),
        bad="tags:\n  - risk:low\n  - risk:high",
        good="tags:\n  - risk:high",
    ),
)


def check(page: Page) -> Iterator[Fault]:
    """Yield what is wrong with the tags of one document."""
    seen: dict[tuple[Pointer, str], str] = {}
    for pointer, node, found in page.codes:
        if node.schema["x-vocabulary"] != "tags" or not isinstance(found, str):
            continue
        codes = codes_of(page.book)
        tag = codes.tags.get(found)
        if tag is None:
            if codes.tags:
                yield Fault("tag-unknown", pointer, _unknown(found, codes))
            continue
        if tag.retired:
            yield Fault("tag-retired", pointer, {"value": found})
        first = seen.setdefault((pointer[:-1], tag.dimension), found)
        if tag.single and first != found:
            yield Fault(
                "tag-cardinality", pointer, {"dimension": tag.dimension, "first": first, "value": found}
            )


def _unknown(found: str, codes: Codes) -> dict[str, str | int]:
    meant = codes.synonyms.get(found.partition(":")[2].casefold())
    usable: Mapping[str, Tag] = {name: tag for name, tag in codes.tags.items() if not tag.retired}
    return {"value": found, **suggested(meant or found, usable)}
