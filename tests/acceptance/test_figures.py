"""Figures from history: by team, for any day, and never by person unless the policy says so."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from test_build import differing

from custodex.ids import new_id
from custodex.records import path_of
from workbench import Repo, copy_of_checkout

TEAM = "key-accounts"


def rows(repo: Repo, name: str, *more: str) -> dict[tuple[str, str], dict[str, Any]]:
    done = repo.custodex("report", name, "--format", "json", *more)
    assert done.returncode == 0, done.stderr
    return {(row["figure"], row["group"]): row for row in json.loads(done.stdout)["rows"]}


def customer(identifier: str, **more: str) -> str:
    fields = {"id": identifier, "type": "organization", "name": "示例公司", "stage": "lead", "owner": "li-wen",
              "grade": "strategic", **more}  # fmt: skip
    text = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return f'{text}source:\n  channel: website\n  by: li-wen\n  at: "2026-09-01"\n'


def on(day: str) -> dict[str, str]:
    return {f"GIT_{role}_DATE": f"{day}T10:00:00+08:00" for role in ("AUTHOR", "COMMITTER")}


@pytest.fixture
def book(empty_repo: Repo) -> Repo:
    """A customer who was entered, corrected, called, promised something twice."""
    repo = empty_repo
    repo.git("commit", "-q", "--amend", "-m", "start", **on("2026-09-01"))
    one = "a2pqm63zjgr"
    for staff in ("li-wen",):
        repo.write(f"records/staff/{staff}.yaml", f"id: {staff}\nname: 李雯\nteam: {TEAM}\nactive: true\n")
    repo.write(f"records/teams/{TEAM}.yaml", f"id: {TEAM}\nname:\n  zh: 大客户部\n  en: Key accounts\n")
    repo.write(path_of("customer", one), customer(one))
    repo.write(path_of("customer", other := new_id()), customer(other, name="另一家公司"))

    def commit(day: str, message: str) -> None:
        repo.git("add", "-A")
        repo.git("commit", "-q", "-m", message, **on(day))

    commit("2026-09-02", "two customers")
    repo.write(path_of("customer", one), customer(one, name="示例精密公司"))
    commit("2026-09-12", "name\n\nReason: correction")
    repo.write(path_of("note", one, "2026-09-20-aaaaaa"), 'type: visit\noccurred_at: "2026-09-20T10:00:00+08:00"\n'
               "by: li-wen\nsummary: 看了样机\n")  # fmt: skip
    task = path_of("task", one, "2026-09-20-bbbbbb")
    text = 'title: 发报价\nassignee: li-wen\ndue: "2026-10-01"\nstate: open\ncreated_by: li-wen\n'
    text += 'created_at: "2026-09-20T10:00:00+08:00"\n'
    repo.write(task, text)
    commit("2026-09-24", "visit")
    repo.git("checkout", "-q", "-b", "later")
    repo.write(task, text.replace("2026-10-01", "2026-11-01"))
    commit("2026-09-26", "later")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "later", "-m", "merge", **on("2026-09-29"))
    return repo


def test_quality_counts_what_had_to_be_corrected(book: Repo) -> None:
    found = rows(book, "quality")
    assert found["corrections", TEAM]["value"] == 1
    # of the landings of this team's customers, the first one of one customer was wrong
    assert found["first_pass", TEAM]["cases"] == 4
    assert found["first_pass", TEAM]["value"] == 75.0


def test_kpi_tells_what_takes_long(book: Repo) -> None:
    found = rows(book, "kpi")
    assert found["entry_lag", TEAM]["value"] == 4.0
    assert found["review_time", ""]["value"] == 3.0
    assert found["postponed", TEAM]["details"][0].endswith("2026-10-01 -> 2026-11-01")
    # 30 days for a strategic customer, seen on 20 September
    assert found["reviews_overdue", TEAM]["details"] == ["a2pqm63zjgr"]
    assert ("reviews_overdue", TEAM) not in rows(book, "kpi", "--as-of", "2026-10-01")


def test_activity_is_told_by_team_and_by_person_only_where_the_policy_allows(book: Repo) -> None:
    assert rows(book, "activity")["notes", TEAM]["value"] == 1
    assert rows(book, "activity", "--since", "2026-10-01") == {}
    refused = book.custodex("report", "activity", "--by", "person")
    assert (refused.returncode, "figures_by_person" in refused.stderr) == (6, True)
    path = "schema/access.yaml"
    book.write(path, book.read(path).replace("figures_by_person: false", "figures_by_person: true"))
    assert rows(book, "activity", "--by", "person")["notes", "li-wen"]["value"] == 1
    assert "大客户部" in book.custodex("--lang", "zh", "report", "activity").stdout
    assert book.custodex("report", "activity", "--format", "csv").stdout.startswith(
        "figure,group,value,cases"
    )


OTHER = "care"


@pytest.fixture
def teams(book: Repo) -> Repo:
    """The same book with a second team: one of its customers was corrected, one merged into another."""
    repo, one, kept = book, new_id(), "a2pqm63zjgr"
    repo.write("records/staff/zhang-min.yaml", f"id: zhang-min\nname: 张敏\nteam: {OTHER}\nactive: true\n")
    repo.write(f"records/teams/{OTHER}.yaml", f"id: {OTHER}\nname:\n  zh: 客户服务部\n  en: Customer care\n")

    def commit(day: str, message: str) -> None:
        repo.git("add", "-A")
        repo.git("commit", "-q", "-m", message, **on(day))

    repo.write(path_of("customer", one), customer(one, owner="zhang-min"))
    repo.write(path_of("customer", two := new_id()), customer(two, owner="zhang-min", name="第三家公司"))
    commit("2026-10-02", "two more")
    repo.write(path_of("customer", two), customer(two, owner="zhang-min", name="第三家有限公司"))
    commit("2026-10-05", "name\n\nReason: correction")
    for day, stem in (("2026-10-01", "aaaaab"), ("2026-10-03", "aaaaac")):
        repo.write(path_of("note", one, f"{day}-{stem}"), f'type: visit\noccurred_at: "{day}T10:00:00+08:00"\n'
                   "by: zhang-min\nplace: 上海\nsummary: 看了样机\n")  # fmt: skip
    commit("2026-10-08", "visits")
    done = repo.custodex("merge", kept, one, "--yes")
    assert done.returncode == 0, done.stderr
    commit("2026-10-20", "merge\n\nReason: merge")
    return repo


def site_rows(repo: Repo, by: str = "") -> dict[tuple[str, str], tuple[float, int]]:
    """Return the figures of the site's CSV files: (figure, group) -> value, cases."""
    found = {}
    for path in (repo.root / "build/site/en/csv").glob("figures-*.csv"):
        name = path.stem.removeprefix("figures-")
        if name.endswith("-person") == bool(by):
            with path.open(encoding="utf-8-sig", newline="") as file:
                for group, _, value, cases in list(csv.reader(file))[1:]:
                    figure = name.removesuffix("-person").replace("-", "_")
                    found[figure, group] = float(value), int(cases)
    return found


