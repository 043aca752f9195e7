"""The terms a customer has in the browser's postings: of its texts, its keyword fields, and classes of characters.

Those of texts and keyword fields are the terms of the index.

Classes throw the characters of a triple into forty classes each, which narrows long phrases without a term for
each of the millions of triples; they are capital letters, which folding removes. The index itself holds longer
pieces only where they are frequent, which one changed record could change for all others.
"""

from __future__ import annotations

import re
from operator import add

from custodex.search.cards import DATES, Card
from custodex.search.grams import KEYWORD, LATIN, LATIN_RUN, LONGEST_WORD, OTHER_RUN, PLAIN, SHORT, SYMBOL
from custodex.search.rows import END, SPELLED, field_terms

BETWEEN = "  "
"""Stands between values on one line; no value whose white space is one space each holds it."""
_CLASSES = "ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍ"
_NOT_OTHER = re.compile(f"[{LATIN}{PLAIN}]+")


class _Classes(dict[int, str]):
    """Throws characters into forty classes, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = char = _CLASSES[(code * 40503 >> 4 & 0xFFFF) % len(_CLASSES)]
        return char


_CLASS_OF = _Classes({10: "\n"})


def class_terms(text: str) -> set[str]:
    """Return the classes of all triples of neighbouring characters of the row of texts."""
    return run_classes(_NOT_OTHER.sub("\n", text))


def run_classes(runs: str) -> set[str]:
    """Return those of runs of characters that are neither Latin nor plain, one a line."""
    classes = runs.translate(_CLASS_OF)
    triples = map(add, map(add, classes, classes[1:]), classes[2:])
    return {triple for triple in triples if "\n" not in triple}


def text_terms(text: str) -> set[str]:
    """Return all terms of the row of texts."""
    words = set(LATIN_RUN.findall(text))
    terms = {word[:LONGEST_WORD] for word in words}
    for size in range(1, SHORT + 1):
        terms.update(f"{word[:size]}*" for word in words)
    terms.update(SYMBOL.findall("".join(set(text))))
    for run in OTHER_RUN.findall(text):
        terms.update(map(add, run, run[1:]))
    return terms | class_terms(text)


def is_exported(term: str) -> bool:
    """Tell whether the browser gets a term of the index: those of texts and of values of keyword fields."""
    return term > "\x20" or (term[0] == KEYWORD and SPELLED not in term and _field(term) not in DATES)


def _field(term: str) -> str:
    return term[1:].partition(END)[0]


def keywords_of(card: Card) -> str:
    """Return the keyword fields of a customer on one line: `note.by:li-wen`, `BETWEEN`, `stage:lead`."""
    return BETWEEN.join(
        f"{field}:{' '.join(value.split())}" for field in sorted(card.facets) for value in card.facets[field]
    )


def keyword_line_terms(line: str) -> set[str]:
    """Return the terms of what `keywords_of` returned."""
    pairs = (one.partition(":") for one in line.split(BETWEEN) if one)
    return {term for field, _, value in pairs for term in field_terms(field, [value]) if is_exported(term)}
