"""From an entry to what the index stores of it: rows of bytes and, from them alone, its terms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from custodex.hanzi import fold
from custodex.search.cards import Card, broader
from custodex.search.entries import Entry
from custodex.search.fields import Fields
from custodex.search.grams import ID, KEYWORD, all_terms, tag

COLUMNS = ("card", "emails", "names", "numbers", "pinyin", "text")
Rows = Mapping[str, bytes]
_END, _SPELLED = "\x1f", "\x1e"


def rows_of(entry: Entry, fields: Fields) -> Rows:
    """Return the rows of one customer: values one a line, texts with the tag of their field."""
    tags = {name: tag(number) for number, name in enumerate(fields.texts)}
    texts = [tags[name] + value for name, value in entry.texts if name in tags]
    lines = {
        "emails": entry.emails,
        "names": entry.names,
        "numbers": entry.numbers,
        "pinyin": entry.pinyin,
        "text": texts,
    }
    rows = {name: "\n".join(values).encode("utf-8", "surrogatepass") for name, values in lines.items()}
    return {"card": entry.card.to_row(), **rows}


def terms_of(rows: Rows, card: Card) -> set[str]:
    """Return the terms of one customer; whoever has the rows can index them again."""
    return all_terms(rows) | keyword_terms(card) | {id_term(card.id)}


def id_term(customer: str) -> str:
    """Return the term that only this customer has."""
    return ID + customer


@lru_cache(maxsize=16384)
def keyword_term(field: str, value: str = "") -> str:
    """Return the term of a value of a keyword field; without a value, the one of having any."""
    return f"{KEYWORD}{field}{_END}{fold(value)}"


def spelled_term(field: str, value: str = "") -> str:
    """Return the term that keeps how a value of a keyword field is spelled, where folding changes it."""
    return f"{KEYWORD}{field}{_SPELLED}{value}"


def keyword_terms(card: Card) -> set[str]:
    """Return the terms of a customer's keyword fields and dates."""
    terms = set()
    for field, values in card.facets.items():
        terms.add(keyword_term(field))
        for value in values:
            for one in (value, *broader(field, value)):
                terms.add(keyword_term(field, one))
                if not one.islower():
                    terms.add(spelled_term(field, one))
    for field, day in card.dates.items():
        terms |= {keyword_term(field), keyword_term(field, day)}
    return terms
