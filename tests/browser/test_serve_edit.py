"""`custodex serve --edit`: forms hand in changes, each a branch for review; two people at once lose nothing."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from workbench import Repo

pytestmark = pytest.mark.browser
BAKERY = "bbf7xwmhbda"
CUSTOMER = f"records/customers/bb/{BAKERY}/customer.yaml"


@dataclass
class Served:
    repo: Repo
    port: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def branches(self) -> list[str]:
        return self.repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads/custodex/").split()

    def post(self, body: Any, **headers: str) -> tuple[int, Any]:
        return self.post_raw(json.dumps(body).encode(), **headers)

    def post_raw(self, body: bytes, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{self.port}", **headers}
        connection.request("POST", "/.edit", body, sent)
        response = connection.getresponse()
        found = response.status, json.loads(response.read())
        connection.close()
        return found

    def token(self) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/assets/edit.js")
        text = connection.getresponse().read().decode()
        connection.close()
        return str(json.loads(text.removeprefix("custodex.editing = ").removesuffix(";\n"))["token"])


@pytest.fixture
def served(sample_repo: Repo) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, "-m", "custodex", "--lang", "en", "serve", "--edit", "--port", "0"], cwd=sample_repo.root,
        env=dict(sample_repo.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    port = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
    assert port
    yield Served(sample_repo, int(port[1]))
    process.send_signal(signal.SIGINT)
    process.wait(30)
    process.stdout.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1100, "height": 900}, timezone_id="Asia/Shanghai")
    yield context.new_page()
    context.close()


def open_form(page: Page, served: Served, kind: str, customer: str = "") -> None:
    page.goto(served.url(f"en/form/{kind}.html") + (f"#c={customer}" if customer else ""))
    expect(page.locator("[data-form]")).to_be_visible()
    page.locator("[data-form]").evaluate(
        "form => form.querySelectorAll('details').forEach(one => { one.open = true; })"
    )


def field(page: Page, *names: str) -> Any:
    found = page.locator("[data-form]")
    for name in names:
        found = found.locator(f"[data-f={name}]").first
    return found.locator("[data-in]").first


def hand_in(page: Page) -> str:
    page.get_by_role("button", name="Show the change").click()
    page.get_by_role("button", name="Hand in", exact=True).click()
    answer = page.locator("[data-answer]")
    expect(answer).to_be_visible(timeout=30_000)
    return answer.inner_text()


def test_a_person_without_git_hands_in_a_customer_a_note_and_a_change(page: Page, served: Served) -> None:
    repo = served.repo
    before = repo.git("status", "--porcelain"), repo.git("rev-parse", "main")
    open_form(page, served, "customer")
    field(page, "type").select_option("organization")
    field(page, "name").fill("示例晨星烘焙有限公司")
    field(page, "source", "channel").select_option("referral")
    said = hand_in(page)
    (branch,) = served.branches()
    assert said == f"handed in on the branch {branch}, to be reviewed"
    assert repo.git("diff", "--name-status", "main", branch).startswith("A\trecords/customers/")
    assert repo.git("log", "-1", "--format=%an", branch) == "Li Wen\n"
    assert "晨星" not in repo.git("log", "-1", "--format=%B", branch)
    assert repo.custodex("check", "--rev", branch).returncode == 0

    open_form(page, served, "note", BAKERY)
    field(page, "by").select_option("tom-okafor")
    field(page, "occurred_at").fill("2026-11-20T10:00")
    field(page, "direction").select_option("incoming")
    field(page, "duration_minutes").fill("5")
    field(page, "summary").fill("asks for a second oven")
    hand_in(page)
    open_form(page, served, "customer", BAKERY)
    field(page, "stage").select_option("loyal")
    hand_in(page)
    assert len(served.branches()) == 3
    lines = [repo.git("diff", "--numstat", "main", one).split() for one in served.branches()]
    assert ["1", "1", CUSTOMER] in lines
    assert (repo.git("status", "--porcelain"), repo.git("rev-parse", "main")) == before


def test_what_the_check_refuses_is_told_in_the_form(page: Page, served: Served) -> None:
    open_form(page, served, "customer", BAKERY)
    field(page, "parent").fill("zzzzzzzzzzz")
    page.get_by_role("button", name="Show the change").click()
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator("[data-answer]")).to_contain_text("reference-missing", timeout=30_000)
    assert served.branches() == []


def test_changes_of_two_people_to_other_fields_go_together(page: Page, served: Served) -> None:
    repo = served.repo
    open_form(page, served, "customer", BAKERY)
    repo.write(CUSTOMER, repo.read(CUSTOMER).replace("grade: medium", "grade: large"))
    repo.commit("somebody else")
    field(page, "stage").select_option("loyal")
    said = hand_in(page)
    assert said.startswith("Somebody changed this file meanwhile; both changes go together:")
    cells = page.locator("[data-answer] tbody tr").all_inner_texts()
    assert sorted(cell.split("\t") for cell in cells) == [
        ["Grade", "Medium enterprise", "Large enterprise", "Medium enterprise"],
        ["Stage", "Customer", "Customer", "Loyal"],
    ]  # fmt: skip
    page.get_by_role("button", name="Hand in both changes").click()
    expect(page.locator("[data-answer]")).to_contain_text("handed in on the branch", timeout=30_000)
    (branch,) = served.branches()
    assert "stage: loyal\ngrade: large\n" in repo.git("show", f"{branch}:{CUSTOMER}")
    assert repo.git("diff", "--numstat", "main", branch) == f"1\t1\t{CUSTOMER}\n"


def test_the_same_field_changed_by_two_people_is_shown_and_not_overwritten(
    page: Page, served: Served
) -> None:
    repo = served.repo
    open_form(page, served, "customer", BAKERY)
    repo.write(CUSTOMER, repo.read(CUSTOMER).replace("stage: customer", "stage: dormant"))
    repo.commit("somebody else")
    field(page, "stage").select_option("loyal")
    said = hand_in(page)
    assert said.startswith("Somebody changed the same fields meanwhile; nothing was overwritten:")
    row = page.locator("[data-answer] tbody tr")
    assert row.all_inner_texts() == ["Stage\tCustomer\tDormant\tLoyal"]
    assert served.branches() == []


def test_a_file_that_cannot_be_read_meanwhile_is_told(served: Served) -> None:
    text = served.repo.read(CUSTOMER)
    base = served.repo.git("rev-parse", f"HEAD:{CUSTOMER}").strip()
    served.repo.write(CUSTOMER, "id: [\n")
    body = {"path": CUSTOMER, "base": base, "before": text, "text": text + "name_en: Bakery\n"}
    answer = served.post(body, **{"X-Custodex-Token": served.token()})[1]
    assert answer["outcome"] == "refused"
    assert "cannot be read now" in answer["message"]


def test_what_a_form_began_with_is_not_taken_on_trust(served: Served) -> None:
    text = served.repo.read(CUSTOMER)
    base = served.repo.git("rev-parse", f"HEAD:{CUSTOMER}").strip()
    served.repo.write(CUSTOMER, text.replace("stage: customer", "stage: dormant"))
    served.repo.commit("somebody else")
    token = {"X-Custodex-Token": served.token()}
    # it claims to have begun with a text that would make its own stage no change at all
    lie = text.replace("stage: customer", "stage: dormant")
    body = {
        "path": CUSTOMER,
        "base": base,
        "before": lie,
        "text": text.replace("stage: customer", "stage: loyal"),
    }
    answer = served.post(body, **token)[1]
    assert answer["outcome"] == "changed"
    assert [(row["base"], row["now"], row["yours"]) for row in answer["fields"]] == [
        ("customer", "dormant", "loyal")
    ]
    assert served.post({**body, "base": "0" * 40}, **token)[1]["outcome"] == "refused"


def test_brackets_by_the_thousand_are_refused(served: Served) -> None:
    token = {"X-Custodex-Token": served.token()}
    assert served.post_raw(b'{"path":' + b"[" * 100_000, **token)[0] == 400


def test_only_pages_of_this_preview_hand_in(served: Served) -> None:
    text = served.repo.read(CUSTOMER).replace("stage: customer", "stage: loyal")
    base = served.repo.git("rev-parse", f"HEAD:{CUSTOMER}").strip()
    body = {"path": CUSTOMER, "base": base, "before": "", "text": text}
    token = {"X-Custodex-Token": served.token()}
    assert served.post(body)[0] == 403
    assert served.post(body, **{"X-Custodex-Token": "guessed"})[0] == 403
    assert served.post(body, **token, Origin="http://evil.example")[0] == 403
    assert (
        served.post(
            body, **token, Host=f"evil.example:{served.port}", Origin=f"http://evil.example:{served.port}"
        )[0]
        == 403
    )
    assert served.post(body, **token, **{"Content-Type": "text/plain"})[0] == 403
    assert served.branches() == []
    assert served.post(body, **token)[1]["outcome"] == "proposed"


@pytest.mark.parametrize(
    "path",
    ["../outside.yaml", "/etc/passwd", "records/../schema/access.yaml", "schema/access.yaml",
     f"records/customers/bb/{BAKERY}/identity.yaml", "records/staff/tom-okafor.yaml", ".git/config", ""],
)  # fmt: skip
def test_other_files_are_not_written(served: Served, path: str) -> None:
    body = {"path": path, "base": "", "before": "", "text": "id: x\n"}
    status, said = served.post(body, **{"X-Custodex-Token": served.token()})
    assert (status, said["outcome"]) == (200, "refused")
    assert served.branches() == []


def test_a_plain_preview_takes_nothing(sample_repo: Repo) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "custodex", "--lang", "en", "serve", "--port", "0"], cwd=sample_repo.root,
        env=dict(sample_repo.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    port = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
    assert port
    status, said = Served(sample_repo, int(port[1])).post({"path": CUSTOMER})
    process.send_signal(signal.SIGINT)
    process.wait(30)
    process.stdout.close()
    assert (status, said) == (403, {"outcome": "refused"})
