"""The compiled validator and the authority agree; what is wrong is said at the right place."""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from custodex.books import Book
from custodex.hints import Schema
from custodex.records import locate
from custodex.schemalint import lint, pattern_problem
from custodex.schemas import Schemas, is_date, is_date_time, is_uri, python_pattern
from custodex.yamlfile import parse
from workbench import ROOT

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ODD: list[Any] = [
    None, True, False, 0, 1, -1, 1.5, 10**15, "", " ", "x", "x\n", "2026-02-30", "2026-02-28", "１２３", "٣",
    "CN", "44", "4403", "C39", "lin-fang", "-0", "0.10", "1e3", [], [None], {}, {"id": "x"}, ["a", "a"],
    "2026-03-02T10:00:00+08:00", "2026-03-02T25:00:00Z", "+86 139 0000 0123", "a@b", "organization", "person",
    "insurance", "real_estate", "\U0001f600", "a" * 600,
]  # fmt: skip


@pytest.fixture(scope="module")
def book() -> Book:
    files = [path for path in (ROOT / "schema").rglob("*") if path.suffix in {".json", ".yaml"}]
    return Book({path.relative_to(ROOT).as_posix(): (str(path), path.read_bytes()) for path in files})


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    folders: list[Path] = [ROOT, *sorted((ROOT / "tests/data/cases").glob("*/*"))]
    for folder in folders:
        for path in sorted((folder / "records").rglob("*.yaml")):
            place = locate(path.relative_to(folder).as_posix())
            value = parse(path.read_bytes()).value
            if place and value is not None:
                yield place.kind, value


def mutated(value: Any, chance: random.Random) -> Any:
    """Return a copy with one value somewhere replaced, removed, renamed or doubled."""
    result = copy.deepcopy(value)
    spots = list(_spots(result))
    holder, key = chance.choice(spots)
    move = chance.randrange(4)
    if move == 0:
        holder[key] = copy.deepcopy(chance.choice(_ODD))
    elif move == 1:
        del holder[key]
    elif move == 2 and isinstance(holder, dict):
        holder[f"{key}x"] = holder.pop(key)
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    else:
        other = chance.choice(spots)
        holder[key] = copy.deepcopy(other[0][other[1]]) if other[1] in _keys(other[0]) else "x"
    return result


def _keys(holder: Any) -> Any:
    return holder if isinstance(holder, dict) else range(len(holder))


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(items):
        yield value, key
        yield from _spots(child)


def test_both_validators_agree_on_every_document_and_on_damaged_ones(book: Book) -> None:
    chance = random.Random(20261122)
    found = list(documents())
    assert len(found) > 800
    wrong = 0
    for kind, value in chance.sample(found, 300):
        for candidate in (value, mutated(value, chance), mutated(value, chance)):
            fast = book.schemas.is_valid(kind, candidate)
            slow = book.schemas._reference(kind).is_valid(candidate)
            assert fast == slow, (kind, candidate)
            faults = book.schemas.validate(kind, candidate)
            assert fast == (not faults)
            wrong += not fast
    assert wrong > 200


def test_the_schema_folder_is_sound(book: Book) -> None:
    assert book.findings == []


@pytest.mark.parametrize(
    ("text", "day", "moment"),
    [
        ("2026-02-28", True, False),
        ("2026-02-30", False, False),
        ("2026-2-3", False, False),
        ("20260203", False, False),
        ("2026-02-28\n", False, False),
        ("２０２６-02-28", False, False),
        ("2026-02-28T10:00:00+08:00", False, True),
        ("2026-02-28T10:00:00Z", False, True),
        ("2026-02-28T10:00:00", False, False),
        ("2026-02-28T24:00:00Z", False, False),
        ("2026-02-28 10:00:00Z", False, False),
    ],
)
def test_days_and_times(text: str, day: bool, moment: bool) -> None:
    assert is_date(text) is day
    assert is_date_time(text) is moment


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a b", "vbscript:x"]
)
def test_links_that_a_page_must_not_offer(text: str) -> None:
    assert not is_uri(text)


def test_a_pattern_ends_where_the_text_ends() -> None:
    assert python_pattern("^C-[0-9]{4}$").search("C-0001")
    assert not python_pattern("^C-[0-9]{4}$").search("C-0001\n")
    assert python_pattern(r"^[$]\$$").search("$$")


@pytest.mark.parametrize("pattern", ["^(a+)+$", "(a*)*", "(?:a+b?)+", "(a|b*)*", "((a{2,})x?)+", "(", "[a"])
def test_slow_and_broken_patterns(pattern: str) -> None:
    assert pattern_problem(pattern)


@pytest.mark.parametrize("pattern", ["^[a-z]+$", "^(ab)+$", "^[a-z]{1,8}(-[a-z]{1,8}){0,3}$"])
def test_patterns_that_are_sound(pattern: str) -> None:
    assert pattern_problem(pattern) == ""


def one(schema: Schema) -> Schemas:
    return Schemas({"custodex:x": {"$schema": DRAFT, "$id": "custodex:x", **schema}})


def test_money_as_a_number_is_compared_exactly() -> None:
    schemas = one({"properties": {"a": {"multipleOf": 0.01}}})
    assert list(schemas._reference("x").iter_errors({"a": 19.99})) == []
    assert list(schemas._reference("x").iter_errors({"a": 19.999})) != []


def test_thousands_of_items_are_compared_in_one_pass() -> None:
    schemas = one({"properties": {"a": {"type": "array", "uniqueItems": True}}})
    start = time.monotonic()
    (fault,) = schemas.validate("x", {"a": [{"n": number % 2999} for number in range(3000)]})
    assert time.monotonic() - start < 2
    assert fault.pointer == ("a", 2999)


def test_an_endless_schema_is_named_and_does_not_hang() -> None:
    raw: dict[str, Schema] = {
        "custodex:x": {"$schema": DRAFT, "$id": "custodex:x", "$ref": "#"},
        "custodex:y": {"$schema": DRAFT, "$id": "custodex:y", "anyOf": [{"$ref": "custodex:z"}]},
        "custodex:z": {"$schema": DRAFT, "$id": "custodex:z", "allOf": [{"$ref": "custodex:y"}]},
        "custodex:tree": {
            "$schema": DRAFT, "$id": "custodex:tree", "properties": {"child": {"$ref": "#"}},
        },
    }  # fmt: skip
    sources = {name: (name, json.dumps(schema).encode()) for name, schema in raw.items()}
    found = {(finding.path, finding.code) for finding in lint(raw, sources)}
    assert found == {(f"custodex:{name}", "schema-endless") for name in "xyz"}
