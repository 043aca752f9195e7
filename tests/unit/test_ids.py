"""Identifiers are random, typed back without harm, and say when they were mistyped."""

from __future__ import annotations

import random

import pytest

from custodex.ids import ALPHABET, check_character, has_id_form, is_id, new_event_suffix, new_id


def test_a_new_id_is_eleven_characters_a_letter_first_and_valid() -> None:
    for _ in range(200):
        one = new_id()
        assert len(one) == 11
        assert one[0].isalpha()
        assert is_id(one)


def test_every_single_wrong_character_is_caught() -> None:
    one = new_id()
    wrong = [one[:at] + char + one[at + 1 :] for at in range(11) for char in ALPHABET if char != one[at]]
    assert not [text for text in wrong if is_id(text)]


def test_every_swap_of_two_characters_is_caught() -> None:
    draw = random.Random(7)
    for _ in range(300):
        one = new_id()
        left, right = sorted(draw.sample(range(11), 2))
        chars = list(one)
        chars[left], chars[right] = chars[right], chars[left]
        assert chars == list(one) or not is_id("".join(chars))


@pytest.mark.parametrize(
    "text", ["", "abc", "A" * 11, "0123456789a", "abcdefghij", "abcdefghijkl", "aaaaaaaaaal"]
)
def test_what_has_not_the_form_of_an_id_is_none(text: str) -> None:
    assert not is_id(text)


def test_the_form_is_recognised_with_a_wrong_check_character() -> None:
    one = new_id()
    other = next(char for char in ALPHABET if char != one[-1])
    assert has_id_form(one[:-1] + other)
    assert not is_id(one[:-1] + other)


def test_the_check_character_is_stable() -> None:
    assert check_character("a123456789") == check_character("a123456789")
    assert check_character("a123456789") in ALPHABET


def test_event_suffixes_differ() -> None:
    assert len({new_event_suffix() for _ in range(500)}) == 500
