"""Two people change one record on two branches: real merges by Git, with and without something to decide."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench import ROOT, Repo

CUSTOMER = "records/customers/bb/bbf7xwmhbda/customer.yaml"
CONTACTS = "records/customers/bb/bbf7xwmhbda/contacts.yaml"
OWNER_PHONE = '      - number: "+1 212 555 0128"\n        type: work\n        primary: true\n'

ORDER = """type: order
occurred_on: "2026-11-20"
number: "2026-1188"
amount: "10.00"
currency: USD
state: won
by: tom-okafor
lines:
  - product: steam-cleaner
    quantity: 1
    unit_price: "10.00"
    amount: "10.00"
"""

Edit = Callable[[str], str]


def replaced(old: str, new: str) -> Edit:
    """Return the edit of a text that must hold *old*."""

    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


@pytest.fixture
def merging_repo(sample_repo: Repo) -> Repo:
    (sample_repo.root / ".gitattributes").write_bytes((ROOT / ".gitattributes").read_bytes())
    sample_repo.commit("attributes")
    assert sample_repo.custodex("doctor", "--fix").returncode == 0
    return sample_repo


def two_branches(repo: Repo, path: str, ours: Edit, theirs: Edit) -> None:
    """Commit *theirs* on `branch` and *ours* on main, and stay on main."""
    for branch, edit in (("branch", theirs), ("main", ours)):
        repo.git("checkout", "-q", *(["-b", branch] if branch == "branch" else [branch]))
        repo.write(path, edit(repo.read(path)))
        repo.commit(f"change on {branch}")


def merge(repo: Repo, path: str, ours: Edit, theirs: Edit) -> subprocess.CompletedProcess[str]:
    """Commit *theirs* on a branch and *ours* on main, then merge the branch."""
    two_branches(repo, path, ours, theirs)
    return subprocess.run(
        ["git", "merge", "--no-edit", "branch"], cwd=repo.root, env=dict(repo.environ),
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_doctor_tells_of_a_clone_that_merges_by_lines_and_mends_it(sample_repo: Repo) -> None:
    (sample_repo.root / ".gitattributes").write_bytes((ROOT / ".gitattributes").read_bytes())
    assert "records are merged line by line" in sample_repo.custodex("doctor").stdout
    assert "records are merged field by field" in sample_repo.custodex("doctor", "--fix").stdout
    assert "records are merged field by field" in sample_repo.custodex("doctor").stdout
    sample_repo.git("config", "merge.custodex.driver", "/gone/python -m custodex merge-driver %O %A %B %L %P")
    assert "records are merged line by line" in sample_repo.custodex("doctor").stdout


def test_neighbouring_fields_changed_by_two_people_merge_where_lines_would_conflict(
    merging_repo: Repo,
) -> None:
    done = merge(
        merging_repo, CUSTOMER,
        replaced("stage: customer", "stage: loyal"), replaced("grade: medium", "grade: large"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "stage: loyal\ngrade: large\n" in merging_repo.read(CUSTOMER)
    assert merging_repo.custodex("check").returncode == 0


def test_a_field_added_at_two_places_does_not_stand_twice(merging_repo: Repo) -> None:
    done = merge(
        merging_repo, CUSTOMER,
        replaced("name: O'Hara's Bakery, Inc.\n", "name: O'Hara's Bakery, Inc.\nname_en: OHara Bakery Inc.\n"),
        replaced("grade: medium\n", "grade: medium\nname_en: OHara Bakery Inc.\n"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert merging_repo.read(CUSTOMER).count("name_en:") == 1
    assert merging_repo.custodex("check").returncode == 0


def test_two_phones_added_to_one_person_are_both_there(merging_repo: Repo) -> None:
    done = merge(
        merging_repo, CONTACTS,
        replaced(OWNER_PHONE, OWNER_PHONE + '      - number: "+1 212 555 0177"\n        type: mobile\n'),
        replaced(OWNER_PHONE, OWNER_PHONE + '      - number: "+1 212 555 0188"\n        type: mobile\n'),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = merging_repo.read(CONTACTS)
    assert text.index("0128") < text.index("0177") < text.index("0188") < text.index("Dwight")
    assert merging_repo.custodex("check").returncode == 0


def test_comments_of_both_sides_stay(merging_repo: Repo) -> None:
    done = merge(
        merging_repo, CUSTOMER,
        replaced("stage: customer", "stage: loyal  # since the second oven"),
        replaced("website: https", "# asked by phone\nwebsite: https"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = merging_repo.read(CUSTOMER)
    assert "stage: loyal  # since the second oven\n" in text
    assert "# asked by phone\nwebsite: https" in text


def test_one_field_changed_twice_is_told_in_words_and_marked_for_the_check(merging_repo: Repo) -> None:
    done = merge(
        merging_repo, CUSTOMER,
        lambda text: replaced("stage: customer", "stage: loyal")(replaced("grade: medium", "grade: large")(text)),
        replaced("stage: customer", "stage: dormant"),
    )  # fmt: skip
    assert done.returncode == 1
    assert f"{CUSTOMER}: stage: changed to different values on the two sides" in done.stderr
    text = merging_repo.read(CUSTOMER)
    assert (
        "<<<<<<< ours\nstage: loyal\n||||||| base\nstage: customer\n=======\nstage: dormant\n>>>>>>> theirs\n"
        in text
    )
    assert text.count("<<<<<<<") == 1
    assert "grade: large\n" in text
    found = merging_repo.custodex("check")
    assert found.returncode == 1
    assert "yaml-conflict" in found.stdout


def test_a_person_taken_away_here_and_changed_there_is_not_lost(merging_repo: Repo) -> None:
    second = merging_repo.read(CONTACTS).partition("  - id: p2\n")[2].partition("phones:\n  - number")[0]
    done = merge(
        merging_repo, CONTACTS,
        replaced(f"  - id: p2\n{second}", ""), replaced("title: Plant Manager", "title: Operations Director"),
    )  # fmt: skip
    assert done.returncode == 1
    assert f"{CONTACTS}: people.p2: deleted on one side, changed on the other" in done.stderr
    assert "Operations Director" in merging_repo.read(CONTACTS)


def test_changes_that_only_together_break_a_rule_are_a_conflict(merging_repo: Repo) -> None:
    """One side closes the line of business, the other begins to fill in its file: no field is changed twice."""
    merging_repo.write(CUSTOMER, merging_repo.read(CUSTOMER) + "profile: insurance\n")
    merging_repo.commit("insured")
    done = merge(
        merging_repo, CUSTOMER,
        replaced("profile: insurance\n", ""),
        replaced("profile: insurance\n", "profile: insurance\ninsurance:\n  risk_profile: conservative\n"),
    )  # fmt: skip
    assert done.returncode == 1
    assert "the two changes together break a rule: insurance" in done.stderr
    assert CUSTOMER in merging_repo.git("diff", "--name-only", "--diff-filter=U")


def test_a_file_no_side_can_read_is_merged_by_lines_and_left_to_a_person(merging_repo: Repo) -> None:
    done = merge(
        merging_repo, CUSTOMER,
        replaced("stage: customer", "stage: [customer"), replaced("needs: |", "needs: |2"),
    )  # fmt: skip
    assert done.returncode == 1
    assert "one side's file cannot be read" in done.stderr
    assert "stage: [customer" in merging_repo.read(CUSTOMER)


def test_a_driver_whose_python_is_gone_drops_no_side(merging_repo: Repo) -> None:
    driver = merging_repo.git("config", "merge.custodex.driver").strip()
    merging_repo.git("config", "merge.custodex.driver", driver.replace(sys.executable, "/gone/bin/python"))
    path = "records/customers/bb/bbf7xwmhbda/customer.yaml"
    merged = merge(
        merging_repo, path, replaced("stage: customer", "stage: loyal"), replaced("medium", "large")
    )
    assert merged.returncode == 1
    text = merging_repo.read(path)
    assert "stage: loyal" in text
    assert "grade: large" in text
    assert merging_repo.git("diff", "--name-only", "--diff-filter=U") == f"{path}\n"


def test_a_book_in_a_subfolder_merges_by_fields_too(tmp_path: Path, sample_repo: Repo) -> None:
    outer = Repo(tmp_path / "outer")
    (outer.root / "books").mkdir(parents=True)
    (sample_repo.root / "records").rename(outer.root / "books" / "records")
    (sample_repo.root / "schema").rename(outer.root / "books" / "schema")
    outer.write("books/.gitattributes", (ROOT / ".gitattributes").read_text(encoding="utf-8"))
    outer.git("init", "-q", "-b", "main")
    outer.commit("start")
    assert outer.custodex("-C", "books", "doctor", "--fix").returncode == 0
    done = merge(
        outer, f"books/{CUSTOMER}",
        replaced("stage: customer", "stage: loyal"), replaced("grade: medium", "grade: large"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "stage: loyal\ngrade: large\n" in outer.read(f"books/{CUSTOMER}")


def test_a_branch_is_refreshed_by_fields_in_a_clone_without_the_driver(sample_repo: Repo) -> None:
    two_branches(
        sample_repo, CUSTOMER,
        replaced("stage: customer", "stage: loyal"), replaced("grade: medium", "grade: large"),
    )  # fmt: skip
    before = sample_repo.git("status", "--porcelain")
    done = sample_repo.custodex("refresh", "branch")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("branch holds main now, at ")
    assert "stage: loyal\ngrade: large\n" in sample_repo.git("show", f"branch:{CUSTOMER}")
    assert sample_repo.git("status", "--porcelain") == before
    assert sample_repo.git("log", "-1", "--format=%s %p", "branch").startswith("Merge main into branch ")
    assert sample_repo.custodex("refresh", "branch").stdout == "branch already holds main\n"


def test_a_refresh_of_the_checked_out_branch_brings_its_files_along(sample_repo: Repo) -> None:
    two_branches(
        sample_repo, CUSTOMER,
        replaced("stage: customer", "stage: loyal"), replaced("grade: medium", "grade: large"),
    )  # fmt: skip
    sample_repo.git("checkout", "-q", "branch")
    assert sample_repo.custodex("refresh", "branch").returncode == 0
    assert "stage: loyal\ngrade: large\n" in sample_repo.read(CUSTOMER)
    assert sample_repo.git("status", "--porcelain") == ""


def test_a_conflict_leaves_the_branch_and_names_the_field(sample_repo: Repo) -> None:
    two_branches(
        sample_repo, CUSTOMER,
        replaced("stage: customer", "stage: loyal"), replaced("stage: customer", "stage: dormant"),
    )  # fmt: skip
    head = sample_repo.git("rev-parse", "branch")
    done = sample_repo.custodex("refresh", "branch")
    assert done.returncode == 1
    assert f"{CUSTOMER}: stage: changed to different values on the two sides\n" in done.stdout
    assert "branch is unchanged: on that branch run git merge main" in done.stdout
    assert sample_repo.git("rev-parse", "branch") == head


def test_two_good_branches_that_together_break_a_reference_do_not_move_it(sample_repo: Repo) -> None:
    """Main takes a product away while the branch begins to sell it."""
    product = "records/products/steam-cleaner.yaml"
    sample_repo.write(product, "id: steam-cleaner\nname: Steam cleaner\nactive: true\n")
    sample_repo.commit("a product")
    order = "records/customers/bb/bbf7xwmhbda/transactions/2026/2026-11-20-ab12cd.yaml"
    sample_repo.git("checkout", "-q", "-b", "branch")
    sample_repo.write(order, ORDER)
    sample_repo.commit("an order")
    assert sample_repo.custodex("check").returncode == 0
    sample_repo.git("checkout", "-q", "main")
    (sample_repo.root / product).unlink()
    sample_repo.commit("no longer sold")
    assert sample_repo.custodex("check").returncode == 0
    head = sample_repo.git("rev-parse", "branch")
    done = sample_repo.custodex("refresh", "branch", "--format", "json")
    assert done.returncode == 1, done.stdout
    said = json.loads(done.stdout)
    assert said["outcome"] == "findings"
    assert [place.rpartition(": ")[2] for place in said["findings"]] == ["reference-missing"]
    assert sample_repo.git("rev-parse", "branch") == head


def test_a_refreshed_branch_is_pushed(sample_repo: Repo, tmp_path: Path) -> None:
    two_branches(
        sample_repo, CUSTOMER,
        replaced("stage: customer", "stage: loyal"), replaced("grade: medium", "grade: large"),
    )  # fmt: skip
    sample_repo.git("init", "-q", "--bare", str(tmp_path / "forge.git"))
    sample_repo.git("remote", "add", "origin", str(tmp_path / "forge.git"))
    sample_repo.git("push", "-q", "origin", "main", "branch")
    assert sample_repo.custodex("refresh", "branch", "--push", "origin").returncode == 0
    pushed = sample_repo.git("--git-dir", str(tmp_path / "forge.git"), "rev-parse", "branch")
    assert pushed == sample_repo.git("rev-parse", "branch")


def test_a_branch_that_is_not_there_is_a_mistake_in_the_call(sample_repo: Repo) -> None:
    done = sample_repo.custodex("refresh", "no-such-branch")
    assert done.returncode == 2
    assert "there is no branch no-such-branch" in done.stderr
