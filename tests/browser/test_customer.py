"""A customer's page and what every page offers, used as a person does: filters, copies, keys, theme, language."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsed import Site
from custodex.cli import main
from workbench import Repo

pytestmark = pytest.mark.browser
BUSY = "ak33t63cj0v"
SILENT = "z4fk051nf9j"


def customer(site: Site, page: Page, name: str = BUSY, lang: str = "en", place: str = "") -> None:
    page.goto(site.url(f"{lang}/c/{name}.html") + place)


def test_the_timeline_shows_one_kind_at_a_time_by_mouse_and_by_keys(site: Site, page: Page) -> None:
    customer(site, page)
    kinds = page.locator(".segments label")
    every = page.locator(".event:visible").count()
    kinds.filter(has_text="Notes").click()
    shown = page.locator(".event:visible").evaluate_all("events => events.map(one => one.dataset.kind)")
    assert set(shown) == {"note"}
    assert 0 < len(shown) < every
    assert str(len(shown)) in kinds.filter(has_text="Notes").inner_text()
    page.keyboard.press("ArrowRight")
    assert "note" not in page.locator(".event:visible").evaluate_all(
        "all => all.map(one => one.dataset.kind)"
    )
    # what a link leads to is never hidden
    note = page.locator('.event[data-kind="note"]').first.get_attribute("id")
    page.evaluate("id => { location.hash = '#' + id; }", note)
    expect(page.locator(":target")).to_be_visible()
    expect(page.get_by_role("radio", name="All", exact=True)).to_be_checked()


def test_a_person_is_called_written_to_and_copied_with_one_click(site: Site, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    customer(site, page)
    person = page.locator("#p-p1")
    assert person.locator("a[href='tel:+8613900000224']").count() == 1
    assert person.locator("a[href^='mailto:']").count() >= 1
    person.locator("[data-copy='+86 139 0000 0224'], [data-copy='+8613900000224']").first.click()
    expect(page.locator("[data-toast]")).to_contain_text("139")
    assert "139" in page.evaluate("navigator.clipboard.readText()")


def test_whom_one_must_not_contact_is_said_where_one_would(site: Site, page: Page) -> None:
    customer(site, page, SILENT)
    expect(page.get_by_role("note").first).to_contain_text("Do not contact.")
    expect(page.locator("section", has=page.locator("#h-people")).first).to_contain_text("Do not contact")
    for kind in ("note", "task", "contacts"):
        page.goto(site.url(f"en/form/{kind}.html") + f"#c={SILENT}")
        page.reload()  # another customer in the address alone opens no other form
        expect(page.locator("[data-form]")).to_be_visible()
        expect(page.get_by_role("note")).to_contain_text("Do not contact.")
    page.goto(site.url("en/form/note.html") + f"#c={BUSY}")
    page.reload()
    expect(page.locator("[data-form]")).to_be_visible()
    expect(page.get_by_role("note")).to_have_count(0)


@pytest.fixture(scope="module")
def changed(_sample_master: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The sample book with a phone number that was corrected once, for a forge, built."""
    repo = Repo(tmp_path_factory.mktemp("changed") / "repo")
    shutil.copytree(_sample_master.root, repo.root)
    contacts = f"records/customers/{BUSY[:2]}/{BUSY}/contacts.yaml"
    main_file = contacts.replace("contacts", "customer")
    repo.write(main_file, repo.read(main_file).replace("stage: loyal", "stage: dormant"))
    settings = re.sub(r"(?m)^forge:\n(?:  .*\n)*", "", repo.read("schema/settings.yaml"))
    repo.write(
        "schema/settings.yaml",
        settings + "forge:\n  kind: gitea\n  url: https://f.example/o/r\n  branch: main\n",
    )
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "Nobody answers any more", GIT_AUTHOR_NAME="Sun Yue")
    assert main(["-C", str(repo.root), "build", "--lang", "en"]) == 0
    return repo


def test_a_field_says_since_when_it_holds_and_who_said_so(changed: Repo, browser: Browser) -> None:
    found = Site(changed.root / "build/site", browser, changed.root)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = found.watch(context)
    page.goto(found.url(f"en/c/{BUSY}.html"))
    change = page.locator('.event[data-kind="change"]', has_text="Nobody answers any more").first
    expect(change).to_contain_text("Sun Yue")
    assert change.locator("del").first.inner_text() == "Loyal"
    assert change.locator("ins").first.inner_text() == "Dormant"
    assert (
        change.get_by_role("link", name="Commit")
        .get_attribute("href", timeout=5000)
        .startswith(  # type: ignore[union-attr]
            "https://f.example/o/r/commit/"
        )
    )
    since = page.locator("#p-p1 details.origin").first
    since.locator("summary").click()
    expect(since.locator(".pop")).to_be_visible()
    expect(since.locator(".pop")).to_contain_text(re.compile(r"\d{4}"))
    expect(since.locator(".pop")).to_contain_text("Li Wen")
    page.keyboard.press("Escape")
    expect(since.locator(".pop")).to_be_hidden()
    title = page.locator(".actions")
    assert (
        title.get_by_role("link", name="Report")
        .get_attribute("href")
        .startswith(  # type: ignore[union-attr]
            f"https://f.example/o/r/issues/new?title={BUSY}"
        )
    )
    assert BUSY in str(title.get_by_role("link", name="History").get_attribute("href"))
    page.goto(found.url("en/changes.html"))
    expect(page.locator("main")).to_contain_text("Nobody answers any more")
    context.close()
    assert found.trouble == []


