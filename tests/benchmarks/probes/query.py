"""Ask an open index the same questions again and again: `query.py ours|whoosh|sqlite FOLDER [once]`."""

import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .sample_documents import FIELDS, LIMIT, QUERIES, ROUNDS, tokens

Ask = Callable[[str], int]


def ours(folder: Path) -> Ask:
    """Ask our index; the answer tells all matches, the reasons and the best ones in order."""
    from custodex.search import Searcher

    searcher = Searcher(folder)
    return lambda text: searcher.search(f'"{text}"', limit=LIMIT).total


def whoosh(folder: Path) -> Ask:
    """Ask Whoosh for the phrase in any text field."""
    from whoosh import index, query
    from whoosh.analysis import StemFilter

    searcher, stem = index.open_dir(folder).searcher(), StemFilter().stemfn

    def ask(text: str) -> int:
        words = [stem(token) for token in tokens(text)]
        phrases = [
            query.Phrase(name, words) if len(words) > 1 else query.Term(name, words[0]) for name in FIELDS
        ]
        return len(searcher.search(query.Or(phrases), limit=LIMIT).top_n)

    return ask


def sqlite(file: Path) -> Ask:
    """Ask FTS5 for the phrase in any column."""
    db = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    select = (
        "SELECT cards.id, cards.name FROM docs JOIN cards ON cards.number = docs.rowid"
        f" WHERE docs MATCH ? ORDER BY rank LIMIT {LIMIT}"
    )
    return lambda text: len(db.execute(select, (f'"{" ".join(tokens(text))}"',)).fetchall())


def asked(ask: Ask, text: str) -> tuple[float, float, int]:
    """Return the median time and processor time of a question in milliseconds and the size of its answer."""
    found, wall, cpu = ask(text), [], []
    for _ in range(ROUNDS):
        begin, worked = time.perf_counter(), time.process_time()
        ask(text)
        wall.append(1000 * (time.perf_counter() - begin))
        cpu.append(1000 * (time.process_time() - worked))
    return statistics.median(wall), statistics.median(cpu), found


def main() -> None:
    """Ask every question often, or the first one once."""
    ask = {"ours": ours, "whoosh": whoosh, "sqlite": sqlite}[sys.argv[1]](Path(sys.argv[2]))
    if sys.argv[3:] == ["once"]:
        ask(QUERIES[0])
        return
    sys.stdout.write(json.dumps({text: asked(ask, text) for text in QUERIES}, ensure_ascii=False))


main()
