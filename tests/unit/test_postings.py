"""Packed lists of numbers and the table of terms give back what was put in."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodex.postings import bits, decode, encode, positions, to_bits
from custodex.termtable import TermTable, write

NUMBERS = st.sets(st.integers(0, 70_000), min_size=1, max_size=300).map(sorted)


@given(NUMBERS)
def test_numbers_come_back(numbers: list[int]) -> None:
    data = encode(numbers)
    assert decode(data) == numbers
    assert list(positions(bits(data))) == numbers
    assert to_bits(numbers) == bits(data)


@pytest.mark.parametrize(
    "numbers", [[0], [254], [255], [65535], [65536], [4_000_000], list(range(5000)), [0, 255, 510, 100_000]]
)
def test_every_packing_comes_back(numbers: list[int]) -> None:
    assert decode(encode(numbers)) == numbers


def test_dense_numbers_take_a_bit_each() -> None:
    assert len(encode(list(range(8000)))) < 1100


@given(
    st.dictionaries(
        st.binary(min_size=1, max_size=8).filter(lambda term: b"\n" not in term),
        st.binary(max_size=9),
        max_size=300,
    )
)
def test_terms_are_found_where_they_were_put(terms: dict[bytes, bytes]) -> None:
    out = io.BytesIO()
    write(out, sorted(terms.items()))
    table = TermTable(memoryview(out.getvalue()))
    assert list(table.items()) == sorted(terms.items())
    for term, data in terms.items():
        assert table.get(term) == data
        assert list(table.items(term[:1])) == sorted(
            pair for pair in terms.items() if pair[0].startswith(term[:1])
        )
    assert table.get(b"\xff\xff\xff never there") is None


def test_a_cut_table_is_refused() -> None:
    out = io.BytesIO()
    write(out, [(b"a", b"1"), (b"b", b"2")])
    with pytest.raises(ValueError, match="table of terms"):
        TermTable(memoryview(out.getvalue()[:-3]))
