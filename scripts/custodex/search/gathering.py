"""The terms of one segment and the documents that hold them, gathered in bulk.

What many documents say in the same words is cut into terms once for all of them, and a term is looked at as a
set of documents as soon as they are many: a build is mostly loops of the interpreter's own.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from operator import add
from typing import TypeVar

from custodex import postings
from custodex.search import grams
from custodex.search.cards import Card
from custodex.search.grams import EDGE, LATIN, LATIN_RUN, OTHER_RUN, SYMBOL, WORDS_RUN
from custodex.search.listing import Listed
from custodex.search.rows import id_term, keyword_terms
from custodex.search.tierterms import run_classes

T = TypeVar("T")
Docs = list[int]
_MANY = 64
_OFTEN_SAID = 4
_SIGNS = 0xF0000
_TAGS = "\U00100000"
# of the two kinds of characters that are no terms of their own, white space ends at U+3000
_NO_SYMBOLS = frozenset(code for code in range(0x3001) if not SYMBOL.match(chr(code)))
_CODES = f"utf-32-{sys.byteorder[0]}e"
_WORD = re.compile(f"([{LATIN}]{{1,{grams.LONGEST_WORD}}})[{LATIN}]*")
_ASCII = [chr(code) for code in range(128)]
_ONLY_SYMBOLS = {ord(char): None for char in _ASCII if ord(char) in _NO_SYMBOLS}
_ONLY_WORDS = {ord(char): " " for char in _ASCII if not LATIN_RUN.match(char)}
_ONLY_RUNS = {code: "\n" for code in _ONLY_WORDS if code != 0x20}
_NEIGHBOURS = re.compile(b"\x01\x01+")
_SYLLABLE_START = re.compile("[A-Z]")
_SMALL = re.compile("[^A-Z\n]+")


def _append(number: int, lists: Mapping[T, Docs], terms: Iterable[T]) -> None:
    # without a loop of our own: this is the innermost step of a build
    deque(map(list.append, map(lists.__getitem__, terms), repeat(number)), maxlen=0)


class Pool:
    """Documents by term: lists of numbers, and sets where a whole set was added."""

    def __init__(self) -> None:
        self.lists: defaultdict[str, Docs] = defaultdict(list)
        self.sets: defaultdict[str, int] = defaultdict(int)

    def add(self, number: int, terms: Iterable[str]) -> None:
        """Note that a document holds *terms*, each given once; documents come in order."""
        _append(number, self.lists, terms)

    def add_many(self, docs: Docs, terms: Iterable[str]) -> None:
        """Note that all *docs* (sorted) hold *terms*, in any order of calls; `settle` afterwards."""
        if len(docs) > _MANY:
            members = postings.to_bits(docs)
            for term in terms:
                self.sets[term] |= members
        else:
            deque(map(list.extend, map(self.lists.__getitem__, terms), repeat(docs)), maxlen=0)

    def settle(self) -> None:
        """Bring what `add_many` appended in order; a term has a list or a set, not both, from then on."""
        for term in self.sets.keys() & self.lists.keys():
            self.sets[term] |= postings.to_bits(sorted(self.lists.pop(term)))
        for term, docs in self.lists.items():
            if len(docs) > 1:
                self.lists[term] = sorted(set(docs))

    def frequent(self, few: int) -> frozenset[str]:
        """Return the terms that more than *few* documents hold; after `settle`."""
        found = {term for term, docs in self.lists.items() if len(docs) > few}
        found.update(term for term, members in self.sets.items() if members.bit_count() > few)
        return frozenset(found)

    def take(self, other: Pool) -> None:
        """Take over terms this pool does not have."""
        self.lists.update(other.lists)
        self.sets.update(other.sets)

    def items(self, letter: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield the terms, *letter* before each, with their packed documents; code point order is UTF-8 order."""
        lists, sets = self.lists, self.sets
        packed: dict[int, bytes] = {}
        for term in sorted((*lists, *sets)):
            if term in lists:
                data = postings.encode(lists[term])
            elif (data := packed.get(sets[term], b"")) == b"":
                data = packed[sets[term]] = postings.encode_set(sets[term])
            yield (letter + term).encode("utf-8", "surrogatepass"), data

    def members(self) -> Iterator[tuple[str, Sequence[int]]]:
        """Yield the terms in order with their documents; after `settle`."""
        lists, spread = self.lists, dict[int, Sequence[int]]()
        for term in sorted((*lists, *self.sets)):
            if term in lists:
                yield term, lists[term]
                continue
            docs = self.sets[term]
            if docs not in spread:
                spread[docs] = tuple(postings.positions(docs))
            yield term, spread[docs]


