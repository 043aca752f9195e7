"""History is told in fields, from real commits."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from custodex import snapshots
from custodex.catalog import Catalog
from custodex.examining import Examiner
from custodex.git import EMPTY_TREE, Git
from custodex.history import History, Ledger
from custodex.ids import new_id
from custodex.readers import Reader
from custodex.records import path_of
from custodex.yamlwriter import dump

ROOT = Path(__file__).resolve().parents[2]
ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


class Repository:
    """A record repository in a temporary folder, written to and committed like a person would."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "李娜")
        self.git("config", "user.email", "li.na@example.com")
        subprocess.run(["cp", "-r", str(ROOT / "schema"), str(root / "schema")], check=True)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=ENVIRON, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, path: str, value: dict[str, Any] | None) -> None:
        target = self.root / path
        if value is None:
            target.unlink()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dump(value), encoding="utf-8")

    def commit(self, subject: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def history(self, audience: str | None = None) -> History:
        git = Git(self.root, ENVIRON)
        catalog = Catalog(self.root)
        catalog.sync(snapshots.worktree(git), Examiner())
        ledger = Ledger(self.root, git)
        ledger.sync()
        return History(git, ledger, Reader(catalog, audience), catalog.document_values)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def person(identifier: str, **more: Any) -> dict[str, Any]:
    return {"id": identifier, "type": "person", "name": "曾国", "stage": "lead", **more}


def test_a_change_is_told_by_field_old_and_new_newest_first(repository: Repository) -> None:
    one = new_id()
    path = path_of("customer", one)
    repository.write(path, person(one))
    repository.commit("new customer")
    repository.write(path, person(one, stage="prospect"))
    second = repository.commit("first talk\n\nReason: change")
    newest, oldest = repository.history().for_record(f"customers/{one}")
    assert (newest.action, newest.commit, newest.who, newest.reason) == ("changed", second, "李娜", "change")
    assert [(item.written, item.old, item.new) for item in newest.fields] == [("stage", "lead", "prospect")]
    assert oldest.action == "added"
    assert [item.written for item in oldest.fields] == ["id", "type", "name", "stage"]


def test_a_commit_from_another_zone_is_shown_by_the_clock_of_the_book(repository: Repository) -> None:
    one = new_id()
    repository.write(path_of("customer", one), person(one))
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "new customer", "--date", "2026-03-01T20:00:00-08:00")
    history = repository.history()
    (change,) = history.for_record(f"customers/{one}")
    assert change.at == "2026-03-02T12:00:00+08:00"
    assert history.last_change()[f"customers/{one}"] == change.at


def test_list_items_with_a_key_keep_their_identity(repository: Repository) -> None:
    one = new_id()
    path = path_of("contacts", one)
    repository.write(path_of("customer", one), person(one))
    people = [{"id": "p1", "name": "单晓"}, {"id": "p2", "name": "查宁", "title": "经理"}]
    repository.write(path, {"people": people})
    repository.commit("contacts")
    repository.write(path, {"people": [{"id": "p2", "name": "查宁", "title": "总监"}, people[0]]})
    repository.commit("promotion")
    change = repository.history().for_record(f"customers/{one}")[0]
    assert [(item.written, item.old, item.new) for item in change.fields] == [
        ("people[p2].title", "经理", "总监")
    ]


def test_reformatting_is_no_change_in_the_data(repository: Repository) -> None:
    one = new_id()
    path = path_of("customer", one)
    repository.write(path, person(one))
    repository.commit("new")
    text = (repository.root / path).read_text(encoding="utf-8")
    (repository.root / path).write_text(f"# who they are\n{text}", encoding="utf-8")
    repository.commit("comment")
    change = repository.history().for_record(f"customers/{one}")[0]
    assert (change.action, change.fields) == ("changed", ())


def test_blame_names_who_gave_each_present_value(repository: Repository) -> None:
    one = new_id()
    path = path_of("customer", one)
    repository.write(path, person(one, tags=["risk:late-payer"]))
    first = repository.commit("new")
    repository.write(path, person(one, stage="prospect", tags=["risk:late-payer"]))
    second = repository.commit("stage")
    repository.write(path, person(one, stage="prospect", tags=["risk:late-payer", "deal:repeat"]))
    third = repository.commit("tag")
    origins = repository.history().blame(f"customers/{one}", path)
    assert {origin.place: origin.commit for origin in origins} == {
        ("id",): first, ("type",): first, ("name",): first, ("stage",): second, ("tags",): third,
    }  # fmt: skip


def test_history_continues_where_it_ended_and_starts_anew_when_rewritten(repository: Repository) -> None:
    one = new_id()
    path = path_of("customer", one)
    repository.write(path, person(one))
    repository.commit("new")
    git = Git(repository.root, ENVIRON)
    ledger = Ledger(repository.root, git)
    assert ledger.sync() == 1
    repository.write(path, person(one, stage="prospect"))
    repository.commit("stage")
    assert ledger.sync() == 1
    assert ledger.sync() == 0
    repository.git("commit", "--amend", "-q", "-m", "another word for it")
    assert ledger.sync() == 2
    assert [step.subject for step in ledger.steps(f"customers/{one}")] == ["another word for it", "new"]


def test_a_merged_branch_appears_once(repository: Repository) -> None:
    one = new_id()
    path = path_of("customer", one)
    repository.write(path, person(one))
    repository.commit("new")
    repository.git("checkout", "-q", "-b", "work")
    repository.write(path, person(one, stage="prospect"))
    repository.commit("on the branch")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "merge the work", "work")
    changes = repository.history().for_record(f"customers/{one}")
    assert [change.subject for change in changes] == ["merge the work", "new"]


def test_an_audience_learns_nothing_of_what_it_may_not_read(repository: Repository) -> None:
    one = new_id()
    repository.write(path_of("customer", one), person(one))
    repository.write(path_of("contacts", one), {"people": [{"id": "p1", "name": "单晓"}]})
    repository.commit("单晓 called")
    changes = repository.history("finance").for_record(f"customers/{one}")
    assert [(change.kind, change.subject) for change in changes] == [("customer", "")]


def test_two_trees_are_compared_without_commits(repository: Repository) -> None:
    one = new_id()
    repository.write(path_of("customer", one), person(one))
    repository.commit("new")
    git = Git(repository.root, ENVIRON)
    tree = git.tree("HEAD") or ""
    changes = repository.history().between(git.tree_changes(EMPTY_TREE, tree, ("records",)))
    assert [(change.action, change.path) for change in changes] == [("added", path_of("customer", one))]
