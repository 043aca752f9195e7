"""Merging two changes field by field: what holds for any three documents, and the words of single cases."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from custodex.hints import Node
from custodex.threeway import ABSENT, Conflict, merge, same

TEXT = Node({"type": "string"})
PHONE = Node({}, {"number": TEXT, "type": TEXT, "primary": TEXT})
TAGS = Node({"uniqueItems": True}, items=TEXT)
LINES = Node({}, items=TEXT)
PHONES = Node({"x-key": "number"}, items=PHONE)
SPOUSE = Node({}, {"name": TEXT, "phones": PHONES})
RECORD = Node(
    {}, {"name": TEXT, "stage": TEXT, "tags": TAGS, "lines": LINES, "phones": PHONES, "spouse": SPOUSE}
)

scalars = st.sampled_from(["a", "b", "1", 1, 1.0, True, None])
keys = st.sampled_from(["1", "2", "3", "4"])
phones = st.dictionaries(
    keys, st.fixed_dictionaries({}, optional={"type": scalars, "primary": scalars}), max_size=4
).map(lambda found: [{"number": number, **rest} for number, rest in found.items()])
records = st.fixed_dictionaries(
    {},
    optional={
        "name": scalars,
        "stage": scalars,
        "tags": st.lists(st.sampled_from(["x", "y", "z"]), unique=True),
        "lines": st.lists(scalars, max_size=3),
        "phones": phones,
        "spouse": st.fixed_dictionaries({"name": scalars}, optional={"phones": phones}),
    },
)


@given(records, records)
def test_one_side_s_change_is_taken_as_it_is(base: dict[str, Any], changed: dict[str, Any]) -> None:
    for merged in (
        merge(RECORD, base, changed, base), merge(RECORD, base, base, changed), merge(RECORD, base, changed, changed)
    ):  # fmt: skip
        assert merged.conflicts == []
        assert same(merged.value, changed)


@given(records, records, records)
def test_swapping_the_sides_changes_nothing(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    one = merge(RECORD, base, ours, theirs, prefer="ours")
    other = merge(RECORD, base, theirs, ours, prefer="theirs")
    assert same(one.value, other.value)
    assert {found.place for found in one.conflicts} == {found.place for found in other.conflicts}


def leaves(value: Any, place: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Return every field, item of a keyed list and tag of a record."""
    if isinstance(value, dict):
        inner = (leaves(child, (*place, key)) for key, child in value.items())
    elif isinstance(value, list) and place[-1] == "phones":
        inner = (leaves(item, (*place, item["number"])) for item in value)
    elif isinstance(value, list) and place[-1] == "tags":
        return {place, *((*place, tag) for tag in value)}
    else:
        return {place}
    return {place}.union(*inner)


@given(records, records, records)
def test_a_place_is_gone_only_where_a_side_took_it_away(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    merged = merge(RECORD, base, ours, theirs)
    old, left, right, new = map(leaves, (base, ours, theirs, merged.value))
    conflicts = [found.place for found in merged.conflicts]
    for place in (old | left | right) - new:
        in_conflict = any(place[: len(found)] == found for found in conflicts)
        assert in_conflict or (place in old and not (place in left and place in right)), place
    for place in new:
        assert place in left or place in right


def test_both_sides_give_a_customer_a_phone_and_change_another_field_each() -> None:
    base = {"name": "a", "phones": [{"number": "1", "type": "mobile"}, {"number": "2"}]}
    ours = {"name": "b", "phones": [{"number": "1", "type": "work"}, {"number": "2"}, {"number": "3"}]}
    theirs = {"name": "a", "stage": "lead", "phones": [{"number": "1", "type": "mobile"}, {"number": "4"}]}
    merged = merge(RECORD, base, ours, theirs)
    assert merged.conflicts == []
    assert merged.value == {
        "name": "b", "stage": "lead", "phones": [{"number": "1", "type": "work"}, {"number": "3"}, {"number": "4"}],
    }  # fmt: skip


def test_tags_are_added_and_taken_away_one_by_one() -> None:
    merged = merge(RECORD, {"tags": ["x", "y"]}, {"tags": ["y", "z"]}, {"tags": ["x", "y", "w"]})
    assert (merged.value, merged.conflicts) == ({"tags": ["y", "w", "z"]}, [])


def test_one_field_changed_twice_is_left_to_a_person() -> None:
    merged = merge(RECORD, {"stage": "lead"}, {"stage": "customer"}, {"stage": "lost"}, prefer="theirs")
    assert merged.value == {"stage": "lost"}
    assert merged.conflicts == [Conflict(("stage",), "lead", "customer", "lost")]


def test_a_phone_taken_away_here_and_changed_there_is_left_to_a_person() -> None:
    base = {"phones": [{"number": "1", "type": "mobile"}]}
    merged = merge(RECORD, base, {"phones": []}, {"phones": [{"number": "1", "type": "work"}]})
    assert merged.value == {"phones": []}
    assert merged.conflicts == [
        Conflict(("phones", "1"), base["phones"][0], ABSENT, {"number": "1", "type": "work"})
    ]


def test_a_number_and_its_text_are_different_values() -> None:
    assert merge(RECORD, {"name": 1}, {"name": True}, {"name": "1"}).conflicts


def test_a_list_without_identity_is_one_value() -> None:
    merged = merge(RECORD, {"lines": ["a"]}, {"lines": ["a", "b"]}, {"lines": ["a", "c"]})
    assert [found.place for found in merged.conflicts] == [("lines",)]


def test_doubled_keys_of_the_base_lose_nothing_and_bring_nothing_back() -> None:
    base = {
        "phones": [{"number": "1", "type": "a"}, {"number": "1", "type": "b"}, {"number": "2", "type": "c"}]
    }
    ours = {"phones": [{"number": "1", "type": "a"}, {"number": "2", "type": "c"}]}
    theirs = {"phones": [{"number": "1", "type": "b"}]}
    found = merge(RECORD, base, ours, theirs)
    # 2 was taken away by one side and left alone by the other; which 1 is meant nobody can say
    assert [item["number"] for item in found.value["phones"]] == ["1"]
    assert [conflict.place for conflict in found.conflicts] == [("phones", "1", "type")]
    assert merge(RECORD, base, ours, base).value == ours
