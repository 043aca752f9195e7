"""What pages tell beside the records: figures of a person and a team, how long findings have stood, days by name."""

from __future__ import annotations

import json
import re
from calendar import month_name
from pathlib import Path

import pytest
from test_build import customers, differing
from test_build_overseeing import build, note, section

from custodex.cli import main
from workbench import Repo


def shown(page: Path, chart: str) -> dict[str, int]:
    """Return the figures of a chart by label."""
    rows = re.findall(
        r'<tr><th scope="row">(?:<a [^>]*>)?([^<]*)(?:</a>)?</th>.*?<td class="(?:count|k-number)">(\d+)</td>',
        section(page, f"chart-{chart}"),
        re.S,
    )
    return {label: int(number) for label, number in rows}


def test_the_page_of_a_colleague_and_of_a_team_has_their_figures(sample_repo: Repo, tmp_path: Path) -> None:
    site = build(sample_repo)
    person, team = site / "en/staff/tom-okafor.html", site / "en/team/overseas.html"
    for page in (person, team):
        owned = re.findall(r'<span class="num">(\d+)', section(page, "h-own"))[0]
        assert sum(shown(page, "own-stage").values()) == int(owned) > 0
        assert sum(shown(page, "own-notes").values()) > 0
        assert set(shown(page, "own-tasks")) == {
            "overdue",
            "due within 7 days",
            "due later",
            "without a date",
        }
    before = shown(person, "own-notes")
    own = re.findall(r'href="\.\./c/(\w+)\.html"', section(person, "h-own"))[0]
    folder = next(path.parent for path in customers(sample_repo) if path.parent.name == own)
    month = list(before)[-1]
    note(folder, f"{_iso(month)}-05", "再联系")
    site = build(sample_repo)
    after = shown(person, "own-notes")
    assert after[month] == before[month] + 1
    build(sample_repo, "--anew", "--out", str(tmp_path / "anew"))
    assert differing(site, tmp_path / "anew") == []


def _iso(month: str) -> str:
    name, year = month.split()
    return f"{year}-{list(month_name).index(name):02}"


