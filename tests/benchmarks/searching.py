"""T7 and T8: building the search index, and asking it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .context import Bench
from .measure import Contender, Run, interleaved
from .report import Row, both_ratios, cost, seconds, times

_ASKED = "账期"


def build(bench: Bench) -> Iterator[Row]:
    """T7: the index of all customers with their notes, built anew from a warm catalog."""
    for size in bench.sizes:
        book = bench.shelf.all(size)
        book.custodex("check", "--rev", "HEAD")
        makers: dict[str, Contender] = {
            "ours": partial(_built, bench, size, "ours"),
            "sqlite": partial(_built, bench, size, "sqlite"),
        }
        if size < 100_000 or bench.huge:
            makers["whoosh"] = partial(_built, bench, size, "whoosh", "2")
        found = interleaved(makers, bench.repeats(size))
        mine = json.loads(found["ours"].output)
        for name in makers.keys() - {"ours"}:
            yield _compared(size, found["ours"], mine, name, found[name])


def _compared(size: int, ours: Run, mine: dict[str, int], name: str, peer: Run) -> Row:
    theirs = json.loads(peer.output)
    share = mine["bytes"] / theirs["bytes"]
    mib = f"{cost(ours)}; {size / ours.wall:,.0f} docs/s; {mine['bytes'] / 2**20:.1f} MiB on disk"
    what = "Whoosh, own fields, bigrams, 2 processes" if name == "whoosh" else "SQLite FTS5, bigrams"
    beside = f"{what}: {cost(peer)}; {theirs['bytes'] / 2**20:.1f} MiB on disk"
    ratio = f"{both_ratios(ours, peer)}, {share:.2f} of its size"
    if name != "whoosh":
        return Row("T7", size, "search index of a whole book", mib, beside, ratio, "", None)
    if size < 10_000:
        return Row("T7", size, "search index of a whole book", mib, beside, ratio, "", None)
    met = peer.wall / ours.wall >= 4 and share <= 1 / 3
    return Row("T7", size, "search index of a whole book", mib, beside, ratio, "≥ 4x, ≤ 1/3 of its size", met)


def _built(bench: Bench, size: int, engine: str, *more: str) -> Run:
    root, place = bench.shelf.all(size).root, _place(bench, size, engine)
    return bench.probe(f"index_{engine}", root, place, *more, whole_tree=True)


def _place(bench: Bench, size: int, engine: str) -> Path:
    folder = bench.work / "indexes"
    folder.mkdir(exist_ok=True)
    return folder / f"{engine}-{size}"


def query(bench: Bench) -> Iterator[Row]:
    """T8: warm questions inside one process, and one question as a whole command."""
    for size in bench.sizes:
        engines = [one for one in ("ours", "sqlite", "whoosh") if _place(bench, size, one).exists()]
        if "ours" not in engines:
            list(build(bench))
            engines = [one for one in ("ours", "sqlite", "whoosh") if _place(bench, size, one).exists()]
        asked = {one: bench.probe("query", one, _place(bench, size, one)) for one in engines}
        spent = {one: json.loads(run.output) for one, run in asked.items()}
        median = {one: statistics.median(answer[1] for answer in spent[one].values()) for one in engines}
        worst = {one: max(answer[0] for answer in spent[one].values()) for one in engines}
        words = {one: _spent(list(spent[one].values())) for one in engines}
        beside = "; ".join(f"{one}: {words[one]}" for one in engines if one != "ours")
        ratio = ", ".join(f"{times(median['ours'], median[one])} cpu" for one in engines if one != "ours")
        aim, met = ("≤ 20 ms", worst["ours"] <= 20) if size >= 100_000 else ("", None)
        work = f"{len(spent['ours'])} warm phrase queries, Chinese and English, best 20"
        yield Row("T8", size, work, words["ours"], beside, ratio, aim, met)
        yield from _whole_command(bench, size, engines)


def _spent(answers: list[tuple[float, float, int]]) -> str:
    """Return the time of the middle question and of the slowest one."""
    wall, cpu = [answer[0] for answer in answers], [answer[1] for answer in answers]
    return (
        f"median {statistics.median(wall):.3g} ms (cpu {statistics.median(cpu):.2g}),"
        f" slowest {max(wall):.3g} ms (cpu {max(cpu):.2g})"
    )


def _whole_command(bench: Bench, size: int, engines: list[str]) -> Iterator[Row]:
    book = bench.shelf.all(size)
    book.custodex("search", _ASKED)
    contenders: dict[str, Contender] = {
        one: partial(bench.probe, "query", one, _place(bench, size, one), "once") for one in engines
    }
    contenders["command"] = partial(book.custodex, "search", _ASKED)
    found = interleaved(contenders, bench.repeats(size) + 2)
    share = book.git_share("search", _ASKED)
    mine = found["command"]
    own = f"{cost(mine)}; of it Git {seconds(share.seconds)}; index alone {cost(found['ours'])}"
    beside = "; ".join(f"{one} alone: {cost(found[one])}" for one in engines if one != "ours")
    ratio = ", ".join(times(found["ours"].wall, found[one].wall) for one in engines if one != "ours")
    aim = "≤ 300 ms, ≤ 250 MiB" if size >= 100_000 else ""
    met = mine.wall <= 0.3 and mine.largest <= 250 if aim else None
    yield Row(
        "T8", size, f"`search {_ASKED}`, a new process", own, beside, f"{ratio} (index alone)", aim, met
    )
