"""The small parts that pages are made of."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path

import pytest

from custodex.errors import EnvironmentFault
from custodex.site import addresses
from custodex.site.cards import Card
from custodex.site.charts import months_until
from custodex.site.customermodels import Event
from custodex.site.customermodels import Text as Said
from custodex.site.datafiles import DIGITS, chunk_of, chunks, rows_file, script
from custodex.site.forges import Forges
from custodex.site.output import Fresh, Staged, recover
from custodex.site.parting import divided
from custodex.site.people import initials, postal
from custodex.site.pieces import Link, Moment
from custodex.site.regions import broader, region_code
from custodex.site.values import minute
from custodex.templating import Messages, Templates

BAD_SCHEMES = (
    "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example", " https://x",
    "file:///etc", "https:\\\\x", "",
)  # fmt: skip


@pytest.mark.parametrize("url", BAD_SCHEMES)
def test_only_four_schemes_lead_out(url: str) -> None:
    assert addresses.outward(url) == ""


def test_links_are_percent_encoded() -> None:
    assert addresses.filtered({"tags": ["risk:low"], "owner": ["a&b"]}) == (
        "customers.html?v=1&tags=risk%3Alow&owner=a%26b"
    )
    assert addresses.tag("risk:low") == "tag/risk--low.html"
    assert addresses.mail("a?b@x.example") == "mailto:a%3Fb@x.example"
    assert addresses.call("+86 139-0000-0123") == "tel:+8613900000123"
    assert addresses.call("—") == ""


@pytest.mark.parametrize(
    ("kind", "edit", "commit", "report"),
    [
        ("github", "/edit/main/records/a.yaml", "/commit/abc", "/issues/new?title=a1&body="),
        (
            "gitlab",
            "/-/edit/main/records/a.yaml",
            "/-/commit/abc",
            "/-/issues/new?issue[title]=a1&issue[description]=",
        ),
        ("gitea", "/_edit/main/records/a.yaml", "/commit/abc", "/issues/new?title=a1&body="),
        ("forgejo", "/_edit/main/records/a.yaml", "/commit/abc", "/issues/new?title=a1&body="),
        ("none", "", "", ""),
    ],
)
def test_forges_have_their_own_addresses(kind: str, edit: str, commit: str, report: str) -> None:
    forges = Forges({"forge": {"kind": kind, "url": "https://f.example/o/r/", "branch": "main"}})
    base = "https://f.example/o/r" if edit else ""
    assert forges.file("records/a.yaml").edit == base + edit
    assert forges.commit("abc") == base + commit
    links = forges.customer("records/customers/a1/a1", "a1", "a1")
    assert links.report.startswith(base + report)
    assert ("records%2Fcustomers%2Fa1%2Fa1" in links.report) == bool(edit)
    assert ("records/customers/a1/a1" in links.history) == bool(edit)
    assert (bool(links.edit), bool(links.add_note)) == (bool(edit), bool(edit))
    assert links.command == "custodex note a1", "what to do where there is no forge"


def test_a_forge_with_a_bad_address_gives_no_link() -> None:
    forges = Forges({"forge": {"kind": "github", "url": "javascript:alert(1)", "branch": "main"}})
    assert forges.file("records/a.yaml").edit == ""


def test_a_forge_counts_the_folder_the_book_stands_in() -> None:
    forges = Forges(
        {"forge": {"kind": "github", "url": "https://f.example/o/r", "branch": "b/1"}}, "sub dir/"
    )
    assert forges.file("records/a.yaml").edit == "https://f.example/o/r/edit/b/1/sub%20dir/records/a.yaml"


def test_places_count_for_what_is_above_them() -> None:
    assert region_code({"country": "CN", "province": "44", "city": "4403"}) == "CN-4403"
    assert region_code({"country": "CN", "city": ["4403"]}) == "CN"
    assert list(broader("region", "CN-4403")) == ["CN-44", "CN"]
    assert list(broader("industry", "C39")) == ["C"]


def test_addresses_are_written_the_way_of_their_country() -> None:
    chinese = {
        "country": "CN",
        "province": "广东省",
        "city": "深圳市",
        "street": "科技路 1 号",
        "postal_code": "518000",
    }
    assert postal(chinese, "中国") == "518000\n广东省深圳市科技路 1 号"
    english = {"country": "GB", "city": "London", "street": "1 High Street", "postal_code": "N1 1AA"}
    assert postal(english, "United Kingdom") == "1 High Street\nN1 1AA London\nUnited Kingdom"


def test_avatars() -> None:
    assert initials("曾国藩") == "曾"
    assert initials("Ada Lovelace King") == "AL"
    assert initials("") == "?"


def test_months_until() -> None:
    assert months_until("2026-02", 3) == ["2025-12", "2026-01", "2026-02"]
    assert months_until("", 3) == []


def test_filters_of_a_view_become_the_address_of_the_list() -> None:
    where = {"stage": ["lead", "!lost"], "last_note": ["[2026-01 TO 2026-03]", "[2026-05 TO ]"]}
    assert addresses.filtered(where, "a&b", ["-last_note", "name"]) == (
        "customers.html?v=1&q=a%26b&stage=lead&stage%21=lost&last_note=2026-01..2026-03&last_note=2026-05.."
        "&sort=-last_note%2Cname"
    )


def test_moments_lose_their_seconds_and_keep_their_zone() -> None:
    assert minute("2026-03-02T09:30:15.25+08:00") == "2026-03-02T09:30+08:00"
    assert minute("2026-03-02T09:30:15Z") == "2026-03-02T09:30Z"


def test_every_place_has_one_data_file_and_the_first_begins_at_the_start() -> None:
    starts = [("b\tB", "customers/b"), ("d\tD", "customers/d")]
    files = chunks(starts)
    assert [file.name for file in files] == ["rows-0.js", "rows-b.js", "rows-d.js"]
    places = [("a", "x"), ("b\tB", "customers/a"), starts[0], ("c", "x"), starts[1], ("z", "x")]
    assert [chunk_of(files, place) for place in places] == [0, 0, 1, 1, 2, 2]
    assert [file.name for file in chunks([])] == ["rows-0.js"]


def unpacked(data: str, column: str) -> list[object]:
    """Read a packed column as the browser does."""
    content = json.loads(data.removeprefix('custodex.rows("rows-0.js",').removesuffix(");\n"))
    known, digits = content["columns"][column]
    width = len(digits) // content["n"]
    numbers = []
    for at in range(0, len(digits), width):
        number = 0
        for digit in digits[at : at + width]:
            number = number * len(DIGITS) + DIGITS.index(digit)
        numbers.append(number)
    return [None if number == 0 else known[number - 1] for number in numbers]


@pytest.mark.parametrize("different", [1, 89, 90, 3000])
def test_packed_columns_read_back_and_need_no_escape(different: int) -> None:
    cards = [
        Card(f"customers/a{number:010}", "customer", "n", "", "n", notes=number % different, last_note=day)
        for number, day in zip(range(different + 5), cycle(("2026-11-22", "", "1969-12-31")), strict=False)
    ]
    data = rows_file("rows-0.js", cards, []).decode()
    assert unpacked(data, "notes") == [card.notes for card in cards]
    assert unpacked(data, "last_note")[:3] == [20779, None, -1]
    assert DIGITS in script("rows", DIGITS).decode()
    assert "complete" not in json.loads(data[data.index("{") : -3])["columns"]


def test_a_data_script_cannot_be_ended_by_its_data() -> None:
    made = script("rows", "</script><!--\u2028&").decode()
    assert made.startswith("custodex.rows(")
    assert not any(sign in made for sign in ("<", ">", "&", "\u2028"))


def made_of(folder: Path, text: str) -> Templates:
    (folder / "templates").mkdir(parents=True)
    (folder / "templates/page.html.j2").write_text(text, "utf-8")
    return Templates([folder], Messages({"a": "<1> & {n}", "b": "<2>"}, "en"), "en", None)


def test_templates_escape_everything_once(tmp_path: Path) -> None:
    templates = made_of(
        tmp_path,
        '{% macro m(x) %}<i title="{{ x }}">{{ x }}</i>{% endmacro %}'
        "{{ page }}|{{ t('b') }}|{{ t('a', n=page) }}|{{ m(page) }}|{{ 1234|number }}",
    )
    escaped = "&lt;b&gt;&#34;"
    assert templates.render("page", '<b>"').decode() == (
        f'{escaped}|&lt;2&gt;|&lt;1&gt; &amp; {escaped}|<i title="{escaped}">{escaped}</i>|1,234'
    )


@pytest.mark.parametrize("text", ["{{ nobody }}", "{{ page.nothing }}", "{{ t('missing') }}", "{% if %}"])
def test_a_template_with_a_mistake_stops_the_build_and_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        made_of(tmp_path, text).render("page", object())
    assert "page" in caught.value.message.en or "missing" in caught.value.message.en


def test_the_repository_may_replace_a_template(tmp_path: Path) -> None:
    made_of(tmp_path / "packaged", "packaged")
    made_of(tmp_path / "own", "own")
    both = Templates([tmp_path / "own", tmp_path / "packaged"], Messages({}, "en"), "en", tmp_path / "cache")
    assert both.render("page", None) == b"own"


def site(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()
    }


def test_a_change_is_finished_once_its_journal_is_written(tmp_path: Path) -> None:
    out = tmp_path / "site"
    first = Fresh(out)
    for name in ("a.html", "c/b.html", "c/old.html"):
        first.write(name, b"1")
    first.commit()
    change = Staged(out)
    change.write("a.html", b"2")
    change.write("c/new.html", b"2")
    change.remove("c/old.html")
    assert site(out) == {"a.html": "1", "c/b.html": "1", "c/old.html": "1"}
    recover(out, "name")  # killed before the journal: nothing happened
    assert site(out) == {"a.html": "1", "c/b.html": "1", "c/old.html": "1"}
    change = Staged(out)
    change.write("a.html", b"2")
    change.write("c/new.html", b"2")
    change.remove("c/old.html")
    change.journal("name")
    recover(out, "name")  # killed after it: everything happens
    assert site(out) == {"a.html": "2", "c/b.html": "1", "c/new.html": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_journal_of_another_site_is_forgotten(tmp_path: Path) -> None:
    out = tmp_path / "site"
    first = Fresh(out)
    first.write("a.html", b"1")
    first.commit()
    change = Staged(out)
    change.write("a.html", b"2")
    change.journal("this")
    recover(out, "that")
    assert site(out) == {"a.html": "1"}


def event(number: int, size: int = 10, corrects: str = "") -> Event:
    day = f"2024-01-01T{number:05}"
    said = [Said("summary", "Summary", "x" * size)]
    link = Link("", f"#{corrects}") if corrects else None
    return Event(
        "note", "call", "Call", Moment(day, day), "January", f"e-{number}", texts=said, corrects=link
    )


@pytest.mark.parametrize("count", [0, 1, 74, 75, 76, 150, 151, 152, 226, 227, 1000])
@pytest.mark.parametrize("size", [10, 3000, 100_000])
def test_every_event_stands_in_one_part_and_older_parts_stay_as_they_are(count: int, size: int) -> None:
    events = [event(number, size) for number in reversed(range(count))]
    own, *older = divided(events, "customers/a")
    told = [one.anchor for part in (own, *reversed(older)) for one in part]
    assert told == [one.anchor for one in events]
    assert all(len(part) <= 150 for part in (own, *older))
    assert all(sum(len(one.texts[0].text) for one in part) < 60_000 for part in (own, *older) if size == 3000)
    grown = divided([event(count, size), *events], "customers/a")
    assert grown[1 : len(older) + 1] == older


def test_a_link_from_event_to_event_leads_to_the_part_it_stands_on() -> None:
    events = [event(number, corrects=f"e-{number - 1}") for number in reversed(range(400))]
    own, *older = divided(events, "customers/a")
    assert own[0].corrects == Link("", "#e-398")
    assert own[-1].corrects == Link("", f"c/a-{len(older)}.html#{older[-1][0].anchor}")
