"""Mails that no honest program writes: a reason or their text as it came, never a crash."""

from __future__ import annotations

import pytest

from custodex.imports.mails import read_mails

BROKEN = "=?utf-8?b?a?="


@pytest.mark.parametrize(
    "head", [f"Subject: {BROKEN}", f'Content-Disposition: attachment; filename="{BROKEN}"']
)
def test_an_encoded_word_that_cannot_be_decoded_stays_as_it_came(head: str) -> None:
    said = f"From: a@example.com\nTo: b@example.com\n{head}\nMessage-ID: <1@example.com>\n\nhello\n"
    (mail,) = read_mails("one.eml", said.encode())
    assert BROKEN in (mail.subject, *mail.attachments)


@pytest.mark.parametrize(
    "date", ["Mon, 99999999999 Jan 2024 00:00:00", "Mon, 1 Jan 2024 00:00:00 +099999999999999"]
)
def test_a_date_of_no_calendar_is_none(date: str) -> None:
    (mail,) = read_mails("one.eml", f"From: a@example.com\nDate: {date}\n\nhello\n".encode())
    assert mail.when is None
