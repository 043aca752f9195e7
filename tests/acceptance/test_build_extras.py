"""What a site holds beside its pages: contact cards, feeds, calendars, the API; read by other people's programs."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from base64 import b64decode
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from icalendar import Calendar
from jsonschema import Draft202012Validator
from test_build import differing

from custodex.cli import main
from qrreading import read
from workbench import Repo

ATOM = "{http://www.w3.org/2005/Atom}"
PHONE = "+86 139 0000 0224"
XIHE = "ak33t63cj0v"


def build(repo: Repo, *arguments: str) -> Path:
    assert main(["-C", str(repo.root), "build", *arguments]) == 0
    return repo.root / "build/site"


@pytest.fixture(scope="module")
def site(_sample_master: Repo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("extras") / "repo"
    shutil.copytree(_sample_master.root, root)
    return build(Repo(root))


def events_of(path: Path) -> list[Any]:
    """Return the events of a calendar; typed loosely, as the library types them as anything a calendar may hold."""
    found: list[Any] = list(Calendar.from_ical(path.read_bytes()).walk("VEVENT"))
    return found


def contacts(repo: Repo, customer: str = XIHE) -> Path:
    return repo.root / f"records/customers/{customer[:2]}/{customer}/contacts.yaml"


def test_a_person_can_be_taken_along_as_a_card_or_a_code(site: Path) -> None:
    card = (site / f"card/{XIHE}-p1.vcf").read_text("utf-8")
    assert "FN:查予安" in card
    assert "tel:+8613900000224" in card
    assert (site / f"card/{XIHE}.vcf").read_text("utf-8").count("BEGIN:VCARD") == 4
    for lang in ("zh", "en"):
        page = (site / f"{lang}/c/{XIHE}.html").read_text("utf-8")
        for name in re.findall(r'(?:href|src)="(\.\./\.\./(?:card|feed|api)/[^"]+)"', page):
            assert (site / f"{lang}/c" / name).exists(), name
        codes = [read(b64decode(one)) for one in re.findall(r'src="data:image/png;base64,([^"]+)"', page)]
        assert any("N:查,予安" in code and "TEL:+8613900000224" in code for code in codes)
        assert f"feed/{XIHE}.atom" in page


def test_nobody_takes_along_who_must_not_be_contacted(sample_repo: Repo) -> None:
    path = contacts(sample_repo)
    path.write_text(path.read_text("utf-8") + "  do_not_contact: true\n", "utf-8")
    site = build(sample_repo)
    assert not list((site / "card").glob(f"{XIHE}*"))
    page = (site / f"zh/c/{XIHE}.html").read_text("utf-8")
    assert ".vcf" not in page
    assert "请勿联系" in page


def test_who_left_has_no_card(sample_repo: Repo) -> None:
    path = contacts(sample_repo)
    path.write_text(
        path.read_text("utf-8").replace("    role: legal\n", "    role: legal\n    left: true\n"), "utf-8"
    )
    site = build(sample_repo)
    assert (site / f"card/{XIHE}-p1.vcf").exists()
    assert not (site / f"card/{XIHE}-p2.vcf").exists()


def test_calendars_hold_the_open_tasks_of_a_person_and_a_team(site: Path) -> None:
    rows = json.loads((site / "api/v1/list-0.json").read_bytes())["customers"]
    tasks = [(task["id"], task["assignee"], task["due"]) for row in rows for task in row["tasks"]]
    assert any(who == "li-wen" for _, who, _ in tasks)
    for name, expected in (("staff/li-wen", [t for t in tasks if t[1] == "li-wen"]), ("all", tasks)):
        events = events_of(site / f"calendar/{name}.ics")
        assert sorted(str(event["DTSTART"].dt) for event in events) == sorted(due for *_, due in expected)
        assert all(isinstance(event["DTSTART"].dt, date) for event in events)
        assert len({str(event["UID"]) for event in events}) == len(events)
    staff = json.loads((site / "api/v1/staff.json").read_bytes())["staff"]
    team = {one["id"] for one in staff if one.get("team") == "key-accounts"} | {"key-accounts"}
    events = events_of(site / "calendar/teams/key-accounts.ics")
    assert len(events) == sum(who in team for _, who, _ in tasks)


def test_feeds_tell_what_changed(sample_repo: Repo) -> None:
    path = contacts(sample_repo)
    path.write_text(path.read_text("utf-8").replace(PHONE, "+86 139 0000 0999"), "utf-8")
    sample_repo.commit("新号码 <b>&")
    site = build(sample_repo)
    for name in ("zh/changes", "en/changes", f"feed/{XIHE}"):
        feed = fromstring((site / f"{name}.atom").read_bytes())
        entry = feed.find(f"{ATOM}entry")
        assert entry is not None
        assert "+86 139 0000 0999" in entry.findtext(f"{ATOM}content", "")
        assert "新号码 <b>&" in entry.findtext(f"{ATOM}title", "")
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Li Wen"
        link = feed.find(f"{ATOM}link[@rel='alternate']")
        assert link is not None
        assert ((site / name).parent / str(link.get("href"))).exists()
    for name in ("zh/changes", "en/changes"):
        said = json.loads((site / f"{name}.json").read_bytes())
        assert said["version"] == "https://jsonfeed.org/version/1.1"
        change = said["items"][0]["_custodex"]["changes"][0]
        assert [change["record"], change["action"]] == [f"customers/{XIHE}", "changed"]
        assert "0999" in json.dumps(change["fields"])
    told = json.loads((site / f"api/v1/customers/{XIHE}.json").read_bytes())["history"][0]
    assert told == change, "what the feed of one customer says in words, its file says for programs"


def test_every_file_for_programs_is_as_its_schema_says(site: Path) -> None:
    base = site / "api/v1"
    schemas = {path.name.removesuffix(".schema.json"): path for path in base.glob("*.schema.json")}
    seen = set()
    for path in sorted(base.rglob("*.json")):
        if path.name.endswith(".schema.json"):
            continue
        name = "customer" if path.parent != base else path.stem.partition("-")[0]
        schema = json.loads(schemas[name].read_bytes())
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(json.loads(path.read_bytes()))
        seen.add(name)
    assert seen == schemas.keys()


def test_the_api_says_what_the_command_line_says(sample_repo: Repo) -> None:
    site = build(sample_repo)
    shown = json.loads(sample_repo.custodex("show", XIHE, "--sensitive", "--format", "json").stdout)
    said = json.loads((site / f"api/v1/customers/{XIHE}.json").read_bytes())
    for name in ("id", "customer", "contacts", "notes", "transactions", "tasks", "feedback"):
        assert said[name] == shown[name], name
    assert len(said["history"]) == len(shown["history"])
    figures = json.loads((site / "api/v1/figures.json").read_bytes())["figures"]
    for name in ("stage", "region", "industry", "grade", "owner", "source", "month", "notes", "tasks"):
        report = json.loads(sample_repo.custodex("report", name, "--format", "json").stdout)
        counts = {row["value"]: row["count"] for row in report["rows"]}
        assert {row["value"]: row["count"] for row in figures[name]} == counts, name


def test_pages_only_has_no_other_files_and_no_links_to_them(sample_repo: Repo) -> None:
    site = build(sample_repo, "--pages-only")
    assert {path.name for path in site.iterdir()} == {
        "assets",
        "build.json",
        "data",
        "en",
        "index.html",
        "search",
        "zh",
    }
    pages = "".join(path.read_text("utf-8") for path in site.rglob("*.html"))
    assert not re.findall(r'href="[^"]*\.(?:vcf|ics|atom|json|csv)"', pages)


def test_every_chart_has_its_figures_as_a_table(sample_repo: Repo) -> None:
    path = sample_repo.root / "schema/vocabulary/stages.yaml"
    path.write_text(path.read_text("utf-8").replace("en: Prospect", "en: =1+1"), "utf-8")
    site = build(sample_repo)
    home = (site / "en/index.html").read_text("utf-8")
    links = re.findall(r'href="(csv/[^"]+)"', home)
    assert len(links) >= 7
    for link in links:
        data = (site / "en" / link).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf"), "Excel reads it as UTF-8"
    rows = list(csv.reader(io.StringIO((site / "en/csv/by-stage.csv").read_text("utf-8-sig"))))
    report = json.loads(sample_repo.custodex("report", "stage", "--format", "json").stdout)["rows"]
    assert {row[0]: int(row[2]) for row in rows[1:]} == {row["value"]: row["count"] for row in report}
    assert ["prospect", "'=1+1"] in [row[:2] for row in rows], "no cell is a formula"


def test_what_is_drawn_is_what_report_says(sample_repo: Repo) -> None:
    home = (build(sample_repo) / "en/index.html").read_text("utf-8")
    drawn = []
    for chart in re.findall(r'<section class="chart".*?</section>', home, re.S):
        link = re.search(r'href="csv/(?:by-)?([a-z]+)\.csv"', chart)
        if link is None:
            continue
        name = {"channel": "source"}.get(link[1], link[1])
        done = sample_repo.custodex("report", name, "--format", "json")
        if done.returncode:
            continue  # a facet without a report of its own
        counts = {row["value"]: row["count"] for row in json.loads(done.stdout)["rows"]}
        bars = re.findall(r'data-value="([^"]+)"/></svg></td><td class="count">([\d,]+)<', chart)
        months = re.findall(r'<th scope="row">([^<]+)</th><td class="k-number">([\d,]+)<', chart)
        assert bars or months, name
        for value, count in [*bars, *((_month(label), count) for label, count in months)]:
            assert int(count.replace(",", "")) == counts.get(value, 0), (name, value)
        drawn.append(name)
    assert {"stage", "region", "owner", "source", "month", "notes"} <= set(drawn)


def _month(label: str) -> str:
    """Return `November 2026` as reports name it, 2026-11."""
    try:
        return datetime.strptime(f"{label} +0000", "%B %Y %z").strftime("%Y-%m")
    except ValueError:
        return label


def test_the_zip_holds_the_site_and_is_always_the_same(sample_repo: Repo, tmp_path: Path) -> None:
    site = build(sample_repo, "--zip", str(tmp_path / "a/book.zip"))
    build(sample_repo, "--anew", "--zip", str(tmp_path / "b/book.zip"))
    assert (tmp_path / "a/book.zip").read_bytes() == (tmp_path / "b/book.zip").read_bytes()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["book.zip"]
    with zipfile.ZipFile(tmp_path / "a/book.zip") as packed:
        packed.extractall(tmp_path / "out")
    assert differing(site, tmp_path / "out/book") == []


def test_a_change_of_one_task_renews_what_shows_it(sample_repo: Repo, tmp_path: Path) -> None:
    build(sample_repo)
    task = next(
        path
        for path in sorted(sample_repo.root.glob("records/customers/*/*/tasks/*.yaml"))
        if "state: open" in path.read_text("utf-8") and "assignee: li-wen" in path.read_text("utf-8")
    )
    task.write_text(task.read_text("utf-8").replace("assignee: li-wen", "assignee: anna-berg"), "utf-8")
    sample_repo.commit("handed over")
    site = build(sample_repo)
    later = tmp_path / "fresh"
    assert main(["-C", str(sample_repo.root), "build", "--anew", "--out", str(later)]) == 0
    assert differing(site, later) == []
    mine = events_of(site / "calendar/staff/anna-berg.ics")
    assert any(task.stem in str(event["UID"]) for event in mine)
