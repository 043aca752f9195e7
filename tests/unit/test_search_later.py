"""The second layer of the search files: what was added waits there, what is gone is gone at once."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from custodex.examining import Record
from custodex.search.tierlater import LEAST, Later
from custodex.search.unindexed import all_files, changed_files
from search_samples import MemoryReader, customer, customer_id, customers, record
from tier_views import view

COUNT = 120
ALWAYS = 0
"""A second layer in the smallest of books."""


class Site:
    """The search files of some customers, brought up to date after every change."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.reader = MemoryReader(records)
        self.files = dict(all_files(self.reader))

    def update(self, *put: Record, drop: Sequence[Record] = (), least: int = ALWAYS) -> dict[str, bytes]:
        """Change the book and return the files written."""
        self.reader.put(*put)
        self.reader.drop(*(one.key for one in drop))
        patch = changed_files(self.reader, [one.id for one in (*put, *drop)], self.files.get, least)
        assert patch is not None
        self.files = {name: data for name, data in {**self.files, **patch}.items() if data}
        return patch

    def full(self) -> dict[str, bytes]:
        """Return the files as a full export makes them."""
        return dict(all_files(self.reader))


def noted(one: Record, *summaries: str) -> Record:
    """Return a customer with more notes."""
    notes = [note.value for note in one.all("note")]
    more = [
        {"id": f"n{at}", "occurred_at": f"2026-03-0{at + 1}T10:00:00+08:00", "summary": text}
        for at, text in enumerate(summaries)
    ]
    main = dict(one.main)
    return record(main, note=[*notes, *more])


def test_at_every_step_the_files_say_what_a_full_export_says() -> None:
    source, site = random.Random(5), Site(customers(COUNT))
    for step in range(6):
        numbers = source.sample(range(COUNT + 60), 5)
        gone = [one for one in map(customer, numbers[3:]) if site.reader.record(one.key)]
        site.update(*(customer(number, seed=step) for number in numbers[:3]), drop=gone)
        assert view(site.files) == view(site.full())
    assert site.files != site.full(), "or nothing waited"
    site.update(least=LEAST)
    assert site.files == site.full(), "worked in, byte for byte"


def test_what_is_added_leaves_the_postings_alone() -> None:
    site = Site([noted(one) for one in customers(COUNT)])
    note = site.update(noted(customer(7), "逾期的发票已经补开", "renewal of the framework"))
    new = site.update(customer(COUNT + 1))
    for patch in (note, new):
        assert not [name for name in patch if name.startswith("p-")]
    assert len(note) <= 4
    assert sorted(name[0] for name in new) == ["d", "d", "i", "x"]
    assert view(site.files) == view(site.full())


def test_a_value_that_is_gone_is_in_no_file() -> None:
    first = noted(customer(3), "quixotic 魑魅魍魉")
    site = Site([*(one for one in customers(COUNT) if one.id != first.id), first])
    site.update(noted(customer(3), "zephyrous 饕餮"))
    assert_nowhere(site, "quixotic", "魑魅", "魍魉")
    site.update(noted(customer(3), "calm"))
    assert_nowhere(site, "zephyrous", "饕餮")
    name = str(customer(5).main["name"])
    others = "".join(str(one.main) for one in customers(COUNT) if one.id != customer(5).id)
    site.update(drop=[customer(5)])
    assert view(site.files) == view(site.full())
    for text in (name, *(str(value) for value in customer(5).main.values() if isinstance(value, str))):
        if text not in others and text != customer(5).id and len(text) > 3:
            assert_nowhere(site, text)


def assert_nowhere(site: Site, *texts: str) -> None:
    """Look through all files."""
    for text in texts:
        assert not [name for name, data in site.files.items() if text.encode() in data], text


def test_a_customer_that_comes_back() -> None:
    site = Site(customers(COUNT))
    site.update(drop=[customer(9)])
    site.update(customer(9, seed=4))
    assert view(site.files) == view(site.full())
    site.update(drop=[customer(9)])
    assert view(site.files) == view(site.full())
    site.update(customer(9))
    site.update(least=LEAST)
    assert site.files == site.full()


def test_a_long_list_is_a_file_of_its_own_while_it_is_long() -> None:
    many = [
        record(
            {
                "id": customer_id(number),
                "name": f"No {number}",
                "needs": "crane" if number % 50 else "crane hook",
            }
        )
        for number in range(4050)
    ]
    site = Site(many)
    assert [name for name in site.files if name.startswith("w-")]
    assert view(site.files) == view(site.full())
    site.update(drop=many[:60], least=10**6)
    assert site.files == site.full()
    assert not [name for name in site.files if name.startswith("w-")], "none is left behind"
    site.update(*many[:60], least=10**6)
    assert site.files == site.full()
    assert [name for name in site.files if name.startswith("w-")]


def test_a_small_book_has_no_second_layer_and_a_full_one_is_worked_in() -> None:
    site = Site(customers(COUNT))
    site.update(customer(1, seed=3), customer(COUNT + 5), drop=[customer(2)], least=LEAST)
    assert site.files == site.full()
    assert not Later().is_much(LEAST, LEAST)
    assert Later(terms={str(one): {*map(str, range(500))} for one in range(100)}).is_much(LEAST, LEAST)
    assert Later(gone={*map(str, range(300))}).is_much(LEAST, LEAST)
    assert not Later(gone={*map(str, range(300))}).is_much(100_000, LEAST)
