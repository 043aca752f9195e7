"""What the strict reader takes, refuses, and where it says the fault is."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodex.records import MAX_BYTES
from custodex.yamlfile import parse, positions


def fault(text: str | bytes) -> tuple[str, int, int]:
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    parsed = parse(data)
    assert parsed.value is None, parsed.value
    first = parsed.findings[0]
    return first.code, first.line, first.column


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("010000", "010000"),
        ("0151234567", "0151234567"),
        ("190:20:30", "190:20:30"),
        ("12:30:45", "12:30:45"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("2024-01-05", "2024-01-05"),
        ("2024-02-30", "2024-02-30"),
        ("+4915112345", "+4915112345"),
        ("1.10.2", "1.10.2"),
        ("=", "="),
        ("true", True),
        ("False", "False"),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("1.10", 1.1),
        ("'1'", "1"),
        ('"\\u4e2d"', "中"),
    ],
)
def test_says_what_was_typed(source: str, value: Any) -> None:
    parsed = parse(f"a: {source}\n".encode())
    assert parsed.findings == []
    assert parsed.value == {"a": value}
    assert type((parsed.value or {})["a"]) is type(value)


LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (LAUGHS, ("yaml-alias", 1, 5)),
        ("a: &x 1\nb: *x\n", ("yaml-alias", 1, 4)),
        ("a: 1\nb: &x 2\n", ("yaml-alias", 2, 4)),
        ("a: {b: 1}\n<<: {c: 2}\n", ("yaml-alias", 2, 1)),
        ("a: &a [*a]\n", ("yaml-alias", 1, 4)),
        ("a: " + "[" * 100_000, ("yaml-nesting", 1, 35)),
        ("".join(f"{' ' * n}a:\n" for n in range(1300)), ("yaml-nesting", 33, 33)),
        ("a: 1\nb: 2\na: 3\n", ("yaml-duplicate-key", 3, 1)),
        ("x:\n  a: 1\n  'a': 2\n", ("yaml-duplicate-key", 3, 3)),
        ("\u00e9: 1\ne\u0301: 2\n", ("yaml-duplicate-key", 2, 1)),
        ("a: !!python/object/apply:os.system [id]\n", ("yaml-tag", 1, 4)),
        ("a: !Foo 1\n", ("yaml-tag", 1, 4)),
        ("a: !!binary aGk=\n", ("yaml-tag", 1, 4)),
        ("a: !!set {x: }\n", ("yaml-tag", 1, 4)),
        ("a: !!omap [x: 1]\n", ("yaml-tag", 1, 4)),
        ("!!map\na: 1\n", ("yaml-tag", 1, 1)),
        (f"a: {'9' * 5000}\n", ("yaml-number", 1, 4)),
        ("a: 110101199003070011\n", ("yaml-number", 1, 4)),
        ("a: .nan\n", ("yaml-number", 1, 4)),
        ("a: -.inf\n", ("yaml-number", 1, 4)),
        ("a: 1e400\n", ("yaml-number", 1, 4)),
        ("a: 1\nb: \x00\n", ("yaml-character", 2, 4)),
        ('a: "\\0"\n', ("yaml-character", 1, 4)),
        ('a: "\\e[31m"\n', ("yaml-character", 1, 4)),
        ("a: x\u202ey\n", ("yaml-character", 1, 5)),
        (b"\xff\xfea\x00:\x00 \x001\x00", ("yaml-encoding", 1, 1)),
        ("a: 华\nb: 星 café\n".encode().replace(b"\xc3\xa9", b"\xe9"), ("yaml-encoding", 2, 9)),
        ("a: 客户\n".encode("gb18030"), ("yaml-encoding", 1, 4)),
        ("a: 1\n---\nb: 2\n", ("yaml-documents", 2, 1)),
        ("", ("yaml-empty", 1, 1)),
        ("# nothing\n", ("yaml-empty", 1, 1)),
        ("just text\n", ("yaml-root", 1, 1)),
        ("- a\n- b\n", ("yaml-root", 1, 1)),
        ("null\n", ("yaml-root", 1, 1)),
        ("a:\n\tb: 1\n", ("yaml-tab", 2, 1)),
        ("a: 1\nb: 'x\n", ("yaml-syntax", 3, 1)),
        ("a: 1\nb: [1, 2\n", ("yaml-syntax", 3, 1)),
        ("%YAML 9.9\n---\na: 1\n", ("yaml-syntax", 1, 1)),
        ("%YAML 1.1\n---\na: 1\n", ("yaml-directive", 1, 1)),
        ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", ("yaml-conflict", 2, 1)),
        ("a: |\n  x\n  <<<<<<< HEAD\n  y\n", ("yaml-conflict", 3, 1)),
        ("a: |\n  x\n  ||||||| base\n", ("yaml-conflict", 3, 1)),
        ("a: 1\rb: 2\r", ("yaml-line-break", 1, 5)),
        ("a: 1\u0085b: 2\n", ("yaml-line-break", 1, 5)),
        ("a: 1\u2028b: 2\n", ("yaml-line-break", 1, 5)),
        ("null: 1\n", ("yaml-key", 1, 1)),
        ("yes: 1\n", ("yaml-key", 1, 1)),
        ("1: 1\n", ("yaml-key", 1, 1)),
        ("? [a]\n: 1\n", ("yaml-key", 1, 3)),
        ("? {a: 1}\n: 1\n", ("yaml-key", 1, 3)),
        ('"": 1\n', ("yaml-key", 1, 1)),
        (f'"{"k" * 900}": 1\n', ("yaml-key", 1, 1)),
        ('"a:b": 1\n', ("yaml-key", 1, 1)),
        (b"a: " + b"x" * MAX_BYTES, ("yaml-too-large", 1, 1)),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_refuses_with_the_place(source: str | bytes, expected: tuple[str, int, int]) -> None:
    start = time.monotonic()
    assert fault(source) == expected
    assert time.monotonic() - start < 1


def test_all_conflict_markers_are_listed() -> None:
    parsed = parse(b"a: 1\n<<<<<<< A\nb: 1\n||||||| base\nb: 0\n=======\nb: 2\n>>>>>>> B\n")
    assert [finding.line for finding in parsed.findings] == [2, 4, 6, 8]


def test_a_duplicate_key_names_both_lines() -> None:
    finding = parse(b"a: 1\nb: 2\na: 3\n").findings[0]
    assert (finding.params["first"], finding.line) == (1, 3)


def test_windows_line_ends_and_a_byte_order_mark_are_accepted() -> None:
    data = "\ufeffa: 1\r\nb:\r\n  c: x\r\n".encode()
    assert parse(data).value == {"a": 1, "b": {"c": "x"}}
    assert (positions(data)["b", "c"].line, positions(data)["b", "c"].column) == (3, 6)


def test_columns_count_characters() -> None:
    spots = positions("名称: 华星\na: {b: 😀x, c: 1}\n".encode())
    assert (spots["a", "c"].line, spots["a", "c"].key_column, spots["a", "c"].column) == (2, 12, 15)


@given(st.binary(max_size=400))
def test_never_raises_on_bytes(data: bytes) -> None:
    parsed = parse(data)
    assert (parsed.value is None) == bool(parsed.findings)


@given(st.text(alphabet=" \n\t:-?[]{},#&*!|>'\"%@`ab1é\ufeff\r\u2028", max_size=60))
def test_never_raises_on_text(text: str) -> None:
    parsed = parse(text.encode())
    assert (parsed.value is None) == bool(parsed.findings)
    assert all(finding.line >= 1 and finding.column >= 1 for finding in parsed.findings)
