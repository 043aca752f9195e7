"""The numbers of customers in the browser's search files, and lists of them as text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodex.search.tiernumbers import DIGITS, numbers_of, read, written


@given(st.sets(st.integers(0, 1_000_000), min_size=1, max_size=300).map(sorted))
def test_lists_come_back(numbers: list[int]) -> None:
    text = written(numbers)
    assert read(text) == numbers
    assert set(text) <= set(DIGITS)


@pytest.mark.parametrize(
    "numbers",
    [
        [0],
        [88],
        [89],
        [90],
        [8099],
        [8100],
        [728_999],
        [729_000],
        [4_000_000],
        list(range(5000)),
        [0, 89, 178, 100_000],
    ],
)
def test_every_way_of_writing_comes_back(numbers: list[int]) -> None:
    assert read(written(numbers)) == numbers


def test_what_many_hold_takes_a_character_each() -> None:
    assert len(written(list(range(3, 60_000, 7)))) < 8600


def test_everybody_has_a_number_of_its_own() -> None:
    source = random.Random(3)
    for _ in range(50):
        slots = sorted(source.choices(range(64, 128), k=40))
        numbers = numbers_of(slots, range(64, 128))
        assert len(set(numbers)) == 40
        assert set(numbers) <= set(range(64, 128))
    assert numbers_of([], range(4)) == []
    assert numbers_of([2, 2, 3, 3], range(4)) == [2, 3, 0, 1]


def test_a_new_customer_moves_only_those_close_behind() -> None:
    slots = [0, 1, 1, 5, 9]
    before = numbers_of(slots, range(16))
    after = numbers_of([0, 1, 1, 1, 5, 9], range(16))
    assert before == [0, 1, 2, 5, 9]
    assert after == [0, 1, 2, 3, 5, 9]
