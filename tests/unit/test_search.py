"""The index against the definition: every query finds what reading every value finds, no more and no less."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custodex.errors import UsageFault
from custodex.search import Searcher, oracle, sync
from custodex.search.entries import Entry, entry_of
from custodex.search.fields import fields_of
from custodex.search.query import parse
from search_samples import MemoryReader, book, customer_id, customers, real_names, record

TODAY = date(2026, 11, 22)
FIELDS = fields_of(book().schemas)
COUNT = 150


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return [entry_of(one, book().schemas) for one in customers(COUNT)]


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("index")
    sync(MemoryReader(customers(COUNT)), folder)
    return Searcher(folder)


def found(searcher: Searcher, query: str) -> set[str]:
    result = searcher.search(query, today=TODAY)
    ids = {hit.id for hit in result.hits}
    assert len(ids) == result.total == len(result.hits)
    return ids


def meant(entries: list[Entry], query: str) -> set[str]:
    node = parse(query)
    assert node is not None
    return oracle.matching(entries, node, FIELDS, TODAY)


FIXED = [
    "云帆", "云帆科技", "科技", "帆", "有限公司", "股份有限公司", "长行", "zeng", "shan", "qiu", "zha",
    "xie", "ceng", "zxl", "chongqing", "chang", "cq", "yf", "yunfan", "yunfankeji", "lv", "lu", "lyu",
    "歐陽", "欧阳", "ouyang", "oy", "质量问题", "質量問題", "確認", "ABC型号", "abc型", "ＡＢＣ", "renew",
    "renewal", "newal", "strasse", "straße", "naive", "naïve", "1390000", "139 0000", "0000", "20255501",
    "(202) 555", "9144030", "MA5", "SO-2026", "so-2026-000123", "2026", "000123", "contact.1", "firm1",
    "example.com", "@firm", "huawen", "huaw*", "harbor trading", '"harbor trading"', "o'hara",
    '"call back"', "call", "back", "50%", "%", "，", "逾期 发票", "逾期 OR 发票", "逾期 -发票", "NOT 逾期",
    "(逾期 OR 合同) -折扣", "stage:customer", "stage:customer 逾期", "region:CN", "region:CN-44",
    "region:CN-4403", "industry:C", "industry:C39", "tag:deal", "tag:deal:large", "tags:risk:late",
    "tags:", "owner:anna-berg", "since:2020", "since:[2015 TO 2020-06]", "last_note:[2026-10 TO]",
    "next_due:[TO today+30d]", "next_due:[today TO]", "note:逾期", "needs:合同", "customer:合同",
    "summary:报价", "task:报价", "name:云帆", "text:逾期", "number:1390000", "email:firm2", "pinyin:yf",
    "5G", "5g基站", "g基站", "基站", "-", "--", "a-b", "12:30",
]  # fmt: skip


@pytest.mark.parametrize("query", FIXED)
def test_a_query_finds_what_it_means(searcher: Searcher, entries: list[Entry], query: str) -> None:
    assert found(searcher, query) == meant(entries, query)


def pieces(entries: list[Entry]) -> st.SearchStrategy[str]:
    """Cut pieces out of real values, so that most queries have hits."""
    values = [
        value
        for one in entries
        for value in (*one.names, *one.emails, *one.numbers, *one.pinyin, *one.initials)
    ]
    values += [value for one in entries for _, value in one.texts]
    place = st.tuples(st.sampled_from(values), st.integers(0, 200), st.integers(1, 9))
    return place.map(lambda cut: cut[0][cut[1] % len(cut[0]) :][: cut[2]]).filter(
        lambda piece: piece.strip() != ""
    )


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_piece_of_any_value_is_found(
    searcher: Searcher, entries: list[Entry], data: st.DataObject
) -> None:
    query = '"' + data.draw(pieces(entries)).replace('"', " ").replace("*", "") + '"'
    if query.strip('" '):
        assert found(searcher, query) == meant(entries, query)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    words=st.lists(st.sampled_from(FIXED), min_size=1, max_size=4),
    joins=st.lists(st.sampled_from([" ", " OR ", " AND ", " -"]), min_size=3, max_size=3),
)
def test_combinations_mean_what_they_say(
    searcher: Searcher, entries: list[Entry], words: list[str], joins: list[str]
) -> None:
    query = "".join(f"{word}{join}" for word, join in zip(words, joins, strict=False)).rstrip(" -ANDOR")
    if "--" not in query and query not in ("", '"'):
        try:
            node = parse(query)
        except UsageFault:
            return
        if node is not None:
            assert found(searcher, query) == oracle.matching(entries, node, FIELDS, TODAY)


def test_real_company_names_are_found_by_any_piece(tmp_path: Path) -> None:
    names = real_names()
    if not names:
        pytest.skip("the list of company names is not beside this repository")
    source = random.Random(3)
    some = tuple(source.sample(names, 3000))
    records = [
        record({"id": customer_id(n), "type": "organization", "name": name}) for n, name in enumerate(some)
    ]
    sync(MemoryReader(records), tmp_path)
    opened = Searcher(tmp_path)
    folded = {customer_id(n): opened.fold(name) for n, name in enumerate(some)}
    for name in some[:400]:
        start = source.randrange(len(name))
        piece = opened.fold(name[start : start + source.randint(1, 5)])
        if piece and piece.isalpha() and not piece.isascii():
            expected = {customer for customer, value in folded.items() if piece in value}
            assert found(opened, f'"{piece}"') == expected, piece
