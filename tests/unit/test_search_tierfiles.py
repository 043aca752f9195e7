"""The exported tiers: the same bytes for the same index, and a patch equal to exporting anew."""

from __future__ import annotations

import random
from pathlib import Path

from custodex.search import Searcher, sync
from custodex.search.tierpatch import patched
from custodex.search.tiers import Layout, tiers
from custodex.search.unindexed import all_files, changed_files
from search_samples import MemoryReader, customer, customers

COUNT = 120


def test_patching_equals_exporting_anew(tmp_path: Path) -> None:
    source = random.Random(2)
    reader = MemoryReader(customers(COUNT))
    sync(reader, tmp_path)
    files = dict(tiers(Searcher(tmp_path)))
    for step in range(6):
        numbers = source.sample(range(COUNT + 60), 4)
        changed = [customer(number, seed=step) for number in numbers[:3]]
        gone = [one for one in (customer(numbers[3]),) if reader.record(one.key)]
        reader.put(*changed)
        reader.drop(*(one.key for one in gone))
        sync(reader, tmp_path)
        searcher, ids = Searcher(tmp_path), [one.id for one in (*changed, *gone)]
        patch = patched(searcher, ids, files.get)
        assert patch is not None
        assert changed_files(reader, ids, files.get) == patch, "with or without an index"
        assert len(patch) < len(files)
        files.update(patch)
        assert files == dict(tiers(searcher)) == dict(all_files(reader))


def test_who_takes_a_number_left_over_is_found_from_an_index_as_from_the_records(tmp_path: Path) -> None:
    """Customers whose slots lie at the end take numbers from the beginning: their lists are sorted all the same."""
    layout = Layout.of(50)
    late = sorted(customers(400), key=lambda one: (layout.slot(one.id), one.id))[-50:]
    numbers = list(layout.numbers(0, [one.id for one in late]))
    assert numbers != sorted(numbers)
    reader = MemoryReader(late)
    sync(reader, tmp_path)
    assert dict(tiers(Searcher(tmp_path))) == dict(all_files(reader))


def test_nothing_changed_is_an_empty_patch(tmp_path: Path) -> None:
    sync(MemoryReader(customers(COUNT)), tmp_path)
    searcher = Searcher(tmp_path)
    files = dict(tiers(searcher))
    assert patched(searcher, [], files.get) == {}
    assert patched(searcher, [customer(0).id], files.get) == {}


def test_files_that_are_missing_or_foreign_ask_for_a_full_export(tmp_path: Path) -> None:
    reader = MemoryReader(customers(COUNT))
    sync(reader, tmp_path)
    files = dict(tiers(Searcher(tmp_path)))
    reader.put(customer(0, seed=9))
    sync(reader, tmp_path)
    searcher = Searcher(tmp_path)
    assert patched(searcher, [customer(0).id], lambda name: None) is None
    assert changed_files(reader, [customer(0).id], lambda name: None) is None
    for name in files:
        if name.startswith(("n-", "index")):
            assert patched(searcher, [customer(0).id], {**files, name: b"<html>"}.get) is None
            assert changed_files(reader, [customer(0).id], {**files, name: b"<html>"}.get) is None