def longer(shorter: Pool, stretches: Mapping[str, Docs], sizes: range, few: int) -> Pool:
    """Return the terms of *sizes* that consist of two frequent ones of one size less, level by level.

    *shorter* holds all pieces of `sizes[0] - 1`; *stretches* are texts with the documents that hold them.
    """
    found, size = Pool(), sizes[0] - 1
    if size > 1:  # single characters are signs, which only frequent words have
        stretches = _narrowed(_in_pieces(stretches, size), shorter.frequent(few), size)
    for size in sizes:
        if not stretches:
            break
        pieces, level = _in_pieces(stretches, size), Pool()
        for _, docs, several in pieces:
            level.add_many(docs, several)
        level.settle()
        found.take(level)
        stretches = _narrowed(pieces, level.frequent(few), size)
    return found


_Pieces = Sequence[tuple[str, Docs, Sequence[str]]]


def _in_pieces(stretches: Mapping[str, Docs], size: int) -> _Pieces:
    return [
        (stretch, docs, [stretch[at : at + size] for at in range(len(stretch) - size + 1)])
        for stretch, docs in stretches.items()
    ]


def _narrowed(pieces: _Pieces, often: frozenset[str], size: int) -> Mapping[str, Docs]:
    """Return the parts of stretches in which two or more neighbouring pieces are frequent."""
    found: defaultdict[str, Docs] = defaultdict(list)
    for stretch, docs, several in pieces:
        flags = bytes(map(often.__contains__, several))
        if b"\x01\x01" in flags:
            for match in _NEIGHBOURS.finditer(flags):
                found[stretch[match.start() : match.end() + size - 1]].extend(docs)
    return {stretch: sorted(set(docs)) if len(docs) > 1 else docs for stretch, docs in found.items()}


