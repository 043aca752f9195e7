"""Why a customer was found: for every way a term matches, the piece of the value that shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custodex.hanzi import Fold
from custodex.indexfiles import Segment
from custodex.search.evaluate import as_number, first_letters, is_letters, pinyin_pattern
from custodex.search.fields import NAME_FIELDS, Fields
from custodex.search.grams import line_has
from custodex.search.query import Field, Term

_AROUND = 24


def reasons(
    segment: Segment, number: int, shown: Sequence[Term | Field], fold: Fold, fields: Fields
) -> Mapping[str, str]:
    """Return reason -> snippet for the terms of a query; the first match of each reason."""
    found: dict[str, str] = {}
    for one in shown:
        term = fold(one.text if isinstance(one, Term) else one.value)
        named = one.name if isinstance(one, Field) else ""
        if term and (not named or named in NAME_FIELDS or fields.tags(named)):
            for reason, snippet in _of_term(segment, number, term, fields):
                found.setdefault(reason, snippet)
    return found


def _of_term(segment: Segment, number: int, term: str, fields: Fields) -> list[tuple[str, str]]:
    lines = {
        row: segment.rows(row)[number].decode("utf-8", "surrogatepass").split("\n")
        for row in ("names", "numbers", "emails", "pinyin", "text")
    }
    found = [("name", line) for line in lines["names"] if term in line]
    if is_letters(term):
        pattern = pinyin_pattern(term)
        found += [("pinyin", line) for line in lines["pinyin"] if pattern.search(line)]
        found += [
            ("initials", line) for line in lines["pinyin"] if len(term) > 1 and term in first_letters(line)
        ]
    digits = as_number(term)
    found += [("number", line) for line in lines["numbers"] if digits and digits in line]
    found += [("email", line) for line in lines["emails"] if term in line]
    for line in lines["text"]:
        if line and line_has(line[1:], term):
            found.append((_field(line, fields), snippet(line[1:], term)))
    return found


def _field(line: str, fields: Fields) -> str:
    place = ord(line[0]) & 0xFFFF
    return fields.texts[place].partition(".")[0] if place < len(fields.texts) else "text"


def snippet(text: str, term: str) -> str:
    """Return the piece of *text* around *term*."""
    at = max(text.find(term), 0)
    start, end = max(0, at - _AROUND), at + len(term) + _AROUND
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
