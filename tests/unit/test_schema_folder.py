"""The schema folder that every repository starts with: sound, bilingual, explained by examples that hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from custodex.books import Book
from custodex.findings import Finding
from custodex.placing import place
from custodex.records import KINDS, locate
from custodex.yamlfile import parse

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "schema" / "README.md"
EXAMPLE = re.compile(r"<!-- (?P<path>\S+\.yaml) -->\n+```yaml\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
HAN = re.compile("[\u4e00-\u9fff]")


def book() -> Book:
    files = {
        path.relative_to(ROOT).as_posix(): (path.name, path.read_bytes())
        for path in sorted((ROOT / "schema").rglob("*"))
        if path.suffix in {".json", ".yaml"}
    }
    return Book(files)


BOOK = book()
EXAMPLES = [(match["path"], match["text"]) for match in EXAMPLE.finditer(README.read_text(encoding="utf-8"))]


def test_nothing_is_wrong_with_the_schema_folder() -> None:
    assert BOOK.findings == []
    assert BOOK.kinds() == [kind.name for kind in KINDS]


@pytest.mark.parametrize(("path", "text"), EXAMPLES, ids=[path for path, _ in EXAMPLES])
def test_every_example_of_the_readme_is_a_valid_document(path: str, text: str) -> None:
    found = locate(path)
    kind = found.kind if found else path.removeprefix("schema/").removesuffix(".yaml")
    parsed = parse(text.encode())
    findings: list[Finding] = list(parsed.findings)
    if parsed.value is not None:
        findings += place(BOOK.schemas.validate(kind, parsed.value), text.encode(), path)
    assert findings == []


def test_every_kind_is_explained_by_an_example() -> None:
    explained = {found.kind for path, _ in EXAMPLES if (found := locate(path))}
    assert explained == {kind.name for kind in KINDS}


def labels(node: Any, where: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in {"x-label", "x-help", "x-message", "label", "definition"} and isinstance(
                value, Mapping
            ):
                yield f"{where}/{key}", value
            elif key == "x-enum":
                yield from ((f"{where}/x-enum/{name}", text) for name, text in value.items())
            else:
                yield from labels(value, f"{where}/{key}")
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from labels(item, f"{where}/{index}")


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_field_has_a_chinese_and_an_english_label(kind: str) -> None:
    schema = BOOK.schemas.raw(kind)
    found = list(labels(schema, kind))
    missing = [where for where, text in found if set(text) != {"zh", "en"} or not HAN.search(text["zh"])]
    assert [where for where in missing if "/x-enum/" not in where] == []
    assert all(BOOK.schemas.node(kind).fields[name].label for name in schema["properties"])


@pytest.mark.parametrize("name", ["tags", "industries", "regions", "grades", "stages", "glossary"])
def test_every_vocabulary_entry_is_named_in_both_languages(name: str) -> None:
    texts = list(labels(BOOK.vocabulary(name), name))
    assert [where for where, text in texts if not (text.get("zh") and text.get("en"))] == []


def test_cities_stand_under_the_province_their_code_begins_with() -> None:
    provinces = BOOK.vocabulary("regions")["provinces"]
    assert len(provinces) == 34
    wrong = [
        city["code"]
        for province in provinces
        for city in province.get("cities", ())
        if not city["code"].startswith(province["code"])
    ]
    assert wrong == []


def test_industries_are_the_twenty_sections_and_ninety_seven_divisions_of_the_standard() -> None:
    sections = BOOK.vocabulary("industries")["sections"]
    assert [section["code"] for section in sections] == list("ABCDEFGHIJKLMNOPQRST")
    assert sum(len(section["divisions"]) for section in sections) == 97


def test_stages_only_move_to_stages_that_exist() -> None:
    stages = BOOK.vocabulary("stages")["stages"]
    known = {stage["id"] for stage in stages}
    assert {move for stage in stages for move in stage["moves"]} <= known
    assert any(stage.get("initial") for stage in stages)


def test_every_role_reads_only_classes_that_some_field_has() -> None:
    classes = {
        str(value)
        for kind in KINDS
        for value in _classes(BOOK.schemas.raw(kind.name))
    }  # fmt: skip
    for role in BOOK.access["roles"]:
        assert set(role["read"]) <= classes, role["id"]


def _classes(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("x-class"), str):
            yield node["x-class"]
        for value in node.values():
            yield from _classes(value)
    elif isinstance(node, list):
        for item in node:
            yield from _classes(item)


def test_a_code_that_a_vocabulary_gives_twice_is_found() -> None:
    path = "schema/vocabulary/stages.yaml"
    text = BOOK.files[path][1].decode()
    lines = text.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line.startswith("  - id: "))
    second = next(number for number in range(first + 1, len(lines)) if lines[number].startswith("  - id: "))
    doubled = "".join([*lines[:second], lines[first], *lines[second + 1 :]])
    found = Book({**BOOK.files, path: ("x", doubled.encode())}).findings
    assert [(finding.path, finding.line, finding.code) for finding in found] == [
        (path, second + 1, "item-repeated")
    ]


def test_messages_repeat_no_value_that_identifies_a_person() -> None:
    secret = "11010519491231002X"
    value = {"resident_id": secret + "9", "documents": [{"type": secret, "number": 5}]}
    faults = BOOK.schemas.validate("identity", value)
    assert {fault.code for fault in faults} >= {"schema-pattern"}
    assert secret not in str(faults)
    public = BOOK.schemas.validate("staff", {"id": "Zhou Min", "name": "Zhou", "active": True})
    assert "Zhou Min" in str(public)
