"""The built site in a browser, opened from its folder as people do."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from browsed import Site
from custodex.cli import main
from workbench import Repo

pytestmark = pytest.mark.browser
PAGES = (
    "index.html", "customers.html", "tasks.html", "views.html", "tags.html", "staff.html", "changes.html",
    "health.html", "help.html", "staff/li-wen.html", "team/care.html", "view/at-risk.html", "tag/risk--low.html",
    "by/stage--customer.html", "figures.html", "policies.html", "policy/privacy-policy.html",
    "policy/incident-plan.html", "c/ak33t63cj0v.html", "c/a2pqm63zjgr.html", "c/t2g2m61rdzj.html",
    "c/q8ct4k9tjwb.html", "rules/schema-pattern.html", "form/customer.html", "form/note.html",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_opens_quietly(site: Site, page: Page, lang: str) -> None:
    for path in PAGES:
        page.goto(site.url(f"{lang}/{path}"))
        assert page.locator("h1").first.inner_text().strip(), path
        assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh" else "en")


def test_an_address_with_a_broken_escape_does_no_harm(site: Site, page: Page) -> None:
    page.goto(site.url("en/help.html"))
    page.evaluate("location.hash = '#%E0%A4%A'")
    page.evaluate("new Promise(done => setTimeout(done))")
    assert site.trouble == []


def test_the_front_door_leads_to_a_language(site: Site, page: Page) -> None:
    page.goto(site.url("index.html"))
    page.wait_for_url(re.compile(r"/(zh|en)/index\.html$"))


def test_the_list_filters_sorts_and_keeps_its_state_in_the_address(site: Site, page: Page) -> None:
    page.goto(site.url("en/customers.html?v=1&stage=lead"))
    rows = page.locator("[data-app] tr:has(th a)")
    expect(rows.first).to_be_visible()
    leads = rows.count()
    assert 0 < leads < 30
    page.goto(site.url("en/customers.html?v=1&stage=lead&stage=prospect"))
    expect(rows.first).to_be_visible()
    assert rows.count() > leads
    page.goto(site.url("en/customers.html?v=1&region=CN"))
    expect(rows.first).to_be_visible()
    inside = page.locator("[data-count]").inner_text()
    page.locator("label", has_text="Prospect").first.click()
    page.wait_for_url(re.compile("stage=prospect"))
    expect(page.locator("[data-count]")).not_to_have_text(inside)
    page.go_back()
    expect(page.locator("[data-count]")).to_have_text(inside)


def test_a_name_typed_in_the_list_is_found(site: Site, page: Page) -> None:
    page.goto(site.url("zh/customers.html?v=1&q=" + "曦和"))
    found = page.locator("a[href*='ak33t63cj0v']")
    expect(found.first).to_be_visible()


def test_the_palette_finds_by_pinyin_and_opens_with_enter(site: Site, page: Page) -> None:
    page.goto(site.url("zh/index.html"))
    page.keyboard.press("/")
    page.get_by_role("combobox").fill("xihe")
    option = page.get_by_role("option", name=re.compile("曦和"))
    expect(option.first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/zh/c/\w{11}\.html"))


def test_a_customer_is_complete_without_scripts(site: Site) -> None:
    context = site.browser.new_context(java_script_enabled=False)
    page = site.watch(context)
    page.goto(site.url("zh/c/ak33t63cj0v.html"))
    text = page.locator("main").inner_text()
    for said in (
        "北京曦和医疗器械（集团）有限公司",
        "查予安",
        "+86 139 0000 0224",
        "91110100MAX000138U",
        "忠诚客户",
    ):
        assert said in text
    assert page.locator("a[href='tel:+8613900000224']").count() == 1
    page.locator("a[href$='staff/li-wen.html']").first.click()
    assert "李雯" in page.locator("h1").inner_text()
    context.close()


def test_a_customer_goes_on_one_sheet_of_paper(site: Site) -> None:
    context = site.browser.new_context(java_script_enabled=False)
    page = site.watch(context)
    for path, most in (("zh/c/z4fk051nf9j.html", 1), ("zh/c/ak33t63cj0v.html", 2)):
        page.goto(site.url(path))
        paper = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type /Page\b", paper)) <= most, path
    context.close()


def test_a_person_can_be_photographed_and_downloaded(site: Site, page: Page) -> None:
    page.goto(site.url("zh/c/ak33t63cj0v.html"))
    person = page.locator("#p-p1")
    person.locator("details.qr summary").click()
    code = person.locator("details.qr img")
    expect(code).to_be_visible()
    page.wait_for_function("document.querySelector('#p-p1 details.qr img').naturalWidth > 0")
    with page.expect_download() as download:
        person.locator("a[download]").click()
    assert download.value.suggested_filename.endswith(".vcf")  # a folder has no say in the name, a server has
    assert "FN:查予安" in download.value.path().read_text("utf-8")


def test_the_list_without_scripts_is_a_table(site: Site) -> None:
    context = site.browser.new_context(java_script_enabled=False)
    page = site.watch(context)
    page.goto(site.url("en/customers.html"))
    assert page.locator("table.rows tbody tr").count() == 60
    context.close()


def test_the_other_language_is_the_same_page(site: Site, page: Page) -> None:
    page.goto(site.url("zh/c/ak33t63cj0v.html"))
    page.locator("a[data-language=en]").click()
    page.wait_for_url(re.compile("/en/c/ak33t63cj0v"))
    assert "Loyal" in page.locator("main").inner_text()


def test_what_a_page_remembers_stays_with_its_book(site: Site, page: Page, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(site.folder, other)
    page.goto(site.url("en/c/ak33t63cj0v.html"))
    page.goto(site.url("en/index.html"))
    expect(page.locator("[data-mine] a[href$='c/ak33t63cj0v.html']")).to_have_count(1)
    beside = site.browser.new_context()
    second = beside.new_page()  # not watched: it lies in another folder
    second.goto(site.url("en/c/ak33t63cj0v.html"))
    second.goto((other / "en/index.html").as_uri())
    expect(second.locator("[data-mine] a").first).to_be_visible()
    expect(second.locator("[data-mine] a[href*='c/ak33t63cj0v']")).to_have_count(0)
    beside.close()


def test_a_table_too_wide_for_a_phone_becomes_a_list(site: Site) -> None:
    context = site.browser.new_context(viewport={"width": 320, "height": 640})
    page = site.watch(context)
    for path in ("staff.html", "by/stage--customer.html", "policies.html"):
        page.goto(site.url(f"en/{path}"))
        last = page.locator("table.rows tbody tr").first.locator("td:not(:empty)").last
        box = last.bounding_box()
        assert box is not None, path
        assert box["x"] + box["width"] <= 320, path
        assert last.evaluate("node => getComputedStyle(node, '::before').content") not in ("none", ""), path
    context.close()


def test_a_site_of_a_past_day_says_so_and_calls_nothing_late_that_was_not(
    sample_repo: Repo, browser: Browser, tmp_path: Path
) -> None:
    then = {f"GIT_{role}_DATE": "2026-11-01T10:00:00+08:00" for role in ("AUTHOR", "COMMITTER")}
    sample_repo.git("commit", "-q", "--amend", "--reset-author", "-m", "start", **then)
    past = tmp_path / "past"
    assert main(["-C", str(sample_repo.root), "build", "--as-of", "2026-11-05", "--out", str(past)]) == 0
    found = Site(past, browser, sample_repo.root)
    context = browser.new_context()
    page = found.watch(context)
    page.clock.install(time="2036-01-01")
    page.goto(found.url("en/tasks.html"))
    expect(page.get_by_role("note").first).to_contain_text("5 November 2026")
    late = page.locator("time[data-due][data-late]")
    assert 0 < late.count() < page.locator("time[data-due]").count()
    assert max(moment.get_attribute("datetime") or "" for moment in late.all()) < "2026-11-05"
    context.close()
    assert found.trouble == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_sticks_out_on_a_small_phone(site: Site, path: str) -> None:
    context = site.browser.new_context(viewport={"width": 320, "height": 640})
    page = site.watch(context)
    page.goto(site.url(f"en/{path}"))
    page.wait_for_timeout(150)
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wide <= 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_no_barrier(site: Site, lang: str, scheme: str) -> None:
    context = site.browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = site.watch(context)
    found: dict[str, list[str]] = {}
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    for path in PAGES:
        page.goto(site.url(f"{lang}/{path}"))
        page.wait_for_timeout(150)
        results = Axe().run(page, options=options).response
        if results["violations"]:
            found[path] = [
                f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary'][:160]}"
                for one in results["violations"]
            ]
    site.trouble.clear()  # axe itself asks for style sheets in ways file:// does not answer
    context.close()
    assert found == {}, json.dumps(found, indent=1, ensure_ascii=False)
