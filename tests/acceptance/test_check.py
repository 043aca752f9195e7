"""`custodex check`, `format` and `explain` as people and programs call them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import hostile
import pytest
from hostile import ACME, BOLT, customer, customer_path

from custodex.cli.rulebook import all_rules
from custodex.rules import example, hint, message
from custodex.texts import LANGS
from workbench import Repo

A, B = customer_path(ACME), customer_path(BOLT)
CONTACTS = customer_path(ACME, "contacts.yaml")
NOTE = customer_path(ACME, "notes/2026/2026-03-02-9fj2k1.yaml")
BAD = customer(ACME, "Acme Test").replace("stage: lead", "stage: leed")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return hostile.master(tmp_path_factory.mktemp("check") / "book")


@pytest.fixture
def repo(book: Repo, tmp_path: Path) -> Repo:
    return hostile.copy(book, tmp_path / "repo")


def test_a_sound_book_says_how_much_it_looked_at(repo: Repo) -> None:
    result = repo.custodex("check")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "no findings in 4 records, 4 documents\n"
    assert "4 份档案" in repo.custodex("--lang", "zh", "check").stderr


def test_the_sample_book_is_clean(sample_repo: Repo) -> None:
    result = sample_repo.custodex("check")
    assert result.returncode == 0, result.stdout
    assert sample_repo.custodex("format", "--check").returncode == 0


def test_warnings_alone_do_not_fail(repo: Repo) -> None:
    repo.write(A, customer(ACME, "\u0410cme Test"))
    result = repo.custodex("check")
    assert result.returncode == 0
    assert "1 warning in" in result.stderr


def test_paths_restrict_what_is_reported_not_what_is_considered(repo: Repo) -> None:
    repo.write(A, BAD)
    repo.write(B, customer(BOLT, "Bolt", f"parent: {hostile.customer_id(4)}"))
    assert repo.custodex("check", A).stdout.count("\n") == 1
    only = repo.custodex("check", str(Path(B).parent))
    assert "reference-missing" in only.stdout
    assert "leed" not in only.stdout
    assert repo.custodex("check", "records/staff").returncode == 0
    inside = repo.custodex("check", "customer.yaml", cwd=(repo.root / A).parent)
    assert f"{A}:4:8: stage-unknown" in inside.stdout
    absolute = repo.custodex("check", str(repo.root / A))
    assert absolute.stdout == inside.stdout


def test_staged_worktree_and_commit_are_three_different_books(repo: Repo) -> None:
    repo.write(A, BAD)
    repo.git("add", A)
    repo.write(A, customer(ACME, "Acme Test"))
    assert repo.custodex("check").returncode == 0
    assert repo.custodex("check", "--staged").returncode == 1
    assert repo.custodex("check", "--rev", "HEAD").returncode == 0
    repo.git("commit", "-qm", "bad")
    assert repo.custodex("check", "--rev", "HEAD").returncode == 1
    assert repo.custodex("check", "--rev", "HEAD~1").returncode == 0
    assert repo.custodex("check").returncode == 0


def test_documents_reports_what_a_file_shows_by_itself(repo: Repo) -> None:
    repo.write(A, customer(ACME, "Acme Test", f"parent: {hostile.customer_id(4)}", "odd: x"))
    result = repo.custodex("check", "--documents", A)
    assert result.returncode == 1
    assert "schema-unknown" in result.stdout
    assert "reference-missing" not in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--staged", "--rev", "HEAD"),
        ("--fix", "--staged"),
        ("--fix", "--rev", "HEAD"),
        ("--rev", "nonsense"),
        ("--rev", "--output=x"),
        ("--rev", ""),
        ("--format", "xml"),
        ("nowhere.yaml",),
    ],
    ids=" ".join,
)
def test_wrong_use_is_told_apart(repo: Repo, arguments: tuple[str, ...]) -> None:
    result = repo.custodex("check", *arguments)
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")


def test_no_records_at_all_is_no_success(empty_repo: Repo) -> None:
    result = empty_repo.custodex("check")
    assert result.returncode == 1
    assert "records:1:1: no-records" in result.stdout
    empty_repo.write("records/.gitkeep", "")
    assert empty_repo.custodex("check").returncode == 0


def test_fix_mends_what_is_safe_and_leaves_the_rest(repo: Repo) -> None:
    repo.write(CONTACTS, "people:\n  - id: p1\n    name: Ann # our Ann\n    department: 10086\n")
    lines = ["name: 'Acme Test'", f"id: {ACME}", "type: organization", "stage: leed", "owner: lin-fang"]
    repo.write(A, "\r\n".join([*lines, "source:", "  channel: email", "needs: 5", ""]))
    result = repo.custodex("check", "--fix")
    assert result.returncode == 1
    assert [line.split(" ")[1] for line in result.stdout.splitlines()] == ["stage-unknown"]
    assert repo.read(CONTACTS).endswith('name: Ann # our Ann\n    department: "10086"\n')
    assert repo.read(A) == BAD + 'needs: "5"\n'
    assert not list(repo.root.rglob(".tmp-*"))


def test_fix_replaces_banned_terms_in_notes(repo: Repo) -> None:
    head = 'type: other\noccurred_at: "2026-03-02T10:00:00+08:00"\nby: lin-fang\n'
    repo.write(NOTE, head + "summary: 发了报价表格 # 注\n")
    before = repo.custodex("check")
    assert "term-banned" in before.stdout
    assert "can be mended with --fix" in before.stderr
    after = repo.custodex("check", "--fix")
    assert (after.returncode, after.stdout) == (0, "")
    assert repo.read(NOTE) == head + "summary: 发了报价单 # 注\n"


def test_fix_keeps_to_the_paths_given(repo: Repo) -> None:
    for path, record in ((A, ACME), (B, BOLT)):
        repo.write(path, customer(record, "X Test", "needs: 5"))
    repo.custodex("check", "--fix", A)
    assert 'needs: "5"' in repo.read(A)
    assert "needs: 5" in repo.read(B)


def test_format_rewrites_reports_and_stays_away_from_what_it_cannot_read(repo: Repo) -> None:
    text = customer(ACME, "Acme Test")
    repo.write(A, text.replace("name: Acme Test", "name:    'Acme Test'"))
    repo.write(B, "broken: [\n")
    check = repo.custodex("format", "--check")
    assert check.returncode == 1
    assert check.stdout.startswith(f"{A}:1:1: not-canonical")
    assert "'Acme Test'" in repo.read(A)
    assert repo.custodex("format").returncode == 1
    assert repo.read(A) == text
    assert repo.read(B) == "broken: [\n"
    assert repo.custodex("format").returncode == 0


@pytest.mark.parametrize("name", ["concise", "full", "json", "github", "gitlab", "sarif"])
def test_formats(repo: Repo, name: str) -> None:
    repo.write(A, BAD)
    result = repo.custodex("check", "--format", name)
    assert result.returncode == 1
    assert "stage-unknown" in result.stdout
    if name in {"json", "gitlab", "sarif"}:
        json.loads(result.stdout)
    if name == "json":
        (finding,) = json.loads(result.stdout)["findings"]
        assert (finding["path"], finding["line"], finding["column"], finding["pointer"]) == (
            A,
            4,
            8,
            "/stage",
        )
    if name == "full":
        assert "4 | stage: leed\n  |        ^^^^\n" in result.stdout


def test_the_job_summary_lists_everything(repo: Repo, tmp_path: Path) -> None:
    repo.write(A, BAD)
    target = tmp_path / "summary.md"
    repo.custodex("check", "--format", "github", GITHUB_STEP_SUMMARY=str(target))
    assert "stage-unknown" in target.read_text(encoding="utf-8")


def test_a_c_locale_and_a_closed_pipe_are_no_trouble(repo: Repo) -> None:
    repo.write(A, BAD.replace("Acme Test", "华星") + "odd字: x\n" * 2)
    result = repo.custodex("check", "--format", "full", LANG="C", LC_ALL="C", PYTHONUTF8="0")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    for number in range(150):
        repo.write(f"records/staff/odd-{number}.yaml", "".join(f"f{line}: x\n" for line in range(190)))
    command = f"{sys.executable} -m custodex check | head -1"
    piped = subprocess.run(
        command, shell=True, cwd=repo.root, env=dict(repo.environ), capture_output=True, check=False
    )
    assert piped.stdout.count(b"\n") == 1
    assert b"Traceback" not in piped.stderr
    assert b"rror" not in piped.stderr


def test_explain(repo: Repo) -> None:
    listed = repo.custodex("explain").stdout
    for code in (
        "yaml-alias",
        "schema-enum",
        "path-clash",
        "reference-missing",
        "not-canonical",
        "no-records",
    ):
        assert code in listed
    page = repo.custodex("explain", "schema-unquoted").stdout
    assert page.startswith("schema-unquoted: ")
    assert "good:" in page
    assert "修改方法" in repo.custodex("--lang", "zh", "explain", "yaml-alias").stdout
    for line in listed.splitlines():  # what a finding says, never the places still to be filled in
        rule = all_rules()[line.split()[0]]
        for lang in LANGS:
            told = message(rule, example(rule), lang) + hint(rule, example(rule), lang)
            assert not re.search(r"\{[a-z_]+\}", told)
    shown = repo.custodex("explain", "amount-sum").stdout
    assert "message, for example: the sum of the lines comes to 85.00, but 90.00 is written\n" in shown
    wrong = repo.custodex("explain", "yaml-alais")
    assert wrong.returncode == 2
    assert "yaml-alias" in wrong.stderr


def test_every_code_a_check_can_yield_has_a_page(repo: Repo) -> None:
    for line in repo.custodex("explain").stdout.splitlines():
        code, _, title = line.partition(" ")
        assert title.strip(), code


def test_outside_a_repository(tmp_path: Path) -> None:
    assert Repo(tmp_path).custodex("check").returncode == 4
    (tmp_path / "records").mkdir()
    assert Repo(tmp_path).custodex("check").returncode == 4


def test_the_second_run_reads_nothing_and_says_the_same(repo: Repo) -> None:
    repo.write(A, BAD)
    first = repo.custodex("check")
    assert repo.custodex("check").stdout == first.stdout
    (repo.root / ".custodex/catalog.sqlite").write_bytes(b"damaged")
    assert repo.custodex("check").stdout == first.stdout
