"""Filters, facets, order, reasons; queries that cannot be read; queries meant to hurt."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from custodex.errors import UsageFault
from custodex.search import Searcher, sync
from search_samples import MemoryReader, customer_id, customers, record

TODAY = date(2026, 11, 22)
COUNT = 120


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("index")
    sync(MemoryReader(customers(COUNT)), folder)
    return Searcher(folder)


def open_with(folder: Path, *names: str) -> Searcher:
    sync(
        MemoryReader(
            record({"id": customer_id(n), "type": "organization", "name": name})
            for n, name in enumerate(names)
        ),
        folder,
    )
    return Searcher(folder)


def test_filters_combine_like_check_boxes(searcher: Searcher) -> None:
    cards = list(searcher.cards())
    wanted = {card.id for card in cards if card.stage in ("lead", "customer") and card.value("grade") == "A"}
    hits = searcher.search(where=["stage=lead", "stage=customer", "grade=A"]).hits
    assert {hit.id for hit in hits} == wanted
    without = searcher.search(where=["stage!=lead"]).total
    assert without == sum(card.stage != "lead" for card in cards)
    assert searcher.search(where=["tags="]).total == sum(not card.facets.get("tags") for card in cards)


def test_a_saved_view_filters_like_the_options(searcher: Searcher) -> None:
    view = searcher.search(where={"stage": ["lead", "customer"], "grade": ["!A"]})
    assert view == searcher.search(where=["stage=lead", "stage=customer", "grade!=A"])


def test_wider_values_hold_the_narrower(searcher: Searcher) -> None:
    regions = Counter(card.value("region") for card in searcher.cards())
    assert searcher.search(where=["region=CN"]).total == sum(
        n for code, n in regions.items() if code.startswith("CN")
    )
    assert searcher.search(where=["region=CN-44"]).total == regions["CN-4403"] + regions["CN-44"]


def test_dates_filter_by_prefix_range_and_today(searcher: Searcher) -> None:
    days = [card.value("last_note") for card in searcher.cards()]
    for option, expected in {
        "last_note=2026-10": [day for day in days if day.startswith("2026-10")],
        "last_note=[2026-08 TO 2026-10]": [day for day in days if "2026-08" <= day[:7] <= "2026-10"],
        "last_note=[today-30d TO]": [day for day in days if day >= "2026-10-23"],
    }.items():
        assert searcher.search(where=[option], today=TODAY).total == len(expected), option


def test_facets_count_what_the_query_leaves(searcher: Searcher) -> None:
    result = searcher.search("逾期", facets=("stage", "region"))
    assert result.facets["stage"] == Counter(hit.stage for hit in result.hits)
    assert sum(result.facets["stage"].values()) == result.total
    assert result.facets["region"]["CN"] == sum(
        hit.card.value("region").startswith("CN") for hit in result.hits
    )


def test_sorting_puts_missing_values_last(searcher: Searcher) -> None:
    days = [hit.card.value("next_due") for hit in searcher.search(sort="next_due").hits]
    assert days == sorted(filter(None, days)) + [""] * days.count("")
    names = [hit.card.sort_key for hit in searcher.search(sort="name").hits]
    assert names == sorted(names)
    assert [hit.card.sort_key for hit in searcher.search(sort="-name").hits] == names[::-1]


def test_a_limit_keeps_the_best_and_the_total(searcher: Searcher) -> None:
    everything = searcher.search("逾期")
    some = searcher.search("逾期", limit=5)
    assert some.total == everything.total
    assert some.hits == everything.hits[:5]


def test_better_matches_come_first(tmp_path: Path) -> None:
    found = open_with(tmp_path, "深圳云帆", "云帆", "云帆科技", "意凡亚飞").search("云帆")
    assert [hit.name for hit in found.hits] == ["云帆", "云帆科技", "深圳云帆"]
    initials = open_with(tmp_path / "i", "云帆大地", "云帆").search("yf")
    assert [hit.name for hit in initials.hits] == ["云帆", "云帆大地"]


def test_a_hit_says_why(searcher: Searcher) -> None:
    reasons = {reason for hit in searcher.search("zeng").hits for reason in hit.matches}
    assert "pinyin" in reasons
    note = next(hit for hit in searcher.search("note:逾期").hits)
    assert "逾期" in note.matches["note"]
    assert searcher.search("1390000").hits[0].matches["number"].startswith("861390000")


def test_no_customers_is_an_answer(tmp_path: Path) -> None:
    assert open_with(tmp_path).search("逾期").total == 0
    with pytest.raises(UsageFault, match="there is no field"):
        Searcher(tmp_path).search("nofield:x")


@pytest.mark.parametrize(
    ("query", "said", "mend"),
    [
        ("*", "character 1: a star may only end a word", "quote the word"),
        ("a*b*c*", "a star may only end a word", "drop the others"),
        ("(逾期", "character 1: the parenthesis is not closed", "close it"),
        ("逾期)", "character 3: a closing parenthesis too many", "open one before"),
        ('"逾期', "character 1: the quotation mark is not closed", "close it"),
        ("()", "nothing between the parentheses", "remove them"),
        ("逾期 AND", "AND lacks a condition", 'write "AND"'),
        ("OR 逾期", "OR lacks a condition", 'write "OR"'),
        ("NOT", "NOT lacks a condition", "add one"),
        ("逾\x00期", "character 2: a control character", "remove it"),
        ("stge:lead", "there is no field “stge”", "stage"),
        ("since:[2026", "this is not a range", "[2026-01 TO]"),
        ("since:yesterday", "is not a day", "today-30d"),
    ],
)
def test_a_mistake_says_where_what_and_how(searcher: Searcher, query: str, said: str, mend: str) -> None:
    with pytest.raises(UsageFault) as caught:
        searcher.search(query, today=TODAY)
    assert said in caught.value.message.en
    assert caught.value.hint is not None
    assert mend in caught.value.hint.en
    assert "第" in caught.value.message.zh or "“" in caught.value.message.zh


BOMBS = [
    "*" * 1000, "a*b*c*" * 200, " ".join(f"w{number}" for number in range(10_000)),
    "(" * 5000 + "x" + ")" * 5000, '"' * 999, "-" * 1500 + "x", "NOT " * 400 + "x", "(a OR " * 300,
    "\x00" * 100, "x" * 1_000_000, "逾" * 1_000_000, "[" * 1900, "a:" * 900, "since:[" * 200, "期" * 1900,
    "a" * 1999, "x OR " * 49 + "x", " ".join(["逾期"] * 50), "e " * 49, "- " * 900, "\u202e" * 1900,
]  # fmt: skip


@pytest.mark.parametrize("query", BOMBS, ids=range(len(BOMBS)))
def test_a_query_meant_to_hurt_ends_soon(searcher: Searcher, query: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(UsageFault):
        searcher.search(query, limit=20)
    assert time.monotonic() - started < 2
