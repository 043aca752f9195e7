"""Figures from history: by team, for any day, and never by person unless the policy says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from custodex.ids import new_id
from custodex.records import path_of
from workbench import Repo

TEAM = "key-accounts"


def rows(repo: Repo, name: str, *more: str) -> dict[tuple[str, str], dict[str, Any]]:
    done = repo.custodex("report", name, "--format", "json", *more)
    assert done.returncode == 0, done.stderr
    return {(row["figure"], row["group"]): row for row in json.loads(done.stdout)["rows"]}


def customer(identifier: str, **more: str) -> str:
    fields = {"id": identifier, "type": "organization", "name": "示例公司", "stage": "lead", "owner": "li-wen",
              "grade": "strategic", **more}  # fmt: skip
    text = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return f'{text}source:\n  channel: website\n  by: li-wen\n  at: "2026-09-01"\n'


def on(day: str) -> dict[str, str]:
    return {f"GIT_{role}_DATE": f"{day}T10:00:00+08:00" for role in ("AUTHOR", "COMMITTER")}


@pytest.fixture
def book(empty_repo: Repo) -> Repo:
    """A customer who was entered, corrected, called, promised something twice."""
    repo = empty_repo
    repo.git("commit", "-q", "--amend", "-m", "start", **on("2026-09-01"))
    one = "a2pqm63zjgr"
    for staff in ("li-wen",):
        repo.write(f"records/staff/{staff}.yaml", f"id: {staff}\nname: 李雯\nteam: {TEAM}\nactive: true\n")
    repo.write(f"records/teams/{TEAM}.yaml", f"id: {TEAM}\nname:\n  zh: 大客户部\n  en: Key accounts\n")
    repo.write(path_of("customer", one), customer(one))
    repo.write(path_of("customer", other := new_id()), customer(other, name="另一家公司"))

    def commit(day: str, message: str) -> None:
        repo.git("add", "-A")
        repo.git("commit", "-q", "-m", message, **on(day))

    commit("2026-09-02", "two customers")
    repo.write(path_of("customer", one), customer(one, name="示例精密公司"))
    commit("2026-09-12", "name\n\nReason: correction")
    repo.write(path_of("note", one, "2026-09-20-aaaaaa"), 'type: visit\noccurred_at: "2026-09-20T10:00:00+08:00"\n'
               "by: li-wen\nsummary: 看了样机\n")  # fmt: skip
    task = path_of("task", one, "2026-09-20-bbbbbb")
    text = 'title: 发报价\nassignee: li-wen\ndue: "2026-10-01"\nstate: open\ncreated_by: li-wen\n'
    text += 'created_at: "2026-09-20T10:00:00+08:00"\n'
    repo.write(task, text)
    commit("2026-09-24", "visit")
    repo.git("checkout", "-q", "-b", "later")
    repo.write(task, text.replace("2026-10-01", "2026-11-01"))
    commit("2026-09-26", "later")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "later", "-m", "merge", **on("2026-09-29"))
    return repo


def test_quality_counts_what_had_to_be_corrected(book: Repo) -> None:
    found = rows(book, "quality")
    assert found["corrections", TEAM]["value"] == 1
    # of the landings of this team's customers, the first one of one customer was wrong
    assert found["first_pass", TEAM]["cases"] == 4
    assert found["first_pass", TEAM]["value"] == 75.0


def test_kpi_tells_what_takes_long(book: Repo) -> None:
    found = rows(book, "kpi")
    assert found["entry_lag", TEAM]["value"] == 4.0
    assert found["review_time", ""]["value"] == 3.0
    assert found["postponed", TEAM]["details"][0].endswith("2026-10-01 -> 2026-11-01")
    # 30 days for a strategic customer, seen on 20 September
    assert found["reviews_overdue", TEAM]["details"] == ["a2pqm63zjgr"]
    assert ("reviews_overdue", TEAM) not in rows(book, "kpi", "--as-of", "2026-10-01")


def test_activity_is_told_by_team_and_by_person_only_where_the_policy_allows(book: Repo) -> None:
    assert rows(book, "activity")["notes", TEAM]["value"] == 1
    assert rows(book, "activity", "--since", "2026-10-01") == {}
    refused = book.custodex("report", "activity", "--by", "person")
    assert (refused.returncode, "figures_by_person" in refused.stderr) == (6, True)
    path = "schema/access.yaml"
    book.write(path, book.read(path).replace("figures_by_person: false", "figures_by_person: true"))
    assert rows(book, "activity", "--by", "person")["notes", "li-wen"]["value"] == 1
    assert "大客户部" in book.custodex("--lang", "zh", "report", "activity").stdout
    assert book.custodex("report", "activity", "--format", "csv").stdout.startswith(
        "figure,group,value,cases"
    )
