"""Which classes a change touches, however deep in lists the fields stand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from custodex.git import Git
from custodex.policy import policy_at, touched
from custodex.records import path_of
from workbench import ROOT, Repo

PATH = path_of("contacts", "a2pqm63zjgr")
PEOPLE = "people:\n  - id: p1\n    name: 甲\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A book in which one field of a person is of a class of its own."""
    repo = Repo(tmp_path)
    shutil.copytree(ROOT / "schema", tmp_path / "schema", ignore=shutil.ignore_patterns("README.md"))
    schema = tmp_path / "schema/contacts.schema.json"
    value = json.loads(schema.read_text("utf-8"))
    value["properties"]["people"]["items"]["properties"]["birth_place"] = {
        "type": "string", "x-class": "identity", "x-label": {"zh": "出生地", "en": "Place of birth"},
    }  # fmt: skip
    schema.write_text(json.dumps(value), "utf-8")
    repo.git("init", "-q", "-b", "main")
    return repo


@pytest.mark.parametrize("before", ["language: zh\n", "people: []\n", PEOPLE])
def test_a_field_inside_the_items_of_a_list_counts(repo: Repo, before: str) -> None:
    trees = []
    for text in (before, f"{PEOPLE}    birth_place: 乙\n"):
        repo.write(PATH, text)
        repo.git("add", "-A")
        trees.append(repo.git("write-tree").strip())
    git = Git(repo.root, repo.environ)
    book = policy_at(git, trees[0]).book
    (found,) = touched(git, book, tuple(git.tree_changes(trees[0], trees[1], ())), trees[0], trees[1])
    assert "identity" in found.classes
