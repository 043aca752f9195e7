"""From an entry to what the index stores of it: rows of text and, from them alone, its terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from custodex.hanzi import fold
from custodex.indexfiles import BETWEEN, SMALL
from custodex.search.cards import Card, broader
from custodex.search.entries import Entry
from custodex.search.fields import Fields
from custodex.search.grams import ID, KEYWORD, tag

Rows = Mapping[str, str]
"""Names, pinyin, numbers, emails and text: values one a line, texts with the tag of their field; days:
`_days`."""
END, SPELLED = "\x1f", "\x1e"
"""What stands between a keyword field and a value in a term; between it and the value as it is spelled."""
_REST = re.compile("-[0-9a-z-]{1,80}")
_FIRST_DAY = date(1970, 1, 1).toordinal()


def rows_of(entry: Entry, fields: Fields) -> Rows:
    """Return the rows of one customer."""
    tags = _tags(fields)
    known = [
        (tags[name] + value, event)
        for (name, value), event in zip(entry.texts, entry.events, strict=True)
        if name in tags
    ]
    return {
        "names": "\n".join(entry.names),
        "pinyin": "\n".join(entry.pinyin),
        "numbers": "\n".join(entry.numbers),
        "emails": "\n".join(entry.emails),
        "text": "\n".join([line for line, _ in known]),
        "days": _days([event for _, event in known]),
    }


def _days(events: Sequence[str]) -> str:
    """Return the day of each text as one character (`day_sign`), of which event they are.

    Behind all days follows the rest of an event's name, where there is one, with the number of the text: ` 4:9fj2k1`.
    """
    more = [f" {number}:{event[11:]}" for number, event in enumerate(events) if _REST.fullmatch(event[10:])]
    return "".join([*(day_sign(event[:10]) for event in events), *more])


@lru_cache(maxsize=4096)
def day_sign(day: str) -> str:
    """Return a day as one character: `0` for none, behind it the days since 1970 of the years up to 2117."""
    try:
        count = date.fromisoformat(day).toordinal() - _FIRST_DAY
    except ValueError:
        return "0"
    return chr(0x30 + count) if 0 < count < 54_000 else "0"


@lru_cache(maxsize=4)
def _tags(fields: Fields) -> Mapping[str, str]:
    return {name: tag(number) for number, name in enumerate(fields.texts)}


def packed(rows: Rows, card: Card) -> Mapping[str, bytes]:
    """Return the rows as they are stored."""
    small = BETWEEN.join([rows[name].encode("utf-8", "surrogatepass") for name in SMALL])
    return {"card": card.to_row(), "names": small, "text": rows["text"].encode("utf-8", "surrogatepass")}


def id_term(customer: str) -> str:
    """Return the term that only this customer has."""
    return ID + customer


@lru_cache(maxsize=16384)
def keyword_term(field: str, value: str = "") -> str:
    """Return the term of a value of a keyword field; without a value, the one of having any."""
    return f"{KEYWORD}{field}{END}{fold(value)}"


def spelled_term(field: str, value: str = "") -> str:
    """Return the term that keeps how a value of a keyword field is spelled, where folding changes it."""
    return f"{KEYWORD}{field}{SPELLED}{value}"


def keyword_terms(card: Card) -> set[str]:
    """Return the terms of a customer's keyword fields and dates."""
    terms = {term for field, values in card.facets.items() for term in field_terms(field, values)}
    for field, day in card.dates.items():
        terms |= {keyword_term(field), keyword_term(field, day)}
    return terms


def field_terms(field: str, values: Iterable[str]) -> Iterator[str]:
    """Yield the terms of a keyword field with *values*."""
    yield keyword_term(field)
    for value in values:
        yield from _value_terms(field, value)


@lru_cache(maxsize=16384)
def _value_terms(field: str, value: str) -> tuple[str, ...]:
    return tuple(_each_value(field, value))


def _each_value(field: str, value: str) -> Iterator[str]:
    for one in (value, *broader(field, value)):
        yield keyword_term(field, one)
        if not one.islower():
            yield spelled_term(field, one)
