"""Two customers that are one: merged, used for a while, and parted again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench import Repo

KEEP, GONE = "exqqt1sdvan", "eht6j7rbzjg"
KEEP_AT, GONE_AT = f"records/customers/ex/{KEEP}", f"records/customers/eh/{GONE}"


def told(repo: Repo, *arguments: str, code: int = 0) -> dict[str, Any]:
    result = repo.custodex(*arguments, "--format", "json")
    assert result.returncode == code, result.stderr + result.stdout
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def files(repo: Repo, folder: str) -> set[str]:
    return {str(path.relative_to(repo.root / folder)) for path in (repo.root / folder).rglob("*.yaml")}


@pytest.fixture
def merged(sample_repo: Repo) -> Repo:
    told(sample_repo, "merge", "上海远峤物流", GONE, "--yes", "--commit")
    return sample_repo


def test_a_merge_loses_nothing(sample_repo: Repo) -> None:
    events = {name for name in files(sample_repo, GONE_AT) if "/" in name}
    found = told(sample_repo, "merge", KEEP, GONE, "--yes", "--commit")
    assert found["merged"] == GONE
    assert {choice["field"] for choice in found["choices"]} >= {"name"}
    assert sample_repo.read(f"{GONE_AT}/customer.yaml") == f"id: {GONE}\nmerged_into: {KEEP}\n"
    assert files(sample_repo, GONE_AT) == {"customer.yaml"}
    assert events <= files(sample_repo, KEEP_AT)
    main = sample_repo.read(f"{KEEP_AT}/customer.yaml")
    assert "aliases:\n" in main
    assert "上海远峤冷链运输有限公司" in main
    assert sample_repo.git("grep", "-l", GONE, "--", "records").split() == [f"{GONE_AT}/customer.yaml"]
    assert sample_repo.custodex("check").returncode == 0
    shown = sample_repo.custodex("show", GONE)
    assert f"was merged into {KEEP}" in shown.stderr
    # what it was called still finds it
    hits = json.loads(sample_repo.custodex("search", "远峤冷链", "--format", "json").stdout)["hits"]
    assert [hit["id"] for hit in hits] == [KEEP]


def test_a_write_to_a_merged_customer_says_once_where_it_went(merged: Repo) -> None:
    merged.custodex("check")
    # nobody has this number yet: whether it is the only one is known after looking at all
    done = merged.custodex("set", GONE, "identifiers.uscc=91310000MA1FL0A17W", "--dry-run")
    assert done.stderr.count(f"{GONE} was merged into {KEEP}") == 1, done.stderr
    done = merged.custodex("set", GONE, "short_name=远峤")
    assert done.stderr.count(f"{GONE} was merged into {KEEP}") == 1
    assert "short_name: 远峤\n" in merged.read(f"{KEEP_AT}/customer.yaml")


def test_the_field_of_the_other_one_is_taken_when_asked(sample_repo: Repo) -> None:
    told(sample_repo, "merge", KEEP, GONE, "--take", "short_name", "--yes")
    assert "short_name: 远峤冷链\n" in sample_repo.read(f"{KEEP_AT}/customer.yaml")


def test_a_merge_shows_itself_first(sample_repo: Repo) -> None:
    asked = sample_repo.custodex("merge", KEEP, GONE)
    assert asked.returncode == 0
    assert "add --yes to do it" in asked.stderr
    assert "taken" in asked.stderr
    assert sample_repo.git("status", "--porcelain") == ""
    assert sample_repo.custodex("merge", KEEP, KEEP, "--yes").returncode == 2


def test_parted_at_once_everything_is_as_before(merged: Repo) -> None:
    told(merged, "unmerge", GONE, "--commit")
    assert merged.git("diff", "HEAD~2", "HEAD") == ""


def test_a_merge_that_was_not_committed_is_parted_too(sample_repo: Repo) -> None:
    told(sample_repo, "merge", KEEP, GONE, "--yes")
    told(sample_repo, "unmerge", KEEP)
    assert sample_repo.git("status", "--porcelain") == ""


def test_months_later_later_changes_stay(merged: Repo) -> None:
    task = told(merged, "task", "add", KEEP, "later", "--due", "+7d", "--commit")["task"]
    told(merged, "set", KEEP, "name_en=Changed Since Ltd.", "--commit")
    told(merged, "note", KEEP, "said since", "--commit")
    told(merged, "unmerge", GONE, "--commit")
    assert "name_en: Changed Since Ltd." in merged.read(f"{KEEP_AT}/customer.yaml")
    assert f"tasks/{task}.yaml" in files(merged, KEEP_AT)
    start = merged.git("rev-list", "--max-parents=0", "HEAD").strip()
    assert merged.git("diff", start, "HEAD", "--", GONE_AT) == ""
    assert merged.custodex("check").returncode == 0


def test_a_task_closed_since_goes_home_closed(sample_repo: Repo) -> None:
    stem = told(sample_repo, "task", "add", GONE, "settle it", "--due", "+7d", "--commit")["task"]
    told(sample_repo, "merge", KEEP, GONE, "--yes", "--commit")
    told(sample_repo, "task", "done", stem, "settled", "--commit")
    told(sample_repo, "unmerge", GONE, "--commit")
    assert "outcome: settled" in sample_repo.read(f"{GONE_AT}/tasks/{stem}.yaml")
    assert not (sample_repo.root / KEEP_AT / "tasks" / f"{stem}.yaml").exists()


def test_a_field_changed_twice_is_shown(sample_repo: Repo) -> None:
    told(sample_repo, "merge", KEEP, GONE, "--take", "short_name", "--yes", "--commit")
    told(sample_repo, "set", KEEP, "short_name=新简称", "--commit")
    clash = sample_repo.custodex("unmerge", GONE)
    assert clash.returncode == 1
    assert "short_name: 新简称" in clash.stderr
    told(sample_repo, "unmerge", GONE, "--rest")
    assert "short_name: 新简称" in sample_repo.read(f"{KEEP_AT}/customer.yaml")
    assert "short_name: 远峤冷链" in sample_repo.read(f"{GONE_AT}/customer.yaml")


def test_links_that_become_one_take_no_other_link_along(sample_repo: Repo) -> None:
    mains = sorted(sample_repo.root.glob("records/customers/*/*/customer.yaml"))
    free = [path.parent.name for path in mains if "\nrelations:" not in path.read_text("utf-8")]
    other, third = [name for name in free if name not in {KEEP, GONE}][:2]
    path = f"records/customers/{other[:2]}/{other}/customer.yaml"
    links = [("partner", KEEP), ("partner", GONE), ("buyer", GONE), ("supplier", third)]
    before = sample_repo.read(path)
    listed = "".join(f"  - type: {kind}\n    to: {to}\n" for kind, to in links)
    sample_repo.write(path, f"{before}relations:\n{listed}")
    sample_repo.custodex("format", path)
    sample_repo.git("commit", "-qam", "links")
    told(sample_repo, "merge", KEEP, GONE, "--yes", "--commit")
    shown = told(sample_repo, "show", other)
    found = [(one["type"], one["to"]) for one in shown["customer"]["relations"]]
    assert found == [("partner", KEEP), ("buyer", KEEP), ("supplier", third)]
