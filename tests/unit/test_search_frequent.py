"""Pieces that stand in many documents: where terms alone must say which of them hold the whole of it."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest

from custodex.errors import UsageFault
from custodex.examining import Record
from custodex.hanzi import fold
from custodex.search import Searcher, finding, grams, oracle, sync
from custodex.search.entries import Entries, Entry
from custodex.search.fields import fields_of
from search_samples import MemoryReader, book, customer_id, record

COUNT = 320
FIELDS = fields_of(book().schemas)
_CHARS = "账期温控框架"
_WORDS = ("safe", "safety", "stock", "stocks", "frame", "of", "o", "5g")
_STOCK = ("客户希望在下个季度增加备货并延长账期到六十天", "we talked about renewing the framework agreement")


def _said(source: random.Random) -> str:
    """Return a text in which nearly every pair of characters and of words is frequent."""
    parts = []
    for _ in range(source.randint(1, 6)):
        kind = source.random()
        if kind < 0.5:
            parts.append("".join(source.choices(_CHARS, k=source.randint(1, 20))))
        elif kind < 0.8:
            parts.append(" ".join(source.choices(_WORDS, k=source.randint(1, 6))))
        else:
            parts.append(source.choice(_STOCK))
    return source.choice((" ", "，", ". ", "")).join(parts)


@cache
def records() -> tuple[Record, ...]:
    source, made = random.Random(11), []
    for number in range(COUNT):
        people = {
            "id": "p1",
            "name": " ".join(source.choices(("Ann", "Anna", "Nan"), k=2)),
            "phones": [
                {"number": f"+86 139{source.choice('01')}{source.choice('01')}1010", "type": "mobile"}
            ],
            "emails": [{"address": f"{source.choice('ab')}.{source.choice('ab')}@mail.example.com"}],
        }
        name = "".join(source.choices("云帆科技行", k=source.randint(1, 11)))
        main = {"id": customer_id(number), "type": "organization", "name": name, "needs": _said(source)}
        note = [{"type": "call", "occurred_at": "2026-01-01T08:00:00Z", "summary": _said(source)}]
        made.append(record(main, contacts={"people": [people]}, note=note))
    return tuple(made)


@cache
def entries() -> tuple[Entry, ...]:
    taking = Entries(book().schemas)
    return tuple(map(taking.of, records()))


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("index")
    sync(MemoryReader(records()), folder)
    return Searcher(folder)


def values(entry: Entry) -> list[str]:
    return [*entry.names, *entry.pinyin, *entry.initials, *entry.emails, *entry.numbers] + [
        text for _, text in entry.texts
    ]


def queries(count: int) -> list[str]:
    """Return pieces of values, pieces put together from two, and words in a row."""
    source, found = random.Random(12), []
    everything = sorted({value for entry in entries() for value in values(entry)})
    for _ in range(count):
        kind = source.random()
        if kind < 0.6:
            value = source.choice(everything)
            at = source.randrange(len(value))
            piece = value[at : at + source.randint(1, 24)]
        elif kind < 0.8:
            piece = "".join(source.choices(_CHARS + "云帆科技行", k=source.randint(2, 18)))
        else:
            piece = " ".join(source.choices(_WORDS, k=source.randint(1, 6)))
            piece = piece[: len(piece) - source.randint(0, 2)]
        if piece := fold(piece):
            found.append(piece)
    return found


def test_every_piece_is_found_exactly(searcher: Searcher) -> None:
    assert grams.few(COUNT) < COUNT / 2  # else nothing here is frequent
    for piece in queries(400):
        wanted = {entry.card.id for entry in entries() if oracle.has_term(entry, piece)}
        assert {hit.id for hit in searcher.search(f'"{piece}"').hits} == wanted, piece


def test_names_are_ranked_by_how_they_match(searcher: Searcher) -> None:
    for piece in [one for one in queries(200) if not one.isascii()]:
        scores = {hit.id: hit.score for hit in searcher.search(f'name:"{piece}"').hits}
        for entry in entries():
            exact, begins = piece in entry.names, any(name.startswith(piece) for name in entry.names)
            part = any(piece in name for name in entry.names)
            assert scores.get(entry.card.id, 0) == (100 if exact else 90 if begins else 70 if part else 0), (
                piece
            )


def test_small_segments_answer_like_one(searcher: Searcher, tmp_path: Path) -> None:
    reader = MemoryReader(records()[:200])
    sync(reader, tmp_path)
    for at in range(200, COUNT, 40):
        reader.put(*records()[at : at + 40])
        sync(reader, tmp_path)
    stepped = Searcher(tmp_path)
    assert len(stepped.segments) > 1
    for piece in queries(60):
        assert stepped.search(f'"{piece}"') == searcher.search(f'"{piece}"'), piece


def test_a_query_that_would_read_for_long_is_refused(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_READ", 300)
    assert searcher.search("needs:客户").total
    with pytest.raises(UsageFault, match="too many texts"):
        searcher.search("needs:客户 OR needs:希望 OR needs:备货 OR needs:账期 OR needs:六十")
