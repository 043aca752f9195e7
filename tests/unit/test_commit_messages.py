"""What a commit message may not hold, wherever in it that stands."""

from __future__ import annotations

import pytest

from custodex.enforcing import problems_of_message

NAME = "远峤仪器有限公司"


@pytest.mark.parametrize(
    "message",
    [
        "note: call 13900000101",
        "change\n\nReason: ask a@example.com",
        "change\n\nSigned-off-by: call 13900000101 <ann@example.com>",
        "Asked-by: Ann <ann@example.com>",
        f"change\n\nReason: {NAME}",
    ],
)
def test_personal_data_is_found_behind_a_colon_too(message: str) -> None:
    assert [code for code, _ in problems_of_message(message, [NAME])] == ["message-personal"]


def test_the_address_of_a_colleague_is_none_of_a_customer() -> None:
    said = "change\n\nCo-authored-by: Ann <ann@example.com>\nCustodex-Verb: note\nReason: typing error\n"
    assert not list(problems_of_message(said, [NAME]))


@pytest.mark.parametrize("char", ["\x1b", "\x7f", "\x9b", "\u2028", "\u202e"])
def test_nothing_in_a_message_paints_a_screen(char: str) -> None:
    assert [code for code, _ in problems_of_message(f"change {char}2J", ())] == ["message-control"]