def test_every_page_says_of_which_commit_and_when_it_was_built(changed: Repo, browser: Browser) -> None:
    found = Site(changed.root / "build/site", browser, changed.root)
    context = browser.new_context()
    page = found.watch(context)
    head = changed.git("rev-parse", "--short=7", "HEAD").strip()
    for path in ("index", "customers", "health", f"c/{BUSY}"):
        page.goto(found.url(f"en/{path}.html"))
        expect(page.locator("[data-built]")).to_contain_text(head)
        expect(page.locator("[data-built]")).to_contain_text(re.compile(r"\d{1,2} \w+ \d{4}"))
    context.close()


def test_keys_are_listed_and_lead_to_pages(site: Site, page: Page) -> None:
    page.goto(site.url("en/index.html"))
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    for key in ("/", "Ctrl", "Esc", "?"):
        expect(sheet.locator("kbd", has_text=key).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    for key, path in (("c", "customers"), ("t", "tasks"), ("h", "index")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(re.compile(rf"/en/{path}\.html"))
    page.keyboard.press("Tab")  # the first stop leads past the menu
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_the_theme_is_chosen_and_kept(site: Site, page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(site.url("zh/index.html"))
    shade = "getComputedStyle(document.documentElement).backgroundColor"
    light, switch = page.evaluate(shade), page.locator("[data-theme-switch]")
    switch.click()
    switch.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate(shade)
    assert dark != light
    page.goto(site.url(f"en/c/{BUSY}.html"))
    assert page.evaluate(shade) == dark
    page.locator("[data-theme-switch]").click()
    assert page.locator("html").get_attribute("data-theme") is None
    assert page.evaluate(shade) == light


def test_the_other_language_opens_at_the_same_place(site: Site, page: Page) -> None:
    page.goto(site.url("en/customers.html?v=1&stage=lead&cols=owner"))
    expect(page.locator("[data-count]")).to_contain_text("5 of")
    page.locator("[data-language=zh]").click()
    page.wait_for_url(re.compile(r"/zh/customers\.html\?v=1&stage=lead&cols=owner"))
    expect(page.locator("[data-count]")).to_contain_text("5")
    customer(site, page)
    note = page.locator('.event[data-kind="note"]').nth(2).get_attribute("id")
    customer(site, page, place=f"#{note}")
    page.locator("[data-language=zh]").click()
    page.wait_for_url(re.compile(rf"/zh/c/{BUSY}\.html#{note}"))
    expect(page.locator(":target")).to_be_in_viewport()


def test_recent_customers_are_in_the_palette_and_beside_every_page(site: Site, page: Page) -> None:
    customer(site, page, SILENT)
    name = page.locator("h1").first.inner_text().strip()
    page.goto(site.url("en/tasks.html"))
    expect(page.locator("[data-mine]").get_by_role("link", name=name)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("option", name=name).click()
    page.wait_for_url(re.compile(SILENT))


@pytest.fixture
def below(site: Site) -> Iterator[str]:
    """The address of the same site below a path of a web server."""
    handler = partial(_Quiet, directory=str(site.folder.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{Path(site.folder.as_uri()).name}/"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_the_site_works_below_a_path_of_a_server(below: str, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(said.text) if said.type in ("error", "warning") else None)
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((below, "data:", "blob:")) else trouble.append(asked.url),
    )
    page.goto(f"{below}index.html")
    page.wait_for_url(re.compile(r"/(zh|en)/index\.html$"))
    page.goto(f"{below}en/index.html")
    page.keyboard.press("/")
    page.get_by_role("combobox").fill("xihe")
    expect(page.get_by_role("option", name=re.compile("曦和")).first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/en/c/\w{11}\.html"))
    page.locator("[data-back]").first.click()
    expect(page.locator("[data-app] tbody th a").first).to_be_visible()
    page.locator("[data-language=zh]").click()
    page.wait_for_url(re.compile(r"/zh/customers\.html"))
    context.close()
    assert [one for one in trouble if "favicon" not in one] == []