def told(repo: Repo, *more: str) -> dict[tuple[str, str], tuple[float, int]]:
    """Return the same figures as the command tells them for yesterday."""
    found = {}
    for name in ("quality", "activity", "kpi"):
        for key, row in rows(repo, name, "--as-of", "2026-11-21", *more).items():
            if key[0] not in ("findings", "findings_oldest", "reviews_overdue"):
                found[key] = row["value"], row["cases"]
    return found


def built(repo: Repo, *arguments: str) -> Path:
    done = repo.custodex("build", *arguments)
    assert done.returncode == 0, done.stderr
    return repo.root / "build/site"


def test_the_site_has_the_figures_of_the_command(teams: Repo, tmp_path: Path) -> None:
    site = built(teams)
    found = site_rows(teams)
    assert found == told(teams)
    assert {group for _, group in found} >= {TEAM, OTHER, ""}
    assert {name for name, _ in found} >= {"corrections", "postponed", "review_time", "notes", "changes"}
    page = (site / "en/figures.html").read_text("utf-8")
    assert "21 November 2026" in page
    assert "Key accounts" in page
    assert 'href="csv/figures-first-pass.csv"' in page
    assert all('href="figures.html"' in (site / f"zh/{at}.html").read_text() for at in ("staff", "health"))
    # what is done today counts from tomorrow on; who looks after what counts at once
    path = next(path for path in teams.root.glob("records/customers/*/*/customer.yaml")
                if "第三家" in path.read_text("utf-8"))  # fmt: skip
    path.write_text(path.read_text("utf-8").replace("owner: zhang-min", "owner: li-wen"), "utf-8")
    teams.git("commit", "-q", "-am", "another owner", **on("2026-11-22"))
    built(teams)
    after = site_rows(teams)
    assert after["first_pass", TEAM][1] == found["first_pass", TEAM][1] + 1
    assert after["notes", OTHER] == found["notes", OTHER]
    staff = "records/staff/li-wen.yaml"
    teams.write(staff, teams.read(staff).replace(f"team: {TEAM}", f"team: {OTHER}"))
    built(teams)
    assert ("notes", TEAM) not in site_rows(teams)
    teams.custodex("build", "--anew", "--out", str(tmp_path / "anew"))
    assert differing(site, tmp_path / "anew") == []


