"""The three hooks under the real pre-commit: what is wrong cannot be committed, and nothing else decides."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import hostile
import pytest
import yaml
from hostile import ACME, BOLT, CORK, customer, customer_path

from workbench import ROOT, Repo, clean_environ

A, B, C = map(customer_path, (ACME, BOLT, CORK))
GOOD = customer(ACME, "Acme Tested")
BAD = GOOD.replace("stage: lead", "stage: leed")
INSTALL = [sys.executable, "-m", "pre_commit", "install"]
BAD_LINE = f"{A}:4:8: stage-unknown"


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    home = tmp_path_factory.mktemp("pre-commit")
    return clean_environ(PATH=path, PRE_COMMIT_HOME=str(home), PRE_COMMIT_COLOR="never")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Repo:
    made = hostile.master(tmp_path_factory.mktemp("hooks") / "book")
    shutil.copy(ROOT / ".pre-commit-config.yaml", made.root)
    repo = Repo(made.root, environ)
    repo.write(B, customer(BOLT, "博特试验", f"parent: {CORK}"))
    repo.commit("hooks")
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"],
        cwd=repo.root,
        env=environ,
        check=True,
        capture_output=True,
    )
    return repo


@pytest.fixture
def repo(book: Repo, tmp_path: Path) -> Repo:
    shutil.copytree(book.root, tmp_path / "repo", symlinks=True)
    return Repo(tmp_path / "repo", book.environ)


def commit(
    repo: Repo, *arguments: str, cwd: Path | None = None, stdin: str | None = None
) -> tuple[bool, str]:
    """Commit as a person would; return whether it went through, and what was said."""
    before = head(repo)
    result = subprocess.run(
        ["git", "commit", "-m", "change", *arguments], cwd=repo.root, env=dict(repo.environ), input=stdin,
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    said = result.stdout + result.stderr
    assert "Traceback" not in said
    assert (result.returncode == 0) == (head(repo) != before), said
    return result.returncode == 0, said


def head(repo: Repo) -> str:
    result = subprocess.run(
        ["git", "rev-parse", "-q", "--verify", "HEAD"], cwd=repo.root, env=dict(repo.environ),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return result.stdout.strip()


def test_a_good_commit_passes_and_a_bad_one_is_refused_with_the_message(repo: Repo) -> None:
    repo.write(A, GOOD)
    repo.git("add", A)
    passed, said = commit(repo)
    assert passed, said
    repo.write(A, BAD)
    repo.git("add", A)
    passed, said = commit(repo)
    assert not passed
    assert BAD_LINE in said


def test_unstaged_and_untracked_files_do_not_decide(repo: Repo) -> None:
    repo.write(A, GOOD)
    repo.git("add", A)
    repo.write(B, "broken: [\n")
    repo.write("records/staff/copy-of.yaml", "id: lin-fang\nname: x\nactive: true\n")
    passed, said = commit(repo)
    assert passed, said
    assert repo.read(B) == "broken: [\n"


def test_mending_only_the_worktree_does_not_help(repo: Repo) -> None:
    repo.write(A, BAD)
    repo.git("add", A)
    repo.write(A, GOOD)
    passed, said = commit(repo)
    assert not passed
    assert BAD_LINE in said


def test_a_deletion_that_orphans_a_reference_is_refused(repo: Repo) -> None:
    repo.git("rm", "-q", C)
    passed, said = commit(repo)
    assert not passed
    assert f"{B}:8:9: reference-missing" in said


def test_a_staged_file_that_is_not_canonical_is_rewritten_and_the_commit_stops(repo: Repo) -> None:
    repo.write(A, GOOD.replace("name: Acme Tested", 'name:   "Acme Tested"'))
    repo.git("add", A)
    passed, said = commit(repo)
    assert not passed
    assert A in said
    assert repo.read(A) == GOOD
    repo.git("add", A)
    assert commit(repo)[0]


@pytest.mark.parametrize(("text", "wanted"), [(GOOD, True), (BAD, False)], ids=["good", "bad"])
def test_commit_all(repo: Repo, text: str, wanted: bool) -> None:
    repo.write(A, text)
    passed, said = commit(repo, "-a")
    assert passed is wanted, said
    assert (BAD_LINE in said) is not wanted


def test_commit_of_one_named_file(repo: Repo) -> None:
    repo.write(A, BAD)
    repo.write(B, customer(BOLT, "博特测试", f"parent: {CORK}"))
    passed, said = commit(repo, B)
    assert passed, said
    passed, said = commit(repo, A)
    assert not passed
    assert BAD_LINE in said


@pytest.mark.parametrize(("answers", "wanted"), [("y\nn\n", True), ("n\ny\n", False)], ids=["good", "bad"])
def test_commit_of_chosen_hunks(repo: Repo, answers: str, wanted: bool) -> None:
    long = customer(ACME, "Acme Test", *(f"# {number}" for number in range(20)), "needs: x")
    repo.write(A, long)
    repo.commit("a longer file")
    repo.write(A, long.replace("name: Acme Test", "name: Acme Tested").replace("needs: x", "needs: [x]"))
    passed, said = commit(repo, "-p", stdin=answers)
    assert passed is wanted, said
    assert ("schema-type" in said) is not wanted


def test_renaming_a_referenced_customer_is_refused(repo: Repo) -> None:
    other = customer_path(hostile.customer_id(3))
    (repo.root / other).parent.mkdir(parents=True)
    repo.git("mv", C, other)
    passed, said = commit(repo)
    assert not passed
    assert "reference-missing" in said
    assert "id-mismatch" in said


def test_linked_worktree(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = Repo(tmp_path / "side", repo.environ)
    side.write(A, BAD)
    assert commit(side, "-a")[0] is False
    side.write(A, GOOD)
    passed, said = commit(side, "-a")
    assert passed, said


def test_detached_head(repo: Repo) -> None:
    repo.git("checkout", "-q", "--detach")
    repo.write(A, BAD)
    assert commit(repo, "-a")[0] is False
    repo.write(A, GOOD)
    assert commit(repo, "-a")[0]


def test_first_commit_of_all(repo: Repo) -> None:
    repo.git("checkout", "-q", "--orphan", "fresh")
    repo.write(A, BAD)
    repo.git("add", "-A")
    passed, said = commit(repo)
    assert not passed
    assert BAD_LINE in said
    repo.write(A, GOOD)
    repo.git("add", "-A")
    passed, said = commit(repo)
    assert passed, said


def test_shallow_clone(repo: Repo, tmp_path: Path) -> None:
    repo.write(A, GOOD)
    repo.commit("one more")
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.root}", str(tmp_path / "clone"))
    clone = Repo(tmp_path / "clone", repo.environ)
    assert clone.custodex("check", "--rev", "HEAD").returncode == 0
    clone.write(A, BAD)
    result = clone.custodex("check")
    assert result.returncode == 1
    assert BAD_LINE in result.stdout


def test_unmerged_index(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "other")
    repo.write(A, customer(ACME, "Acme One"))
    commit(repo, "-a")
    repo.git("checkout", "-q", "main")
    repo.write(A, customer(ACME, "Acme Two"))
    commit(repo, "-a")
    with pytest.raises(AssertionError):
        repo.git("merge", "-q", "other")
    result = repo.custodex("check", "--staged")
    assert result.returncode == 1
    assert f"{A}:1:1: path-unmerged" in result.stdout
    assert commit(repo, "-a")[0] is False  # the markers are in the file
    repo.write(A, GOOD)
    repo.git("add", A)
    passed, said = commit(repo)
    assert passed, said


@pytest.mark.parametrize("linked", [False, True], ids=["plain", "worktree"])
def test_records_in_a_subfolder_of_a_repository(
    book: Repo, tmp_path: Path, environ: dict[str, str], linked: bool
) -> None:
    outer = Repo(tmp_path / "outer", environ)
    for name in ("records", "schema"):
        shutil.copytree(book.root / name, outer.root / "crm" / name)
    config = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    config = config.replace("entry: custodex ", "entry: custodex -C crm ").replace(
        "^records/", "^crm/records/"
    )
    outer.write(".pre-commit-config.yaml", config)
    outer.git("init", "-q", "-b", "main")
    outer.commit("start")
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"],
        cwd=outer.root,
        env=environ,
        check=True,
        capture_output=True,
    )
    if linked:
        outer.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
        outer = Repo(tmp_path / "side", environ)
    outer.write(f"crm/{A}", BAD)
    for arguments in ((), ("-a",)):
        outer.git("add", "-A")
        passed, said = commit(outer, *arguments)
        assert not passed
        assert BAD_LINE in said
    outer.write(f"crm/{A}", GOOD.replace("name: Acme", "name:  Acme"))
    passed, said = commit(outer, "-a")
    assert not passed
    assert outer.read(f"crm/{A}") == GOOD
    passed, said = commit(outer, "-a")
    assert passed, said
    inside = outer.custodex("check", "records", cwd=outer.root / "crm")
    assert inside.returncode == 0, inside.stdout


@pytest.mark.parametrize("name", [".pre-commit-config.yaml", ".pre-commit-hooks.yaml"])
def test_hooks_take_records_and_nothing_else(name: str) -> None:
    content = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    hooks = content if isinstance(content, list) else content["repos"][0]["hooks"]
    by_id = {hook["id"]: hook for hook in hooks}
    assert set(by_id) == {"custodex-format", "custodex-validate", "custodex-check"}
    for hook in (by_id["custodex-format"], by_id["custodex-validate"]):
        takes = re.compile(hook["files"])
        assert takes.search(A)
        assert not any(map(takes.search, ("schema/access.yaml", "my/records/x.yaml", "records/x.yml")))
    whole = by_id["custodex-check"]
    assert whole["always_run"] is True
    assert whole["pass_filenames"] is False
    assert whole["require_serial"] is True
