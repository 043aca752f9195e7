"""Changing records from the command line, as the manual tells it: small, checked, and easy to take back."""

from __future__ import annotations

import json
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
    assert sample_repo.custodex("task", "list", PORT).stdout.splitlines()[1].split()[:3] == [
        short,
        "2026-12-01",
        "chen-hao",
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
