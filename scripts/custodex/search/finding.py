"""Which documents of a segment hold a piece of text: from terms alone where they prove it, else from few rows.

Terms are intersected, rarest first. A piece longer than a term is looked for by longer and longer terms: either
few documents are left, which are read, or all its parts are frequent, so that the whole of it is a term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from custodex.errors import UsageFault
from custodex.indexfiles import Segment
from custodex.postings import bits, positions, to_bits
from custodex.search import grams
from custodex.search.grams import PIECES, WORDS_RUN
from custodex.texts import Text

Found = tuple[int, int]
"""The documents that certainly hold a piece, and those that have to be read to know."""
MOST_READ = 400_000
"""Rows that one query may read; about two seconds."""


class Reading:
    """Counts the rows one query reads, so that no query keeps the machine busy for long."""

    def __init__(self) -> None:
        self._left = MOST_READ

    def take(self, count: int) -> None:
        """Note that so many rows are going to be read; refuse when a query has read enough."""
        self._left -= count
        if self._left < 0:
            raise UsageFault(
                Text("查询要逐条阅读的内容太多", "this query would have to read too many texts"),
                Text("用更长、更少见的词，或先加筛选条件", "use longer, rarer words, or fewer conditions"),
            )


class Finder:
    """Looks pieces of text up in one segment; all answers are among its live documents."""

    def __init__(self, segment: Segment, reading: Reading) -> None:
        self.segment = segment
        self._few = grams.few(segment.count)
        self._reading = reading

    def part(
        self, letter: str, more: str, piece: str, *, least: int = 2, longest: int = grams.LONGEST_PART
    ) -> Found:
        """Find a piece by its terms of *least* characters, or of fewer where it is shorter, and longer ones."""
        found = self.segment.live
        size = min(len(piece), least)
        while True:
            found = self._all(more if size > least else letter, _pieces(piece, size), found)
            if size == len(piece) or not found:
                return found, 0
            if size >= longest or found.bit_count() <= self._few:
                return 0, found
            size += 1

    def beginning(self, letter: str, piece: str) -> Found:
        """Find what begins with a piece, by the longest beginnings that are terms."""
        found = self.segment.live
        size = min(len(piece), grams.SHORT)
        while True:
            found = self._all(letter, (piece[:size],), found)
            if size == len(piece) or not found:
                return found, 0
            if size >= grams.LONGEST_RUN or found.bit_count() <= self._few:
                return 0, found
            size += 1

    def text(self, term: str) -> Found:
        """Find the texts that may contain a folded term."""
        if WORDS_RUN.fullmatch(term):
            return self._words(term.split(" "))
        pieces = [match.groups() for match in PIECES.finditer(term)]
        found, unsure = self.segment.live, len(pieces) != 1 or " " in term
        for index, (word, run, symbol) in enumerate(pieces):
            if run:
                certain, doubtful = self.part(grams.TEXT, grams.TEXT_MORE, run, longest=grams.LONGEST_RUN)
                unsure = unsure or bool(doubtful)
                found &= certain | doubtful
            elif symbol:
                found &= self.segment.holding(symbol)
            elif index + 1 < len(pieces) or not term.endswith(word):
                found &= self.segment.holding(word[: grams.LONGEST_WORD])
            else:
                found &= self._begun(word)
            if not found:
                return 0, 0
        return (0, found) if unsure else (found, 0)

    def confirmed(self, found: Found, row: str, holds: Callable[[str], bool]) -> int:
        """Return the certain documents and those doubtful ones whose row *holds* what was looked for."""
        certain, doubtful = found
        doubtful &= ~certain
        if not doubtful:
            return certain
        self._reading.take(doubtful.bit_count())
        column = self.segment.rows(row)
        read = ((number, column[number].decode("utf-8", "surrogatepass")) for number in positions(doubtful))
        return certain | to_bits([number for number, text in read if holds(text)])

    def _words(self, words: list[str]) -> Found:
        """Find words in a row; the last may go on."""
        *whole, last = words
        found = self._all(grams.TEXT, (word[: grams.LONGEST_WORD] for word in whole), self.segment.live)
        found &= self._begun(last) if found else 0
        if max(map(len, words)) > grams.LONGEST_WORD:
            return 0, found
        if not whole:
            return found, 0
        return self._phrase(words, found) if found.bit_count() > self._few else (0, found)

    def _phrase(self, words: list[str], found: int) -> Found:
        """Narrow frequent words down by the terms of words in a row, where every part is frequent."""
        rare = self._rare(grams.TEXT, words[-1])
        for size in range(2, min(len(words), grams.MOST_WORDS) + 1):
            rows = [" ".join(words[at : at + size]) for at in range(len(words) - size + 1)]
            found = self._all(grams.TEXT_MORE, rows[:-1], found)
            ends = self._any(data for _, data in self.segment.items(grams.TEXT_MORE + rows[-1]))
            if size == len(words):
                return found & ends, found & rare & ~ends
            found &= ends | rare
            if found.bit_count() <= self._few:
                break
            rare |= self._rare(grams.TEXT_MORE, rows[-1])
        return 0, found

    def _rare(self, letter: str, beginning: str) -> int:
        """Return the documents of terms that begin so and are not frequent: longer terms leave them out."""
        held = ((term, bits(data)) for term, data in self.segment.items(letter + beginning))
        return _union(
            members
            for term, members in held
            if members.bit_count() <= self._few
            or len(term) >= grams.LONGEST_WORD  # cut words go on otherwise
        )

    def _begun(self, word: str) -> int:
        """Return the documents with a word that begins so."""
        if len(word) <= grams.SHORT:
            return self.segment.holding(f"{word}*") & self.segment.live
        return (
            self._any(data for _, data in self.segment.items(word[: grams.LONGEST_WORD])) & self.segment.live
        )

    def _any(self, packed: Iterable[bytes]) -> int:
        return _union(map(bits, packed))

    def _all(self, letter: str, terms: Iterable[str], found: int) -> int:
        """Return the documents among *found* that hold all the terms, the rarest first."""
        packed = [self.segment.packed(letter + term) for term in terms]
        if None in packed:
            return 0
        for data in sorted(filter(None, packed), key=len):
            found &= bits(data)
            if not found:
                break
        return found


def _pieces(text: str, size: int) -> Iterable[str]:
    return dict.fromkeys(text[at : at + size] for at in range(len(text) - size + 1))


def _union(sets: Iterable[int]) -> int:
    found = 0
    for members in sets:
        found |= members
    return found
