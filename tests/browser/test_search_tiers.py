"""The browser's search over exported tiers finds what the command line and the definition find."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from custodex.search import Searcher, oracle, sync
from custodex.search.entries import entry_of
from custodex.search.fields import fields_of
from custodex.search.query import parse
from custodex.search.tiers import tiers
from custodex.search.unindexed import all_files, changed_files
from search_samples import MemoryReader, book, customer, customer_id, customers, record

pytestmark = pytest.mark.browser
ASSET = Path(__file__).parents[2] / "site/assets/search.js"
COUNT = 400
PAGE = """<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'">
<title>search</title><script src="search.js"></script>"""
QUERIES = [
    "云帆", "云帆科技", "科技", "帆", "有限公司", "长行", "zeng", "shan", "qiu", "zha", "xie", "ceng",
    "chongqing", "cq", "yf", "yunfan", "lv", "lyu", "歐陽", "ouyang", "oy", "质量问题", "質量問題", "確認",
    "确认", "ABC型号", "ＡＢＣ型", "renewal", "rene", "newal", "strasse", "STRASSE", "naïve", "1390000",
    "139 0000", "0000", "(202)", "ma5", "so-2026-000123", "2026", "000123", "contact.1", "firm1", "@firm",
    "huawen", "harbor trading", '"harbor trading"', "o'hara", '"call back"', "50%", "%", "，", "逾期",
    "期", "期发", "逾期 发票", "逾期 OR 合同", "逾期 -发票", "NOT 逾期", "(逾期 OR 合同) -折扣 zeng",
    "框架协议", "框架协议续签", "交期延后", "5g基站", "基站", "快递单号", "5", "nothinghere", "单县 合同",
    "ｈａｒｂｏｒ", "“call back”", "huaw*", "沟通", "电话沟通", "话沟通", "ange berg", "anna",
    "task.state:open", "note.type:call", "owner:zhang-wei", "grade:A 逾期", "-stage:lead", "NOT owner:Zhang-Wei zeng",
    "tags:risk", "tag:deal:large", 'tags:""', 'note.by:""', "region:CN-44", "region:cn", "industry:C 云帆",
    "grade:A OR note.type:visit", "note.type:nobody", "task.state:open -(grade:A OR grade:B)", "note.summary:逾期",
]  # fmt: skip


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("index")
    sync(MemoryReader(customers(COUNT)), folder)
    return Searcher(folder)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, searcher: Searcher, browser: Browser) -> Iterator[Page]:
    opened = opened_page(browser, tmp_path_factory.mktemp("site"), dict(tiers(searcher)))
    yield opened
    opened.close()


def opened_page(browser: Browser, site: Path, files: Mapping[str, bytes]) -> Page:
    """Return a page with these search files."""
    (site / "search").mkdir()
    for name, data in files.items():
        (site / "search" / name).write_bytes(data)
    (site / "search.js").write_bytes(ASSET.read_bytes())
    (site / "index.html").write_text(PAGE, "utf-8")
    opened = browser.new_page()
    opened.goto((site / "index.html").as_uri())
    opened.evaluate("custodex.search.load('search')")
    return opened


def asked(page: Page, query: str) -> Any:
    return page.evaluate("query => custodex.search.full(query)", query)


def test_every_query_finds_the_same_customers(page: Page, searcher: Searcher) -> None:
    entries = [entry_of(one, book().schemas) for one in customers(COUNT)]
    fields = fields_of(book().schemas)
    for query in QUERIES:
        node = parse(query)
        assert node is not None
        answer = asked(page, query)
        here = {hit["id"] for hit in answer["hits"]}
        there = [hit.id for hit in searcher.search(query).hits]
        assert here == set(there) == oracle.matching(entries, node, fields), query
        assert answer["exact"]
        assert answer["total"] == len(here)


def test_what_came_later_is_found_like_all_else(tmp_path: Path, browser: Browser) -> None:
    reader = MemoryReader(customers(COUNT))
    files = dict(all_files(reader))
    changed, new = (
        [customer(number, seed=7) for number in range(40)],
        [customer(COUNT + at) for at in range(20)],
    )
    gone = [customer(number) for number in range(60, 90)]
    back = [customer(number, seed=3) for number in range(85, 95)]
    for put, drop in ((changed, gone), (new, []), (back, [])):
        reader.put(*put)
        reader.drop(*(one.key for one in drop))
        patch = changed_files(reader, [one.id for one in (*put, *drop)], files.get, least=0)
        assert patch is not None
        files.update(patch)
    entries = [entry_of(one, book().schemas) for one in reader.select(reader.keys("customer"))]
    fields = fields_of(book().schemas)
    page = opened_page(browser, tmp_path, files)
    try:
        assert page.evaluate("custodex.search.every().length") == len(entries) == COUNT - 30 + 20 + 5
        for query in QUERIES:
            node = parse(query)
            assert node is not None
            answer = asked(page, query)
            assert {hit["id"] for hit in answer["hits"]} == oracle.matching(entries, node, fields), query
            assert answer["exact"]
    finally:
        page.close()


def test_a_long_list_is_read_from_its_own_file(tmp_path: Path, browser: Browser) -> None:
    many = [
        record(
            {
                "id": customer_id(number),
                "name": f"No {number}",
                "needs": "crane" if number % 50 else "起重机 hook",
            }
        )
        for number in range(4300)
    ]
    page = opened_page(browser, tmp_path, dict(all_files(MemoryReader(many))))
    try:
        for query, count in (
            ("crane", 4214),
            ("cran", 4214),
            ("cr", 4214),
            ("hook", 86),
            ("起重机", 86),
            ("-crane", 86),
        ):
            assert asked(page, query)["total"] == count, query
    finally:
        page.close()


def test_the_order_is_that_of_the_command_line(page: Page, searcher: Searcher) -> None:
    for query in ("云帆", "zeng", "逾期", "1390000", "yf", "anna", "合同 OR 云帆"):
        assert [hit["id"] for hit in asked(page, query)["hits"]] == [
            hit.id for hit in searcher.search(query).hits
        ], query


def test_names_answer_at_once_and_say_why(page: Page) -> None:
    hits = page.evaluate("custodex.search.names('yunfan', 5)")
    assert hits
    assert {hit["reason"] for hit in hits} == {"pinyin"}
    name = page.evaluate("custodex.search.names('云帆', 1)")[0]
    assert name["value"][name["start"] : name["end"]] == "云帆"


def test_a_hit_in_a_note_says_of_which_day(page: Page) -> None:
    found = page.evaluate("custodex.search.full('逾期', {limit: 400})")["hits"]
    hits = {hit["id"]: hit for hit in found if hit["reason"] == "note"}
    assert hits
    for one in customers(COUNT):
        if one.id not in hits:
            continue
        days = {str(note.value["occurred_at"])[:10] for note in one.all("note") if _says(note.value, "逾期")}
        assert hits[one.id]["day"] == max(days), one.id
    assert {hit["day"] for hit in asked(page, "云帆")["hits"]} == {""}


def _says(note: Any, word: str) -> bool:
    return any(word in str(note.get(field)) for field in ("summary", "follow_up"))


def test_a_limit_confirms_only_the_best(page: Page) -> None:
    answer = page.evaluate(
        """custodex.search.full('逾期', {limit: 3}).then(answer => ({
             total: answer.total,
             marked: answer.hits.map(hit => hit.value.slice(hit.start, hit.end)),
           }))"""
    )
    assert answer["marked"] == ["逾期"] * 3
    assert answer["total"] > 3


def test_marks_show_where_a_text_as_written_matches(page: Page) -> None:
    assert page.evaluate("custodex.search.mark('雲帆ＡＢＣ 有限公司', '云帆abc')") == [[0, 5]]
    assert page.evaluate("custodex.search.mark('Straße 5', 'STRASSE')") == [[0, 6]]
    assert page.evaluate("custodex.search.mark('a (b', '(')") == [[2, 3]]


def test_folding_is_the_same_on_both_sides(page: Page, searcher: Searcher) -> None:
    texts = [
        "ＡＢＣ　ｄ",
        "華為",
        "ΣΑΣ ς",
        "İstanbul",
        "ﬁn",
        "①②",
        "한글",
        "カﾞ",
        "\u00a0x\u3000",
        "㎏",
        "Ⅷ",
        "ẞ",
        "乾隆",
        "\U0001d400",
    ]
    for text in texts:
        assert page.evaluate("text => custodex.search.fold(text)", text) == searcher.fold(text), text


def test_a_query_that_cannot_be_read_says_where(page: Page) -> None:
    said = page.evaluate("custodex.search.full('a (b').catch(error => [error.at, error.zh, error.en])")
    assert said == [2, "括号没有闭合", "the parenthesis is not closed"]


def test_no_content_ends_its_script(searcher: Searcher) -> None:
    from custodex.search.tiers import script

    data = script("names", 0, "</script><!--\u2028__proto__").decode()
    assert "<" not in data
    assert "\u2028" not in data
    content = json.loads(data.removeprefix('custodex.tier("names",0,').removesuffix(");\n"))
    assert content == "</script><!--\u2028__proto__"


def test_the_same_index_gives_the_same_files_and_one_change_few_others(tmp_path: Path) -> None:
    reader = MemoryReader(customers(COUNT))
    sync(reader, tmp_path / "a")
    before = dict(tiers(Searcher(tmp_path / "a")))
    assert dict(tiers(Searcher(tmp_path / "a"))) == before
    changed = next(iter(customers(1)))
    changed.documents[0].value["needs"] = "新增需求"  # type: ignore[index]
    reader.put(changed)
    sync(reader, tmp_path / "a")
    after = dict(tiers(Searcher(tmp_path / "a")))
    other = {name for name in before if before[name] != after[name]}
    assert {name[0] for name in other} <= {"x", "p"}
    assert len(other) < len(before)
    sync(reader, tmp_path / "b")
    assert dict(tiers(Searcher(tmp_path / "b"))) == after


def test_a_full_text_query_stays_small(searcher: Searcher) -> None:
    shards = [len(gzip.compress(data)) for name, data in tiers(searcher) if name.startswith("p-")]
    assert max(shards) < 30_000