def test_a_task_that_became_late_overnight_is_late_on_the_page_of_who_has_it(
    sample_repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = customers(sample_repo)[3].parent / "tasks"
    folder.mkdir(exist_ok=True)
    (folder / "2026-11-01-qqqqqq.yaml").write_text(
        'title: 回访\nstate: open\nassignee: tom-okafor\ncreated_by: tom-okafor\n'
        'created_at: "2026-11-01T10:00:00+08:00"\ndue: 2031-05-05\n', "utf-8",
    )  # fmt: skip
    monkeypatch.setenv("CUSTODEX_NOW", "2031-05-01T10:00:00+08:00")
    page = build(sample_repo) / "en/staff/tom-okafor.html"
    soon = shown(page, "own-tasks")
    monkeypatch.setenv("CUSTODEX_NOW", "2031-05-06T10:00:00+08:00")
    site = build(sample_repo)
    late = shown(page, "own-tasks")
    assert late["overdue"] == soon["overdue"] + 1
    assert late["due within 7 days"] == soon["due within 7 days"] - 1
    build(sample_repo, "--anew", "--out", str(tmp_path / "anew"))
    assert differing(site, tmp_path / "anew") == []


def test_data_health_tells_since_when_a_finding_stands(
    sample_repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = customers(sample_repo)[3]
    path.write_text(path.read_text("utf-8") + "nonsense: 1\n", "utf-8")
    page = build(sample_repo) / "en/health.html"
    ages = shown(page, "ages")
    assert list(ages) == ["0–7 days", "8–30 days", "31–90 days", "more than 90 days"]
    sample_repo.commit("a mistake")
    assert main(["-C", str(sample_repo.root), "build"]) == 0
    told = section(page, "schema.unknown") or page.read_text("utf-8")
    assert re.search(r"since <time", told), "the day of the commit"
    total = sum(shown(page, "ages").values())
    assert total == sum(ages.values())


def test_days_of_changes_are_told_with_the_day_of_the_week(sample_repo: Repo) -> None:
    site = build(sample_repo)
    assert re.search(r"<h2>\w+day,? \d+ \w+ 20\d\d</h2>", (site / "en/changes.html").read_text("utf-8"))
    assert re.search(r"<h2>20\d\d年\d+月\d+日星期.</h2>", (site / "zh/changes.html").read_text("utf-8"))


def test_governance_documents_are_pages_that_run_nothing(sample_repo: Repo, tmp_path: Path) -> None:
    path = sample_repo.root / "records/policies/privacy-policy.yaml"
    before = path.read_text("utf-8")
    site = build(sample_repo)
    page = (site / "en/policy/privacy-policy.html").read_text("utf-8")
    assert "<h2>What customers may ask for</h2>" in page
    assert "<li>to <b>see</b> what we hold about them, and to have a copy;</li>" in page
    assert "Marketing takes a consent of its own" in page, "a line that ends is no paragraph that ends"
    assert "<td>一小时内告知负责人</td>" in (site / "zh/policy/incident-plan.html").read_text("utf-8")
    assert 'href="../policies.html"' in (site / "en/c/bbf7xwmhbda.html").read_text("utf-8")
    path.write_text(
        before[: before.index("  en: |")]
        + "  en: |\n    <img src=x onerror=alert(1)> **<b>x</b>** `{{ 7*7 }}` [a](javascript:alert(1))\n"
        "    https://example.com/a?b=1&c=2 http://<script>\n",
        "utf-8",
    )
    site = build(sample_repo)
    page = (site / "en/policy/privacy-policy.html").read_text("utf-8")
    told = page[page.index('<div class="prose">') :]
    assert "<img" not in told
    assert "<b>&lt;b&gt;x&lt;/b&gt;</b> <code>{{ 7*7 }}</code> [a](javascript:alert(1))" in told
    assert re.findall(r'href="([^"]*)"', told) == ["https://example.com/a?b=1&amp;c=2"]
    path.unlink()
    site = build(sample_repo)
    assert not (site / "en/policy/privacy-policy.html").exists()
    build(sample_repo, "--anew", "--out", str(tmp_path / "anew"))
    assert differing(site, tmp_path / "anew") == []


def test_a_role_that_reads_no_governance_documents_has_no_page_of_them(sample_repo: Repo) -> None:
    access = sample_repo.root / "schema/access.yaml"
    said = access.read_text("utf-8")
    without = said.replace(
        "      - basic\n      - commerce\n      - reference\n", "      - basic\n      - commerce\n"
    )
    assert without != said
    access.write_text(without, "utf-8")
    site = build(sample_repo, "--audience", "finance")
    assert list(site.glob("*/polic*")) == []
    assert "policies.html" not in (site / "en/index.html").read_text("utf-8")


COLD = "ea8d9evxgj5"


def suggestions(site: Path, customer: str, lang: str = "en") -> dict[str, str]:
    """Return what a customer's page suggests, by code, with where its link leads."""
    told = section(site / f"{lang}/c/{customer}.html", "h-suggestions")
    found = re.findall(
        r'<li data-code="([\w-]+)">.*?<p>(.*?)(?: <a class="act" href="([^"]*)">.*?</a>)?</p>', told
    )
    return {code: f"{reason} -> {href}" for code, reason, href in found}


def test_a_customer_page_suggests_what_the_records_say_from_the_day_on(
    sample_repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CUSTODEX_NOW", "2026-10-26T09:00:00+08:00")
    site = build(sample_repo)
    assert suggestions(site, COLD) == {}
    monkeypatch.setenv("CUSTODEX_NOW", "2026-10-27T09:00:00+08:00")
    build(sample_repo)
    found = suggestions(site, COLD)
    assert list(found) == ["end-near"]
    assert found["end-near"].startswith(
        "the contract “maintenance contract” ends on 26 December 2026 -> #e-2024-12-"
    )
    monkeypatch.setenv("CUSTODEX_NOW", "2026-10-31T09:00:00+08:00")
    build(sample_repo)
    assert suggestions(site, COLD, "zh")["review-due"] == (
        f"最近一次备注是2026年8月31日；等级“大企业”要求每 60 天回访一次 -> ../form/note.html#c={COLD}"
    )
    build(sample_repo, "--anew", "--out", str(tmp_path / "anew"))
    assert differing(site, tmp_path / "anew") == []
    monkeypatch.setenv("CUSTODEX_NOW", "2026-12-27T09:00:00+08:00")
    build(sample_repo)
    assert list(suggestions(site, COLD)) == ["review-due"]
    monkeypatch.setenv("CUSTODEX_NOW", "2026-10-26T09:00:00+08:00")
    build(sample_repo)
    assert suggestions(site, COLD) == {}, "a clock that goes back"


def test_suggestions_reason_from_nothing_a_role_may_not_read(
    sample_repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTODEX_NOW", "2026-11-15T09:00:00+08:00")
    assert list(suggestions(build(sample_repo, "--audience", "finance"), COLD)) == ["end-near"]
    assert list(suggestions(build(sample_repo, "--audience", "service"), COLD)) == ["review-due"]


def test_the_next_stage_and_the_command_line_are_told_the_same_words(
    sample_repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTODEX_NOW", "2026-10-27T09:00:00+08:00")
    lead = next(
        path for path in customers(sample_repo) if re.search("^stage: lead$", path.read_text("utf-8"), re.M)
    )
    lead.write_text(re.sub("(?m)^owner: .*\n", "", lead.read_text("utf-8")), "utf-8")
    name = lead.parent.name
    told = suggestions(build(sample_repo), name)["next-stage"]
    assert told == f"the stage Prospect would still need: Owner -> ../form/customer.html#c={name}"
    said = json.loads(sample_repo.custodex("show", name, "--format", "json").stdout)["suggestions"]
    assert [one["en"] for one in said if one["code"] == "next-stage"] == [told.partition(" -> ")[0]]
    assert "进入阶段“意向客户”还缺：负责人" in sample_repo.custodex("--lang", "zh", "show", name).stdout


INSURED = "a2pqm63zjgr"


def test_policies_and_consents_that_end_or_are_missing_are_suggested_to_who_may_read_them(
    sample_repo: Repo,
) -> None:
    folder = next(sample_repo.root.glob(f"records/customers/*/{INSURED}"))
    main, consents = folder / "customer.yaml", folder / "consents.yaml"
    main.write_text(
        main.read_text("utf-8").replace('ends_on: "2036-06-03"', 'ends_on: "2026-12-20"'), "utf-8"
    )
    kept = consents.read_text("utf-8").partition("  - id: c3")[0]  # its identity papers rest on c3
    consents.write_text(kept.replace('"2028-03-10"', '"2026-12-31"'), "utf-8")
    found = suggestions(build(sample_repo, "--lang", "en"), INSURED)
    assert found["policy-ends"] == "the policy “定期寿险” of 仇一舟 ends on 20 December 2026 -> #g-insurance"
    assert found["consent-missing"] == "there is no consent or other basis for: Sensitive data -> #g-consents"
    assert found["consent-ends"] == "the consent for: Marketing ends on 31 December 2026 -> #g-consents"

    def told(*arguments: str) -> set[str]:
        done = sample_repo.custodex("show", INSURED, "--format", "json", *arguments)
        return {one["code"] for one in json.loads(done.stdout)["suggestions"]}

    assert {"policy-ends", "consent-missing", "consent-ends"} <= told()
    assert {"policy-ends", "consent-ends"} <= (sales := told("--audience", "sales"))
    assert "consent-missing" not in sales, "that there are identity papers"
    assert {code.partition("-")[0] for code in told("--audience", "finance")} <= {"policy", "end", "next"}
    consents.write_text(
        consents.read_text("utf-8").replace(
            'expires_on: "2026-12-31"', 'withdrawn_at: "2026-11-01T10:00:00+08:00"'
        ),
        "utf-8",
    )
    assert {"consent-withdrawn"} == {code for code in told() if code.startswith("consent-")} - {
        "consent-missing"
    }


def test_who_is_shown_is_told_as_whom_it_may_be_known_already(sample_repo: Repo) -> None:
    one, other = (
        next(sample_repo.root.glob(f"records/customers/*/{name}")) for name in (INSURED, "c2xms7dz2ms")
    )
    contacts = other / "contacts.yaml"
    contacts.write_text((one / "contacts.yaml").read_text("utf-8"), "utf-8")
    done = sample_repo.custodex("show", INSURED, "--format", "json")
    twins = [one for one in json.loads(done.stdout)["suggestions"] if one["code"] == "may-be-one"]
    assert [one["customer"] for one in twins] == [other.name]
    assert "same phone" in twins[0]["en"]
    assert f"（{other.name}）" in (said := sample_repo.custodex("--lang", "zh", "show", INSURED).stdout) or (
        f"({other.name})" in said
    )
    kept = sample_repo.custodex("show", INSURED, "--format", "json", "--audience", "finance").stdout
    assert "may-be-one" not in kept, "phones are none of theirs"


def test_a_page_tells_whom_its_customer_may_be_until_one_of_them_changes(
    sample_repo: Repo, tmp_path: Path
) -> None:
    site = build(sample_repo)
    assert "may-be-one" not in suggestions(site, INSURED)
    one, other = (
        next(sample_repo.root.glob(f"records/customers/*/{name}")) for name in (INSURED, "c2xms7dz2ms")
    )
    contacts, before = other / "contacts.yaml", (other / "contacts.yaml").read_text("utf-8")
    contacts.write_text((one / "contacts.yaml").read_text("utf-8"), "utf-8")
    build(sample_repo)
    name = re.findall("(?m)^name: (.*)$", (other / "customer.yaml").read_text("utf-8"))[0]
    assert suggestions(site, INSURED)["may-be-one"] == (
        f"may be the same customer as {name}: same phone, same e-mail -> ../c/{other.name}.html"
    )
    assert "可能与" in suggestions(site, other.name, "zh")["may-be-one"]
    build(sample_repo, "--anew", "--out", str(tmp_path / "anew"))
    assert differing(site, tmp_path / "anew") == []
    finance = build(sample_repo, "--audience", "finance", "--lang", "en")
    assert "may-be-one" not in suggestions(finance, INSURED), "phones are none of theirs"
    sample_repo.commit("a copy")
    done = sample_repo.custodex("distinct", INSURED, other.name, "--why", "两人同住")
    assert done.returncode == 0, done.stderr
    build(sample_repo)
    assert "may-be-one" not in {**suggestions(site, INSURED), **suggestions(site, other.name)}
    sample_repo.git("checkout", "-q", "--", "records")
    contacts.write_text(before, "utf-8")
    build(sample_repo)
    assert "may-be-one" not in suggestions(site, INSURED)


def test_a_person_and_a_team_of_one_id_keep_their_pages_calendars_and_figures_apart(
    sample_repo: Repo, tmp_path: Path
) -> None:
    site = build(sample_repo)
    before = (site / "en/staff/tom-okafor.html").read_bytes()
    sample_repo.write(
        "records/teams/tom-okafor.yaml", "id: tom-okafor\nname:\n  zh: 同名组\n  en: Namesakes\n"
    )
    build(sample_repo)
    team = site / "en/team/tom-okafor.html"
    assert "<h1>Namesakes</h1>" in team.read_text("utf-8")
    assert (site / "en/staff/tom-okafor.html").read_bytes() == before
    assert shown(site / "en/staff/tom-okafor.html", "own-stage")
    assert not shown(team, "own-stage"), "nobody gave it a customer"
    # an id in a task means the person
    given = set(
        re.findall(r"c/\w{11}\.html#e-[\w-]+", (site / "en/staff/tom-okafor.html").read_text("utf-8"))
    )
    assert given
    assert not given & set(re.findall(r"c/\w{11}\.html#e-[\w-]+", team.read_text("utf-8")))
    assert "BEGIN:VEVENT" not in (site / "calendar/teams/tom-okafor.ics").read_text("utf-8")
    assert (site / "calendar/staff/tom-okafor.ics").exists()
    assert (site / "calendar/teams/tom-okafor.ics").exists()
    build(sample_repo, "--anew", "--out", str(tmp_path / "anew"))
    assert differing(site, tmp_path / "anew") == []


def test_a_file_of_a_customer_is_told_by_name_size_and_day_its_checksum_in_short(empty_repo: Repo) -> None:
    made = empty_repo.custodex("new", "Harbor Shipping Ltd", "--format", "json")
    customer = json.loads(made.stdout)["id"]
    path = empty_repo.root / f"records/customers/{customer[:2]}/{customer}/customer.yaml"
    checksum = "0123456789abcdef" * 4
    with path.open("a", encoding="utf-8") as file:
        file.write(
            f'attachments:\n  - id: f1\n    name: 框架合同.pdf\n    sha256: "{checksum}"\n    bytes: 1234567\n'
            '    added_on: "2026-03-02"\n'
        )
    empty_repo.commit("a contract")
    site = build(empty_repo)
    for lang, size, day in (("en", "Size", "2 March 2026"), ("zh", "大小", "2026年3月2日")):
        page = (site / f"{lang}/c/{customer}.html").read_text(encoding="utf-8")
        told = page.partition("框架合同.pdf")[2].partition("</li>")[0]
        assert f'<dt>{size}</dt><dd><data value="1234567">1.2 MB</data></dd>' in told
        assert day in told
        code = re.search(r'<dd><code title="(.*?)">(.*?)</code><button[^>]* data-copy="(.*?)"', told)
        assert code
        assert code.groups() == (checksum, "0123456789ab…", checksum)
        assert told.index(day) < told.index(checksum)
