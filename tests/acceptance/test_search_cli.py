"""The sample customers, searched with the command line as a person would."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("book")
    for name in ("records", "schema"):
        shutil.copytree(ROOT / name, copy / name)
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], cwd=copy, check=True)
    return copy


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "custodex", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def search(folder: Path, *arguments: str) -> dict[str, Any]:
    done = run(folder, "search", "--format", "json", "--limit", "500", *arguments)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def names(folder: Path) -> dict[str, str]:
    listed = json.loads(run(folder, "list", "--format", "json").stdout)
    return {hit["id"]: hit["name"] for hit in listed["hits"]}


def test_any_part_of_any_name_is_found(folder: Path) -> None:
    everybody = names(folder)
    assert len(everybody) > 20
    for customer, name in list(everybody.items())[:8]:
        part = name[1:4].strip()
        assert customer in {hit["id"] for hit in search(folder, "--", f'"{part}"')["hits"]}


def test_a_new_note_is_found_at_once_and_gone_with_its_file(folder: Path) -> None:
    customer = next(iter(names(folder)))
    note = folder / f"records/customers/{customer[:2]}/{customer}/notes/2026/2026-03-02-9fj2k1.yaml"
    note.parent.mkdir(parents=True, exist_ok=True)
    text = "type: other\noccurred_at: '2026-03-02T09:30:00+08:00'\nsummary: 紫鲸协议已寄出\n"
    note.write_text(text, "utf-8")
    assert [hit["id"] for hit in search(folder, "紫鯨協議")["hits"]] == [customer]
    note.unlink()
    assert search(folder, "紫鲸协议")["total"] == 0


def test_a_mistake_is_a_usage_fault_in_both_languages(folder: Path) -> None:
    english = run(folder, "--lang", "en", "search", "a*b*c*")
    chinese = run(folder, "--lang", "zh", "search", "a*b*c*")
    assert english.returncode == chinese.returncode == 2
    assert "a star may only end a word" in english.stderr
    assert "星号只能放在词尾" in chinese.stderr


def test_searching_never_touches_the_records(folder: Path) -> None:
    search(folder, "科技")
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert status.stdout == ""
