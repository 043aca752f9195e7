"""A fix changes what it says and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodex.findings import Finding, Params
from custodex.fixing import fixed, formatted, has_comments
from custodex.hints import Schema
from custodex.patching import same
from custodex.schemas import Schemas
from custodex.yamlfile import parse

_TEXT: Schema = {"type": "string"}
_KIND: Schema = {
    "$id": "custodex:kind",
    "type": "object",
    "properties": {
        "id": _TEXT,
        "zip": _TEXT,
        "count": {"type": "integer"},
        "phones": {"type": "array", "items": {"type": "string", "x-format": "phone"}},
        "email": {"type": "string", "x-format": "email"},
        "note": _TEXT,
    },
}
SCHEMAS = Schemas({"custodex:kind": _KIND})
ORDER = SCHEMAS.order("kind")


def fix(text: str, *findings: Finding) -> str:
    return fixed(text.encode(), "kind", SCHEMAS, findings).decode()


def banned(pointer: str, value: str, found: str, preferred: str) -> Finding:
    start = value.index(found)
    params: Params = {"found": found, "preferred": preferred, "start": start, "end": start + len(found)}
    return Finding("p", 1, 1, "term-banned", pointer, params=params)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("zip: 518000\n", 'zip: "518000"\n'),
        ("zip: 518000 # a comment\n", 'zip: "518000" # a comment\n'),
        ("id: 110101199003070011\nzip: a\n", 'id: "110101199003070011"\nzip: a\n'),
        ("zip: 1.50\n", 'zip: "1.50"\n'),
        ("count: 5\n", "count: 5\n"),
        ("phones: ['＋８６ １３９００００００１２ ']\n", 'phones:\n  - "+86 13900000012"\n'),
        ("email: ' a＠example.com'\n", "email: a@example.com\n"),
        ("zip: a\r\nid: b\r\n", "id: b\nzip: a\n"),
        ("\ufeffzip: a", "zip: a\n"),
        ("zip: a   \n# c  \nid: b\n\n\n", "zip: a\n# c\nid: b\n"),
        ("note: |\n  a  \n  b\n", "note: |\n  a  \n  b\n"),
        ("zip: [a\n", "zip: [a\n"),
        ("a: &x 1\n", "a: &x 1\n"),
    ],
    ids=repr,
)
def test_fixes(before: str, after: str) -> None:
    assert fix(before) == after


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        (
            "note: 报价表格 and quote sheet # 报价表格\nid: 报价表格\n",
            "报价表格 and quote sheet",
            "note: 报价单 and quotation # 报价表格\nid: 报价表格\n",
        ),
        (
            "note: |\n  a 报价表格\n  quote sheet\n",
            "a 报价表格\nquote sheet\n",
            "note: |\n  a 报价单\n  quotation\n",
        ),
        ('note: "quote sheet: 报价表格"\n', "quote sheet: 报价表格", 'note: "quotation: 报价单"\n'),
        (
            "note: >-\n  quote\n  sheet 报价表格\n# c\n",
            "quote sheet 报价表格",
            "note: >-\n  quote\n  sheet 报价表格\n# c\n",
        ),
    ],
)
def test_banned_terms_are_replaced_where_they_were_found_and_nowhere_else(
    before: str, value: str, after: str
) -> None:
    found = [
        banned("/note", value, "报价表格", "报价单"),
        banned("/note", value, "quote sheet", "quotation"),
    ]
    assert fix(before, *found) == after


def test_a_number_that_the_schema_wants_as_a_number_is_left_for_people() -> None:
    assert fix("count: 99999999999999999999\n") == "count: 99999999999999999999\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b\n", False),
        ("a: b # c\n", True),
        ("# c\na: b\n", True),
        ("a: b\n# c\n", True),
        ("a: 'x # y'\n", False),
        ("a: x#y\n", False),
        ("a: |\n  # text\n", False),
        ("a: | # c\n  text\n", True),
        ("a: |\n  text\n# c\nb: 1\n", True),
        ("a:\n  - |\n    # x\n  - b # c\n", True),
    ],
)
def test_knows_comments_from_text(text: str, expected: bool) -> None:
    assert has_comments(text) is expected


_WORDS = st.sampled_from(
    ["a", "b c", "#x", "y #z", "1", "0151", "12", "x: y", "", "多 行\n文字", "  s", "t  \nu\n"]
)
_LAYOUT = st.tuples(
    st.sampled_from(["", "# c\n", "\n"]), st.sampled_from(["", " ", "  # c", "\t"]), st.booleans()
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "note", "zip", "email"]), _WORDS, min_size=1), _LAYOUT)
def test_layout_never_changes_data(value: dict[str, str], layout: tuple[str, str, bool]) -> None:
    head, tail, windows = layout
    lines = [f"{key}: {json.dumps(text, ensure_ascii=False)}{tail}\n" for key, text in value.items()]
    source = (head + "".join(lines)).replace("\n", "\r\n" if windows else "\n")
    before = parse(source.encode()).value
    assert before == value
    once = formatted(source.encode(), ORDER)
    assert same(parse(once).value, before)
    assert formatted(once, ORDER) == once
    assert once.count(b"# c") == source.count("# c")


_SOURCES = st.sampled_from(
    ["a", "518000", "1.50", '"x y"', "'－１２'", "|\n  t  \n  u", ">-\n  f\n  g", "[1, 2]", "true", "null"]
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "note", "zip", "count"]), _SOURCES, min_size=1))
def test_only_what_lacks_quotes_gets_them(sources: dict[str, str]) -> None:
    text = "".join(f"{key}: {source}\n" for key, source in sources.items())
    before: Any = parse(text.encode()).value
    after: Any = parse(fix(text).encode()).value
    for key, source in sources.items():
        bare = source in {"518000", "1.50", "true"} and key != "count"
        assert after[key] == (source if bare else before[key])
    assert fix(fix(text)) == fix(text)
