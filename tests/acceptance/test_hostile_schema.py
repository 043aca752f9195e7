"""Hostile schemas and values that schemas must not take (rows S01 to S12)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import hostile
import pytest
from hostile import ACME, SECOND, check, customer, customer_path, sound

from workbench import Repo

PATH = customer_path(ACME)
CONTACTS = customer_path(ACME, "contacts.yaml")
NOTE = customer_path(ACME, "notes/2026/2026-03-02-9fj2k1.yaml")
SALE = customer_path(ACME, "transactions/2026/2026-03-02-9fj2k1.yaml")
TOP = customer(ACME, "Acme Test")
AT = TOP.count("\n") + 1
SCHEMA = "schema/customer.schema.json"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return hostile.master(tmp_path_factory.mktemp("hostile") / "book")


@pytest.fixture
def repo(book: Repo, tmp_path: Path) -> Repo:
    return hostile.copy(book, tmp_path / "repo")


def change_schema(repo: Repo, **fields: Any) -> None:
    schema = json.loads(repo.read(SCHEMA))
    schema["properties"].update(fields)
    repo.write(SCHEMA, json.dumps(schema, ensure_ascii=False, indent=2) + "\n")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"needs": {"type": "string", "pattern": "^(a+)+$"}}, "schema-slow-pattern"),
        ({"needs": {"type": "string", "pattern": "^(a|b*)*$"}}, "schema-slow-pattern"),
        ({"needs": {"type": "string", "pattern": "^(a$"}}, "schema-slow-pattern"),
        ({"needs": {"$ref": "http://127.0.0.1:9/x.json"}}, "schema-reference"),
        ({"needs": {"$ref": "file:///etc/passwd"}}, "schema-reference"),
        ({"needs": {"$ref": "../../x.json"}}, "schema-reference"),
        ({"needs": {"$ref": "#/$defs/nowhere"}}, "schema-reference"),
        ({"needs": {"allOf": [{"$ref": "#/properties/needs"}]}}, "schema-endless"),
        ({"needs": {"$ref": "#/properties/needs"}}, "schema-endless"),
        ({"needs": {"type": "string", "requred": ["x"]}}, "schema-keyword"),
        ({"needs": {"type": 5}}, "schema-file"),
        ({"needs": {"type": "string", "minLength": "x"}}, "schema-file"),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value)[:50],
)
def test_s01_to_s04_bad_schemas_are_named_with_their_line(
    repo: Repo, fields: dict[str, Any], code: str
) -> None:
    change_schema(repo, **fields)
    repo.write(PATH, TOP + f"needs: {'a' * 40}!\n")
    repo.write(SECOND, "id: second-bad\nname: 第二\nactive: true\nodd: x\n")
    outcome = check(repo)
    assert outcome.code == 1
    lines = repo.read(SCHEMA).split("\n")
    found = [(line, name) for line, _, name in outcome.about(SCHEMA)]
    assert code in {name for _, name in found}
    assert all("needs" in "".join(lines[max(line - 6, 0) : line]) for line, _ in found)
    assert (4, 1, "schema-unknown") in outcome.about(SECOND)
    sound(repo)


def test_s04_another_draft(repo: Repo) -> None:
    repo.write(SCHEMA, repo.read(SCHEMA).replace("draft/2020-12/schema", "draft/1999/schema"))
    assert [code for _, _, code in check(repo).about(SCHEMA)] == ["schema-draft"]


@pytest.mark.parametrize("text", ["{", "", "[]", "\ufeff{}", "nonsense", '{"$id": 5}', "[" * 100_000])
def test_s04_a_schema_that_is_none(repo: Repo, text: str) -> None:
    repo.write(SCHEMA, text)
    outcome = check(repo)
    assert outcome.code == 1
    assert outcome.about(SCHEMA)


ANN = "people:\n  - id: p1\n    name: Ann\n"
VALUES: list[tuple[str, str, str, list[tuple[int, int, str]]]] = [
    ("S05 newline at the end", PATH, TOP + 'industry: "C39\\n"\n', [(AT, 11, "schema-pattern")]),
    ("S06 Arabic-Indic digits", CONTACTS,
     ANN + "    phones:\n      - number: \u0661\u0663\u0669\n        type: mobile\n",
     [(5, 17, "schema-pattern")]),
    ("S06 full-width digits", CONTACTS,
     ANN + "    phones:\n      - number: \uff11\uff13\uff19\n        type: mobile\n",
     [(5, 17, "schema-pattern")]),
    ("S09 e-mail", CONTACTS,
     ANN + "    emails:\n      - address: ann@@example.com\n        type: work\n",
     [(5, 18, "schema-pattern")]),
    ("S09 day", PATH, TOP + 'since: "2026-02-30"\n', [(AT, 8, "schema-format")]),
    ("S09 link", PATH, TOP + "website: javascript:alert(1)\n", [(AT, 10, "schema-pattern")]),
    ("S10 bool for text", PATH, TOP + "needs: true\n", [(AT, 8, "schema-unquoted")]),
    ("S10 text for a list", PATH, TOP + "tags: deal:trial\n", [(AT, 7, "schema-type")]),
    ("S10 null", PATH, TOP + "needs:\n", [(AT, 7, "schema-null")]),
    ("S11 unknown", PATH, TOP + "zzzzzz: x\n", [(AT, 1, "schema-unknown")]),
    ("S11 misspelt", PATH, TOP + "industri: C39\n", [(AT, 1, "schema-misspelt")]),
    ("S11 wrong case", PATH, TOP + "Industry: C39\n", [(AT, 1, "schema-misspelt")]),
    ("S11 space in key", PATH, TOP + "'industry ': C39\n", [(AT, 1, "schema-misspelt")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text", "expected"), [row[1:] for row in VALUES], ids=[row[0] for row in VALUES]
)
def test_values_are_refused(repo: Repo, path: str, text: str, expected: list[tuple[int, int, str]]) -> None:
    repo.write(path, text)
    repo.write(SECOND, "id: second-bad\nname: 第二\nactive: true\nodd: x\n")
    outcome = check(repo)
    assert outcome.code == 1
    assert outcome.about(path) == expected
    assert outcome.about(SECOND) == [(4, 1, "schema-unknown")]


def test_s11_says_what_was_meant(repo: Repo) -> None:
    repo.write(PATH, TOP + "industri: C39\n")
    assert "industry" in check(repo).stdout


@pytest.mark.parametrize(
    ("minutes", "codes"),
    [("5", []), ("true", ["schema-type"]), ("1.5", ["schema-type"]), ("'5'", ["schema-type"])],
)
def test_s10_whole_numbers(repo: Repo, minutes: str, codes: list[str]) -> None:
    head = 'type: call\noccurred_at: "2026-03-02T10:00:00+08:00"\nby: lin-fang\n'
    head += "direction: outgoing\nsummary: x\n"
    repo.write(NOTE, head + f"duration_minutes: {minutes}\n")
    assert [code for _, _, code in check(repo).about(NOTE)] == codes


def test_s07_money_is_exact(repo: Repo) -> None:
    head = 'type: order\noccurred_on: "2026-03-02"\ncurrency: CNY\nstate: open\nby: lin-fang\n'
    line = '  - title: {0}\n    quantity: 1\n    unit_price: "{1}"\n    amount: "{1}"\n'
    lines = "lines:\n" + line.format("a", "0.1") + line.format("b", "0.2")
    repo.write(SALE, head + 'amount: "0.3"\n' + lines)
    assert check(repo).about(SALE) == []
    repo.write(SALE, head + 'amount: "19.99"\n')
    assert check(repo).about(SALE) == []


def test_s08_many_items_are_compared_quickly(repo: Repo) -> None:
    needs = {"type": "array", "uniqueItems": True, "items": {"type": "object"}}
    change_schema(repo, needs=needs)
    items = [f"  - {{a: {number % 2999}, b: {{c: x}}}}\n" for number in range(3000)]
    repo.write(PATH, TOP + "needs:\n" + "".join(items))
    assert [code for _, _, code in check(repo).about(PATH)] == ["schema-repeated"]


def test_s12_thousands_of_notes_on_one_customer(repo: Repo) -> None:
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    for number in range(2000):
        stem = "2026-03-02-" + "".join(alphabet[number // 32**power % 32] for power in range(6))
        text = 'type: other\noccurred_at: "2026-03-02T10:00:00+08:00"\nby: lin-fang\nsummary: x\n'
        repo.write(customer_path(ACME, f"notes/2026/{stem}.yaml"), text + f"needs: n{number}\n")
    outcome = check(repo)
    assert outcome.findings == []
    assert "2004 documents" in outcome.stderr


def test_s12_fifty_thousand_notes_on_one_customer(repo: Repo) -> None:
    """They stand in a commit that is not checked out: what is asked is the check, not the disk."""
    notes = []
    for number in range(50_000):
        day = f"{2000 + number % 25}-{1 + number % 12:02}-{1 + number % 28:02}"
        path = customer_path(ACME, f"notes/{day[:4]}/{day}-{number:06}.yaml")
        text = f'type: other\noccurred_at: "{day}T10:00:00+08:00"\nby: lin-fang\nsummary: note {number}\n'
        notes.append(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n")
    wrong = notes[31_313].replace("by: lin-fang", "by: lin-fong")
    stream = (
        f"commit refs/heads/many\ncommitter x <x@example.com> 1790000000 +0800\ndata 0\nfrom HEAD\n{wrong}"
    )
    repo.git("fast-import", "--quiet", stdin=stream + "".join(notes[:31_313]) + "".join(notes[31_314:]))
    done, kib = hostile.watched(repo, "check", "--rev", "many", seconds=120, timeout=300)
    said = done.stdout.decode()
    assert done.returncode == 1, done.stderr
    assert [line.split(" ")[1] for line in said.splitlines()] == ["reference-missing"]
    assert "031313.yaml" in said
    assert kib < hostile.MEGABYTES * 1024
