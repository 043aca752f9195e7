"""The index follows the records: in one commit, equal to a full build, rebuilt whenever something is odd."""

from __future__ import annotations

import json
import multiprocessing
import random
from pathlib import Path

import pytest

from custodex.errors import EnvironmentFault
from custodex.postings import positions
from custodex.search import Searcher, SyncResult, open_index, sync
from custodex.search.cards import from_row
from custodex.whooshindex import Index
from search_samples import MemoryReader, customer, customers

COUNT = 40


def dump(folder: Path) -> dict[str, set[str]]:
    """Return every term with the ids of the live customers that hold it."""
    found: dict[str, set[str]] = {}
    for segment in Searcher(folder).segments:
        ids = {number: from_row(segment.rows("card")[number]).id for number in positions(segment.live)}
        for term, _ in segment.items(""):
            members = {ids[number] for number in positions(segment.holding(term) & segment.live)}
            if members:
                found.setdefault(term, set()).update(members)
    return found


@pytest.fixture
def reader() -> MemoryReader:
    return MemoryReader(customers(COUNT))


def test_nothing_changed_writes_nothing(reader: MemoryReader, tmp_path: Path) -> None:
    assert sync(reader, tmp_path) == SyncResult(COUNT, 0, rebuilt=True)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert sync(reader, tmp_path) == SyncResult(0, 0, rebuilt=False)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_a_change_is_one_commit_and_costs_one_customer(reader: MemoryReader, tmp_path: Path) -> None:
    sync(reader, tmp_path)
    generation = json.loads((tmp_path / "state.json").read_text())["generation"]
    reader.put(customer(0, seed=2))
    assert sync(reader, tmp_path) == SyncResult(1, 1, rebuilt=False)
    assert json.loads((tmp_path / "state.json").read_text())["generation"] == generation + 1


def test_many_small_syncs_equal_a_full_build(reader: MemoryReader, tmp_path: Path) -> None:
    source = random.Random(4)
    sync(reader, tmp_path / "step")
    for step in range(30):
        numbers = source.sample(range(COUNT + 20), 3)
        reader.put(*(customer(number, seed=step) for number in numbers[:2]))
        gone = [key for key in (f"customers/{customer(numbers[2]).id}",) if reader.record(key)]
        if gone:
            reader.drop(*gone)
        assert not sync(reader, tmp_path / "step").rebuilt
    sync(reader, tmp_path / "full")
    assert dump(tmp_path / "step") == dump(tmp_path / "full")
    stepped, full = Searcher(tmp_path / "step"), Searcher(tmp_path / "full")
    assert len(stepped.segments) < 12
    for query in ("科技", "逾期", "zeng", "yf", "139", "firm", "stage:customer", "", "逾期 OR 科技"):
        assert stepped.search(query) == full.search(query)


def test_stubs_and_tombstones_are_not_customers(reader: MemoryReader, tmp_path: Path) -> None:
    sync(reader, tmp_path)
    merged = customer(0)
    merged.documents[0].value["merged_into"] = customer(1).id  # type: ignore[index]
    erased = customer(2)
    erased.documents[0].value["erased"] = {"reason": "asked"}  # type: ignore[index]
    reader.put(merged, erased)
    assert sync(reader, tmp_path) == SyncResult(0, 2, rebuilt=False)
    assert Searcher(tmp_path).search().total == COUNT - 2


@pytest.mark.parametrize("field", ["epoch", "fingerprint"])
def test_another_catalog_or_schema_begins_anew(reader: MemoryReader, tmp_path: Path, field: str) -> None:
    sync(reader, tmp_path)
    setattr(reader, field, "another")
    assert sync(reader, tmp_path).rebuilt


def test_an_index_of_another_version_begins_anew(reader: MemoryReader, tmp_path: Path) -> None:
    sync(reader, tmp_path)
    state = json.loads((tmp_path / "state.json").read_text())
    (tmp_path / "state.json").write_text(json.dumps({**state, "version": 0}))
    assert sync(reader, tmp_path).rebuilt


def test_every_damaged_file_leads_to_a_rebuild(reader: MemoryReader, tmp_path: Path) -> None:
    sync(reader, tmp_path)
    expected = dump(tmp_path)
    names = [
        path.suffix for path in tmp_path.iterdir() if path.name != "fold.txt" and "LOCK" not in path.name
    ]
    for suffix in sorted(set(names)):
        for damage in (
            Path.unlink,
            lambda path: path.write_bytes(path.read_bytes()[:-7]),
            lambda path: path.write_bytes(b""),
        ):
            path = next(path for path in tmp_path.iterdir() if path.suffix == suffix)
            damage(path)
            open_index(reader, tmp_path)
            assert dump(tmp_path) == expected, (suffix, damage)


def test_a_crash_between_commit_and_note_begins_anew(reader: MemoryReader, tmp_path: Path) -> None:
    sync(reader, tmp_path)
    note = (tmp_path / "state.json").read_text()
    reader.put(customer(0, seed=2))
    sync(reader, tmp_path)
    (tmp_path / "state.json").write_text(note)
    assert sync(reader, tmp_path).rebuilt


def test_a_busy_index_is_an_environment_fault(reader: MemoryReader, tmp_path: Path) -> None:
    sync(reader, tmp_path)
    reader.put(customer(0, seed=2))
    holder = Index(tmp_path)
    assert holder.acquire(1)
    with pytest.raises(EnvironmentFault, match="another process is writing the search index"):
        sync(reader, tmp_path, wait=0.1)
    holder.release()
    assert sync(reader, tmp_path).added == 1


def _sync_in_child(folder: Path) -> None:
    sync(MemoryReader(customers(COUNT)), folder)


def test_two_processes_at_once_leave_one_good_index(reader: MemoryReader, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_sync_in_child, args=(tmp_path / "both",)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0
    sync(reader, tmp_path / "one")
    assert dump(tmp_path / "both") == dump(tmp_path / "one")


def test_building_in_several_processes_gives_the_same_answers(tmp_path: Path) -> None:
    many = list(customers(2100, notes=1))
    assert sync(MemoryReader(many), tmp_path / "two", processes=2) == SyncResult(2100, 0, rebuilt=True)
    sync(MemoryReader(many), tmp_path / "one", processes=1)
    two, one = Searcher(tmp_path / "two"), Searcher(tmp_path / "one")
    assert len(two.segments) > 1
    for query in ("科技", "逾期", "zeng", ""):
        assert two.search(query, limit=50) == one.search(query, limit=50)
