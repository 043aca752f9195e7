"""The manual pages in the repository are what the commands say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench import Repo

PAGES = {"en": ".github/MANUAL.md", "zh": ".github/MANUAL.zh-CN.md"}


@pytest.mark.parametrize("lang", PAGES)
def test_the_manual_is_fresh(sample_repo: Repo, checkout: Path, lang: str, bless: bool) -> None:
    result = sample_repo.custodex("--lang", lang, "manual")
    assert result.returncode == 0, result.stderr
    page = checkout / PAGES[lang]
    if bless:
        page.write_text(result.stdout, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == result.stdout, (
        "run pytest --bless tests/acceptance/test_manual.py"
    )
    assert "## custodex task done" in result.stdout


def test_the_command_tables_name_every_verb(checkout: Path, sample_repo: Repo) -> None:
    verbs = [
        line.split()[2]
        for line in sample_repo.custodex("manual").stdout.splitlines()
        if line.startswith("## custodex ")
    ]
    for name in ("README.md", "README.zh-CN.md"):
        table = (checkout / name).read_text(encoding="utf-8")
        missing = {verb for verb in verbs if f"`{verb}" not in table and f"[`{verb}" not in table}
        assert missing <= {"manual", "merge-driver"}, name
