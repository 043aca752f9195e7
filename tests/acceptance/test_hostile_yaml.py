"""Hostile and broken YAML (rows Y01 to Y23): refused with the place, quickly, and nothing else is hidden."""

from __future__ import annotations

from pathlib import Path

import hostile
import pytest
from hostile import ACME, SECOND, check, customer, customer_path, sound

from workbench import Repo

PATH = customer_path(ACME)
TOP = customer(ACME, "Acme Test")
AT = TOP.count("\n") + 1  # the first line after it
LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
MANY = "".join(f"odd{number}: x\n" for number in range(300))

LAUGHED = [(AT, 5, "yaml-alias")] + [
    (AT + line, column, "yaml-alias") for line in range(1, 10) for column in (5, *range(10, 55, 5))
]

OLD_MAC = [(number, len(line) + 1, "yaml-line-break") for number, line in enumerate(TOP.splitlines(), 1)]

Row = tuple[str, str | bytes, list[tuple[int, int, str]]]
ROWS: list[Row] = [
    ("Y01 billion laughs", TOP + LAUGHS, LAUGHED),
    ("Y02 one alias", TOP + "a: &x 1\nb: *x\n", [(AT, 4, "yaml-alias"), (AT + 1, 4, "yaml-alias")]),
    ("Y03 anchor only", TOP + "needs: &x text\n", [(AT, 8, "yaml-alias")]),
    ("Y04 merge key", TOP + "region:\n  <<: {country: CN}\n", [(AT + 1, 3, "yaml-alias")]),
    ("Y05 list of itself", TOP + "tags: &a [*a]\n", [(AT, 7, "yaml-alias"), (AT, 11, "yaml-alias")]),
    ("Y06 deep flow", TOP + "needs: " + "[" * 100_000, [(AT, 39, "yaml-nesting")]),
    ("Y07 deep blocks", "".join(f"{' ' * n}a:\n" for n in range(1300)), [(33, 33, "yaml-nesting")]),
    ("Y08 key twice", TOP + "stage: lost\n", [(AT, 1, "yaml-duplicate-key")]),
    ("Y08 nested", TOP + "region:\n  country: CN\n  country: US\n", [(AT + 2, 3, "yaml-duplicate-key")]),
    ("Y08 quoted", TOP + "'stage': lost\n", [(AT, 1, "yaml-duplicate-key")]),
    ("Y08 NFC and NFD", TOP + "\u00e9: 1\ne\u0301: 2\n", [(AT + 1, 1, "yaml-duplicate-key")]),
    ("Y09 python tag", TOP + "needs: !!python/object/apply:os.system [touch x]\n", [(AT, 8, "yaml-tag")]),
    ("Y09 own tag", TOP + "needs: !Foo x\n", [(AT, 8, "yaml-tag")]),
    ("Y09 binary", TOP + "needs: !!binary aGk=\n", [(AT, 8, "yaml-tag")]),
    ("Y09 set", TOP + "needs: !!set {a: }\n", [(AT, 8, "yaml-tag")]),
    ("Y09 omap", TOP + "needs: !!omap [a: 1]\n", [(AT, 8, "yaml-tag")]),
    ("Y10 no such day", TOP + "since: 2024-02-30\n", [(AT, 8, "schema-format")]),
    ("Y10 no such hour", TOP + "since: 25:00:00Z\n", [(AT, 8, "schema-format"), (AT, 8, "schema-pattern")]),
    ("Y11 5000 digits", TOP + f"needs: {'9' * 5000}\n", [(AT, 8, "yaml-number")]),
    ("Y12 number in a text field", TOP + "needs: 518000\n", [(AT, 8, "schema-unquoted")]),
    ("Y13 nan", TOP + "needs: .nan\n", [(AT, 8, "yaml-number")]),
    ("Y13 inf", TOP + "needs: .inf\n", [(AT, 8, "yaml-number")]),
    ("Y13 1e400", TOP + "needs: 1e400\n", [(AT, 8, "yaml-number")]),
    ("Y14 NUL", TOP + "needs: a\0b\n", [(AT, 9, "yaml-character")]),
    ("Y14 escaped NUL", TOP + 'needs: "\\0"\n', [(AT, 8, "yaml-character")]),
    ("Y14 escape sequence", TOP + 'needs: "\\e[31m"\n', [(AT, 8, "yaml-character")]),
    ("Y14 surrogate", TOP + 'needs: "\\ud800"\n', [(AT, 11, "yaml-syntax")]),
    ("Y16 UTF-16", TOP.encode("utf-16"), [(1, 1, "yaml-encoding")]),
    ("Y16 Latin-1", (TOP + "needs: café\n").encode("latin-1"), [(AT, 11, "yaml-encoding")]),
    ("Y16 GB18030", (TOP + "needs: 客户\n").encode("gb18030"), [(AT, 8, "yaml-encoding")]),
    ("Y17 two documents", TOP + "---\na: 1\n", [(AT, 1, "yaml-documents")]),
    ("Y17 empty", "", [(1, 1, "yaml-empty")]),
    ("Y17 comment only", "# nothing\n", [(1, 1, "yaml-empty")]),
    ("Y17 scalar", "Acme\n", [(1, 1, "yaml-root")]),
    ("Y17 list", "- Acme\n", [(1, 1, "yaml-root")]),
    ("Y18 tab", TOP + "region:\n\tcountry: CN\n", [(AT + 1, 1, "yaml-tab")]),
    ("Y18 open quote", TOP + "needs: 'x\n", [(AT + 1, 1, "yaml-syntax")]),
    ("Y18 open bracket", TOP + "tags: [a, b\n", [(AT + 1, 1, "yaml-syntax")]),
    ("Y18 directive", "%YAML 9.9\n---\n" + TOP, [(1, 1, "yaml-syntax")]),
    ("Y19 conflict", TOP + "<<<<<<< a\nneeds: x\n||||||| b\n=======\nneeds: y\n>>>>>>> c\n",
     [(AT + line, 1, "yaml-conflict") for line in (0, 2, 3, 5)]),
    ("Y19 in a literal", TOP + "needs: |\n  x\n  <<<<<<< a\n  y\n", [(AT + 2, 1, "yaml-conflict")]),
    ("Y20 CR", TOP.replace("\n", "\r"), OLD_MAC),
    ("Y20 NEL", TOP + "needs: a\u0085b\n", [(AT, 9, "yaml-line-break")]),
    ("Y20 LS", TOP + "needs: a\u2028b\n", [(AT, 9, "yaml-line-break")]),
    ("Y21 null key", TOP + "null: x\n", [(AT, 1, "yaml-key")]),
    ("Y21 bool key", TOP + "yes: x\n", [(AT, 1, "yaml-key")]),
    ("Y21 int key", TOP + "1: x\n", [(AT, 1, "yaml-key")]),
    ("Y21 list key", TOP + "? [a]\n: x\n", [(AT, 3, "yaml-key")]),
    ("Y21 map key", TOP + "? {a: b}\n: x\n", [(AT, 3, "yaml-key")]),
    ("Y21 empty key", TOP + '"": x\n', [(AT, 1, "yaml-key")]),
    ("Y21 long key", TOP + f'"{"k" * 1000}": x\n', [(AT, 1, "yaml-key")]),
    ("Y21 colon in key", TOP + '"a:b": x\n', [(AT, 1, "yaml-key")]),
    ("Y22 a byte too many", TOP + "needs: " + "x" * (1_000_001 - len(TOP) - 7), [(1, 1, "yaml-too-large")]),
    ("Y22 ten million", TOP + "needs: " + "x" * 10_000_000, [(1, 1, "yaml-too-large")]),
    ("Y22 a million items", TOP + "tags: [" + "a," * 1_000_000 + "]", [(1, 1, "yaml-too-large")]),
    ("Y23 300 errors", TOP + MANY, [(AT + number, 1, "schema-unknown") for number in range(200)]),
]  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return hostile.master(tmp_path_factory.mktemp("hostile") / "book")


