"""What `init` writes for forges: workflows that are valid, pinned, powerless; one comment, kept up to date."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from custodex import scaffold

SCHEMAS = {
    ".github/workflows/records.yml": "vendor.github-workflows",
    ".github/workflows/review.yml": "vendor.github-workflows",
    ".github/workflows/refresh.yml": "vendor.github-workflows",
    ".github/workflows/site.yml": "vendor.github-workflows",
    ".gitea/workflows/records.yml": "vendor.github-workflows",
    ".forgejo/workflows/records.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
}
"""What check-jsonschema brings along; it brings no schema for issue forms."""


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("book")
    scaffold.lay_out(target, date(2026, 11, 22), records=False)
    return target


def yaml(path: Path) -> dict[str, object]:
    import yaml as library

    found: dict[str, object] = library.safe_load(path.read_text("utf-8"))
    return found


@pytest.mark.parametrize("path", [*SCHEMAS])
def test_workflows_are_what_their_forge_takes(laid: Path, path: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[path], str(laid / path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_actions_are_pinned_and_nobody_gets_more_rights_than_the_job_needs(laid: Path) -> None:
    for path in (path for path in SCHEMAS if "workflows" in path):
        text = (laid / path).read_text("utf-8")
        for used in re.findall(r"uses: (\S+)", text):
            assert re.fullmatch(r"(https://github.com/)?actions/[a-z-]+@[0-9a-f]{40}", used), used
        assert "pull_request_target" not in text
        if path.startswith(".github/"):
            assert "\npermissions: {}\n" in text
            # what a proposal says never stands inside a script: only its environment holds it
            for script in re.findall(r"run: \|\n((?: {10}.*\n)+)|run: (.+)", text):
                assert "${{" not in "".join(script)
    comment = (laid / ".github/workflows/review.yml").read_text("utf-8")
    assert comment.count(": write") == 1
    assert comment.index(": write") > comment.index("  comment:")


def test_issue_forms_and_templates_speak_both_languages_and_ask_for_no_personal_data(laid: Path) -> None:
    forms = sorted((laid / ".github/ISSUE_TEMPLATE").glob("*.yml"))
    assert [form.stem for form in forms] == ["config", "correction", "erase-personal-data", "new-customer"]
    for form in forms:
        text = form.read_text("utf-8")
        if form.stem != "config":
            found = yaml(form)
            assert {"name", "description", "body"} <= found.keys()
            assert "不写姓名" in text
            assert "no name" in text
    assert (laid / ".github/pull_request_template.md").read_text("utf-8").count("·") >= 4
    assert len(list((laid / ".gitlab/issue_templates").glob("*.md"))) == 3