def gathered(listed: Sequence[Listed]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the terms of the documents, numbered in this order, with their packed postings, sorted."""
    few = grams.few(len(listed))
    pools = {
        **_text_pools([rows["text"] for _, rows in listed], few),
        **_part_pools([_edged(rows["names"]) for _, rows in listed], grams.NAME, grams.NAME_MORE, 1, few),
        **_part_pools([_lines(rows["emails"]) for _, rows in listed], grams.EMAIL, grams.EMAIL_MORE, 1, few),
        **_part_pools(
            [_lines(rows["numbers"]) for _, rows in listed], grams.NUMBER, grams.NUMBER_MORE, 3, few
        ),
        **_pinyin_pools([rows["pinyin"] for _, rows in listed], few),
    }
    text = pools.pop(grams.TEXT)
    streams = {letter: pool.items(letter) for letter, pool in pools.items()}
    streams[grams.KEYWORD] = _keywords([card for card, _ in listed]).items("")
    for letter in sorted(streams):
        yield from streams[letter]
    yield from text.items("")  # every character of a text comes after the letters


def _lines(row: str) -> Sequence[str]:
    return row.split("\n") if row else ()


def _edged(row: str) -> Sequence[str]:
    return [f"{EDGE}{line}{EDGE}" for line in _lines(row)]


def _keywords(cards: Sequence[Card]) -> Pool:
    pool = Pool()
    for number, card in enumerate(cards):
        pool.add(number, keyword_terms(card))
        pool.lists[id_term(card.id)].append(number)
    return pool


def _part_pools(
    rows: Sequence[Sequence[str]], letter: str, more: str, least: int, few: int
) -> Mapping[str, Pool]:
    """Return the terms of values that are found by any part of them, from *least* characters on."""
    base, stretches = Pool(), Pool()
    full = max(least, 2)
    for number, values in enumerate(rows):
        joined = "\n".join(values)
        pairs = map(add, joined, joined[1:])
        found = set(pairs) if full == 2 else set(map(add, pairs, joined[2:]))
        if least == 1:
            found.update(joined)
        base.add(number, [term for term in found if "\n" not in term])
        stretches.add(number, dict.fromkeys(values))
    return {
        letter: base,
        more: longer(base, stretches.lists, range(full + 1, grams.LONGEST_PART + 1), few),
    }


def _pinyin_pools(rows: Sequence[str], few: int) -> Mapping[str, Pool]:
    """Return the terms of readings: how they go on from each syllable, and the parts of the initials."""
    begun, tails = Pool(), Pool()
    letters = []
    for number, row in enumerate(rows):
        plain = row.lower()
        starts = [match.start() for match in _SYLLABLE_START.finditer(row)]
        found = {plain[at : at + grams.LONGEST_RUN].partition("\n")[0] for at in starts}
        tails.add(number, found)
        begun.add(number, {tail[:size] for tail in found for size in (1, 2, 3)})
        letters.append([f"{EDGE}{one}{EDGE}" for one in dict.fromkeys(_lines(_SMALL.sub("", row).lower()))])
    return {
        grams.SYLLABLE: _longer_beginnings(begun, tails.lists, few),
        **_part_pools(letters, grams.LETTERS, grams.LETTERS_MORE, 2, few),
    }


def _longer_beginnings(begun: Pool, tails: Mapping[str, Docs], few: int) -> Pool:
    """Add to beginnings of up to three letters those that go on from a frequent one."""
    level = begun
    for size in range(grams.SHORT + 1, grams.LONGEST_RUN + 1):
        often = level.frequent(few)
        tails = {
            tail: docs for tail, docs in tails.items() if len(tail) >= size and tail[: size - 1] in often
        }
        if not tails:
            break
        level = Pool()
        for tail, docs in tails.items():
            level.add_many(docs, (tail[:size],))
        level.settle()
        begun.take(level)
    return begun


def _text_pools(texts: Sequence[str], few: int) -> Mapping[str, Pool]:
    """Return the terms of texts: characters, pairs, words and their beginnings, and the longer pieces."""
    base, spoken = _characters_and_words(texts)
    pairs, stretches = _pairs(texts, few)
    more = longer(pairs, stretches, range(3, grams.LONGEST_RUN + 1), few)
    more.take(_phrases(texts, spoken, few))
    for other in (pairs, _beginnings(spoken), spoken):
        base.take(other)
    return {grams.TEXT: base, grams.TEXT_MORE: more}


def short_terms(texts: Sequence[str]) -> Pool:
    """Return the terms of texts as the browser gets them: no longer pieces, but classes (`tierterms`)."""
    base, spoken = _characters_and_words(texts)
    pairs, held, rest = _pair_pool(texts)
    for other in (pairs, _beginnings(spoken), spoken, _class_pool(held, rest)):
        base.take(other)
    return base


def _class_pool(held: Mapping[str, Docs], rest: Sequence[str]) -> Pool:
    shared: defaultdict[int, list[set[str]]] = defaultdict(list)
    for run, docs in held.items():
        classes = run_classes(run)
        for number in docs:
            shared[number].append(classes)
    pool = Pool()
    for number, text in enumerate(rest):
        pool.add(number, run_classes(text).union(*shared.pop(number, ())))
    return pool


def _plain(text: str) -> str:
    """Return the row of texts without tags where all else is ASCII, else nothing: no pattern need look at it."""
    found = text.encode("ascii", "ignore").decode("ascii")
    return found if len(found) + text.count("\n") + 1 == len(text) else ""


def _characters_and_words(texts: Sequence[str]) -> tuple[Pool, Pool]:
    base, spoken, characters = Pool(), Pool(), defaultdict[int, Docs](list)
    for number, text in enumerate(texts):
        if plain := _plain(text):
            base.add(number, set(plain.translate(_ONLY_SYMBOLS)))
            spoken.add(number, {word[: grams.LONGEST_WORD] for word in plain.translate(_ONLY_WORDS).split()})
        else:
            # as numbers: a string of its own for every character takes three times as long
            codes = set(memoryview(text.encode(_CODES, "surrogatepass")).cast("I"))
            _append(number, characters, codes.difference(_NO_SYMBOLS))
            spoken.add(number, set(_WORD.findall(text)))
    for char, docs in ((chr(code), docs) for code, docs in characters.items()):
        if char < _TAGS:
            base.lists[char] = sorted([*base.lists.get(char, ()), *docs])
    return base, spoken


def _beginnings(spoken: Pool) -> Pool:
    """Return how words begin; those of one word are worked out once for all documents that hold it."""
    pool = Pool()
    for word, docs in spoken.lists.items():
        pool.add_many(docs, [f"{word[:size]}*" for size in range(1, min(len(word), grams.SHORT) + 1)])
    pool.settle()
    return pool


def _said(runs: Sequence[Sequence[str]]) -> tuple[Mapping[str, Docs], frozenset[str]]:
    """Return the runs of text that several documents share, with those documents."""
    counts = Counter(chain.from_iterable(runs))
    shared = frozenset(run for run, count in counts.items() if count >= _OFTEN_SAID)
    held = Pool()
    for number, several in enumerate(runs):
        held.add(number, shared.intersection(several))
    return held.lists, shared


def _pair_pool(texts: Sequence[str]) -> tuple[Pool, Mapping[str, Docs], Sequence[str]]:
    """Return the pairs of characters, the runs that several documents share, and the others of each document."""
    runs = [() if _plain(text) else OTHER_RUN.findall(text) for text in texts]
    held, shared = _said(runs)
    pool = Pool()
    rest = ["\n".join([run for run in several if run not in shared]) for several in runs]
    for number, text in enumerate(rest):
        pool.add(number, [pair for pair in set(map(add, text, text[1:])) if "\n" not in pair])
    for run, docs in held.items():
        # as a set, not a list: the lists above must stay sorted
        members = postings.to_bits(docs)
        for pair in map(add, run, run[1:]):
            pool.sets[pair] |= members
    pool.settle()
    return pool, held, rest


def _pairs(texts: Sequence[str], few: int) -> tuple[Pool, Mapping[str, Docs]]:
    """Return the pairs of characters, and the stretches of text that may hold longer frequent pieces."""
    pool, held, rest = _pair_pool(texts)
    often, alone = pool.frequent(few), Pool()
    for number, text in enumerate(rest):
        flags = bytes(map(often.__contains__, map(add, text, text[1:])))
        if b"\x01\x01" in flags:
            alone.add(
                number, {text[match.start() : match.end() + 1] for match in _NEIGHBOURS.finditer(flags)}
            )
    return pool, _together(held, alone.lists)


def _phrases(texts: Sequence[str], spoken: Pool, few: int) -> Pool:
    """Return the terms of frequent words in a row, one space between them."""
    often = sorted(spoken.frequent(few))
    # a character for every word, so that words in a row are cut like characters
    sign = {word: chr(_SIGNS + number) for number, word in enumerate(often)}
    signs, alone = Pool(), Pool()
    signs.lists.update({sign[word]: spoken.lists[word] for word in often})
    runs = [[run for run in _word_runs(text) if " " in run] for text in texts]
    held, shared = _said(runs)
    for number, several in enumerate(runs):
        alone.add(number, _in_signs(" \n ".join([run for run in several if run not in shared]), sign))
    together = dict(alone.lists)
    for run, docs in held.items():
        for stretch in _in_signs(run, sign):
            together[stretch] = sorted({*docs, *together.get(stretch, ())})
    found, phrases = longer(signs, together, range(2, grams.MOST_WORDS + 1), few), Pool()
    phrases.lists.update({_in_words(term, often): docs for term, docs in found.lists.items()})
    phrases.sets.update({_in_words(term, often): members for term, members in found.sets.items()})
    return phrases


def _word_runs(text: str) -> Sequence[str]:
    """Return the words of a row of texts that stand in a row, one space between them."""
    if plain := _plain(text):
        return [run.strip() for run in plain.translate(_ONLY_RUNS).split("\n")]
    return WORDS_RUN.findall(text)


def _in_signs(text: str, sign: Mapping[str, str]) -> set[str]:
    """Return the stretches of two and more words that have a sign, written in signs."""
    stretches = "".join([sign.get(word, "\n") for word in text.split(" ")]).split("\n")
    return {stretch for stretch in stretches if len(stretch) > 1}


def _in_words(signs: str, words: Sequence[str]) -> str:
    return " ".join([words[ord(char) - _SIGNS] for char in signs])


def _together(first: Mapping[str, Docs], second: Mapping[str, Docs]) -> Mapping[str, Docs]:
    """Return both; what stands in both has the documents of both."""
    both = {
        stretch: sorted({*docs, *second[stretch]}) for stretch, docs in first.items() if stretch in second
    }
    return {**second, **first, **both}
