"""The terms a text has in the browser's postings: those of the index, and classes of three characters.

Classes throw the characters of a triple into forty classes each, which narrows long phrases without a term for
each of the millions of triples; they are capital letters, which folding removes. The index itself holds longer
pieces only where they are frequent, which one changed record could change for all others.
"""

from __future__ import annotations

import re
from operator import add

from custodex.search.grams import LATIN, LATIN_RUN, LONGEST_WORD, OTHER_RUN, PLAIN, SHORT, SYMBOL

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
    classes = _NOT_OTHER.sub("\n", text).translate(_CLASS_OF)
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
