"""The command palette as a person uses it, and that it finds what the command line finds."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browsed import Site
from custodex.cli import main
from custodex.search import Searcher
from custodex.search.sync import folder_of
from workbench import Repo

pytestmark = pytest.mark.browser
QUERIES = (
    "stage:customer", "stage:customer -tags:risk:high", "region:CN-44", "regions:cn-44 OR stage:lead", "grade:",
    "NOT grade:", 'tag:"risk:low"', "owner:li-wen 有限公司", "last_note:2026-05", "last_note:[2026-03 TO 2026-05]",
    "next_due:[TO 2026-11-30] stage:customer", "since:[2024 TO]", "last_note:", "stage:nosuch", "stage:[a TO c]",
    "name:有限公司", "pinyin:xihe", "phone:0224", "email:example", "note:逾期", "summary:报价", "text:维保",
    "(stage:lead OR stage:prospect) type:person", "note.follow_up:确认", "维保 OR maintenance",
    "note.by:li-wen", "note.by:li-wen -note.by:wang-fang stage:customer", "note.type:call 维保", 'note.by:""',
    "task.state:open", "NOT task.state:open task.assignee:li-wen", "feedback.state:open OR transaction.type:order",
    "note.tags:nosuch", "channel:referral",
)  # fmt: skip
HOSTILE = (
    "<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "__proto__:x", "constructor:y",
    "stage:__proto__", "toString", "*", "a*b*c*", "(" * 30, '"', "名:[", "last_note:yesterday",
    "javascript:alert(1)", "\u202e\u2028\u0000", "a" * 400,
)  # fmt: skip


def options(page: Page) -> Locator:
    return page.get_by_role("option")


def look_for(page: Page, text: str) -> Locator:
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox")
    box.fill(text)
    return box


def found_here(page: Page, query: str) -> object:
    return page.evaluate(
        "query => custodex.columnsReady(query).then(() => custodex.search.all(query, 1e9))"
        ".then(found => found.rows.map(row => custodex.search.every()[row]))",
        query,
    )


@pytest.mark.parametrize("where", ["en/index.html", "en/customers.html"])
def test_a_query_means_what_it_means_on_the_command_line(
    site: Site, page: Page, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page.goto(site.url(where))
    page.evaluate("custodex.searchReady()")
    query = "stage:customer -tags:risk:high last_note:[2026-03 TO 2026-05]"
    assert main(["-C", str(site.repo), "search", query, "--format", "json", "-n", "1000"]) == 0
    assert found_here(page, query) == [hit["id"] for hit in json.loads(capsys.readouterr().out)["hits"]]
    searcher = Searcher(folder_of(site.repo, None))
    for query in QUERIES:
        assert found_here(page, query) == [hit.id for hit in searcher.search(query, limit=1000).hits], query


def test_fields_and_ranges_narrow_in_the_palette(site: Site, page: Page) -> None:
    page.goto(site.url("en/index.html"))
    look_for(page, "stage:lead type:person")
    expect(page.locator("dialog [role=status]")).to_have_text(re.compile(r"Results: \d+"))
    assert options(page).count() > 1
    page.get_by_role("combobox").fill("nosuch:1")
    expect(page.locator("dialog [role=status]")).to_contain_text("there is no field “nosuch”")
    page.get_by_role("combobox").fill("note.by:[a TO c'd]")
    expect(page.locator("dialog [role=status]")).to_contain_text(
        r"command line only: custodex search 'note.by:[a TO c'\''d]'"
    )


def test_hits_show_what_matched_and_why(site: Site, page: Page) -> None:
    page.goto(site.url("zh/index.html"))
    look_for(page, "0224")
    hit = options(page).filter(has_text="曦和").first
    expect(hit.locator("mark")).to_have_text("0224")
    expect(hit).to_contain_text("号码")
    page.get_by_role("combobox").fill("曦和")
    expect(options(page).first.locator("mark").first).to_have_text("曦和")


def test_a_hit_in_a_note_tells_its_day_and_leads_to_it(site: Site, page: Page) -> None:
    page.goto(site.url("en/index.html"))
    look_for(page, "note.summary:报价")
    hit = options(page).filter(has_text=re.compile(r"note of \d+ \w+ \d{4}")).first
    told = re.search(r"note of (\d+ \w+ \d{4})", hit.inner_text())
    assert told
    day = datetime.strptime(told[1] + " +0000", "%d %B %Y %z").date().isoformat()
    hit.click()
    page.wait_for_url(re.compile(rf"/en/c/\w{{11}}\.html#e-{day}"))
    event = page.locator(":target")
    expect(event).to_be_in_viewport()
    expect(event).to_have_attribute("data-kind", "note")
    expect(event.locator(".text", has_text="报价").first).to_be_visible()


def test_a_hit_in_an_old_part_of_a_long_timeline_leads_there(sample_repo: Repo, browser: Browser) -> None:
    folder = next(iter(sorted((sample_repo.root / "records/customers").glob("*/*"))))
    for number in range(180):
        day = date(2024, 1, 1) + timedelta(days=number // 2)
        note = folder / f"notes/2024/{day}-{number:06}.yaml"
        note.parent.mkdir(parents=True, exist_ok=True)
        said = "在琉璃厂见面" if number == 3 else "来电"
        note.write_text(
            f'type: other\noccurred_at: "{day}T10:00:00+08:00"\nby: li-wen\nsummary: {said}\n', "utf-8"
        )
    assert main(["-C", str(sample_repo.root), "build", "--lang", "zh"]) == 0
    found = Site(sample_repo.root / "build/site", browser, sample_repo.root)
    context = browser.new_context()
    page = found.watch(context)
    page.goto(found.url("zh/index.html"))
    look_for(page, "琉璃厂")
    expect(options(page).first).to_contain_text("2024年1月2日的备注")
    page.keyboard.press("Enter")  # of two notes of that day, to the one that says it
    page.wait_for_url(re.compile(rf"/zh/c/{folder.name}-1\.html#e-2024-01-02-000003$"))
    expect(page.locator(":target")).to_contain_text("在琉璃厂见面")
    expect(page.locator(":target")).to_be_in_viewport()
    page.go_back()
    page.wait_for_url(found.url("zh/index.html"))
    page.goto(found.url(f"zh/c/{folder.name}.html") + "#e-2024-01-02-000003")  # as mentions lead to events
    page.wait_for_url(re.compile(rf"/zh/c/{folder.name}-1\.html#e-2024-01-02-000003"))
    context.close()
    assert found.trouble == []


def test_the_palette_is_driven_by_keys_alone(site: Site, page: Page) -> None:
    page.goto(site.url("zh/help.html"))
    page.keyboard.press("/")
    page.keyboard.type("youxiangongsi")
    expect(options(page).nth(2)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    name = chosen.locator(".hit > span").first.inner_text()
    assert page.get_by_role("combobox").get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/zh/c/\w{11}\.html"))
    assert page.locator("h1").first.inner_text().strip() == name
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox")).to_have_count(0)


def test_all_results_open_as_a_list(site: Site, page: Page) -> None:
    page.goto(site.url("en/index.html"))
    look_for(page, "stage:lead")
    page.get_by_role("option", name=re.compile("Show all results")).click()
    expect(page.locator("[data-app] tbody th a").first).to_be_visible()
    expect(page.locator("[data-count]")).to_have_text("5 of 60")
    assert "q=stage%3Alead" in page.url


@pytest.mark.parametrize("path", ["en/index.html", "en/customers.html"])
def test_hostile_queries_are_text(site: Site, page: Page, path: str) -> None:
    page.goto(site.url(path))
    page.evaluate("custodex.searchReady()")
    look_for(page, "x")
    for query in HOSTILE:
        page.get_by_role("combobox").fill(query)
        expect(page.locator("dialog [role=status]")).not_to_have_text("")
    page.keyboard.press("Escape")
    assert page.locator("dialog img, dialog script").count() == 0
    assert page.evaluate("[Object.prototype.polluted, ({}).x]") == [None, None]


def test_an_address_may_carry_anything(site: Site, page: Page) -> None:
    for query in HOSTILE:
        page.goto(
            site.url("en/customers.html?v=1&q=" + "".join(f"%{byte:02x}" for byte in query.encode()))
            + "#%3Cb%3E"
        )
        expect(page.locator("[data-app] table")).to_be_visible()
    assert page.locator("[data-app] img, [data-app] script").count() == 0
