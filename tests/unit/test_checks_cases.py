"""Every finding code by example: its case folder says where it must be found, and where it must not."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from custodex import checks, snapshots
from custodex.catalog import Catalog
from custodex.findings import Finding
from custodex.git import Git
from custodex.rules import example, hint, message
from custodex.texts import LANGS
from workbench import NOW, ROOT, Repo

BASE = ROOT / "tests/data/base"
CASES = ROOT / "tests/data/cases"
EXAMPLES = ROOT / "scripts/custodex/examples.json"
RULES = checks.RULES
STAFF = "records/staff/mei-lin.yaml"
STAFF_TEXT = "id: mei-lin\nname: 梅琳\nactive: true\n"

Place = Callable[[Repo], None]


def _bytes(content: bytes) -> Place:
    def place(repo: Repo) -> None:
        (repo.root / STAFF).write_bytes(content)

    return place


def _link(repo: Repo) -> None:
    (repo.root / STAFF).symlink_to("/etc/hostname")


def _executable(repo: Repo) -> None:
    repo.write(STAFF, STAFF_TEXT).chmod(0o755)


def _without_group_rights(repo: Repo) -> None:
    repo.write(STAFF, STAFF_TEXT).chmod(0o600)


def _conflict(repo: Repo) -> None:
    """Leave a merge unresolved in the index, as two branches that changed one line do."""
    blobs = [
        repo.git("hash-object", "-w", "--stdin", stdin=STAFF_TEXT + f"title: {n}\n").strip() for n in "abc"
    ]
    rows = [f"100644 {blob} {stage}\t{STAFF}" for stage, blob in enumerate(blobs, start=1)]
    repo.git("update-index", "--index-info", stdin="\n".join(rows) + "\n")
    repo.write(STAFF, STAFF_TEXT)


def _resolved(repo: Repo) -> None:
    _conflict(repo)
    repo.git("add", STAFF)


def _nothing(repo: Repo) -> None:
    shutil.rmtree(repo.root / "records")


def _nothing_yet(repo: Repo) -> None:
    _nothing(repo)
    repo.write("records/.gitkeep", "")


def _product(name: str) -> Place:
    def place(repo: Repo) -> None:
        repo.write(f"records/products/{name}.yaml", f"id: {name}\nname: 控制台\n")

    return place


# what no file of this repository could hold or keep unchanged on every system
SPECIAL: dict[str, dict[str, Place]] = {
    "yaml-too-large": {
        "valid": _bytes(STAFF_TEXT.encode() + b"#" + b"x" * 900_000 + b"\n"),
        "invalid": _bytes(STAFF_TEXT.encode() + b"#" + b"x" * 1_000_000 + b"\n"),
    },
    "yaml-encoding": {
        "valid": _bytes(STAFF_TEXT.encode("utf-8-sig")),
        "invalid": _bytes(STAFF_TEXT.encode("gb18030")),
    },
    "yaml-line-break": {
        "valid": _bytes(STAFF_TEXT.replace("\n", "\r\n").encode()),
        "invalid": _bytes(STAFF_TEXT.replace("\nactive", "\ractive").encode()),
    },
    "yaml-character": {
        "valid": _bytes(STAFF_TEXT.replace("梅琳", "梅琳 😀 \U00020bb7").encode()),
        "invalid": _bytes(STAFF_TEXT.replace("梅琳", "梅\u200b琳").encode()),
    },
    "path-not-a-file": {"valid": _without_group_rights, "invalid": _link},
    "path-executable": {"valid": _without_group_rights, "invalid": _executable},
    "path-reserved": {"valid": _product("console"), "invalid": _product("con")},
    "no-records": {"valid": _nothing_yet, "invalid": _nothing},
    "path-unmerged": {"valid": _resolved, "invalid": _conflict},
}
STAGED = frozenset({"path-unmerged"})


def case_folders() -> list[tuple[str, str]]:
    return sorted(
        (code.name, side.name) for code in CASES.iterdir() for side in code.iterdir() if side.is_dir()
    )


def findings_of(repo: Repo, source: str = "worktree") -> list[Finding]:
    git = Git(repo.root, os.environ)
    snapshot = snapshots.staged(git) if source == "staged" else snapshots.worktree(git)
    catalog = Catalog(repo.root)
    try:
        catalog.sync(snapshot, checks.EXAMINER, processes=1)
        return checks.run(catalog, snapshot, datetime.fromisoformat(NOW))
    finally:
        catalog.close()


@pytest.fixture(scope="session")
def _base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small sound book, committed, its catalog made."""
    root = tmp_path_factory.mktemp("cases") / "repo"
    shutil.copytree(BASE, root)
    shutil.copytree(ROOT / "schema", root / "schema")
    repo = Repo(root)
    repo.git("init", "-q", "-b", "main")
    repo.commit("a sound book")
    assert rows_of(findings_of(repo)) == []
    return root


