"""Terms: what stands in the index for a piece of a value.

Latin letters and digits form words; every other script is cut into single characters and pairs. Terms of texts
stand as they are; a control character, which no folded text holds, begins all others and says which row they
come from. Longer pieces are terms of their own only where they could be in many documents: a piece of three
characters where both of its pairs are *frequent*, one of four where both of its threes are, and so on; words in
a row likewise. So a query finds either a part that few documents hold, which are then read, or the whole of it.
"""

from __future__ import annotations

import re

# fixed ranges instead of Unicode properties: Python and browsers know different versions of those
LATIN = "0-9a-z\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff"
PLAIN = "\x00-\x7f\x80-\xbf\u00d7\u00f7\u2000-\u206f\u3000-\u3004\u3008-\u303f\U00100000-\U0010ffff"
LATIN_RUN = re.compile(f"[{LATIN}]+")
OTHER_RUN = re.compile(f"[^{LATIN}{PLAIN}]+")
WORDS_RUN = re.compile(f"[{LATIN}]+(?: [{LATIN}]+)*")
SYMBOL = re.compile(f"[^\\s{LATIN}\U00100000-\U0010ffff]")
PIECES = re.compile(f"([{LATIN}]+)|([^{LATIN}{PLAIN}]+)|([^\\s])")
LONGEST_WORD = 32
LONGEST_RUN = 16
LONGEST_PART = 16
MOST_WORDS = 4
SHORT = 3
_TAG_BASE = 0x100000
_FEW = 64

NAME, NAME_MORE, EMAIL, EMAIL_MORE, NUMBER, NUMBER_MORE, SYLLABLE, LETTERS, LETTERS_MORE = (
    "\x01\x02\x03\x04\x05\x06\x07\x08\x0e"
)
KEYWORD, ID, TEXT, TEXT_MORE = "\x0b", "\x0c", "", "\x0f"
"""What begins the terms of each row; `…_MORE` those of frequent longer pieces."""
EDGE = "\x10"
"""Stands for the beginning and the end of a name or of initials inside their terms."""


def few(count: int) -> int:
    """Return how many of *count* documents are few enough to be read one by one; a term in more is frequent."""
    return max(_FEW, count >> 6)


def tag(number: int) -> str:
    """Return the character that stands before a text value and says which field it is."""
    return chr(_TAG_BASE + number)


def line_has(text: str, term: str) -> bool:
    """Tell whether a value contains a folded term; a Latin one only from the beginning of a word."""
    if not LATIN_RUN.match(term):
        return term in text
    at = text.find(term)
    while at >= 0:
        if at == 0 or not LATIN_RUN.match(text[at - 1]):
            return True
        at = text.find(term, at + 1)
    return False
