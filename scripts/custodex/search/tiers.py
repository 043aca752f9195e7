"""The index as the browser reads it: classic scripts, each handing one string to `custodex.tier`.

Names: one line a customer, scanned by substring; its numbers and e-mails stand in files that are read later.
Postings: the terms of `tierterms`, by hash of the term. Texts: what a candidate is confirmed on, a few customers a
file. A long list of postings is a file of its own. A customer's number follows from its id (a slot by hash, the next
free one where others have it), so one changed record touches one names file, one texts file and the postings of the
terms it gained or lost. The same index gives the same bytes.
"""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter

from custodex.hanzi import Spelled, lowered
from custodex.ids import ID_LENGTH
from custodex.indexfiles import Segment
from custodex.postings import positions
from custodex.search.cards import Card, from_row, id_in
from custodex.search.engine import Searcher
from custodex.search.grams import LATIN_RUN
from custodex.search.tierlater import Later
from custodex.search.tiernumbers import DIGITS, numbers_of, written
from custodex.search.tierreadings import spoken_tables, told
from custodex.search.tierterms import class_terms, is_exported, keywords_of

_NAMES_A_FILE = 4000
_TEXTS_A_FILE = 4
_SHARE = 16
_WORD_KEY = 4
_LETTERS = {
    "names": "n",
    "numbers": "m",
    "texts": "x",
    "postings": "p",
    "long": "w",
    "added": "d",
    "later": "d",
}
_VERSION = 4
"""Of these files: what an older program made is made anew."""
_FIRST = 6
"""Columns of the names tier that are read first; the others, numbers and e-mails, are files of their own."""
_LONG = 4000
"""Characters from which on the list of a term is a file of its own: who asks for a rare term need not load it."""
OWN_FILE = "*"
"""What stands in place of such a list, before its number among those of its file."""
_FIRST_OF = itemgetter(0)
VALUE, COLUMN, LINE, WITHIN = "\b", "\t", "\n", "\f"


def fnv(text: str) -> int:
    """Return a hash of *text* that a browser computes alike (FNV-1a over code points, mixed)."""
    value = 0x811C9DC5
    for char in text:
        value = ((value ^ ord(char)) * 0x01000193) & 0xFFFFFFFF
    return value ^ value >> 15


def in_order(keys: Iterable[str]) -> list[str]:
    """Return the keys of customers in the order of their slots, whatever the number of slots."""
    return sorted(keys, key=lambda key: fnv(key.partition("/")[2]))


def power(least: int) -> int:
    """Return the smallest power of two that is at least *least*."""
    return 1 << max(0, least - 1).bit_length()


