"""The verbs that read: what people see, and the JSON that programs rely on."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from typing import Any

import pytest

from workbench import Repo


def as_json(repo: Repo, *arguments: str) -> Any:
    done = repo.custodex(*arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def first(repo: Repo, *where: str) -> dict[str, Any]:
    filters = [part for one in where for part in ("--where", one)]
    hit: dict[str, Any] = as_json(repo, "list", *filters)["hits"][0]
    return hit


def path_of(customer: str) -> str:
    return f"records/customers/{customer[:2]}/{customer}/customer.yaml"


def test_list_and_search_have_the_documented_shapes(sample_repo: Repo) -> None:
    listed = as_json(sample_repo, "list", "--limit", "3")
    assert set(listed) == {"query", "total", "hits"}
    assert listed["total"] == 60
    assert len(listed["hits"]) == 3
    assert all(set(hit) == {"id", "name", "stage", "matches"} for hit in listed["hits"])
    name = listed["hits"][0]["name"]
    found = as_json(sample_repo, "search", f'"{name}"')
    assert set(found) == {"query", "total", "hits"}
    assert set(found["hits"][0]) == {"id", "name", "stage", "score", "matches"}
    assert found["hits"][0]["name"] == name
    assert "name" in found["hits"][0]["matches"]


def test_filters_narrow_and_their_parts_add_up(sample_repo: Repo) -> None:
    everyone = as_json(sample_repo, "list")["total"]
    stages = {hit["stage"] for hit in as_json(sample_repo, "list")["hits"]}
    parts = [as_json(sample_repo, "list", "--where", f"stage={stage}")["total"] for stage in stages]
    assert sum(parts) == everyone
    rest = as_json(sample_repo, "list", "--where", "stage!=customer")["total"]
    assert rest == everyone - as_json(sample_repo, "list", "--where", "stage=customer")["total"]


def test_a_saved_view_brings_its_filter_its_columns_and_its_order(sample_repo: Repo) -> None:
    shown = sample_repo.custodex("list", "--view", "pipeline", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(shown.stdout)))
    assert list(rows[0]) == ["id", "name", "stage", "owner", "channel"]
    assert {row["stage"] for row in rows} == {"lead", "prospect"}
    owners = [row["owner"] for row in rows]
    assert owners == sorted(owners)
    unknown = sample_repo.custodex("list", "--view", "nothing")
    assert unknown.returncode == 2
    assert "pipeline" in unknown.stderr


def test_the_table_speaks_the_reader_s_language(sample_repo: Repo) -> None:
    chinese = sample_repo.custodex("--lang", "zh", "list", "--where", "stage=loyal", "-n", "2").stdout
    english = sample_repo.custodex("--lang", "en", "list", "--where", "stage=loyal", "-n", "2").stdout
    assert "阶段" in chinese.splitlines()[0]
    assert "忠诚客户" in chinese
    assert "Stage" in english.splitlines()[0]
    assert "Loyal" in english


def test_show_takes_an_id_a_prefix_or_a_query(sample_repo: Repo) -> None:
    hit = first(sample_repo, "type=organization")
    whole = as_json(sample_repo, "show", hit["id"])
    assert list(whole) == [
        "id", "customer", "contacts", "notes", "transactions", "tasks", "feedback", "suggestions", "history"
    ]  # fmt: skip
    assert whole["customer"]["name"] == hit["name"]
    assert as_json(sample_repo, "show", hit["id"][:6])["id"] == hit["id"]
    assert as_json(sample_repo, "show", f'"{hit["name"]}"')["id"] == hit["id"]


def test_show_of_several_or_of_none_says_so(sample_repo: Repo) -> None:
    several = sample_repo.custodex("show", "Ltd OR GmbH OR Inc.")
    assert several.returncode == 2
    assert len(several.stderr.splitlines()) > 3
    none = sample_repo.custodex("show", "zzzqqqxxx")
    assert none.returncode == 2
    assert "no customer matches" in none.stderr


def test_show_keeps_identity_out_of_sight_unless_asked(sample_repo: Repo) -> None:
    file = next((sample_repo.root / "records" / "customers").glob("*/*/identity.yaml"))
    customer = file.parent.name
    plain = sample_repo.custodex("show", customer).stdout
    sensitive = sample_repo.custodex("show", customer, "--sensitive").stdout
    number = next(line.split('"')[1] for line in file.read_text(encoding="utf-8").splitlines() if '"' in line)
    assert number in sensitive
    assert number not in plain


def test_a_role_sees_what_it_may_read(sample_repo: Repo) -> None:
    customer = first(sample_repo, "type=organization")["id"]
    seen = as_json(sample_repo, "show", customer, "--audience", "finance")
    assert seen["contacts"] == {}
    assert seen["notes"] == []
    assert seen["customer"]["id"] == customer
    unknown = sample_repo.custodex("show", customer, "--audience", "stranger")
    assert unknown.returncode == 2
    assert "finance" in unknown.stderr


def test_a_merged_duplicate_leads_to_what_it_became(sample_repo: Repo) -> None:
    one, other = (hit["id"] for hit in as_json(sample_repo, "list", "--limit", "2")["hits"])
    folder = sample_repo.root / "records" / "customers" / one[:2] / one
    for file in sorted(folder.rglob("*.yaml")):
        file.unlink()
    sample_repo.write(path_of(one), f"id: {one}\nmerged_into: {other}\n")
    done = sample_repo.custodex("show", one, "--format", "json")
    assert json.loads(done.stdout)["id"] == other
    assert f"merged into {other}" in done.stderr


def test_history_is_told_in_fields(sample_repo: Repo) -> None:
    customer = first(sample_repo, "stage=prospect")["id"]
    path = path_of(customer)
    sample_repo.write(path, sample_repo.read(path).replace("stage: prospect", "stage: lead"))
    uncommitted = as_json(sample_repo, "diff")
    assert [change["path"] for change in uncommitted["changes"]] == [path]
    assert uncommitted["changes"][0]["fields"] == [
        {"field": "stage", "label": "Stage", "old": "prospect", "new": "lead", "masked": False}
    ]
    assert as_json(sample_repo, "diff", "--staged")["changes"] == []
    sample_repo.git("add", "-A")
    assert as_json(sample_repo, "diff", "--staged") == uncommitted
    name = sample_repo.commit("back to the start")
    assert as_json(sample_repo, "diff")["changes"] == []
    assert as_json(sample_repo, "diff", "HEAD~1..HEAD")["changes"][0]["fields"][0]["new"] == "lead"
    log = as_json(sample_repo, "log", customer)
    assert log["id"] == customer
    newest = log["changes"][0]
    assert (newest["commit"], newest["who"], newest["subject"]) == (name, "Li Wen", "back to the start")
    blamed = {row["field"]: row for row in as_json(sample_repo, "blame", customer)["fields"]}
    assert blamed["stage"]["commit"] == name
    assert blamed["name"]["commit"] != name
    assert "stage" in sample_repo.custodex("log", customer).stdout.lower()
    unknown = sample_repo.custodex("diff", "nowhere..HEAD")
    assert unknown.returncode == 2


def test_diff_of_an_unreadable_file_does_not_stop_the_others(sample_repo: Repo) -> None:
    customers = [hit["id"] for hit in as_json(sample_repo, "list", "--limit", "2")["hits"]]
    sample_repo.write(path_of(customers[0]), "[: not yaml\n")
    text = sample_repo.read(path_of(customers[1]))
    sample_repo.write(path_of(customers[1]), text.replace("\nname: ", "\nname: 新的", 1))
    done = sample_repo.custodex("diff")
    assert done.returncode == 0, done.stderr
    assert "新的" in done.stdout


def test_reports_count_every_customer_once(sample_repo: Repo) -> None:
    for name in ("stage", "type", "region", "industry", "grade", "owner", "source"):
        report = as_json(sample_repo, "report", name)
        assert set(report) == {"report", "total", "rows"}
        assert report["total"] == 60 == sum(row["count"] for row in report["rows"])
        assert all(set(row) == {"value", "label", "count"} for row in report["rows"])
    some = as_json(sample_repo, "report", "stage", "--where", "type=person")
    assert some["total"] == as_json(sample_repo, "list", "--where", "type=person")["total"]
    assert "Anna Berg" in sample_repo.custodex("report", "owner").stdout
    months = [row["value"] for row in as_json(sample_repo, "report", "month")["rows"]]
    assert months == sorted(months)


@pytest.mark.parametrize(("day", "zone"), [("0001-01-01", "+08:00"), ("9999-12-31", "-08:00")])
def test_the_ends_of_the_calendar_are_days_as_others(sample_repo: Repo, day: str, zone: str) -> None:
    """9999-12-31 is how many programs write never, 0001-01-01 how they write unknown."""
    due, held = re.compile("^due: .*$", re.MULTILINE), re.compile("^occurred_at: .*$", re.MULTILINE)
    since = re.compile("^since: .*$", re.MULTILINE)
    customers = sorted((sample_repo.root / "records/customers").glob("*/*"))
    one = next(
        path
        for path in customers
        if any("state: open" in task.read_text("utf-8") for task in path.glob("tasks/*"))
    )
    for task in one.glob("tasks/*"):
        task.write_text(due.sub(f'due: "{day}"', task.read_text("utf-8")), "utf-8")
    other = next(path for path in customers if path != one and list(path.glob("notes/*/*")))
    note = next(iter(other.glob("notes/*/*")))
    note.write_text(held.sub(f'occurred_at: "{day}T00:00:00{zone}"', note.read_text("utf-8")), "utf-8")
    for path in customers:
        if not list(path.glob("notes/*/*")):
            main = path / "customer.yaml"
            main.write_text(since.sub(f'since: "{day}"', main.read_text("utf-8")), "utf-8")
    sample_repo.commit("dates")
    commands = (
        ("check",),
        ("show", one.name),
        ("report", "kpi"),
        ("build", "--out", str(sample_repo.root.parent / "out")),
    )
    for command in commands:
        done = sample_repo.custodex(*command)
        assert done.returncode in {0, 1}, done.stderr
    assert f"DTSTART;VALUE=DATE:{day.replace('-', '')}" in (
        sample_repo.root.parent / "out/calendar/all.ics"
    ).read_text("utf-8")


def test_status_counts_findings_and_names_what_is_overdue(sample_repo: Repo) -> None:
    status = as_json(sample_repo, "status")
    assert status["kinds"]["customer"] == 60
    assert status["errors"] == 0
    assert status["overdue"]
    assert all(task["due"] < "2026-11-22" for task in status["overdue"])
    customer = status["overdue"][0]["customer"]
    sample_repo.write(path_of(customer), sample_repo.read(path_of(customer)) + "colour: green\n")
    assert as_json(sample_repo, "status")["errors"] >= 1


def test_csv_is_safe_to_open(sample_repo: Repo) -> None:
    customer = first(sample_repo, "type=organization")["id"]
    path = path_of(customer)
    lines = [line if not line.startswith("name:") else 'name: "=cmd()|x"' for line in
             sample_repo.read(path).splitlines()]  # fmt: skip
    sample_repo.write(path, "\n".join(lines) + "\n")
    rows = list(csv.DictReader(io.StringIO(sample_repo.custodex("list", "--format", "csv").stdout)))
    assert next(row["name"] for row in rows if row["id"] == customer) == "'=cmd()|x"


def test_control_characters_never_reach_the_terminal(sample_repo: Repo) -> None:
    customer = first(sample_repo, "type=organization")["id"]
    path = path_of(customer)
    sample_repo.write(path, sample_repo.read(path) + 'description: "a\\u001b[31mred\\u202e"\n')
    shown = sample_repo.custodex("show", customer).stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_the_same_answers_after_the_state_folder_is_gone(sample_repo: Repo) -> None:
    before = [
        as_json(sample_repo, "search", "维保"),
        as_json(sample_repo, "list"),
        as_json(sample_repo, "status"),
    ]
    shutil.rmtree(sample_repo.root / ".custodex")
    after = [
        as_json(sample_repo, "search", "维保"),
        as_json(sample_repo, "list"),
        as_json(sample_repo, "status"),
    ]
    assert before == after


def test_export_and_import_speak_of_the_same_columns(sample_repo: Repo) -> None:
    assert sample_repo.custodex("export", "--out", "all.csv").returncode == 0
    text = sample_repo.read("all.csv")
    assert text.startswith("\ufeffid,type,name")
    assert len(list(csv.DictReader(io.StringIO(text)))) == 60
    taken = sample_repo.custodex("import", "all.csv", "--format", "json")
    assert taken.returncode == 0, taken.stderr
    assert json.loads(taken.stdout)["created"] == 0
    assert json.loads(taken.stdout)["rejected"] == 0
    assert "without a field" not in taken.stderr
    assert sample_repo.custodex("check").returncode == 0
    # numbers are brought to one form, texts lose a line break at their end; nothing else may differ
    changed = [line[1:].strip() for line in sample_repo.git("diff", "-U0", "--", "records").splitlines()
               if line[:1] in "+-" and line[:3] not in ("+++", "---")]  # fmt: skip
    assert not [line for line in changed if not line.startswith(("number:", "- number:")) and "|" not in line]


def test_export_holds_what_was_asked_for_and_no_more(sample_repo: Repo) -> None:
    identities = [path.parent.name for path in (sample_repo.root / "records").rglob("identity.yaml")]
    plain = sample_repo.custodex("export", "--format", "json").stdout
    assert all("identity" not in value for value in json.loads(plain))
    whole = json.loads(sample_repo.custodex("export", "--format", "json", "--with", "identity").stdout)
    assert {value["id"] for value in whole if value["identity"]} == set(identities)
    denied = sample_repo.custodex(
        "export", "--format", "json", "--with", "identity", "--audience", "sales"
    ).stdout
    assert not any(value["identity"] for value in json.loads(denied))
    notes = list(csv.DictReader(io.StringIO(sample_repo.custodex("export", "--kind", "note").stdout)))
    files = list((sample_repo.root / "records").rglob("notes/*/*.yaml"))
    assert len(notes) == len(files)


def test_values_of_the_wrong_kind_are_findings_and_no_crash(empty_repo: Repo) -> None:
    folder = "records/customers/a0/a000000001s"
    person = "type: person\nname: Ada Example\nstage: customer\ngrade: [a]\nowner: li-wen\nsource: {channel: website}\n"
    empty_repo.write(f"{folder}/customer.yaml", f"id: a000000001s\n{person}")
    empty_repo.write(
        f"{folder}/contacts.yaml", "people: [5, {id: p1, name: Ada}]\naddresses: 7\npreferences: [x]\n"
    )
    empty_repo.write(
        f"{folder}/tasks/2026-03-02-abcdef.yaml",
        "title: call\nstate: [open]\nassignee: li-wen\ndue: 5\nclosed_at: 5\ncreated_at: 5\n",
    )
    checked = empty_repo.custodex("check")
    assert (checked.returncode, "state" in checked.stdout) == (1, True), checked.stderr
    for arguments in (["show", "a000000001s"], ["export", "--format", "vcf"], ["duplicates"]):
        done = empty_repo.custodex(*arguments)
        assert done.returncode == 0, done.stderr
    assert "FN:Ada" in empty_repo.custodex("export", "--format", "vcf").stdout.splitlines()
