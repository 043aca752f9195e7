"""A change is read in the words of the business: sentences, fields, who wrote, who approved; any past day."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from workbench import Repo

NOTE = """type: call
occurred_at: "2026-11-20T10:00:00+08:00"
by: li-wen
people: [p1]
summary: 希望收到 <b>新的</b> 报价
"""


def as_json(repo: Repo, *arguments: str) -> dict[str, Any]:
    done = repo.custodex(*arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def folder_with(repo: Repo, name: str) -> Path:
    """Return the folder of the first customer that has this file."""
    return sorted(repo.root.glob(f"records/customers/*/*/{name}"))[0].parent


@pytest.fixture
def book(sample_repo: Repo) -> Repo:
    """A book in which a colleague changed a stage and noted a call, and Li Wen merged it."""
    folder = folder_with(sample_repo, "contacts.yaml").relative_to(sample_repo.root)
    sample_repo.git("checkout", "-q", "-b", "proposal")
    main = f"{folder}/customer.yaml"
    lines = sample_repo.read(main).splitlines()
    stage = next(line for line in lines if line.startswith("stage:"))
    sample_repo.write(main, sample_repo.read(main).replace(stage, "stage: lost"))
    sample_repo.write(f"{folder}/notes/2026/2026-11-20-aaaaaa.yaml", NOTE)
    sample_repo.git("add", "-A")
    sample_repo.git("commit", "-q", "-m", "call\n\nReason: change", GIT_AUTHOR_NAME="陈昊")
    sample_repo.git("checkout", "-q", "main")
    sample_repo.git(
        "merge", "-q", "--no-ff", "proposal", "-m", "merge\n\nApproved-by: Xie Ning\nReason: correction"
    )
    return sample_repo


def customer_of(book: Repo) -> str:
    return folder_with(book, "contacts.yaml").name


def test_a_merge_tells_who_wrote_and_who_approved(book: Repo) -> None:
    newest = as_json(book, "log", customer_of(book))["changes"][0]
    assert (newest["who"], newest["approved"], newest["reason"]) == ("陈昊", "Xie Ning, Li Wen", "correction")
    text = book.custodex("log", customer_of(book)).stdout
    assert "approved by: Xie Ning, Li Wen" in text
    assert "correction (it was wrong before)" in text
    assert "note added: call with" in text
    chinese = book.custodex("--lang", "zh", "log", customer_of(book)).stdout
    assert "新增备注：电话（" in chinese
    assert "更正（原来记错了）" in chinese


def test_markdown_and_html_show_text_as_text(book: Repo) -> None:
    markdown = book.custodex("diff", "HEAD~1..HEAD", "--format", "markdown").stdout
    assert "| Stage |" in markdown
    assert "<b>" not in markdown.replace("\\<b\\>", "")
    page = book.custodex("diff", "HEAD~1..HEAD", "--format", "html").stdout
    assert "&lt;b&gt;新的&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "<ins>Lost</ins>" in page


def test_bytes_alone_are_no_change_in_data(book: Repo) -> None:
    path = f"records/customers/{customer_of(book)[:2]}/{customer_of(book)}/customer.yaml"
    book.write(path, f"# a remark\n{book.read(path)}")
    assert "customer: no change in data" in book.custodex("diff").stdout


def test_sensitive_values_are_masked_unless_asked_for(book: Repo) -> None:
    folder = folder_with(book, "identity.yaml")
    path = f"{folder.relative_to(book.root)}/identity.yaml"
    book.write(path, f"{book.read(path)}nationality: AQ\n" if "nationality" not in book.read(path) else
               book.read(path).replace("nationality: ", "nationality: AQ # "))  # fmt: skip
    for form in ("text", "markdown", "html", "json"):
        shown = book.custodex("diff", "--format", form).stdout
        assert "•••" in shown
        assert "AQ" not in shown
    open_ = as_json(book, "diff", "--sensitive")["changes"][0]["fields"]
    assert [field["new"] for field in open_ if field["field"] == "nationality"] == ["AQ"]
    blamed = as_json(book, "blame", folder.name, "--module", "identity")["fields"]
    assert {row["value"] for row in blamed} == {"•••"}


def test_a_moved_note_is_told_as_moved(book: Repo) -> None:
    notes = sorted(book.root.glob("records/customers/*/*/notes/*/*.yaml"))
    other = next(path for path in notes if path.parents[2] != notes[0].parents[2])
    target = other.parents[2] / "notes" / notes[0].parent.name / notes[0].name
    target.parent.mkdir(parents=True, exist_ok=True)
    notes[0].rename(target)
    book.commit("wrong customer")
    newest = as_json(book, "log", target.parents[2].name)["changes"][0]
    assert newest["moved_from"] == str(notes[0].relative_to(book.root))
    assert "moved here from" in newest["headline"]


def test_the_audit_log_filters_and_exports(book: Repo) -> None:
    only = as_json(book, "changes", "--who", "陈昊", "--field", "stage")["changes"]
    assert [[field["field"] for field in change["fields"]] for change in only] == [["stage"]]
    assert as_json(book, "changes", "--since", "2099-01-01")["changes"] == []
    assert as_json(book, "changes", "--until", "2001-01-01")["changes"] == []
    mine = as_json(book, "changes", "--customer", customer_of(book))["changes"]
    assert {change["record"] for change in mine} == {f"customers/{customer_of(book)}"}
    rows = list(
        csv.DictReader(io.StringIO(book.custodex("changes", "--who", "陈昊", "--format", "csv").stdout))
    )
    assert {(row["field"], row["new"]) for row in rows} >= {("stage", "Lost"), ("by", "li-wen")}


def test_any_past_day_is_answered_by_its_own_schema(sample_repo: Repo) -> None:
    old = {"GIT_COMMITTER_DATE": "2026-01-02T10:00:00+08:00", "GIT_AUTHOR_DATE": "2026-01-02T10:00:00+08:00"}
    new = {"GIT_COMMITTER_DATE": "2026-03-02T10:00:00+08:00", "GIT_AUTHOR_DATE": "2026-03-02T10:00:00+08:00"}
    sample_repo.git("commit", "-q", "--amend", "-m", "start", **old)
    path = sorted(sample_repo.root.glob("records/customers/*/*/contacts.yaml"))[0].parent / "customer.yaml"
    text = path.read_text(encoding="utf-8")
    stage = next(line for line in text.splitlines() if line.startswith("stage:"))
    path.write_text(text.replace(stage, "stage: lost"), encoding="utf-8")
    schema = sample_repo.root / "schema/vocabulary/stages.yaml"
    schema.write_text(schema.read_text(encoding="utf-8").replace("en: Lost", "en: Gone"), encoding="utf-8")
    sample_repo.git("commit", "-qam", "later", **new)
    customer = path.parent.name
    assert as_json(sample_repo, "show", customer)["customer"]["stage"] == "lost"
    then = as_json(sample_repo, "show", customer, "--as-of", "2026-02-01")
    assert f"stage: {then['customer']['stage']}" == stage
    assert [change["subject"] for change in then["history"]][:1] == ["start"]
    lost = [row["label"] for row in as_json(sample_repo, "report", "stage")["rows"] if row["value"] == "lost"]
    assert lost == ["Gone"]
    before = as_json(sample_repo, "report", "stage", "--as-of", "2026-02-01")["rows"]
    assert "Gone" not in {row["label"] for row in before}
    hits = as_json(sample_repo, "list", "--where", "stage=lost", "--as-of", "2026-02-01")["hits"]
    assert customer not in {hit["id"] for hit in hits}
    assert sample_repo.custodex("list", "--as-of", "2001-01-01").returncode == 2