@dataclass(frozen=True, slots=True)
class Layout:
    """How many slots and files there are; follows from the number of customers."""

    slots: int
    names: int
    texts: int
    postings: int

    @classmethod
    def of(cls, count: int) -> Layout:
        """Return the layout for *count* customers."""
        return cls(
            slots=power(max(64, count + count // 4)),  # gaps are small where few are free
            names=power(count // _NAMES_A_FILE),
            texts=power(count // _TEXTS_A_FILE),
            postings=power(max(16, count // _SHARE)),
        )

    def slot(self, customer: str) -> int:
        """Return the slot of a customer: the first bits of its hash, so that the order of slots never changes."""
        return fnv(customer) >> 33 - self.slots.bit_length()

    def file(self, tier: str, slot: int) -> int:
        """Return which file of the names or of the texts has the customers of a slot."""
        return slot * (self.names if tier == "names" else self.texts) // self.slots

    def numbers(self, file: int, customers: Sequence[str]) -> Sequence[int]:
        """Return the numbers of the customers of one names file, given in the order of slot and id."""
        each = self.slots // self.names
        return numbers_of([self.slot(one) for one in customers], range(file * each, (file + 1) * each))

    def shard(self, term: str) -> int:
        """Return which postings file has a term; words with the same beginning lie together."""
        key = term[:_WORD_KEY] if LATIN_RUN.match(term) and not term.endswith("*") else term
        return fnv(key) & (self.postings - 1)

    def own(self, shard: int, place: int) -> int:
        """Return the number of the file of the long list that is the *place*-th of a postings file."""
        return shard + place * self.postings


@dataclass(frozen=True, slots=True)
class Placed:
    """One customer with its slot, its number and where its rows are."""

    slot: int
    number: int
    segment: Segment
    place: int

    @property
    def card(self) -> Card:
        """Its card, read anew: the cards of all customers at once would take more memory than all else."""
        return from_row(self.segment.rows("card")[self.place])

    def row(self, name: str) -> str:
        """Return one of its rows."""
        return self.segment.rows(name)[self.place].decode("utf-8", "surrogatepass")


class Exported(Segment):
    """Customers whose terms are those of the postings: classes are among them, what is no use to a browser is not."""


Line = Callable[[Placed], str]
Files = Iterator[tuple[str, bytes]]


def file_name(tier: str, number: int) -> str:
    """Return the name of a file below `search/`."""
    return f"{_LETTERS[tier]}-{number}.js"


def script(tier: str, number: int, content: object) -> bytes:
    """Return a script that hands *content* over; nothing in it can end the script or be markup."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'custodex.tier("{tier}",{number},{text});\n'.encode("utf-8", "backslashreplace")


def tiers(searcher: Searcher) -> Iterator[tuple[str, bytes]]:
    """Yield the name, below `search/`, and the content of every file the browser's search needs."""
    placed, layout = _place(searcher.segments)
    yield "index.js", script("index", 0, directory(searcher, layout, len(placed)))
    yield from _files("names", layout.names, layout, placed, partial(names_line, searcher.spelled))
    yield from _files("texts", layout.texts, layout, placed, texts_line)
    yield from _postings(searcher.segments, layout, placed)
    for tier, number in (("added", 0), ("later", 1)):
        yield file_name(tier, number), script(tier, number, "")


def directory(searcher: Searcher, layout: Layout, count: int) -> Mapping[str, object]:
    """Return what the browser must know before anything else."""
    fold = "".join(chr(code) + new for code, new in sorted(searcher.fold.table.items()))
    return {
        "version": _VERSION,
        "count": count,
        "base": count,
        **Later().told(),
        "slots": layout.slots,
        "names": layout.names,
        "texts": layout.texts,
        "postings": layout.postings,
        "fields": searcher.fields.texts,
        "keywords": searcher.fields.keywords,
        "fold": fold,
        "spoken": spoken_tables(searcher.spelled),
        "lower": [[chr(code), new] for code, new in sorted(lowered().items())],
    }


def _place(segments: Sequence[Segment]) -> tuple[list[Placed], Layout]:
    """Number all customers, in the order of slot and id."""
    found = [
        (id_in(cards[place]), segment, place)
        for segment in segments
        for cards in (segment.rows("card"),)
        for place in positions(segment.live)
    ]
    layout = Layout.of(len(found))
    slotted = ((layout.slot(one), one, segment, place) for one, segment, place in found)
    ordered = sorted(slotted, key=itemgetter(0, 1))
    placed = []
    for file, group in groupby(ordered, key=lambda one: layout.file("names", one[0])):
        members = list(group)
        numbers = layout.numbers(file, [one[1] for one in members])
        placed += [
            Placed(slot, number, segment, place)
            for number, (slot, _, segment, place) in zip(numbers, members, strict=True)
        ]
    return placed, layout


def _files(tier: str, count: int, layout: Layout, placed: Sequence[Placed], line: Line) -> Files:
    groups = {
        file: list(group) for file, group in groupby(placed, key=lambda one: layout.file(tier, one.slot))
    }
    for file in range(count):
        yield from scripts(tier, file, list(map(line, groups.get(file, ()))))


def scripts(tier: str, file: int, lines: Sequence[str]) -> Files:
    """Yield the files that hold *lines*: one, or two of the names tier."""
    content = joined(tier, lines)
    if tier != "names":
        yield file_name(tier, file), script(tier, file, content)
        return
    columns = content.split(COLUMN)
    for part, some in ((tier, columns[:_FIRST]), ("numbers", columns[_FIRST:])):
        yield file_name(part, file), script(part, file, COLUMN.join(some))


def joined(tier: str, lines: Sequence[str]) -> str:
    """Return the content of a file: a line a customer; names column by column, which packs a fifth better.

    The first column are the ids, all of the same length, with nothing between them.
    """
    if tier != "names" or not lines:
        return LINE.join(lines)
    ids, *columns = zip(*(line.split(COLUMN) for line in lines), strict=True)
    return COLUMN.join(("".join(ids), *map(LINE.join, columns)))


def lines_of(tier: str, content: str) -> Sequence[str]:
    """Return the lines that `joined` was given."""
    if tier != "names" or not content:
        return content.split(LINE) if content else []
    joined_ids, *rest = content.split(COLUMN)
    ids = [joined_ids[at : at + ID_LENGTH] for at in range(0, len(joined_ids), ID_LENGTH)]
    return list(map(COLUMN.join, zip(ids, *(column.split(LINE) for column in rest), strict=True)))


def names_line(spelled: Spelled, one: Placed) -> str:
    """Return the line of a customer in the names tier."""
    card = one.card
    names, pinyin, emails, numbers = (
        one.row(row).split("\n") for row in ("names", "pinyin", "emails", "numbers")
    )
    derived = f"{(pinyin[0] or names[0]).lower()}\t{names[0]}"
    sort = "" if derived == card.sort_key else card.sort_key.replace("\t", VALUE)
    shown = " ".join(card.name.split())
    name = "" if shown == names[0] else VALUE if shown == _titled(names[0]) else shown
    values = (_referring(names), told(names, pinyin, spelled), emails, numbers)
    return COLUMN.join((card.id, _time(card.at), sort, name, *map(VALUE.join, values)))


def _referring(names: Sequence[str]) -> Sequence[str]:
    """Return names with those that are a part of the first one told by where it stands: `WITHIN`, start, length."""
    first = names[0][: len(DIGITS) - 1]
    if max(first, default="") > "￿":  # the page counts those characters twice
        return names
    return [
        WITHIN + DIGITS[first.index(name)] + DIGITS[len(name)]
        if at and len(name) > 1 and name in first
        else name
        for at, name in enumerate(names)
    ]


def _titled(name: str) -> str:
    """Return a folded name with capitals as English names have them."""
    return " ".join(
        word[:1].upper() + word[1:] if "a" <= word[:1] <= "z" else word for word in name.split(" ")
    )


def texts_line(one: Placed) -> str:
    """Return the line of a customer in the texts tier: id, texts, of which event each is, keyword fields."""
    texts, card = one.row("text").replace("\n", VALUE), one.card
    return COLUMN.join((card.id, texts, one.row("days"), keywords_of(card)))


def _time(seconds: int) -> str:
    """Return a time in as few digits as it takes: minutes, then a letter of its own for the seconds, if any."""
    digits, (minutes, rest) = "", divmod(max(seconds, 0), 60)
    while minutes > 0:
        minutes, digit = divmod(minutes, len(DIGITS))
        digits = DIGITS[digit] + digits
    return f"{digits}{WITHIN}{rest}" if rest else digits


def _postings(
    segments: Sequence[Segment], layout: Layout, placed: Sequence[Placed]
) -> Iterator[tuple[str, bytes]]:
    numbers = {id(segment): [-1] * segment.count for segment in segments}
    for one in placed:
        numbers[id(one.segment)][one.place] = one.number
    lists: list[list[tuple[str, str]]] = [[] for _ in range(layout.postings)]
    streams = [_numbered(segment, numbers[id(segment)]) for segment in segments]
    streams.append(_classed(one for one in placed if not isinstance(one.segment, Exported)))
    for term, group in groupby(merge(*streams, key=_FIRST_OF), key=_FIRST_OF):
        (_, found), *more = group
        if more:
            found = sorted(chain(found, *map(itemgetter(1), more)))
        if found[0] < 0:
            found = [number for number in found if number >= 0]
        if found:
            lists[layout.shard(term)].append((term, written(found)))
    for shard, pairs in enumerate(lists):
        yield from postings_scripts(layout, shard, pairs)


def postings_scripts(layout: Layout, shard: int, lists: Iterable[tuple[str, str]]) -> Files:
    """Yield the files that hold these terms and lists, in the order of terms: one, and one for each long list."""
    lines, own = list[str](), 0
    for term, packed in lists:
        told = packed
        if len(packed) > _LONG:
            number, told = layout.own(shard, own), f"{OWN_FILE}{own}"
            yield file_name("long", number), script("long", number, packed)
            own += 1
        lines.append(term + COLUMN + told)
    yield file_name("postings", shard), script("postings", shard, LINE.join(lines))


def _classed(placed: Iterable[Placed]) -> Iterator[tuple[str, Sequence[int]]]:
    held: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
    for one in placed:
        for term in class_terms(one.row("text")):
            held[term].append(one.number)
    return ((term, sorted(held[term])) for term in sorted(held))


def _numbered(segment: Segment, numbers: Sequence[int]) -> Iterator[tuple[str, Sequence[int]]]:
    ready = isinstance(segment, Exported)
    for term, members in segment.members():
        if ready or is_exported(term):
            yield term, sorted(map(numbers.__getitem__, members))