@pytest.fixture
def book(_base: Path, tmp_path: Path) -> Repo:
    shutil.copytree(_base, tmp_path / "repo")
    return Repo(tmp_path / "repo")


def lay(repo: Repo, folder: Path) -> None:
    """Put a case's files over the book; `deleted.json` lists those to take away."""
    for name in ("records", "schema"):
        if (folder / name).is_dir():
            shutil.copytree(folder / name, repo.root / name, dirs_exist_ok=True)
    gone = folder / "deleted.json"
    for path in json.loads(gone.read_text(encoding="utf-8")) if gone.exists() else ():
        (repo.root / path).unlink()


def rows_of(found: list[Finding]) -> list[dict[str, str | int]]:
    return [
        {"path": finding.path, "line": finding.line, "column": finding.column, "code": finding.code}
        for finding in found
    ]


def _bless_example(finding: Finding) -> None:
    """Have the pages of rules show *finding* where their code is explained."""
    shown = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    shown[finding.code] = dict(sorted(finding.params.items()))
    text = json.dumps(
        {name: shown[name] for name in sorted(shown) if shown[name]}, indent=2, ensure_ascii=False
    )
    EXAMPLES.write_text(f"{text}\n", encoding="utf-8")


@pytest.mark.parametrize(("code", "side"), case_folders())
def test_case_folder_gives_the_findings_it_lists_and_no_other(
    code: str, side: str, book: Repo, bless: bool
) -> None:
    folder = CASES / code / side
    lay(book, folder)
    if side in SPECIAL.get(code, {}):
        SPECIAL[code][side](book)
    found = findings_of(book, "staged" if code in STAGED else "worktree")
    for finding in found:
        for lang in LANGS:  # a template that names a parameter the finding lacks raises here
            assert message(RULES[finding.code], finding, lang)
            assert hint(RULES[finding.code], finding, lang)
        assert finding.severity == RULES[finding.code].severity
    if side == "valid":
        assert rows_of(found) == []
        return
    expected = folder / "expected.json"
    if bless:
        expected.write_text(json.dumps(rows_of(found), indent=2) + "\n", encoding="utf-8")
        _bless_example(next(finding for finding in found if finding.code == code))
    assert rows_of(found) == json.loads(expected.read_text(encoding="utf-8"))
    shown = next(finding for finding in found if finding.code == code)
    assert example(RULES[code]).params.keys() == shown.params.keys(), "--bless, with -n 0, takes it anew"


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_code_has_cases_and_texts_in_both_languages(code: str) -> None:
    rule = RULES[code]
    for side in ("valid", "invalid"):
        assert (CASES / code / side).is_dir(), f"{code} has no {side} case"
    for text in (rule.title, rule.why, rule.message, rule.hint):
        assert text.zh
        assert text.en
    for text in (rule.title, rule.why, rule.hint):
        assert any("\u4e00" <= char <= "\u9fff" for char in text.zh), f"{code}: {text.zh} is not Chinese"
    for sentence in (*rule.title, *rule.message, *rule.hint):
        assert not sentence.endswith((".", "。")), f"{code}: messages take no full stop"


@pytest.mark.parametrize("code", sorted(path.name for path in CASES.iterdir()))
def test_every_case_folder_belongs_to_a_code(code: str) -> None:
    assert code in RULES
