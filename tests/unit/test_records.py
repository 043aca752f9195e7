"""A path says what a document is and whose, and the other way round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodex.ids import ALPHABET, new_id
from custodex.records import KIND, KINDS, kind_of_record, locate, path_of, record_key

IDS = st.builds(new_id)
STEMS = st.builds(
    lambda year, month, day, tail: f"{year}-{month:02}-{day:02}-{tail}",
    st.integers(1990, 2100), st.integers(1, 12), st.integers(1, 28),
    st.text(ALPHABET, min_size=6, max_size=6),
)  # fmt: skip
SLUGS = st.from_regex(r"[a-z][a-z0-9-]{1,31}", fullmatch=True)


@given(IDS, STEMS, SLUGS, st.sampled_from(KINDS))
def test_path_and_place_are_inverse(one: str, stem: str, slug: str, kind: object) -> None:
    name = kind.name  # type: ignore[attr-defined]
    single = KIND[name].shape == "single"
    identifier = slug if single else one
    path = path_of(name, identifier, stem)
    place = locate(path)
    assert place is not None
    assert (place.kind, place.id) == (name, identifier)
    assert place.record == record_key(name, identifier)
    assert kind_of_record(place.record) == (name if single else "customer")


@pytest.mark.parametrize(
    "path",
    [
        "records", "records/x.yaml", "schema/customer.schema.json", "records/customers/ab/abc/customer.yaml",
        "records/customers/zz/abcdefghjkm/customer.yaml", "records/customers/ab/abcdefghjkm/other.yaml",
        "records/customers/ab/abcdefghjkm/notes/2025/2026-01-02-abcdef.yaml",
        "records/customers/ab/abcdefghjkm/notes/2026-01-02-abcdef.yaml",
        "records/customers/ab/abcdefghjkm/tasks/2026/2026-01-02-abcdef.yaml",
        "records/customers/AB/ABCDEFGHJKM/customer.yaml", "records/customers/ab/abcdefghjkm/customer.yaml/x",
        "records/staff/Li-Na.yaml", "records/staff/li-na.yml", "records/staff/sub/li-na.yaml",
        "records/unknown/li-na.yaml", "records/customers/ab/abcdefghjkm", "records//staff/li-na.yaml",
    ],
)  # fmt: skip
def test_no_record_lives_anywhere_else(path: str) -> None:
    assert locate(path) is None
