"""How names are read aloud, told to the browser: what follows from a table of characters is not said again.

The page knows the readings of common characters and the family names, and makes the readings of a name from them
as `hanzi.readings` does; only what phrases read otherwise (重庆) or a record says itself is written out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from custodex.hanzi import COMPOUND_SURNAMES, SURNAMES, Spelled

_SYLLABLE = re.compile("[A-Z][^A-Z]*")
_WAY = re.compile("[A-Z][a-z]*")
_MOST_NAMES = 5


def spoken_tables(spelled: Spelled) -> Mapping[str, object]:
    """Return what the page must know.

    `first`: lines of a reading and the characters it is the commonest of; `more`: lines of a character and its
    other readings; `surnames`, `compounds`: pairs of a family name and its reading.
    """
    first: defaultdict[str, list[str]] = defaultdict(list)
    for char, ways in spelled.table.items():
        first[ways[0]].append(char)
    return {
        "first": "\n".join(way + "".join(chars) for way, chars in sorted(first.items())),
        "more": "\n".join(char + "".join(ways[1:]) for char, ways in spelled.table.items() if len(ways) > 1),
        "surnames": [[char, way.capitalize()] for char, way in SURNAMES.items()],
        "compounds": [[name, [way.capitalize() for way in ways]] for name, ways in COMPOUND_SURNAMES.items()],
    }


def told(names: Sequence[str], readings: Sequence[str], spelled: Spelled) -> Sequence[str]:
    """Return what a customer's line says of the readings of its names, all of them given.

    Nothing where they follow from the tables; `=5` where they do with the first and the third name read as a
    person's (one bit a name); else the readings themselves.
    """
    wanted = tuple(filter(None, readings))
    for persons in range(1 << min(len(names), _MOST_NAMES)):
        each = [spelled(name, person=bool(persons >> at & 1)) for at, name in enumerate(names)]
        if tuple(dict.fromkeys(chain.from_iterable(ways or () for ways in each))) == wanted:
            return [f"={persons}"] if persons else []
    return _differences(readings)


def _differences(readings: Sequence[str]) -> Sequence[str]:
    """Return readings with those that are like the one before but for some syllables told by these.

    `ChongQing`, `-0Zhong` is `ChongQing`, `ZhongQing`.
    """
    told: list[str] = []
    whole: list[str] = []
    for reading in readings:
        parts = _SYLLABLE.findall(reading)
        if len(parts) == len(whole) and "".join(parts) == reading and reading.isalpha():
            differing = [f"{at}{part}" for at, part in enumerate(parts) if part != whole[at]]
            told.append("-" + "".join(differing))
        else:
            told.append(reading)
            whole = parts if "".join(parts) == reading else []
    return told


def spelled_from(tables: Mapping[str, Any]) -> Spelled:
    """Return what `spoken_tables` made these tables of, without asking pypinyin for every character."""
    ways: dict[str, list[str]] = {}
    for line in filter(None, tables["first"].split("\n")):
        way = _WAY.findall(line)[0]
        ways.update((char, [way]) for char in line[len(way) :])
    for line in filter(None, tables["more"].split("\n")):
        ways[line[0]] += _WAY.findall(line)
    # the order of `hanzi.common_readings`
    return Spelled(dict(sorted(ways.items(), key=lambda pair: pair[0].encode("gb2312"))))
