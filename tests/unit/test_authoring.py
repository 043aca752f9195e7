"""The one writer: judged by the whole pipeline first, all or nothing, comments kept or the change refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from custodex import checks, snapshots
from custodex.authoring import Author, encode
from custodex.authoring.encoding import Refused
from custodex.catalog import Catalog
from custodex.drafts import Draft
from custodex.errors import EnvironmentFault
from custodex.git import Git
from custodex.ids import new_id
from custodex.locks import Lock
from custodex.records import path_of
from custodex.store import state_folder
from custodex.yamlfile import parse
from workbench import NOW, Repo

MOMENT = datetime.fromisoformat(NOW)


@pytest.fixture
def catalog(empty_repo: Repo) -> Iterator[Catalog]:
    with closing(Catalog(empty_repo.root)) as opened:
        yield opened


def author(repo: Repo, catalog: Catalog, *, dry: bool = False) -> Author:
    lock = None if dry else Lock(state_folder(repo.root), MOMENT, wait=0.1)
    return Author(
        catalog, Git(repo.root, os.environ), checks.EXAMINER, lambda c, s: checks.run(c, s, MOMENT), lock
    )  # fmt: skip


def customer(name: str = "样例甲有限公司", **more: Any) -> Draft:
    id_ = new_id()
    value = {
        "name": name,
        "id": id_,
        "stage": "lead",
        "type": "organization",
        "source": {"channel": "import"},
    }
    return Draft(path_of("customer", id_), "customer", {**value, **more})


def id_of(draft: Draft) -> str:
    assert draft.value is not None
    return str(draft.value["id"])


def keys(repo: Repo, catalog: Catalog) -> list[str]:
    catalog.sync(snapshots.worktree(Git(repo.root, os.environ)), checks.EXAMINER)
    return catalog.keys("customer")


def test_a_clean_batch_is_written_in_canonical_form(empty_repo: Repo, catalog: Catalog) -> None:
    draft = customer()
    with author(empty_repo, catalog) as writer:
        assert not writer.judge([draft]).findings
        assert not (empty_repo.root / draft.path).exists()
        assert writer.write() == [draft.path]
    assert empty_repo.read(draft.path).startswith(f"id: {id_of(draft)}\ntype: organization\nname: ")
    done = catalog.sync(snapshots.worktree(Git(empty_repo.root, os.environ)), checks.EXAMINER)
    assert done.read == 0  # what was judged is known already
    assert catalog.keys("customer") == [f"customers/{id_of(draft)}"]


def test_leaving_without_writing_changes_nothing(empty_repo: Repo, catalog: Catalog) -> None:
    assert keys(empty_repo, catalog) == []
    before = catalog.seq
    with author(empty_repo, catalog, dry=True) as writer:
        assert writer.judge([customer()]).changed
        with pytest.raises(ValueError, match="clean"):
            writer.write()
    assert catalog.seq == before
    assert keys(empty_repo, catalog) == []
    assert not (empty_repo.root / "records").exists()


def test_a_fault_of_any_rule_blocks_the_whole_batch(empty_repo: Repo, catalog: Catalog) -> None:
    sound, wrong = customer(), customer(owner="nobody-here")
    with author(empty_repo, catalog) as writer:
        verdict = writer.judge([sound, wrong])
        assert {finding.path for finding in verdict.errors} == {wrong.path}
        with pytest.raises(ValueError, match="clean"):
            writer.write()
        assert not writer.judge([sound]).errors
        assert writer.write() == [sound.path]
    assert not (empty_repo.root / wrong.path).exists()


def test_old_faults_elsewhere_do_not_block(empty_repo: Repo, catalog: Catalog) -> None:
    broken = customer(owner="nobody-here")
    empty_repo.write(broken.path, encode(None, broken.value or {}, {}).decode())
    with author(empty_repo, catalog) as writer:
        assert writer.judge([customer()]).findings == []
        assert len(writer.write()) == 1


def test_rows_of_one_batch_see_each_other(empty_repo: Repo, catalog: Catalog) -> None:
    number = {"external": [{"system": "erp", "id": "1"}]}
    with author(empty_repo, catalog) as writer:
        twins = [customer("甲", identifiers=number), customer("乙", identifiers=number)]
        assert writer.judge(twins).errors
        parent = customer("母公司")
        child = customer("子公司", parent=id_of(parent))
        assert writer.judge([child]).errors
        assert not writer.judge([child, parent]).errors


def test_a_file_changed_meanwhile_is_not_overwritten(empty_repo: Repo, catalog: Catalog) -> None:
    draft = customer()
    with author(empty_repo, catalog) as writer:
        writer.judge([draft])
        empty_repo.write(draft.path, "id: x\n")
        with pytest.raises(EnvironmentFault, match="meanwhile"):
            writer.write()
    assert empty_repo.read(draft.path) == "id: x\n"


def test_two_writers_do_not_meet(empty_repo: Repo, catalog: Catalog) -> None:
    with (
        author(empty_repo, catalog),
        closing(Catalog(empty_repo.root)) as other,
        pytest.raises(EnvironmentFault, match="being written"),
        author(empty_repo, other),
    ):
        pass
    with author(empty_repo, catalog):
        pass


def test_a_failing_disk_leaves_everything_as_it_was(
    empty_repo: Repo, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with author(empty_repo, catalog) as writer:
        writer.judge([customer()])
        monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        with pytest.raises(EnvironmentFault, match="No space"):
            writer.write()
        monkeypatch.undo()
    assert keys(empty_repo, catalog) == []
    assert not list((empty_repo.root / ".custodex").glob("writing-*"))


OLD = b"""\
# who they are
id: a1   # random
name: "Old name"
tags:
  - one
note: |
  two
  lines
"""


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"name": "New: name"}, b'name: "New: name"\n'),
        ({"id": "b2"}, b"id: b2   # random\n"),
        ({"tags": ["two"]}, b"  - two\n"),
    ],
)
def test_a_changed_scalar_changes_its_line_only(change: dict[str, Any], line: bytes) -> None:
    value = {**(parse(OLD).value or {}), **change}
    new = encode(OLD, value, {})
    assert parse(new).value == value
    differing = [
        after
        for before, after in zip(OLD.splitlines(True), new.splitlines(True), strict=True)
        if before != after
    ]
    assert differing == [line]


@pytest.mark.parametrize(
    "change", [{"new": "x"}, {"tags": ["one", "two"]}, {"note": "short"}, {"name": "a\nb"}]
)
def test_what_is_added_or_changes_its_form_leaves_comments_alone(change: dict[str, Any]) -> None:
    value = {**(parse(OLD).value or {}), **change}
    new = encode(OLD, value, {})
    assert parse(new).value == value
    assert new.count(b"#") == 2


def test_what_would_lose_a_comment_is_refused() -> None:
    with pytest.raises(Refused):
        encode(b"id: a1\ntags:\n  # why\n  - one\n", {"id": "a1", "tags": "none"}, {})


def test_the_same_value_keeps_every_byte() -> None:
    assert encode(OLD, parse(OLD).value or {}, {}) is OLD


def test_a_broken_file_is_not_replaced() -> None:
    with pytest.raises(Refused):
        encode(b"a: [", {"a": 1}, {})


@pytest.mark.parametrize("text", ["a\u202eb", "\ufeff", "\x07"])
def test_what_would_not_read_back_is_never_written(text: str) -> None:
    with pytest.raises(Refused):
        encode(None, {"a": text}, {})
