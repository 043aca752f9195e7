"""Somebody who never saw Git changes a customer from the site: the form, the exact change, the way it is handed in."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Dialog, Page, expect

from custodex.books import Book
from custodex.records import locate
from custodex.yamlfile import parse
from custodex.yamlwriter import dump
from workbench import ROOT, Repo

pytestmark = pytest.mark.browser
BAKERY = "bbf7xwmhbda"
CUSTOMER = f"records/customers/bb/{BAKERY}/customer.yaml"


@pytest.fixture(scope="module")
def book(_sample_master: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo(tmp_path_factory.mktemp("forms") / "repo")
    shutil.copytree(_sample_master.root, repo.root)
    repo.write("records/customers/ak/ak33t63cj0v/customer.yaml", commented(repo))
    repo.commit("a comment")
    done = repo.custodex("build", "--out", str(repo.root / "site-out"))
    assert done.returncode == 0, done.stderr
    return repo


def commented(repo: Repo) -> str:
    return repo.read("records/customers/ak/ak33t63cj0v/customer.yaml").replace(
        "stage: loyal", "stage: loyal  # 续约三次", 1
    )


@pytest.fixture
def page(browser: Browser, book: Repo) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1100, "height": 900}, timezone_id="Asia/Shanghai")
    trouble: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert trouble == []


def open_form(page: Page, book: Repo, kind: str, customer: str = "", lang: str = "en") -> None:
    page.goto(
        (book.root / "site-out" / lang / "form" / f"{kind}.html").as_uri()
        + (f"#c={customer}" if customer else "")
    )
    expect(page.locator("[data-form]")).to_be_visible()


def field(page: Page, *names: str) -> Any:
    """Return the input of a field by the way to it; `@0` is the first item of a list."""
    found = page.locator("[data-form]")
    for name in names:
        if name.startswith("@"):
            found = found.locator("> [data-items] > [data-item]").nth(int(name[1:]))
        else:
            found = found.locator(f"[data-f={name}]").first
    return found.locator("[data-in]").first


def unfold(page: Page) -> None:
    """Open every group of further fields."""
    page.locator("[data-form]").evaluate(
        "form => form.querySelectorAll('details').forEach(one => { one.open = true; })"
    )


def download_patch(page: Page, target: Path) -> Path:
    page.locator("[data-author] summary").click()
    page.get_by_label("Name", exact=True).last.fill("林晓")
    page.get_by_label("E-mail", exact=True).last.fill("lin.xiao@example.com")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download a patch").click()
    caught.value.save_as(target)
    return target


def applied(book: Repo, patch: Path, target: Path) -> Repo:
    """Return a clone into which the maintainer took the mail."""
    book.git("clone", "-q", str(book.root), str(target))
    clone = Repo(target)
    clone.git("am", "-q", str(patch))
    return clone


def test_a_stage_changed_in_the_form_is_a_patch_of_one_line(page: Page, book: Repo, tmp_path: Path) -> None:
    page.goto((book.root / "site-out" / "en" / "c" / f"{BAKERY}.html").as_uri())
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change customer")
    field(page, "stage").select_option("loyal")
    page.get_by_role("button", name="Show the change").click()
    diff = page.locator("[data-diff]")
    assert diff.locator("del").all_inner_texts() == ["- stage: customer\n"]
    assert diff.locator("ins").all_inner_texts() == ["+ stage: loyal\n"]
    clone = applied(book, download_patch(page, tmp_path / "one.patch"), tmp_path / "clone")
    assert clone.git("diff", "--numstat", "HEAD^", "HEAD") == f"1\t1\t{CUSTOMER}\n"
    assert clone.git("log", "-1", "--format=%an <%ae>|%s") == (
        f"林晓 <lin.xiao@example.com>|Change customer of customer {BAKERY}\n"
    )
    assert clone.custodex("check").returncode == 0


def test_tags_stand_by_dimension_and_one_of_a_dimension_is_one(page: Page, book: Repo) -> None:
    open_form(page, book, "customer", BAKERY)
    customer = parse(book.read(CUSTOMER).encode()).value
    assert customer is not None
    before = customer["tags"]
    tags = page.locator("[data-f=tags]")
    risk, interest = (
        tags.get_by_role("radiogroup", name="Risk (one of)"),
        tags.get_by_role("group", name="Interest (any number)"),
    )
    assert [one for one in before if one.startswith("risk:")] == risk.locator(":checked").evaluate_all(
        "all => all.map(one => one.value).filter(Boolean)"
    )
    expect(tags.get_by_text("Fax orders")).to_be_hidden()  # retired: offered to nobody who has it not
    risk.get_by_label("High risk").check()
    interest.get_by_label("Cloud").check()
    interest.get_by_label("Training").check()
    page.get_by_role("button", name="Show the change").click()
    added = page.locator("[data-diff] ins").all_inner_texts()
    assert {"  - risk:high", "  - interest:cloud", "  - interest:training"} >= {
        one[2:].rstrip() for one in added
    }
    assert "+   - risk:high\n" in added
    risk.get_by_label("None").check()
    page.get_by_role("button", name="Show the change").click()
    assert "risk:" not in "".join(page.locator("[data-diff] ins").all_inner_texts())


def test_who_leaves_a_form_by_mistake_is_asked_first(page: Page, book: Repo, tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answer)
    open_form(page, book, "customer", BAKERY)
    field(page, "stage").select_option("loyal")
    page.get_by_label("Name").first.press("End")  # a key: the browser asks nobody who did nothing
    page.evaluate("location.reload()")
    page.wait_for_function("() => true")
    expect(field(page, "stage")).to_have_value("loyal")
    page.get_by_role("button", name="Show the change").click()
    download_patch(page, tmp_path / "kept.patch")
    page.reload()
    expect(field(page, "stage")).to_have_value("customer")
    assert asked == ["beforeunload"]


def test_a_new_customer_is_a_file_the_check_takes(page: Page, book: Repo, tmp_path: Path) -> None:
    page.goto((book.root / "site-out" / "en" / "customers.html").as_uri())
    page.get_by_role("link", name="New customer").click()
    field(page, "type").select_option("person")
    field(page, "name").fill('O’Brien: "Nó" # 欧布莱恩')
    field(page, "region", "country").fill("IE")
    page.get_by_role("button", name="Show the change").click()
    assert page.locator("[data-f=source] [data-err]").last.inner_text() == "this stage needs it"
    field(page, "source", "channel").select_option("referral")
    unfold(page)
    field(page, "source", "by").select_option("tom-okafor")
    page.get_by_role("button", name="Show the change").click()
    clone = applied(book, download_patch(page, tmp_path / "new.patch"), tmp_path / "clone")
    (path,) = clone.git("diff", "--name-only", "HEAD^", "HEAD").split()
    value = parse((clone.root / path).read_bytes()).value
    assert value is not None
    assert value["name"] == 'O’Brien: "Nó" # 欧布莱恩'
    assert path == f"records/customers/{value['id'][:2]}/{value['id']}/customer.yaml"
    done = clone.custodex("check", path)
    assert done.returncode == 0, done.stdout


def test_a_note_says_what_is_missing_field_by_field_then_goes_in(
    page: Page, book: Repo, tmp_path: Path
) -> None:
    open_form(page, book, "note", BAKERY)
    page.get_by_role("button", name="Show the change").click()
    assert page.locator("[data-problems]").inner_text() == "4 to mend"
    assert page.locator("[data-f=summary] [data-err]").inner_text() == "needed"
    assert "direction" in page.locator("[data-f=direction] [data-err]").inner_text()
    expect(field(page, "by")).to_be_focused()
    field(page, "by").select_option("tom-okafor")
    field(page, "summary").fill("agreed on Tuesday\nthe second oven arrives: before noon")
    field(page, "direction").select_option("outgoing")
    field(page, "duration_minutes").fill("12")
    field(page, "occurred_at").fill("2026-11-20T10:00")
    page.get_by_label("Maureen O'Hara").check()
    page.get_by_role("button", name="Show the change").click()
    clone = applied(book, download_patch(page, tmp_path / "note.patch"), tmp_path / "clone")
    (path,) = clone.git("diff", "--name-only", "HEAD^", "HEAD").split()
    assert re.fullmatch(rf"records/customers/bb/{BAKERY}/notes/2026/2026-11-20-[0-9a-z]{{6}}\.yaml", path)
    value = parse((clone.root / path).read_bytes()).value
    assert value == {
        "type": "call", "occurred_at": _by_the_clock(page, "2026-11-20T10:00:00"), "by": "tom-okafor", "people": ["p1"],
        "direction": "outgoing", "duration_minutes": 12,
        "summary": "agreed on Tuesday\nthe second oven arrives: before noon",
    }  # fmt: skip
    assert clone.custodex("check", path).returncode == 0


def _by_the_clock(page: Page, local: str) -> str:
    """Return a time of this device with its zone."""
    minutes = -page.evaluate("text => new Date(text).getTimezoneOffset()", local)
    zone = timezone(timedelta(minutes=minutes))
    return datetime.fromisoformat(local).replace(tzinfo=zone).isoformat()


def test_who_writes_is_remembered_for_the_next_note(page: Page, book: Repo) -> None:
    open_form(page, book, "note", BAKERY)
    field(page, "by").select_option("tom-okafor")
    page.reload()
    expect(field(page, "by")).to_have_value("tom-okafor")


def test_what_a_new_note_proposes_can_be_cleared(page: Page, book: Repo) -> None:
    open_form(page, book, "note", BAKERY)
    field(page, "by").select_option("tom-okafor")
    page.reload()
    field(page, "by").select_option("")
    field(page, "occurred_at").fill("")
    page.get_by_role("button", name="Show the change").click()
    for name in ("by", "occurred_at"):
        assert page.locator(f"[data-f={name}] [data-err]").inner_text() == "needed"


def test_people_and_phones_are_added_and_taken_away(page: Page, book: Repo) -> None:
    open_form(page, book, "contacts", BAKERY)
    person = page.locator("[data-form] > [data-f=people], [data-form] > details > [data-f=people]").first
    person.get_by_role("button", name="Remove: People").nth(1).click()
    unfold(page)
    first = person.locator("> [data-items] > [data-item]").first
    first.locator("[data-f=phones]").get_by_role("button", name="Add: Phones").click()
    added = first.locator("[data-f=phones] > [data-items] > [data-item]").nth(1)
    added.locator("[data-f=number] [data-in]").fill("+1 212 555 0199")
    added.locator("[data-f=type] [data-in]").select_option("mobile")
    page.get_by_role("button", name="Show the change").click()
    diff = page.locator("[data-diff]")
    assert diff.locator("ins").all_inner_texts() == [
        '+       - number: "+1 212 555 0199"\n',
        "+         type: mobile\n",
    ]
    gone = "".join(diff.locator("del").all_inner_texts())
    assert "Dwight Kessler" in gone
    assert "Maureen" not in gone


def test_a_file_with_comments_keeps_them_or_is_left_alone(page: Page, book: Repo) -> None:
    open_form(page, book, "customer", "ak33t63cj0v", "zh")
    field(page, "stage").select_option("dormant")
    page.get_by_role("button", name="查看改动").click()
    assert page.locator("[data-diff] ins").all_inner_texts() == ["+ stage: dormant  # 续约三次\n"]
    unfold(page)
    field(page, "website").fill("https://new.example.cn")
    field(page, "pinyin").fill("bei jing xi he")
    page.get_by_role("button", name="查看改动").click()
    assert "表单无法保留" in page.locator("[data-problems]").inner_text()


def test_what_is_wrong_is_said_beside_the_field(page: Page, book: Repo) -> None:
    open_form(page, book, "customer", BAKERY)
    unfold(page)
    field(page, "website").fill("javascript:alert(1)")
    field(page, "name").fill("")
    page.get_by_role("button", name="Show the change").click()
    assert page.locator("[data-f=website] [data-err]").first.inner_text() == "not of the right form"
    assert (
        page.locator("[data-f=name] [data-err]").first.inner_text().startswith("a customer needs type, name")
    )
    assert field(page, "name").get_attribute("aria-invalid") == "true"
    expect(page.locator("[data-handover]")).to_be_hidden()


def test_fields_of_another_type_of_customer_are_not_asked_for(page: Page, book: Repo) -> None:
    open_form(page, book, "customer")
    field(page, "type").select_option("organization")
    unfold(page)
    expect(page.locator("[data-f=insurance]")).to_be_hidden()
    field(page, "profile").select_option("insurance")
    expect(page.locator("[data-f=insurance]")).to_be_visible()


def test_an_unknown_or_hostile_customer_gets_no_form(page: Page, book: Repo) -> None:
    for name in ("<img src=x onerror=alert(1)>", "../../etc/passwd", "k%00"):
        page.goto("about:blank")
        page.goto((book.root / "site-out" / "en" / "form" / "note.html").as_uri() + f"#c={name}")
        expect(page.locator("[data-about]")).to_have_text("Choose the customer first")
        expect(page.locator("[data-form]")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_forms_have_no_barriers_and_fit_a_phone(browser: Browser, book: Repo, lang: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 320, "height": 640})  # type: ignore[arg-type]
    page = context.new_page()
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    for kind in ("customer", "contacts", "note", "task"):
        open_form(page, book, kind, BAKERY, lang)
        page.locator("button[type=submit]").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, kind
        found = Axe().run(page, options=rules).response["violations"]
        assert found == [], json.dumps([(one["id"], one["nodes"][0]["html"][:200]) for one in found])
    context.close()


def test_the_keyboard_alone_is_enough(page: Page, book: Repo) -> None:
    open_form(page, book, "customer", BAKERY)
    field(page, "name").focus()
    page.keyboard.press("End")
    page.keyboard.type(" & Sons")
    page.keyboard.press("Enter")
    expect(page.locator("[data-handover]")).to_be_focused()
    assert page.locator("[data-diff] ins").all_inner_texts() == ["+ name: O'Hara's Bakery, Inc. & Sons\n"]


def test_a_forge_is_handed_the_new_file(browser: Browser, sample_repo: Repo) -> None:
    settings_ = sample_repo.read("schema/settings.yaml")
    settings_ = re.sub(r"(?m)^forge:\n(?:  .*\n)*", "", settings_)
    sample_repo.write(
        "schema/settings.yaml",
        settings_ + "forge:\n  kind: github\n  url: https://forge.example/acme/book\n  branch: main\n",
    )
    sample_repo.commit("a forge")
    assert sample_repo.custodex("build", "--out", str(sample_repo.root / "site-out")).returncode == 0
    context = browser.new_context()
    context.route("https://forge.example/**", lambda route: route.fulfill(body="forge"))
    page = context.new_page()
    open_form(page, sample_repo, "customer")
    field(page, "type").select_option("organization")
    field(page, "name").fill("Example Kiln Works")
    unfold(page)
    field(page, "source", "channel").select_option("referral")
    page.get_by_role("button", name="Show the change").click()
    with context.expect_page() as opened:
        page.get_by_role("button", name="Make the file on the forge").click()
    address = opened.value.url
    assert address.startswith("https://forge.example/acme/book/new/main?filename=records/customers/")
    assert "Example%20Kiln%20Works" in address
    with context.expect_page() as opened:
        page.get_by_role("button", name="Send as an issue").click()
    assert opened.value.url.startswith("https://forge.example/acme/book/issues/new?title=Add%20customer")
    context.close()


def test_a_role_gets_forms_of_what_it_reads_completely_and_nothing_else(sample_repo: Repo) -> None:
    contacts = f"records/customers/bb/{BAKERY}/contacts.yaml"
    sample_repo.write(contacts, sample_repo.read(contacts) + "id_number: 110101199003070000\n")
    sites = {role: sample_repo.root / f"site-{role}" for role in ("sales", "finance")}
    for role, out in sites.items():
        assert sample_repo.custodex("build", "--audience", role, "--out", str(out)).returncode == 0
    forms = {role: sorted(path.stem for path in out.glob("zh/form/*")) for role, out in sites.items()}
    assert forms == {"sales": ["contacts", "customer", "note", "task"], "finance": []}
    assert not (sites["finance"] / "data" / "src").exists()
    sales = "".join(path.read_text(encoding="utf-8") for path in (sites["sales"] / "data" / "src").iterdir())
    assert "contacts.yaml" in sales
    assert "id_number" not in sales  # no schema knows it, so no class covers it
    assert "identity" not in (sites["sales"] / "data" / "forms.js").read_text(encoding="utf-8")


# --- the scripts against the program


@pytest.fixture(scope="module")
def scripts(browser: Browser, book: Repo) -> Iterator[Page]:
    page = browser.new_page()
    page.goto((book.root / "site-out" / "en" / "form" / "customer.html").as_uri())
    expect(page.locator("[data-form]")).to_be_visible()
    yield page
    page.close()


texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12
) | st.sampled_from(
    [
        "no",
        "1e3",
        "0123",
        "12:30",
        "a: b",
        "a #b",
        "- a",
        "a\nb\n",
        "a\n\nb",
        "\n",
        " a",
        "「a」",
        "true",
        "1_000",
        "+86 1",
    ]
)
values = st.recursive(
    texts | st.booleans() | st.none() | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b_c", "D"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(["id", "name", "x"]), values, min_size=1))
def test_pages_write_and_read_what_the_program_writes(scripts: Page, value: dict[str, Any]) -> None:
    written = dump(value)
    said = scripts.evaluate("value => custodex.yaml.dump(value)", value)
    if parse(written.encode()).value == value:
        assert parse(said.encode()).value == value
        back = scripts.evaluate(
            "text => { try { return [custodex.yaml.parse(text).value]; } catch (e) { return null; } }", said
        )
        assert back in (
            None,
            [value],
        )  # what a page cannot read it leaves alone; it never reads something else


def test_pages_read_and_write_every_sample_record_byte_for_byte(scripts: Page) -> None:
    root = ROOT / "schema"
    files = {
        f"schema/{path.relative_to(root).as_posix()}": ("", path.read_bytes())
        for path in root.rglob("*.json")
    }
    schemas = Book(files).schemas
    rows = []
    for path in sorted((ROOT / "records").rglob("*.yaml")):
        place = locate(path.relative_to(ROOT).as_posix())
        assert place is not None
        rows.append([str(place), path.read_text(encoding="utf-8"), schemas.order(place.kind)])
    different = scripts.evaluate(
        """rows => rows.filter(row => custodex.yaml.dump(custodex.yaml.parse(row[1]).value, row[2]) !== row[1])
        .map(row => row[0])""",
        rows,
    )
    assert len(rows) > 800
    assert different == []


def test_pages_and_the_check_agree_on_what_a_schema_says(scripts: Page) -> None:
    """Every sample of a kind with a form, and each with one thing broken, judged by both."""
    root = ROOT / "schema"
    files = {
        f"schema/{path.relative_to(root).as_posix()}": ("", path.read_bytes())
        for path in root.rglob("*.json")
    }
    schemas = Book(files).schemas
    rows: list[tuple[str, Any]] = []
    for path in sorted((ROOT / "records" / "customers").rglob("*.yaml")):
        place = locate(path.relative_to(ROOT).as_posix())
        value = parse(path.read_bytes()).value
        if place is not None and value is not None and place.kind in ("customer", "contacts", "note", "task"):
            rows.append((place.kind, value))
            rows += [(place.kind, broken) for broken in breakages(value)]
    said = scripts.evaluate(
        "rows => rows.map(row => custodex.schemaFaults(row[0], row[1]).length === 0)", rows
    )
    wrong = [row for row, good in zip(rows, said, strict=True) if good != schemas.is_valid(*row)]
    assert len(rows) > 1000
    assert wrong == []
    assert not all(said)


def breakages(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in value:
        yield {other: item for other, item in value.items() if other != key}
        yield {**value, key: 7}
        yield {**value, key: "no such value"}
    yield {**value, "surprise": "x"}


def test_another_customer_is_chosen_by_how_its_name_is_read(page: Page, book: Repo) -> None:
    open_form(page, book, "customer", BAKERY)
    unfold(page)
    parent = field(page, "parent")
    parent.press_sequentially("shyqwl")
    option = page.get_by_role("option", name="上海远峤物流集团有限公司")
    expect(option).to_have_attribute("aria-selected", "true")
    rules = {"runOnly": ["wcag2a", "wcag2aa"], "preload": False}
    assert Axe().run(page, options=rules).response["violations"] == []
    parent.press("Enter")
    expect(parent).to_have_value("上海远峤物流集团有限公司")
    expect(page.locator(".picks")).to_have_count(0)
    known = field(page, "relations", "@0", "to")
    expect(known).to_have_value("Harborline Logistics Inc.")
    apart = page.locator("[data-f=distinct_from] [data-pick]")
    apart.fill("青空")
    expect(page.locator(".picks [role=option]")).to_have_count(1)
    apart.press("Enter")
    expect(page.get_by_label("青空機械株式会社")).to_be_checked()
    page.get_by_role("button", name="Show the change").click()
    said = page.locator("[data-diff] ins").all_inner_texts()
    assert "+ parent: exqqt1sdvan\n" in said
    assert "".join(said).endswith(f"+ distinct_from:\n+   - {one_id(book, '青空機械株式会社')}\n")
    assert page.locator("[data-diff] del").count() == 0


def test_what_is_typed_whole_counts_and_a_code_is_shown_by_its_name(page: Page, book: Repo) -> None:
    open_form(page, book, "customer", BAKERY)
    unfold(page)
    country = field(page, "region", "country")
    expect(country).to_have_value("United States")
    country.fill("ireland")
    country.press("Escape")
    country.press("Tab")
    expect(country).to_have_value("Ireland")
    field(page, "parent").fill("exqqt1sdvan")
    field(page, "parent").press("Tab")
    expect(field(page, "parent")).to_have_value("上海远峤物流集团有限公司")
    page.get_by_role("button", name="Show the change").click()
    said = "".join(page.locator("[data-diff] ins").all_inner_texts())
    assert "country: IE" in said
    assert "parent: exqqt1sdvan" in said


def test_without_the_search_files_an_id_is_typed(browser: Browser, book: Repo) -> None:
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    page = context.new_page()
    page.route("**/search/*", lambda route: route.abort())
    open_form(page, book, "customer", BAKERY)
    unfold(page)
    assert field(page, "relations", "@0", "to").input_value() == "sxf3n0hpkja"
    field(page, "parent").fill("exqqt1sdvan")
    page.get_by_text("Names could not be loaded; type the id").wait_for()
    page.get_by_role("button", name="Show the change").click()
    assert "+ parent: exqqt1sdvan\n" in page.locator("[data-diff] ins").all_inner_texts()
    context.close()


def one_id(book: Repo, name: str) -> str:
    paths = book.git("grep", "-l", f"^name: {name}$", "--", "records/customers").split()
    return paths[0].split("/")[-2]
