"""The canonical form: what is written reads back the same, by us and by other readers."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from custodex.yamlfile import parse
from custodex.yamlfile.walking import MAX_KEY
from custodex.yamlwriter import dump, scalar

_TEXT = st.text(
    alphabet=st.characters(
        exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"],
        include_characters="\n",
        exclude_characters="\ufeff",
    ),
    max_size=40,
)
_TRICKY = st.sampled_from(
    ["NO", "yes", "010000", "1e3", "1.10", "12:30:45", "2024-01-05", "+49151", "0x1F", "=", "<<", "-", "~",
     ".5", " a", "a ", "a: b", "a #b", "#a", "- a", "x:", "null", "", "\n", "a\n", "a\n\n", "\na", " \n", "a\n b\n",
     "“引号”", "（甲）", "@a", "`a", "%a", "!a", "&a", "*a", "[a", "{a", "|", ">", "'a'", '"a"', "a\tb", "😀"]
)  # fmt: skip
_SCALARS = st.one_of(_TEXT, _TRICKY, st.integers(-(2**53), 2**53), st.booleans(), st.none())
_KEYS = st.text(alphabet=st.characters(categories=["Ll", "Lo"], max_codepoint=0x9FFF), min_size=1, max_size=8)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


def _usable(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_usable_key(key) and _usable(item) for key, item in value.items())
    return all(map(_usable, value)) if isinstance(value, list) else True


def _usable_key(key: str) -> bool:
    import unicodedata

    return len(key) <= MAX_KEY and unicodedata.normalize("NFC", key) == key and scalar(key) == key


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=5).filter(_usable))
def test_what_is_written_reads_back_the_same(value: dict[str, Any]) -> None:
    text = dump(value)
    parsed = parse(text.encode())
    assert parsed.value == value, (text, parsed.findings)
    assert dump(parsed.value) == text


@settings(max_examples=200, deadline=None)
@given(st.one_of(_TRICKY, _TEXT))
def test_a_reader_of_yaml_1_1_sees_the_same_text(text: str) -> None:
    assert yaml.safe_load(dump({"a": text})) == {"a": text}


def test_keys_come_in_schema_order_and_unknown_ones_last() -> None:
    order: dict[str, Any] = {"id": {}, "name": {}, "tags": {}, "deep": {"b": {}, "c": {}}}
    value = {"zzz": 1, "deep": {"c": 1, "b": 2}, "name": "a", "id": "k"}
    assert dump(value, order) == "id: k\nname: a\ndeep:\n  b: 2\n  c: 1\nzzz: 1\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("客户", "客户"),
        ("13900000123", '"13900000123"'),
        ("no", '"no"'),
        ("2026-01-02", '"2026-01-02"'),
        ("a: b", '"a: b"'),
        (True, "true"),
        (None, "null"),
        (1.5, "1.5"),
    ],
)
def test_doubtful_text_is_quoted(value: object, text: str) -> None:
    assert scalar(value) == text


def test_long_text_is_a_literal_block() -> None:
    assert dump({"a": "x\ny\n", "b": ["p\nq"]}) == "a: |\n  x\n  y\nb:\n  - |-\n    p\n    q\n"
