"""Relations that do not hold (rows R01 to R08): every finding names both ends."""

from __future__ import annotations

import time
from pathlib import Path

import hostile
import pytest
from hostile import ACME, BOLT, CORK, check, customer, customer_id, customer_path, sound

from custodex.records import customer_folder
from workbench import Repo

A, B, C = map(customer_path, (ACME, BOLT, CORK))
AT = customer(ACME, "Acme Test").count("\n") + 1


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return hostile.master(tmp_path_factory.mktemp("hostile") / "book")


@pytest.fixture
def repo(book: Repo, tmp_path: Path) -> Repo:
    return hostile.copy(book, tmp_path / "repo")


def message(text: str, path: str, code: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"{path}:") and f" {code}" in line)


def test_r01_dangling_reference(repo: Repo) -> None:
    missing = customer_id(77)
    text = customer(ACME, "Acme Test", f"parent: {missing}").replace("lin-fang", "nobody-here")
    repo.write(A, text)
    outcome = check(repo)
    assert outcome.about(A) == [(5, 8, "reference-missing"), (AT, 9, "reference-missing")]
    assert missing in outcome.stdout
    assert "nobody-here" in message(outcome.stdout, A, "reference-missing")
    sound(repo)


def test_r02_own_parent(repo: Repo) -> None:
    repo.write(A, customer(ACME, "Acme Test", f"parent: {ACME}"))
    outcome = check(repo)
    assert outcome.code == 1
    assert {code for _, _, code in outcome.about(A)} & {"relation-self", "parent-cycle"}


def test_r03_cycle_of_two_is_reported_at_both_ends(repo: Repo) -> None:
    repo.write(A, customer(ACME, "Acme Test", f"parent: {BOLT}"))
    repo.write(B, customer(BOLT, "Bolt Test", f"parent: {ACME}"))
    outcome = check(repo)
    assert outcome.about(A) == [(AT, 9, "parent-cycle")]
    assert outcome.about(B) == [(AT, 9, "parent-cycle")]
    assert BOLT in message(outcome.stdout, A, "parent-cycle")


def test_r03_cycle_of_ten_thousand(repo: Repo) -> None:
    size = 10_000
    ids = [customer_id(number) for number in range(size)]
    for number, record in enumerate(ids):
        folder = repo.root / customer_folder(record)
        folder.mkdir(parents=True)
        parent = ids[(number + 1) % size]
        (folder / "customer.yaml").write_text(customer(record, f"Link {number}", f"parent: {parent}"))
    repo.commit("a long chain")
    start = time.monotonic()
    result = repo.custodex("check", "--rev", "HEAD")
    assert time.monotonic() - start < 60
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stdout.count("parent-cycle") >= 1


def test_r04_one_id_in_two_files(repo: Repo) -> None:
    repo.write(B, customer(ACME, "Acme Test"))
    outcome = check(repo)
    codes = {code for path in (A, B) for _, _, code in outcome.about(path)}
    assert codes & {"id-duplicate", "id-mismatch"}
    assert any(A in line for line in outcome.stdout.splitlines() if line.startswith(B))


def test_r05_id_and_path_differ(repo: Repo) -> None:
    repo.write(A, customer(customer_id(5), "Acme Test"))
    assert check(repo).about(A) == [(1, 5, "id-mismatch")]
    repo.git("checkout", "-q", ".")
    repo.write("records/staff/lin-fang.yaml", "id: lin-feng\nname: 林芳\nactive: true\n")
    assert check(repo).about("records/staff/lin-fang.yaml") == [(1, 5, "id-mismatch")]


def test_r06_reference_to_an_erased_customer_is_allowed_only_as_a_warning(repo: Repo) -> None:
    repo.write(A, customer(ACME, "Acme Test", f"parent: {BOLT}"))
    repo.write(B, f'id: {BOLT}\nerased:\n  at: "2026-03-02"\n  reason: asked for\n  basis: request\n')
    outcome = check(repo)
    assert "reference-missing" not in outcome.stdout
    assert {code for _, _, code in outcome.about(A)} <= {"reference-erased"}


def test_r07_renaming_a_referenced_id_leaves_the_reference_dangling(repo: Repo) -> None:
    repo.write(A, customer(ACME, "Acme Test", f"parent: {BOLT}"))
    repo.commit()
    other = customer_id(9)
    target = repo.root / customer_folder(other)
    target.parent.mkdir(parents=True)
    (repo.root / customer_folder(BOLT)).rename(target)
    repo.write(customer_path(other), customer(other, "Bolt Test"))
    assert check(repo).about(A) == [(AT, 9, "reference-missing")]
    repo.git("add", "-A")
    assert check(repo, "--staged").about(A) == [(AT, 9, "reference-missing")]


def test_r08_an_edit_of_a_customer_that_was_merged_meanwhile(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "edit")
    repo.write(A, customer(ACME, "Acme Test Ltd"))
    note = customer_path(ACME, "notes/2026/2026-03-02-9fj2k1.yaml")
    repo.write(note, 'type: other\noccurred_at: "2026-03-02T10:00:00+08:00"\nby: lin-fang\nsummary: x\n')
    repo.commit("edit")
    repo.git("checkout", "-q", "main")
    repo.write(A, f"id: {ACME}\nmerged_into: {BOLT}\n")
    repo.write(C, customer(CORK, "Cork Test", f"parent: {ACME}"))
    repo.commit("merge the duplicate")
    assert check(repo).about(C) == [(AT, 9, "reference-merged")]
    result = repo.custodex("log", ACME)
    assert result.returncode == 0
    with pytest.raises(AssertionError):
        repo.git("merge", "-q", "edit")
    assert {code for _, _, code in check(repo).about(A)} == {"yaml-conflict"}
    assert {code for _, _, code in check(repo, "--staged").about(A)} == {"path-unmerged"}
    repo.write(A, f"id: {ACME}\nmerged_into: {BOLT}\n")
    repo.git("add", "-A")
    outcome = check(repo, "--staged")
    assert "stub-leftover" in outcome.stdout
