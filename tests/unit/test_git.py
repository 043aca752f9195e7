"""What the one module that runs git tells, in the repositories people have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from custodex.errors import EnvironmentFault
from custodex.git import EMPTY_TREE, UNMERGED, Git, pathspec, readable
from workbench import Repo, clean_environ


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo")
    made.root.mkdir()
    made.git("init", "-q", "-b", "main")
    made.write("sub/records/a.yaml", "a: 1\n")
    made.write("records/b.yaml", "b: 1\n")
    made.commit()
    return made


def git(repo: Repo, folder: str = ".", **environ: str) -> Git:
    return Git(repo.root / folder, {**clean_environ(), **environ})


def test_a_folder_without_git_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="not in a Git repository"):
        Git(tmp_path, clean_environ()).prefix()
    with pytest.raises(EnvironmentFault, match="no such folder"):
        Git(tmp_path / "none", clean_environ()).prefix()


def test_a_file_of_grafts_hides_no_history(repo: Repo) -> None:
    last = repo.commit("second")
    (repo.root / ".git" / "info").mkdir(exist_ok=True)
    (repo.root / ".git" / "info" / "grafts").write_text(f"{last}\n", encoding="utf-8")
    assert repo.git("rev-list", "--count", "HEAD").strip() == "1"
    assert git(repo).run("rev-list", "--count", "HEAD").strip() == b"2"


def test_a_machine_without_git(repo: Repo) -> None:
    with pytest.raises(EnvironmentFault, match="git program is missing"):
        Git(repo.root, {"PATH": "/nowhere"}).prefix()


def test_a_subfolder_is_a_tree_of_its_own(repo: Repo) -> None:
    outer, inner = git(repo), git(repo, "sub")
    assert (outer.prefix(), inner.prefix()) == (b"", b"sub/")
    assert outer.head_tree() == repo.git("rev-parse", "HEAD^{tree}").strip()
    assert inner.head_tree() == repo.git("rev-parse", "HEAD:sub").strip()
    changes = list(inner.tree_changes(EMPTY_TREE, inner.head_tree(), ["records"]))
    assert [change.path for change in changes] == ["records/a.yaml"]


def test_before_the_first_commit_there_is_an_empty_tree(tmp_path: Path) -> None:
    made = Repo(tmp_path)
    made.git("init", "-q")
    made.write("records/x.yaml", "x: 1\n")
    made.git("add", "-A")
    fresh = git(made)
    assert fresh.head_tree() == EMPTY_TREE
    assert [change.path for change in fresh.index_changes(["records"])] == ["records/x.yaml"]


def test_a_folder_that_no_commit_knows_yet(repo: Repo) -> None:
    repo.write("new/records/x.yaml", "x: 1\n")
    fresh = git(repo, "new")
    assert fresh.head_tree() == EMPTY_TREE
    assert [change.path for change in fresh.worktree_changes(["records"])] == ["records/x.yaml"]


def test_an_index_that_a_hook_names_relative_to_the_top(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("sub/records/a.yaml", "a: 2\n")
    other = repo.root / ".git/other-index"
    repo.git("add", "-A", GIT_INDEX_FILE=str(other))
    monkeypatch.chdir(repo.root)
    inner = git(repo, "sub", GIT_INDEX_FILE=".git/other-index")
    assert [change.path for change in inner.index_changes(["records"])] == ["records/a.yaml"]
    inner = git(repo, "sub", GIT_DIR=".git")
    assert inner.prefix() == b"sub/"


def test_unmerged_paths_are_told(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "other")
    repo.write("records/b.yaml", "b: 2\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.write("records/b.yaml", "b: 3\n")
    repo.commit()
    with pytest.raises(AssertionError):
        repo.git("merge", "-q", "other")
    (change,) = git(repo).index_changes(["records"])
    assert (change.path, change.mode) == ("records/b.yaml", UNMERGED)
    (change,) = git(repo).worktree_changes(["records"])
    assert (change.path, change.blob) == ("records/b.yaml", None)


@pytest.mark.parametrize(
    "name", [b"bad\xff.yaml", b"x\n\t\x1b.yaml", "客户 *?[a].yaml".encode(), b"back\\x5cslash"]
)
def test_odd_names_are_found_again(repo: Repo, name: bytes) -> None:
    folder = os.fsencode(repo.root / "records")
    Path(os.fsdecode(folder + b"/" + name)).write_text("x: 1\n")
    repo.commit()
    reader = git(repo)
    path = "records/" + readable(os.fsdecode(name))
    changes = reader.tree_changes(EMPTY_TREE, reader.head_tree(), [pathspec(path)])
    assert path in {change.path for change in changes}
    path.encode()  # can be stored


def test_blobs_come_in_order_and_large_ones_without_data(repo: Repo) -> None:
    names = [repo.git("hash-object", "-w", "--stdin", stdin=text).strip() for text in ("a", "b" * 5000, "c")]
    blobs = list(git(repo).blobs(names, 100))
    assert [(blob.size, blob.data) for blob in blobs] == [(1, b"a"), (5000, None), (1, b"c")]


def test_a_missing_object_is_an_environment_fault(repo: Repo) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        list(git(repo).blobs(["1" * 40], 100))


def test_what_a_hook_is_told_about_another_repository_does_not_slip_in(repo: Repo, tmp_path: Path) -> None:
    assert git(repo).commit("HEAD") == repo.git("rev-parse", "HEAD").strip()
    assert git(repo).commit("nonsense") is None
    assert git(repo).tree("HEAD~5") is None
    assert not git(repo).has_tree("1" * 40)