def test_the_site_tells_figures_by_person_only_where_the_policy_allows(teams: Repo) -> None:
    built(teams)
    assert site_rows(teams, "person") == {}
    path = "schema/access.yaml"
    teams.write(path, teams.read(path).replace("figures_by_person: false", "figures_by_person: true"))
    teams.git("commit", "-q", "-am", "persons", **on("2026-11-21"))
    site = built(teams)
    assert site_rows(teams, "person") == told(teams, "--by", "person")
    assert "By person" in (site / "en/figures.html").read_text("utf-8")


def test_a_figure_of_very_many_people_shows_the_first_and_the_sum_of_the_others(teams: Repo) -> None:
    path = "schema/access.yaml"
    teams.write(path, teams.read(path).replace("figures_by_person: false", "figures_by_person: true"))
    for number in range(40):
        who = f"agent-{number:02}"
        teams.write(
            f"records/staff/{who}.yaml", f"id: {who}\nname: 张{number}\nteam: {OTHER}\nactive: true\n"
        )
        teams.write(path_of("note", "a2pqm63zjgr", f"2026-10-09-aaab{number:02}"),
                    f'type: visit\noccurred_at: "2026-10-09T10:00:00+08:00"\nby: {who}\nplace: 上海\n'
                    "summary: 看了样机\n")  # fmt: skip
    teams.git("add", "-A")
    teams.git("commit", "-q", "-m", "many", **on("2026-10-10"))
    page = (built(teams) / "en/figures.html").read_text("utf-8")
    chart = page.partition('id="chart-figures-notes-person"')[2].partition("</section>")[0]
    assert '<a class="more" href="csv/figures-notes-person.csv">' in chart
    rows = re.findall(r'<th scope="row">(?:<a [^>]*>)?([^<]*).*?<td class="count">(\d+)</td>', chart)
    assert len(rows) == 31
    assert re.fullmatch(r"\d+ others", rows[-1][0])
    found = {
        group: value for (name, group), (value, _) in site_rows(teams, "person").items() if name == "notes"
    }
    assert len(found) > 40
    assert sum(int(count) for _, count in rows) == sum(found.values())


def test_the_figures_of_the_site_belong_to_those_who_may_read_what_they_count(teams: Repo) -> None:
    site = built(teams, "--audience", "finance")
    assert not (site / "zh/figures.html").exists()
    assert "figures.html" not in (site / "zh/staff.html").read_text("utf-8")
    assert site_rows(teams) == {}


def test_the_site_says_where_history_does_not_reach(teams: Repo, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    teams.git("clone", "-q", "--depth", "2", teams.root.as_uri(), str(cut))
    page = built(Repo(cut)) / "en/figures.html"
    assert "cut off" in page.read_text("utf-8")
    assert site_rows(Repo(cut)) == {}


def test_a_book_committed_today_has_no_figures_yet(tmp_path: Path) -> None:
    repo = copy_of_checkout(tmp_path / "new", "schema")
    repo.git("commit", "-q", "--amend", "-m", "start", **on("2026-11-22"))
    assert "Nothing was committed" in (built(repo) / "en/figures.html").read_text("utf-8")
    repo.git("commit", "-q", "--amend", "-m", "start", **on("2026-11-20"))
    assert "Nothing was recorded" in (built(repo) / "en/figures.html").read_text("utf-8")


def test_a_wrong_time_in_history_stops_neither_command_nor_site(book: Repo) -> None:
    for stem, said in (("aaaaad", "soon"), ("aaaaae", "9999-12-31T00:00:00+08:00"), ("aaaaaf", "0001-01-01")):
        book.write(path_of("note", "a2pqm63zjgr", f"2026-10-01-{stem}"),
                   f'type: call\noccurred_at: "{said}"\nby: li-wen\nsummary: 看了样机\n')  # fmt: skip
    book.git("add", "-A")
    book.git("commit", "-q", "-m", "odd", **on("2026-10-09"))
    built(book)
    assert site_rows(book)["notes", TEAM] == (4.0, 4)
    assert site_rows(book) == told(book)
