"""What the workflows say to GitHub, held against GitHub's published description of its interface."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from custodex import scaffold
from workbench import clean_environ

DOUBLE = Path(__file__).parent / "githubdouble.py"
MARK = "<!-- custodex review -->"
PULLS = "/repos/{owner}/{repo}/pulls"
REVIEWS = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"
COMMENTS = "/repos/{owner}/{repo}/issues/{issue_number}/comments"


@dataclass(frozen=True)
class Forge:
    """The double and the workflows that `init` writes."""

    folder: Path
    workflows: Path

    def run(
        self, script: str, known: Mapping[str, Sequence[Any]], **environ: str
    ) -> tuple[subprocess.CompletedProcess[str], list[str]]:
        """Run a script of a workflow; what it says, and the calls it made."""
        state = self.folder / "state.json"
        state.write_text(json.dumps({**known, "calls": []}), "utf-8")
        path = f"{self.folder}:{clean_environ()['PATH']}"
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=self.folder, capture_output=True, text=True, check=False,
            env=clean_environ(
                PATH=path, DOUBLE=str(state), GITHUB_REPOSITORY="acme/book", GITHUB_OUTPUT=str(self.folder / "out"),
                **environ,
            ),
        )  # fmt: skip
        calls: list[str] = json.loads(state.read_text("utf-8"))["calls"]
        return done, calls

    def step(self, workflow: str, name: str) -> str:
        """Return the script of a step."""
        text = (self.workflows / workflow).read_text("utf-8")
        found = re.search(
            rf"\n {{6}}[- ] name: {re.escape(name)}\n.*?run: \|\n((?: {{10}}[^\n]*\n)+)", text, re.DOTALL
        )
        assert found, name
        return textwrap.dedent(found[1])


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    scaffold.lay_out(tmp_path / "book", date(2026, 11, 22), records=False)
    gh = tmp_path / "gh"
    gh.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{DOUBLE}" "$@"\n', encoding="utf-8")
    gh.chmod(0o755)
    (tmp_path / "review.md").write_text(f'{MARK}\n**✓ 可以合并** & "ready" @nobody\n', encoding="utf-8")
    return Forge(tmp_path, tmp_path / "book/.github/workflows")


def comment(number: int, body: str, kind: str = "User") -> dict[str, Any]:
    return {"id": number, "body": body, "user": {"login": f"u{number}", "type": kind}}


def test_the_comment_is_made_once(forge: Forge) -> None:
    # somebody writes what looks like the program's own comment: it is not his to be kept up to date
    known = {COMMENTS: [comment(1, "looks good"), comment(2, f"{MARK} mine")]}
    done, calls = forge.run(forge.step("review.yml", "comment"), known, NUMBER="7")
    assert done.returncode == 0, done.stderr
    body = json.dumps({"body": (forge.folder / "review.md").read_text("utf-8")}, ensure_ascii=False)
    assert calls[1:] == [f"post /repos/acme/book/issues/7/comments {body}"]


def test_the_comment_is_then_kept_up_to_date_however_many_there_are(forge: Forge) -> None:
    known = {COMMENTS: [*(comment(n, "talk") for n in range(1, 231)), comment(500, f"{MARK}\nold", "Bot")]}
    done, calls = forge.run(forge.step("review.yml", "comment"), known, NUMBER="7")
    assert done.returncode == 0, done.stderr
    assert calls[-1].startswith("patch /repos/acme/book/issues/comments/500 ")
    assert len(calls) == 2


def test_the_pull_request_is_found_by_its_head_and_its_approvals_are_handed_on(forge: Forge) -> None:
    pulls = [{"number": n, "head": {"sha": f"{n:040x}"}} for n in range(1, 131)]
    done, _ = forge.run(
        forge.step("review.yml", "find the pull request"), {PULLS: pulls}, HEAD_SHA=f"{130:040x}"
    )
    assert done.returncode == 0, done.stderr
    assert (forge.folder / "out").read_text("utf-8") == "number=130\n"
    reviews = [
        {"state": state, "user": {"login": login}}
        for state, login in (("APPROVED", "xie-ning"), ("COMMENTED", "li-wen"), ("APPROVED", "anna-berg"))
    ]
    script = forge.step("review.yml", "review")
    asked = re.search(r"approved=\$\(.*?\n.*?\)\n", script, re.DOTALL)
    assert asked
    done, calls = forge.run(f'{asked[0]}echo "$approved"', {REVIEWS: reviews}, NUMBER="7")
    assert done.stdout.splitlines() == ["--approved-by @xie-ning", "--approved-by @anna-berg"]
    assert calls == ["get /repos/acme/book/pulls/7/reviews {}"]


def test_findings_are_uploaded_as_code_scanning_takes_them(forge: Forge) -> None:
    (forge.folder / "findings.sarif").write_text('{"version": "2.1.0"}', encoding="utf-8")
    script = forge.step("records.yml", "upload the findings (code scanning has to be switched on)")
    done, calls = forge.run(script, {}, GITHUB_SHA="a" * 40, GITHUB_REF="refs/heads/main")
    assert done.returncode == 0, done.stderr
    sent = json.loads(calls[0].partition("sarifs ")[2])
    assert sent["ref"] == "refs/heads/main"
    assert "\n" not in sent["sarif"]


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("--method POST repos/a/b/issues/7/comments -F text=@review.md", "'body' is a required property"),
        ("--method PUT repos/a/b/issues/7/comments -F body=@review.md", "no operation put"),
        ("repos/a/b/pulls?status=open", "unknown: status"),
        ("repos/a/b/pulls?state=pending", "is not one of"),
        ("repos/a/b/issues/seven/comments", "is not of type 'integer'"),
        (
            "--method POST repos/a/b/code-scanning/sarifs -f commit_sha=abc -f ref=main -f sarif=x",
            "too short",
        ),
    ],
)
def test_the_double_takes_nothing_that_the_description_does_not(forge: Forge, call: str, why: str) -> None:
    done, calls = forge.run(f"gh api {call}", {})
    assert done.returncode == 1
    assert why in done.stderr
    assert calls[0].startswith("refused: ")