@pytest.fixture
def repo(book: Repo, tmp_path: Path) -> Repo:
    return hostile.copy(book, tmp_path / "repo")


@pytest.mark.parametrize(("content", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_bad_yaml_is_refused_with_its_place(
    repo: Repo, content: str | bytes, expected: list[tuple[int, int, str]]
) -> None:
    (repo.root / PATH).write_bytes(content.encode() if isinstance(content, str) else content)
    repo.write(SECOND, "id: second-bad\nname: 第二\nactive: true\nodd: x\n")
    outcome = check(repo)
    assert outcome.code == 1
    assert outcome.about(PATH) == expected
    assert outcome.about(SECOND) == [(4, 1, "schema-unknown")]
    repo.commit()
    sound(repo)
    assert check(repo, "--rev", "HEAD").about(PATH) == expected


def test_y12_text_fields_keep_what_was_typed(repo: Repo) -> None:
    path = customer_path(ACME, "contacts.yaml")
    typed = "people:\n  - id: p1\n    name: NO\naddresses:\n  - id: a1\n    country: NO\n"
    typed += "    postal_code: 010000\n"
    repo.write(path, typed)
    assert check(repo).about(path) == []
    shown = repo.custodex("show", ACME, "--format", "json").stdout
    assert '"NO"' in shown
    assert '"010000"' in shown


@pytest.mark.parametrize("content", ["\ufeff" + TOP, TOP.replace("\n", "\r\n")], ids=["Y15 BOM", "Y20 CRLF"])
def test_what_windows_editors_write_is_accepted_and_put_right(repo: Repo, content: str) -> None:
    (repo.root / PATH).write_bytes(content.encode())
    assert check(repo).code == 0
    assert repo.custodex("format", PATH).returncode == 1
    assert (repo.root / PATH).read_bytes() == TOP.encode()


def test_y20_lines_are_counted_with_windows_line_ends(repo: Repo) -> None:
    (repo.root / PATH).write_bytes((TOP + "odd: x\n").replace("\n", "\r\n").encode())
    assert check(repo).about(PATH) == [(AT, 1, "schema-unknown")]


def test_y09_nothing_is_executed(repo: Repo) -> None:
    repo.write(PATH, "a: !!python/object/apply:os.system ['touch executed']\n")
    check(repo)
    assert not (repo.root / "executed").exists()


@pytest.mark.parametrize("name", ["concise", "full", "json", "github", "gitlab", "sarif"])
def test_every_format_takes_the_worst_file(repo: Repo, name: str) -> None:
    content = (TOP + LAUGHS + MANY + "needs: a\0b \u202e\n" + "x" * 5000).encode() + b"\xff\xfe"
    (repo.root / PATH).write_bytes(content)
    (repo.root / customer_path(ACME, "contacts.yaml")).write_bytes(content[:-2])
    result = repo.custodex("check", "--format", name)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "yaml-encoding" in result.stdout
