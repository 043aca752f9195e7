"""What the search files of a site say, wherever it stands: the lines and the terms of every customer."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from custodex.search.tierlater import terms_in
from custodex.search.tiernumbers import read
from custodex.search.tiers import COLUMN, OWN_FILE, Layout, lines_of

View = Mapping[str, tuple[str, str, Sequence[str]]]
"""By id: the line of the names tier, that of the texts tier, the terms."""


def content(data: bytes) -> object:
    """Return what a script hands over."""
    return json.loads(data.decode("utf-8").split(",", 2)[2].removesuffix(");\n"))


def view(files: Mapping[str, bytes]) -> View:
    """Return what *files* say."""
    said = {name: content(data) for name, data in files.items()}
    index = said["index.js"]
    assert isinstance(index, dict)
    layout, gone = Layout.of(index["base"]), set(index["gone"])
    names, terms, numbered = dict[str, str](), defaultdict[str, set[str]](set), dict[int, str]()
    for file in range(layout.names):
        columns = [said[f"n-{file}.js"], said[f"m-{file}.js"]]
        lines = lines_of("names", COLUMN.join(map(str, columns)) if columns[0] else "")
        ids = [line.partition(COLUMN)[0] for line in lines]
        numbered.update(zip(layout.numbers(file, ids), ids, strict=True))
        names.update(map(_parted, lines))
    assert all(not names[one].strip(COLUMN) for one in gone), "who is gone has an id and nothing else"
    names = {one: line for one, line in names.items() if one not in gone}
    names.update(map(_parted, lines_of("names", str(said["d-0.js"]))))
    for name, text in list(said.items()):
        for line in str(text).split("\n") if name.startswith("p-") and text else ():
            term, _, packed = line.partition(COLUMN)
            if packed.startswith(OWN_FILE):
                packed = str(said.pop(f"w-{layout.own(int(name[2:-3]), int(packed[1:]))}.js"))
            for number in read(packed):
                assert term not in terms[numbered[number]]
                terms[numbered[number]].add(term)
    for one, more in terms_in(str(said["d-1.js"])).items():
        assert not terms[one] & more
        terms[one] |= more
    told = (str(text) for name, text in said.items() if name.startswith("x-"))
    texts = dict(_parted(line) for text in told for line in lines_of("texts", text))
    assert not [name for name in said if name.startswith("w-")], "every long list is told of once"
    assert texts.keys() == names.keys() == {one for one in terms if terms[one]}
    assert len(names) == index["count"]
    return {one: (names[one], texts[one], sorted(terms[one])) for one in names}


def _parted(line: str) -> tuple[str, str]:
    customer, _, rest = line.partition(COLUMN)
    return customer, rest
