"""The reader of plain lines says exactly what the YAML library says, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custodex.plainyaml import read_plain
from custodex.yamlfile.characters import text_faults
from custodex.yamlfile.walking import Walk
from custodex.yamlwriter import dump
from workbench import ROOT

KEYS = st.sampled_from(
    ["id", "name", "tags", "people", "note", "a_1", "y", "on", "null", "No", "x-y", "1a", "中"]
)
TEXTS = st.text(
    alphabet="ab Zé中，：:#-'\"\\[]{}|>&*!%@`~?,.=0123+\t\u3000\xa0\n", max_size=12
) | st.sampled_from(
    [
        "true",
        "null",
        "no",
        "2026-03-02",
        "a: b",
        "a #b",
        "a#b",
        "- a",
        "---",
        "...",
        "|",
        "0x1F",
        "1.5",
        "1e5",
    ]
)
SCALARS = TEXTS | st.integers(-(10**18), 10**18) | st.booleans() | st.none() | st.floats(allow_nan=False)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=5)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "double", "indent", "dedent", "blank", "swap"]),
        st.integers(0, 400),
        st.sampled_from(
            [*":#-\"'[]{}|>&*!%@`\\ \t\u3000\xa0~0\r", "  ", ": ", " #", "- ", "|-", "--- ", "\n"]
        ),
    ),
    max_size=3,
)


def edited(text: str, edits: list[tuple[str, int, str]]) -> str:
    """Return *text* after what a hurried person might do to it."""
    for what, number, piece in edits:
        lines = text.split("\n")
        line, at = number % len(lines), number % (len(text) + 1)
        if what == "insert":
            text = text[:at] + piece + text[at:]
        elif what == "delete":
            text = text[:at] + text[at + 1 :]
        else:
            lines[line : line + 1] = {
                "double": [lines[line]] * 2,
                "indent": ["  " + lines[line]],
                "dedent": [lines[line].removeprefix("  ")],
                "blank": ["", lines[line]],
                "swap": [lines[line - 1], lines[line]],
            }[what]
            text = "\n".join(lines)
    return text


def by_the_library(text: str) -> Any:
    """Return what the library reads, the faults where it refuses."""
    walk = Walk()
    value = walk.run(text.encode("utf-8", "surrogatepass"))
    return [finding.code for finding in walk.faults] or value


def same(one: Any, other: Any) -> bool:
    return json.dumps(one) == json.dumps(other)  # 1, 1.0 and true differ here


@settings(max_examples=600, deadline=None)
@given(DOCUMENTS, EDITS)
@example({"a_1": {"tags": ["x"]}}, [("indent", 1, "")])
@example({"note": "one\n\n  two\n", "id": "a"}, [])
@example({"note": "one\n \ntwo", "id": "a"}, [])
def test_plain_lines_say_what_the_library_says(
    value: dict[str, Any], edits: list[tuple[str, int, str]]
) -> None:
    text = edited(dump(value), edits)
    plain = None if list(text_faults(text)) else read_plain(text)
    if plain is not None:
        assert same(plain, by_the_library(text)), text


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n  c: d\n", "a:\n- b\n", "a: 1\na: 2\n", "a: *b\n", "a: &b c\n", "a: !!str c\n", "a: 'b'\n", "a: b # c\n",
        "a: [b]\n", "a: {b: c}\n", "# c\na: b\n", "a: b\n\nc: d\n", "---\na: b\n", "a: b\n---\nc: d\n", "a: b",
        "a: \"b\\n\"\n", "a: \"b\n  c\"\n", "a: b\n...\n", "a:  b\n", "a : b\n", "a: b \n", "a:\tb\n", " a: b\n",
        "a:\n   b: c\n", "a: |\n   b\n", "a: |2\n  b\n", "a: |\n  b\n\n", "a: >\n  b\n", "a: |\n\n  b\n", "a: b: c\n",
        "a: 1.5\n", "a: 0123\n", "a: 2026-03-02\n", "a: 99999999999999999999\n", "yes: a\n", "? a\n", "- a\n", "a\n",
        "", "a: b\r\n", "\ufeffa: b\n", "a:\n  - - b\n", "a:\n  -\n", "a:\n  - b\n  c: d\n", "a: ~\n", "a: @b\n",
        "a: `b`\n",
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_the_library(text: str) -> None:
    assert read_plain(text) is None


def test_records_as_they_are_written_are_plain() -> None:
    paths = sorted((ROOT / "records").rglob("*.yaml"))
    read = [read_plain(path.read_text(encoding="utf-8")) for path in paths]
    assert sum(value is not None for value in read) > 0.9 * len(paths)
    for path, value in zip(paths, read, strict=True):
        if value is not None:
            assert same(value, by_the_library(path.read_text(encoding="utf-8"))), path
