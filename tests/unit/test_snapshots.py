"""Three sources, one shape: what stands in the worktree, in the index, in a commit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from custodex import snapshots
from custodex.cli.worktreecache import is_on, turn_on
from custodex.errors import UsageFault
from custodex.git import EMPTY_TREE, GITLINK, Git
from custodex.records import MAX_BYTES
from custodex.snapshots import HARD_LINK, SPECIAL, Entry, Snapshot
from workbench import Repo, clean_environ

A, B = "records/staff/a.yaml", "records/staff/b.yaml"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo")
    made.root.mkdir()
    made.git("init", "-q", "-b", "main")
    made.write(A, "a: 1\n")
    made.write("other.txt", "x\n")
    made.commit()
    return made


def worktree(repo: Repo) -> Snapshot:
    return snapshots.worktree(Git(repo.root, clean_environ()))


def standing(snapshot: Snapshot) -> dict[str, Entry]:
    """Return every entry of a snapshot by its path."""
    tree = {entry.path: entry for entry in snapshot.entries_since(EMPTY_TREE)}
    return {path: entry for path, entry in {**tree, **snapshot.overlay}.items() if entry.blob}


def contents(snapshot: Snapshot, *paths: str) -> list[bytes]:
    known = standing(snapshot)
    return [data for _, data in snapshot.read(known[path] for path in paths)]


def test_untracked_changed_deleted_and_ignored_files(repo: Repo) -> None:
    repo.write(".gitignore", "ignored.yaml\n")
    repo.write(B, "b: 1\n")
    repo.write("records/staff/ignored.yaml", "x: 1\n")
    repo.write(A, "a: 2\n")
    snapshot = worktree(repo)
    assert set(snapshot.overlay) == {A, B}
    assert contents(snapshot, A, B) == [b"a: 2\n", b"b: 1\n"]
    (repo.root / A).unlink()
    assert A not in standing(worktree(repo))


def test_new_folders_are_looked_into_and_nothing_beside_the_records_counts(repo: Repo) -> None:
    repo.write(".gitignore", "*.bak\n")
    new = [f"records/customers/ab/{name}" for name in ("customer.yaml", "notes/2026/a.yaml", "[x]/y z.yaml")]
    for path in (
        *new,
        "records/customers/ab/old.bak",
        "recordsx/a.yaml",
        "other/b.yaml",
        "schema/new/c.json",
    ):
        repo.write(path, "a: 1\n")
    assert set(worktree(repo).overlay) == {*new, "schema/new/c.json"}
    repo.git("init", "-q", str(repo.root / "records/inner"))
    repo.write("records/inner/a.yaml", "a: 1\n")
    assert worktree(repo).overlay["records/inner/"].mode == GITLINK


def test_what_git_remembers_of_folders_hides_no_new_file(repo: Repo) -> None:
    turn_on(Git(repo.root, clean_environ()))
    assert is_on(Git(repo.root, clean_environ()))
    assert not worktree(repo).overlay
    repo.write(B, "b: 1\n")
    repo.write("records/teams/c.yaml", "c: 1\n")
    repo.write(A, "a: 2\n")
    assert set(worktree(repo).overlay) == {A, B, "records/teams/c.yaml"}
    repo.git("status")
    (repo.root / B).unlink()
    assert set(worktree(repo).overlay) == {A, "records/teams/c.yaml"}


def test_the_index_decides_what_is_staged(repo: Repo) -> None:
    repo.write(A, "a: 2\n")
    repo.git("add", A)
    repo.write(A, "a: 3\n")
    repo.write(B, "b: 1\n")
    snapshot = snapshots.staged(Git(repo.root, clean_environ()))
    assert set(snapshot.overlay) == {A}
    assert contents(snapshot, A) == [b"a: 2\n"]


def test_a_commit_is_compared_with_its_first_parent(repo: Repo) -> None:
    repo.git("mv", A, B)
    repo.commit()
    snapshot = snapshots.commit(Git(repo.root, clean_environ()), "HEAD")
    assert {(change.path, bool(change.blob)) for change in snapshot.changes} == {(A, False), (B, True)}
    first = snapshots.commit(Git(repo.root, clean_environ()), "HEAD~1")
    assert [change.path for change in first.changes] == [A]
    with pytest.raises(UsageFault):
        snapshots.commit(Git(repo.root, clean_environ()), "HEAD~9")


def test_p04_a_link_put_in_place_after_the_look_is_not_followed(repo: Repo, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret: 1\n")
    repo.write(B, "b: 1\n")
    snapshot = worktree(repo)
    (repo.root / B).unlink()
    (repo.root / B).symlink_to(secret)
    assert contents(snapshot, B) == [b""]


def test_p04_a_folder_replaced_by_a_link_is_not_followed(repo: Repo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.yaml").write_text("secret: 1\n")
    repo.write("records/teams/b.yaml", "b: 1\n")
    snapshot = worktree(repo)
    (repo.root / "records/teams").rename(tmp_path / "moved")
    (repo.root / "records/teams").symlink_to(outside)
    assert contents(snapshot, "records/teams/b.yaml") == [b""]


def test_p04_a_pipe_put_in_place_after_the_look_does_not_hang(repo: Repo) -> None:
    repo.write(B, "b: 1\n")
    snapshot = worktree(repo)
    (repo.root / B).unlink()
    os.mkfifo(repo.root / B)
    assert contents(snapshot, B) == [b""]


def test_what_is_no_file_is_known_by_its_mode(repo: Repo, tmp_path: Path) -> None:
    os.mkfifo(repo.root / B)
    repo.write("records/teams/x.yaml", "x: 1\n")
    os.link(repo.root / "other.txt", repo.root / "records/teams/hard.yaml")
    overlay = worktree(repo).overlay
    assert overlay[B].mode == SPECIAL
    assert overlay["records/teams/hard.yaml"].mode == HARD_LINK


def test_what_is_too_large_is_never_read(repo: Repo) -> None:
    (repo.root / B).write_bytes(b"x" * (MAX_BYTES + 1))
    repo.git("add", "-A")
    for snapshot in (worktree(repo), snapshots.staged(Git(repo.root, clean_environ()))):
        (data,) = contents(snapshot, B)
        assert len(data) == MAX_BYTES + 1
        assert not data.strip(b"\0")
