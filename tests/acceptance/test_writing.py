"""Changing records from the command line, as the manual tells it: small, checked, and easy to take back."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workbench import TODAY, Repo

PORT = "c7vh4ej57r1"
FOLDER = f"records/customers/c7/{PORT}"


def told(repo: Repo, *arguments: str, code: int = 0) -> dict[str, Any]:
    """Run a writing verb and return what it says to a program."""
    result = repo.custodex(*arguments, "--format", "json")
    assert result.returncode == code, result.stderr + result.stdout
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def changed_lines(repo: Repo) -> list[str]:
    lines = repo.git("diff", "-U0").splitlines()
    return [line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}]


def new_files(repo: Repo) -> list[str]:
    return repo.git("ls-files", "--others", "--exclude-standard").split()


# --- set


def test_one_field_is_one_line(sample_repo: Repo) -> None:
    result = sample_repo.custodex("set", "远峤港口", "stage=customer")
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{FOLDER}/customer.yaml\n"
    assert f"changed {PORT}: stage" in result.stderr
    assert "custodex undo" in result.stderr
    assert changed_lines(sample_repo) == ["-stage: prospect", "+stage: customer"]
    assert sample_repo.custodex("check").returncode == 0


def test_fields_and_values_by_the_names_people_know(sample_repo: Repo) -> None:
    told(
        sample_repo,
        "set",
        "远峤港口",
        "阶段=成交客户",
        "contacts.people[p1].title=总调度",
        "别名+=远峤港务;YQ Port",
    )
    assert changed_lines(sample_repo) == [
        "-    title: 机务科长", "+    title: 总调度",
        "-stage: prospect", "+aliases:", "+  - 远峤港务", "+  - YQ Port", "+stage: customer",
    ]  # fmt: skip


def test_an_item_comes_and_goes(sample_repo: Repo) -> None:
    told(
        sample_repo,
        "set",
        PORT,
        "people+=贺一鸣",
        "people[p2].phones+=+86 139 0000 0300",
        "people[p2].role=财务",
    )
    text = sample_repo.read(f"{FOLDER}/contacts.yaml")
    assert (
        '  - id: p2\n    name: 贺一鸣\n    role: finance\n    phones:\n      - number: "+86 139 0000 0300"\n'
        in text
    )
    told(sample_repo, "set", PORT, "people[p2]=")
    assert changed_lines(sample_repo) == []


def test_a_dry_run_shows_the_difference_and_writes_nothing(sample_repo: Repo) -> None:
    result = sample_repo.custodex("--lang", "zh", "set", "远峤港口", "stage=customer", "--dry-run")
    assert "-stage: prospect\n+stage: customer\n" in result.stdout
    assert "没有写入" in result.stderr
    assert sample_repo.git("status", "--porcelain") == ""


def test_what_the_checks_refuse_is_not_written(sample_repo: Repo) -> None:
    result = sample_repo.custodex("set", PORT, "stage=loyal", "owner=nobody")
    assert result.returncode == 1
    assert "stage-move" in result.stderr
    assert "nothing was written" in result.stderr
    assert sample_repo.git("status", "--porcelain") == ""
    found = told(sample_repo, "set", PORT, "stage=loyal", code=1)
    assert found["written"] is False
    assert "stage-move" in {finding["code"] for finding in found["findings"]}


def test_a_new_warning_is_told_and_written_unless_strict(sample_repo: Repo) -> None:
    mixed = "name_en=\u0410cme Port"  # a Cyrillic letter among Latin ones
    refused = sample_repo.custodex("set", PORT, mixed, "--strict")
    assert refused.returncode == 1
    assert "name-mixed-script [warning]" in refused.stderr
    assert "nothing was written" in refused.stderr
    assert sample_repo.git("status", "--porcelain") == ""
    written = sample_repo.custodex("set", PORT, mixed)
    assert written.returncode == 0
    assert "name-mixed-script [warning]" in written.stderr
    # the warning is there already: it is no reason against the next write
    assert sample_repo.custodex("set", PORT, "stage=customer", "--strict").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((PORT, "stgae=customer"), "did you mean: stage"),
        ((PORT, "stage"), "no equals sign"),
        ((PORT, "region=CN"), "region.country"),
        ((PORT, "people=x"), "people+=value"),
        ((PORT, "people[p9]="), "there is no people[p9]"),
        (("远峤", "stage=customer"), "matches 4 customers"),
        (("nobody-at-all", "stage=customer"), "no customer matches"),
    ],
)
def test_a_slip_is_told_with_what_would_be_right(
    sample_repo: Repo, arguments: tuple[str, ...], words: str
) -> None:
    result = sample_repo.custodex("set", *arguments)
    assert result.returncode == 2
    assert words in result.stderr
    assert sample_repo.git("status", "--porcelain") == ""


def test_a_commit_holds_this_change_and_nothing_else(sample_repo: Repo) -> None:
    sample_repo.write(
        "records/staff/li-wen.yaml", sample_repo.read("records/staff/li-wen.yaml") + "# staged\n"
    )
    sample_repo.git("add", "records/staff/li-wen.yaml")
    sample_repo.write("loose.txt", "left alone\n")
    found = told(sample_repo, "set", PORT, "name_en=Secret Name Ltd.", "--commit", "--reason", "correction")
    assert sample_repo.git("rev-parse", "HEAD").strip() == found["commit"]
    assert sample_repo.git("show", "--name-only", "--format=%B", "HEAD").split("\n") == [
        f"set {PORT}: name_en", "", "Reason: correction", "Custodex-Verb: set", "", "", f"{FOLDER}/customer.yaml", "",
    ]  # fmt: skip
    assert sample_repo.git("status", "--porcelain").splitlines() == [
        "M  records/staff/li-wen.yaml",
        "?? loose.txt",
    ]


def test_a_commit_names_no_personal_data(sample_repo: Repo) -> None:
    number = "+86 138 0000 0217"
    told(sample_repo, "set", PORT, f"people[p1].phones[{number}].type=home", "--commit")
    assert sample_repo.git("log", "-1", "--format=%s").strip() == f"set {PORT}: people.phones.type"


def test_a_proposal_is_a_pushed_branch_and_a_link(sample_repo: Repo, tmp_path: Path) -> None:
    forge = "forge:\n  kind: github\n  url: https://git.example.com/sales/book\n  branch: main\n"
    settings = sample_repo.read("schema/settings.yaml").replace("forge:\n  kind: none\n", forge)
    sample_repo.write("schema/settings.yaml", settings)
    sample_repo.commit()
    sample_repo.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    before = sample_repo.git("rev-parse", "HEAD")
    alone = sample_repo.custodex("set", PORT, "stage=customer", "--propose")
    assert alone.returncode == 0
    assert "git remote add origin" in alone.stderr
    sample_repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    found = told(sample_repo, "set", PORT, "stage=customer", "--propose")
    branch = found["branch"]
    assert branch.startswith(f"custodex/set-{PORT}-")
    assert found["url"] == f"https://git.example.com/sales/book/compare/main...{branch}?expand=1"
    assert (sample_repo.git("rev-parse", "HEAD"), sample_repo.git("status", "--porcelain")) == (before, "")
    pushed = sample_repo.git("-C", str(tmp_path / "remote.git"), "diff", "-U0", f"{branch}^!").splitlines()
    assert pushed[-2:] == ["-stage: prospect", "+stage: customer"]


def test_a_hook_that_refuses_is_heard(sample_repo: Repo) -> None:
    hook = sample_repo.write(".git/hooks/pre-commit", "#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    result = sample_repo.custodex("note", PORT, "下周发样品", "--commit")
    assert result.returncode == 4
    assert "written, but not committed: " in result.stderr
    assert "not today" in result.stderr
    assert len(new_files(sample_repo)) == 1


# --- note


def test_the_shortest_note(sample_repo: Repo) -> None:
    found = told(sample_repo, "note", "远峤港口", "下周发样品")
    assert found["id"] == PORT
    text = sample_repo.read(f"{FOLDER}/notes/2026/{found['note']}.yaml")
    assert text == f'type: other\noccurred_at: "{TODAY}T09:00:00+08:00"\nby: li-wen\nsummary: 下周发样品\n'
    assert sample_repo.custodex("check").returncode == 0


def test_a_call_with_a_mention_and_the_task_that_follows(sample_repo: Repo) -> None:
    found = told(
        sample_repo, "note", PORT, "要半年校准一次",
        "--in", "--minutes", "12", "--person", "项海波", "--at", "昨天 14:30",
        "--follow-up", "请@赵鹏排期", "--due", "+7d", "--to", "key-accounts", "--tag", "interest:maintenance",
    )  # fmt: skip
    note, task = (sample_repo.read(change["path"]) for change in found["changed"])
    assert note.splitlines() == [
        "type: call", 'occurred_at: "2026-11-21T14:30:00+08:00"', "by: li-wen", "people:", "  - p1",
        "direction: incoming",
        "duration_minutes: 12", "summary: 要半年校准一次", "follow_up: 请@zhao-peng 排期", "tags:",
        "  - interest:maintenance",
    ]  # fmt: skip
    assert 'title: 请@zhao-peng 排期\nassignee: key-accounts\ndue: "2026-11-29"\nstate: open\n' in task
    assert f'note: "{found["note"]}"' in task


def test_the_editor_offers_the_four_sections(sample_repo: Repo) -> None:
    editor = sample_repo.write(
        "../editor.sh",
        '#!/bin/sh\ngrep -c "^## " "$1" >"$0.seen"\n'
        'printf "%s\\n" "# left out" "## 摘要" "要报价" "" "## 需求" "二十台" "三月前" "## 跟进" >"$1"\n',
    )
    editor.chmod(0o755)
    result = sample_repo.custodex("--lang", "zh", "note", PORT, EDITOR=str(editor.resolve()))
    assert result.returncode == 0, result.stderr
    assert Path(f"{editor.resolve()}.seen").read_text().strip() == "4"
    (path,) = result.stdout.split()
    assert sample_repo.read(path).endswith("by: li-wen\nsummary: 要报价\nneeds: |\n  二十台\n  三月前\n")


def test_text_from_a_pipe(sample_repo: Repo) -> None:
    result = sample_repo.custodex("note", PORT, "-", stdin="要报价\n## 跟进\n周三前给\n")
    assert sample_repo.read(result.stdout.strip()).endswith("summary: 要报价\nfollow_up: 周三前给\n")


def test_a_note_needs_to_know_who_writes(sample_repo: Repo) -> None:
    unknown = sample_repo.custodex("note", PORT, "x", GIT_AUTHOR_EMAIL="who@example.org")
    assert unknown.returncode == 2
    assert "--by" in unknown.stderr
    known = sample_repo.custodex("note", PORT, "x", "--by", "陈昊", GIT_AUTHOR_EMAIL="who@example.org")
    assert known.returncode == 0, known.stderr


# --- task


def test_a_task_is_added_given_away_and_done(sample_repo: Repo) -> None:
    added = told(sample_repo, "task", "add", "远峤港口", "给出排期", "--due", "明天")
    short = added["task"][-6:]
    listed = json.loads(sample_repo.custodex("task", "list", PORT, "--mine", "--format", "json").stdout)
    assert [(task["task"], task["due"]) for task in listed] == [(added["task"], "2026-11-23")]
    told(sample_repo, "task", "assign", short, "陈昊", "--due", "2026-12-01")
    assert sample_repo.custodex("--lang", "zh", "task", "list", PORT).stdout.splitlines()[1].split()[:3] == [
        short,
        "2026-12-01",
        "陈昊",
    ]
    told(sample_repo, "task", "done", short, "已排期")
    text = sample_repo.read(f"{FOLDER}/tasks/{added['task']}.yaml")
    assert "state: done\noutcome: 已排期\n" in text
    assert "closed_at: " in text
    assert sample_repo.custodex("check").returncode == 0


def test_overdue_tasks_come_first_and_marked(sample_repo: Repo) -> None:
    lines = sample_repo.custodex("task", "list", "--overdue").stdout.splitlines()
    days = [line.split()[1] for line in lines[1:]]
    assert days == sorted(days)
    assert all(day < TODAY for day in days)
    assert " ! " in lines[1]


def test_a_task_for_nobody_is_refused(sample_repo: Repo) -> None:
    result = sample_repo.custodex("task", "add", PORT, "x", "--due", "明天", "--to", "nobody")
    assert result.returncode == 2
    assert "there is no colleague or team “nobody”" in result.stderr
    assert "zeng-rui" in result.stderr


# --- undo


def test_undo_puts_back_what_was_not_committed(sample_repo: Repo) -> None:
    sample_repo.custodex("set", PORT, "stage=customer")
    sample_repo.custodex("note", PORT, "x", "--due", "明天")
    assert len(new_files(sample_repo)) == 2
    first = sample_repo.custodex("undo")
    assert first.returncode == 0, first.stderr
    assert new_files(sample_repo) == []
    assert changed_lines(sample_repo) == ["-stage: prospect", "+stage: customer"]
    assert sample_repo.custodex("undo").returncode == 0
    assert sample_repo.git("status", "--porcelain") == ""
    nothing = sample_repo.custodex("undo")
    assert nothing.returncode == 2
    assert "there is nothing to take back" in nothing.stderr


def test_undo_of_a_commit_keeps_what_came_later(sample_repo: Repo) -> None:
    told(sample_repo, "set", PORT, "name_en=Port", "grade=large", "--commit")
    told(sample_repo, "set", PORT, "short_name=港务", "--commit")
    second = sample_repo.git("rev-parse", "HEAD~1").strip()
    found = told(sample_repo, "undo", second)
    assert found["undoes"] == second
    text = sample_repo.read(f"{FOLDER}/customer.yaml")
    assert "name_en: Ningbo Yuanqiao Port Services Co., Ltd.\nshort_name: 港务\n" in text
    assert sample_repo.git("log", "-1", "--format=%s").strip() == f"undo set {PORT}: name_en grade"
    told(sample_repo, "undo")  # steps further back: the other one
    assert sample_repo.git("diff", "HEAD~4", "HEAD") == ""


def test_undo_shows_what_was_changed_again(sample_repo: Repo) -> None:
    told(sample_repo, "set", PORT, "name_en=Port", "grade=large", "--commit")
    told(sample_repo, "set", PORT, "grade=small", "--commit")
    clash = sample_repo.custodex("undo", "HEAD~1")
    assert clash.returncode == 1
    assert f"{FOLDER}/customer.yaml grade: small → medium" in clash.stderr
    assert sample_repo.git("status", "--porcelain") == ""
    told(sample_repo, "undo", "HEAD~1", "--rest")
    text = sample_repo.read(f"{FOLDER}/customer.yaml")
    assert "name_en: Ningbo" in text
    assert "grade: small" in text


def test_undo_for_one_customer_only(sample_repo: Repo) -> None:
    other = "eht6j7rbzjg"
    for customer in (PORT, other):
        sample_repo.custodex("set", customer, "description=x")
    commit = sample_repo.commit()
    told(sample_repo, "undo", commit, "--only", PORT)
    assert "description: x" not in sample_repo.read(f"{FOLDER}/customer.yaml")
    assert "description: x" in sample_repo.read(f"records/customers/eh/{other}/customer.yaml")


def test_undo_for_one_customer_leaves_the_rest_of_a_change_to_be_undone(sample_repo: Repo) -> None:
    other = "eht6j7rbzjg"
    told(sample_repo, "confirm", PORT, other)
    told(sample_repo, "undo", "--only", PORT)
    assert f"/{other}/notes/" in sample_repo.git("status", "--porcelain", "-uall")
    assert f"/{PORT}/" not in sample_repo.git("status", "--porcelain", "-uall")
    told(sample_repo, "undo")
    assert sample_repo.git("status", "--porcelain") == ""


# --- the life of a customer


def test_a_stage_brings_the_fields_it_asks_for(sample_repo: Repo) -> None:
    moves = sample_repo.custodex("stage", "远峤港口").stdout.split("\n")
    assert "customer  Customer" in moves
    found = told(sample_repo, "stage", "远峤港口", "成交客户", "grade=large")
    assert (found["from"], found["to"]) == ("prospect", "customer")
    assert changed_lines(sample_repo) == [
        "-stage: prospect",
        "-grade: medium",
        "+stage: customer",
        "+grade: large",
    ]
    jump = sample_repo.custodex("stage", PORT, "lead")
    assert jump.returncode == 0  # not committed yet: from prospect, as HEAD has it, that is allowed
    sample_repo.git("checkout", "-q", ".")
    refused = sample_repo.custodex("stage", PORT, "忠诚客户")
    assert refused.returncode == 1
    assert "it may move to" in refused.stderr


def test_archived_with_the_reason_as_a_note(sample_repo: Repo) -> None:
    told(sample_repo, "archive", PORT, "--why", "合同结束，不再往来")
    assert changed_lines(sample_repo) == ["-stage: prospect", "+stage: archived"]
    (note,) = new_files(sample_repo)
    assert sample_repo.read(note).endswith("summary: 合同结束，不再往来\n")


def test_confirmed_unchanged_resets_the_review_clock(sample_repo: Repo) -> None:
    found = told(sample_repo, "confirm", "远峤港口", "远峤冷链")
    assert found["ids"] == [PORT, "eht6j7rbzjg"]
    notes = new_files(sample_repo)
    assert len(notes) == 2
    assert all("summary: 资料已核对，无变化\n" in sample_repo.read(note) for note in notes)


def test_a_relation_is_written_once_and_ended_later(sample_repo: Repo) -> None:
    told(sample_repo, "relate", PORT, "供应商", "远峤冷链", "--since", "2025-01-01")
    assert changed_lines(sample_repo) == [
        "+relations:", "+  - type: supplier", "+    to: eht6j7rbzjg", '+    since: "2025-01-01"',
    ]  # fmt: skip
    told(sample_repo, "relate", PORT, "supplier", "eht6j7rbzjg", "--until", "2026-10-01")
    assert changed_lines(sample_repo)[-1] == '+    until: "2026-10-01"'
    assert sample_repo.custodex("relate", PORT, "supplier", "eht6j7rbzjg", "--remove").returncode == 2


def test_who_entered_the_data_cannot_verify_them(sample_repo: Repo) -> None:
    own = sample_repo.custodex("verify", PORT, "business_licence", "--number", "91330200MAX000090E")
    assert own.returncode == 6
    assert "who entered the data" in own.stderr
    for name in ("营业执照", "Business licence"):  # called by its name it is the same document
        assert sample_repo.custodex("verify", PORT, name).returncode == 6
    told(sample_repo, "verify", PORT, "business_licence", "--number", "91330200MAX000090E", "--by", "曾睿")
    assert sample_repo.read(f"{FOLDER}/identity.yaml") == (
        'verifications:\n  - id: v1\n    document: business_licence\n    number_masked: "913*************0E"\n'
        f'    method: original\n    result: passed\n    by: zeng-rui\n    at: "{TODAY}"\n'
    )


def test_whoever_wrote_since_the_last_verification_cannot_verify(sample_repo: Repo) -> None:
    licence = ("verify", PORT, "business_licence")
    path = f"{FOLDER}/customer.yaml"
    early = "2026-11-20T10:00:00+0800"
    text = sample_repo.read(path)
    sample_repo.write(path, text.replace("\nshort_name: ", "\nshort_name: New "))
    rui = "zeng.rui@custodex.example.com"
    sample_repo.git("commit", "-q", "-a", "-m", "x", GIT_AUTHOR_EMAIL=rui, GIT_COMMITTER_DATE=early)
    sample_repo.git("checkout", "-q", "-b", "side", "HEAD~1")
    sample_repo.write("side.md", "a side\n")
    sample_repo.commit("aside")
    sample_repo.git("checkout", "-q", "main")
    tom = "tom.okafor@custodex.example.com"
    sample_repo.git("merge", "-q", "--no-ff", "-m", "merge", "side", GIT_AUTHOR_EMAIL=tom)
    # li-wen is the last to write in the file, not the last to write what the licence proves
    told(sample_repo, "tag", "add", PORT, "repeat-buyer", "--commit")
    assert sample_repo.custodex(*licence, "--by", "zeng-rui").returncode == 6
    told(sample_repo, *licence, "--by", "tom-okafor", "--commit")  # who merged wrote nothing
    told(sample_repo, *licence, "--by", "zeng-rui", "--dry-run")  # somebody else has verified that since
    sample_repo.write(path, sample_repo.read(path).replace("short_name: New ", "short_name: Own "))
    anna = sample_repo.custodex(
        *licence, "--by", "anna-berg", "--dry-run", GIT_AUTHOR_EMAIL="anna.berg@custodex.example.com"
    )
    assert anna.returncode == 6  # entered just now, not committed yet


def test_a_document_may_be_called_by_its_name(sample_repo: Repo) -> None:
    told(sample_repo, "verify", PORT, "营业执照", "--by", "曾睿")
    assert "document: business_licence" in sample_repo.read(f"{FOLDER}/identity.yaml")
    unknown = sample_repo.custodex("verify", PORT, "户口本", "--by", "曾睿")
    assert unknown.returncode == 2
    assert "business_licence" in unknown.stderr


# --- tags


def test_a_tag_of_a_dimension_with_one_value_takes_its_place(sample_repo: Repo) -> None:
    found = told(sample_repo, "tag", "add", PORT, "低风险", "repeat-buyer")
    assert found["tags"][-2:] == ["risk:low", "behavior:repeat-buyer"]
    assert "risk:high" not in found["tags"]
    told(sample_repo, "tag", "rm", PORT, "risk:low", "behavior:repeat-buyer")
    assert changed_lines(sample_repo) == ["-  - risk:high"]


def holding(repo: Repo, text: str) -> set[str]:
    return set(repo.git("grep", "-l", "--untracked", "-F", text, "--", "records").split())


def test_a_tag_is_renamed_in_all_and_only_its_records(sample_repo: Repo) -> None:
    had = holding(sample_repo, "risk:medium")
    assert any("/views/" in path for path in had)
    found = told(sample_repo, "tag", "rename", "risk:medium", "guarded", "--commit")
    assert found["records"] == len(had)
    touched = set(sample_repo.git("show", "--name-only", "--format=", "HEAD").split())
    assert touched == had | {"schema/vocabulary/tags.yaml"}
    assert holding(sample_repo, "risk:guarded") == had
    assert sample_repo.custodex("check").returncode == 0
    before = sample_repo.git("rev-parse", "HEAD~1^{tree}")
    told(sample_repo, "undo")
    assert sample_repo.git("rev-parse", "HEAD^{tree}") == before


def test_two_tags_become_one_and_its_words_stay_findable(sample_repo: Repo) -> None:
    both = holding(sample_repo, "risk:low") | holding(sample_repo, "risk:medium")
    told(sample_repo, "tag", "merge", "risk:medium", "risk:low")
    assert both == holding(sample_repo, "risk:low")
    assert "- 中风险" in sample_repo.read("schema/vocabulary/tags.yaml")
    assert sample_repo.custodex("check").returncode == 0


def test_a_retired_tag_is_no_longer_taken(sample_repo: Repo) -> None:
    told(sample_repo, "tag", "retire", "behavior:seasonal")
    late = sample_repo.custodex("tag", "add", PORT, "behavior:seasonal")
    assert "tag-retired" in late.stderr
    told(sample_repo, "tag", "create", "behavior:early-bird", "--zh", "早到", "--en", "Early bird")
    told(sample_repo, "tag", "add", PORT, "早到")


# --- many at once


def test_who_changes_many_is_told_when_there_is_nobody(sample_repo: Repo) -> None:
    nobody = sample_repo.custodex(
        "bulk", "set", "-w", "owner=li-wen", "-w", "owner=zeng-rui", "-q", "qqqq", "team=care"
    )
    assert (nobody.returncode, nobody.stderr) == (0, "no customer meets the conditions\n")
    assert sample_repo.custodex("handover", "--from", "li-wen", "--to", "zeng-rui", "--yes").returncode == 0
    again = sample_repo.custodex("handover", "--from", "li-wen", "--to", "zeng-rui", "--yes")
    assert (again.returncode, again.stderr) == (0, "li-wen has no customer and no open task\n")


def test_a_bulk_change_counts_and_shows_before_it_is_made(sample_repo: Repo) -> None:
    asked = sample_repo.custodex("bulk", "set", "-w", "owner=li-wen", "team=care")
    assert asked.returncode == 0
    assert "change team of 7 customers? add --yes to do it" in asked.stderr
    assert asked.stdout.count("+team: care") == 7
    assert sample_repo.git("status", "--porcelain") == ""
    found = told(sample_repo, "bulk", "set", "-w", "owner=li-wen", "team=care", "--yes", "--commit")
    assert found["matched"] == len(found["changed"]) == 7
    assert sample_repo.git("log", "-1", "--format=%s").strip() == "bulk set: team"
    told(sample_repo, "undo")
    assert sample_repo.git("diff", "HEAD~2", "HEAD") == ""


def test_a_leaver_hands_over_everything_open(sample_repo: Repo) -> None:
    closed = holding(sample_repo, "assignee: li-wen")
    found = told(sample_repo, "handover", "--from", "李雯", "--to", "曾睿", "--yes")
    assert found["customers"] == 7
    assert found["tasks"] > 0
    assert not [path for path in holding(sample_repo, "owner: li-wen") if "/customers/" in path]
    left = closed - {path["path"] for path in found["changed"]}
    assert all("state: open" not in sample_repo.read(path) for path in left)
    assert sample_repo.custodex("check").returncode == 0


# --- new, edit


def test_a_new_customer_in_one_line(sample_repo: Repo) -> None:
    phone = "people.phones+=+86 139 0000 0999"
    found = told(sample_repo, "new", "星河造船有限公司", "region.country=CN", "people+=王一", phone)
    folder = f"records/customers/{found['id'][:2]}/{found['id']}"
    assert sample_repo.read(f"{folder}/customer.yaml") == (
        f"id: {found['id']}\ntype: organization\nname: 星河造船有限公司\nstage: lead\nregion:\n  country: CN\n"
        f'owner: li-wen\nsource:\n  channel: other\n  by: li-wen\n  at: "{TODAY}"\n'
    )
    assert "name: 王一\n    phones:\n" in sample_repo.read(f"{folder}/contacts.yaml")
    again = sample_repo.custodex("new", "别的名字", "people+=王一", phone)
    assert again.returncode == 1
    assert found["id"] in again.stderr
    assert "--anyway" in again.stderr
    assert told(sample_repo, "new", "别的名字", "people+=王一", phone, "--anyway")["written"]


def test_a_near_name_warns_and_does_not_stop(sample_repo: Repo) -> None:
    result = sample_repo.custodex("new", "宁波远峤港口服务有限责任公司")
    assert result.returncode == 0, result.stderr
    assert PORT in result.stderr


def test_new_from_a_file(sample_repo: Repo) -> None:
    file = sample_repo.write(
        "../in.yaml",
        "customer:\n  type: person\n  name: 甘示范\n  stage: lead\n  source:\n    channel: visit\n",
    )
    found = told(sample_repo, "new", "--from", str(file.resolve()))
    assert "channel: visit" in sample_repo.read(found["changed"][0]["path"])
    broken = sample_repo.write("../bad.yaml", "name: [\n")
    assert sample_repo.custodex("new", "--from", str(broken.resolve())).returncode == 2


def test_a_new_customer_takes_no_id_of_ones_own(sample_repo: Repo) -> None:
    copied = sample_repo.write("../copied.yaml", "id: ab0cd1ef2gh\ntype: person\nname: 甘示范\nstage: lead\n")
    for given in (
        ("甘示范", "id=ab0cd1ef2gh"),
        ("甘示范", "客户编号=ab0cd1ef2gh"),
        ("--from", str(copied.resolve())),
    ):
        for lang, words in (("zh", "编号由程序给出"), ("en", "leave id out")):
            done = sample_repo.custodex("--lang", lang, "new", *given)
            assert done.returncode == 2, done.stderr
            assert words in done.stderr
    assert not sample_repo.git("status", "--porcelain", "records")


def editor(repo: Repo, script: str) -> str:
    program = repo.write("../editor.sh", f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program.resolve())


def test_edit_judges_what_was_saved_and_keeps_the_text(sample_repo: Repo) -> None:
    wrong = sample_repo.custodex("edit", PORT, EDITOR=editor(sample_repo, 'sed -i s/prospect/nowhere/ "$1"'))
    assert wrong.returncode == 1
    assert "there is no stage nowhere" in wrong.stderr
    assert sample_repo.git("status", "--porcelain") == ""
    resume = wrong.stderr.split("custodex edit ")[1].split()
    good = sample_repo.custodex(
        "edit", *resume, EDITOR=editor(sample_repo, 'sed -i s/nowhere/customer/ "$1"')
    )
    assert good.returncode == 0, good.stderr
    assert changed_lines(sample_repo) == ["-stage: prospect", "+stage: customer"]
    assert list((sample_repo.root / ".custodex" / "drafts").iterdir()) == []


def test_edit_brings_two_editors_together(sample_repo: Repo) -> None:
    path = sample_repo.root / FOLDER / "customer.yaml"
    both = editor(sample_repo, f'sed -i s/prospect/customer/ "$1"; sed -i s/medium/large/ {path}')
    assert sample_repo.custodex("edit", PORT, EDITOR=both).returncode == 0
    assert changed_lines(sample_repo) == [
        "-stage: prospect",
        "-grade: medium",
        "+stage: customer",
        "+grade: large",
    ]
    clash = editor(sample_repo, f'sed -i s/large/small/ "$1"; sed -i s/large/medium/ {path}')
    result = sample_repo.custodex("edit", PORT, EDITOR=clash)
    assert result.returncode == 1
    assert "somebody changed grade meanwhile" in result.stderr
    assert "grade: medium" in path.read_text(encoding="utf-8")


# --- attach


def test_a_file_is_kept_outside_git_and_named_by_its_content(sample_repo: Repo) -> None:
    contract = sample_repo.root.parent / "框架合同.pdf"
    contract.write_bytes(b"%PDF-1.7 sample")
    nowhere = sample_repo.custodex("attach", PORT, str(contract))
    assert nowhere.returncode == 2
    assert "schema/settings.yaml" in nowhere.stderr
    settings = (
        sample_repo.read("schema/settings.yaml") + "attachments:\n  store: ../attachments\n  max_mb: 1\n"
    )
    sample_repo.write("schema/settings.yaml", settings)
    sample_repo.commit()
    found = told(sample_repo, "attach", PORT, str(contract), "--note", "2026")
    kept = sample_repo.root.parent / "attachments" / found["sha256"][:2] / found["sha256"]
    assert kept.read_bytes() == contract.read_bytes()
    assert changed_lines(sample_repo) == [
        "+attachments:", "+  - id: f1", "+    name: 框架合同.pdf", f"+    sha256: {found['sha256']}", "+    bytes: 15",
        f'+    added_on: "{TODAY}"', "+    by: li-wen", '+    note: "2026"',
    ]  # fmt: skip
    assert sample_repo.custodex("check").returncode == 0
    assert told(sample_repo, "attach", PORT, str(contract))["changed"] == []
    contract.write_bytes(b"MZ no contract at all")
    assert "is no pdf" in sample_repo.custodex("attach", PORT, str(contract)).stderr
    contract.write_bytes(b"%PDF-" + bytes(1_000_001))
    assert sample_repo.custodex("attach", PORT, str(contract)).returncode == 4
    inside = settings.replace("../attachments", "files")
    sample_repo.write("schema/settings.yaml", inside)
    assert "inside the repository" in sample_repo.custodex("attach", PORT, str(contract)).stderr


def test_doctor_says_which_attached_files_are_amiss(sample_repo: Repo) -> None:
    contract = sample_repo.root.parent / "合同.pdf"
    contract.write_bytes(b"%PDF-1.7 sample")
    sample_repo.write(
        "schema/settings.yaml", sample_repo.read("schema/settings.yaml") + "attachments:\n  store: ../att\n"
    )
    sample_repo.commit()
    digest = told(sample_repo, "attach", PORT, str(contract))["sha256"]
    kept = sample_repo.root.parent / "att" / digest[:2] / digest

    def line() -> tuple[str, str]:
        lines = json.loads(sample_repo.custodex("doctor", "--format", "json").stdout)["lines"]
        return next((one["state"], one["text"]) for one in lines if one["name"] == "attachments")

    assert line() == ("ok", "attached files are all there, unchanged")
    # what is no list of files, or names a place elsewhere on the machine, is a matter of the check alone
    path = f"{FOLDER}/customer.yaml"
    sound = sample_repo.read(path)
    for wrong in ("attachments: x", f"attachments: [a, 3, {{id: f9, sha256: {contract}}}]"):
        sample_repo.write(path, f"{sound.partition('attachments:')[0]}{wrong}\n")
        assert line() == ("ok", "attached files are all there, unchanged")
    sample_repo.write(path, sound)
    kept.write_bytes(b"%PDF-1.7 simple")
    assert line() == ("warn", f"attached files amiss, 1: {PORT} f1 altered")
    kept.unlink()
    assert line() == ("warn", f"attached files amiss, 1: {PORT} f1 missing")
    kept.parent.rmdir()
    kept.parent.parent.rmdir()
    assert line()[1].endswith("att, is not here")


def test_git_remembers_the_folders_of_a_large_book_after_the_first_write(sample_repo: Repo) -> None:
    for number in range(2000):
        sample_repo.write(
            f"records/products/p-{number}.yaml", f"id: p-{number}\nname: Part {number}\nactive: true\n"
        )
    sample_repo.commit()
    assert (
        "(core.untrackedCache)" not in sample_repo.custodex("set", PORT, "stage=customer", "--dry-run").stderr
    )
    first = sample_repo.custodex("set", PORT, "stage=customer")
    assert "Git now remembers which folders hold nothing new" in first.stderr
    # what stands somewhere new is seen all the same
    sample_repo.write("records/products/p-new.yaml", "id: p-new\nname: Part new\nactive: true\n")
    second = sample_repo.custodex("set", "products/p-new", "name=Part newer", "--commit")
    assert second.returncode == 0, second.stderr
    assert "core.untrackedCache" not in second.stderr
    assert sample_repo.git("config", "core.untrackedCache") == "true\n"


# --- a write looks at few files, and says what it would say after looking at all


def seen(repo: Repo) -> Repo:
    assert repo.custodex("check").returncode == 0
    return repo


def test_a_number_that_stands_in_a_file_nobody_has_checked_yet_is_found(sample_repo: Repo) -> None:
    seen(sample_repo)
    other = next(
        path
        for path in sorted(sample_repo.root.glob("records/customers/*/*/customer.yaml"))
        if PORT not in path.parts
        and "\nidentifiers:" not in path.read_text()
        and "\nname:" in path.read_text()
    )
    other.write_text(f"{other.read_text()}identifiers:\n  external:\n    - system: erp\n      id: E-77\n")
    arguments = ("identifiers.external+=erp", "identifiers.external[erp].id=E-77")
    refused = sample_repo.custodex("set", PORT, *arguments)
    assert refused.returncode == 1, refused.stderr
    assert other.parent.name in refused.stderr


def test_a_colleague_added_by_hand_is_known_to_the_next_write(sample_repo: Repo) -> None:
    seen(sample_repo)
    sample_repo.write(
        "records/staff/new-hand.yaml", "id: new-hand\nname: New Hand\nactive: true\nroles: [sales]\n"
    )
    made = sample_repo.custodex("set", PORT, "owner=new-hand")
    assert made.returncode == 0, made.stderr
    assert "owner: new-hand" in sample_repo.read(f"records/customers/c7/{PORT}/customer.yaml")


def test_what_was_changed_by_hand_since_the_last_look_stays(sample_repo: Repo) -> None:
    path = f"records/customers/c7/{PORT}/customer.yaml"
    seen(sample_repo)
    sample_repo.write(path, sample_repo.read(path).replace("\ngrade: medium", "\ngrade: large"))
    assert sample_repo.custodex("set", PORT, "stage=customer").returncode == 0
    lines = sample_repo.git("diff", "-U0", "--", path).splitlines()
    assert {line for line in lines if line.startswith("+") and line[1] != "+"} == {
        "+grade: large",
        "+stage: customer",
    }
    sample_repo.commit()
    sample_repo.git("reset", "-q", "--hard", "HEAD~1")
    assert sample_repo.custodex("set", PORT, "stage=customer", "--dry-run").stdout.count("\n-grade") == 0
    sample_repo.git("rm", "-q", path)
    assert sample_repo.custodex("set", PORT, "stage=customer").returncode == 1
    assert not (sample_repo.root / path).exists()


def test_after_a_look_at_the_index_a_write_sees_the_worktree(sample_repo: Repo) -> None:
    path = f"records/customers/c7/{PORT}/customer.yaml"
    seen(sample_repo)
    sample_repo.write(path, sample_repo.read(path).replace("\ngrade: medium", "\ngrade: large"))
    assert sample_repo.custodex("check", "--staged").returncode == 0
    assert sample_repo.custodex("set", PORT, "stage=customer").returncode == 0
    assert "\ngrade: large" in sample_repo.read(path)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals there")
def test_a_person_at_a_terminal_is_asked_for_what_is_missing(sample_repo: Repo) -> None:
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "custodex", "--lang", "zh", "new", "顶新船务有限公司"], cwd=sample_repo.root,
        env={**sample_repo.environ, "TERM": "dumb"}, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        asked, shown = [], ""
        with contextlib.suppress(OSError):  # the terminal closes with the program
            while piece := os.read(ours, 4096).decode("utf-8", "replace"):
                shown += piece
                if shown.endswith(": "):
                    asked.append(shown.splitlines()[-1])
                    os.write(ours, b"CN\n" if "国家" in asked[-1] else b"\n")
                    shown += "\n"
        os.close(ours)
        written = process.stdout.read().decode().split() if process.stdout else []
    assert process.returncode == 0, shown
    assert any("国家" in question for question in asked)
    (path,) = (path for path in written if path.endswith("/customer.yaml"))
    assert "\n  country: CN\n" in sample_repo.read(path)
