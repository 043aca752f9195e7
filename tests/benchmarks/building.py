"""T5 and T6: the whole site from the records, and the site again after one change."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path

from .books import Book
from .context import Bench
from .hugosite import from_json, from_yaml
from .measure import Contender, Run, interleaved, run
from .peers import verbs
from .report import Row, both_ratios, cost, note, seconds


def whole(bench: Bench) -> Iterator[Row]:
    """T5: everything from the YAML files, nothing known before; Hugo writes as many customer pages."""
    sites = bench.work / "sites"
    for size in bench.sizes if _can_build() else ():
        shutil.rmtree(sites, ignore_errors=True)
        for languages in (("zh", "en"), ("zh",)):
            yield from _whole(bench, size, languages, sites / "-".join(languages))
        shutil.rmtree(sites, ignore_errors=True)


def _whole(bench: Bench, size: int, languages: Sequence[str], sites: Path) -> Iterator[Row]:
    book = bench.shelf.all(size)
    # a new folder for every site: ext4 passes over each file number that was freed a moment ago
    fresh = (sites / str(number) for number in count())
    spoken = [word for one in languages for word in ("--lang", one)]

    def ours() -> Run:
        book.cold()
        return book.custodex("build", *spoken, "--out", next(fresh), whole_tree=True)

    contenders: dict[str, Contender] = {"ours": ours}
    if size < 100_000 or bench.huge:
        for name, prepare in (("yaml", from_yaml), ("json", from_json)):
            contenders[name] = partial(_hugo, bench, prepare(bench, size), fresh, languages)
    found = interleaved(contenders, bench.repeats(size))
    work = f"whole site with search in {' and '.join(languages)}, {_told(_ours(sites))}"
    for name, aim, least in (("yaml", "≥ 2.5x", 2.5), ("json", "≥ 1x", 1.0)):
        if name in found:
            yield _compared(size, found, name, work, (aim, least))
    if len(found) == 1:
        yield Row("T5", size, work, cost(found["ours"]), "–", "–", "", None)


def _ours(sites: Path) -> Path:
    return next(sites.glob("*/build.json")).parent


def _compared(size: int, found: dict[str, Run], name: str, work: str, aim: tuple[str, float]) -> Row:
    ours, peer = found["ours"], found[name]
    words = both_ratios(ours, peer)
    beside = f"Hugo from {'the same YAML' if name == 'yaml' else 'one prepared JSON file'}: {cost(peer)}"
    small = ours.together < 200
    met = peer.wall / ours.wall >= aim[1] and small if size >= 10_000 else None
    return Row(
        "T5", size, work, cost(ours), beside, words, f"{aim[0]}, < 200 MiB" if size >= 10_000 else "", met
    )


def _hugo(bench: Bench, folder: Path, fresh: Iterator[Path], languages: Sequence[str]) -> Run:
    extra = folder / "languages.toml"
    extra.write_text(f"[params]\nlanguages = {json.dumps(list(languages))}\n", encoding="utf-8")
    configured = f"hugo.toml,{extra.name}"
    program = bench.peers.programs / "hugo"
    return run([program, "--quiet", "--config", configured, "--destination", next(fresh)], folder)


def again(bench: Bench) -> Iterator[Row]:
    """T6: one customer changed and committed, then the site built again."""
    for size in bench.sizes if _can_build() else ():
        book, out = bench.shelf.all(size), bench.work / f"site-{size}"
        repeats = bench.repeats(size) + 2
        waiting = book.customers(repeats + 1)
        book.custodex("build", "--out", out)

        def ours(book: Book = book, out: Path = out, waiting: list[Path] = waiting) -> Run:
            book.commit_change(waiting.pop())
            return book.custodex("build", "--out", out)

        found = interleaved({"ours": ours}, repeats)["ours"]
        book.commit_change(waiting.pop())
        share = book.git_share("build", "--out", out)
        own = f"{cost(found)}; of it Git {seconds(share.seconds)} in {share.processes} processes"
        rest = f"{seconds(max(0.0, found.wall - share.seconds))} without Git"
        met = found.wall <= 1.5 if size >= 100_000 else None
        work = "`build` after one committed change"
        yield Row("T6", size, work, own, "Hugo builds everything", rest, "≤ 1.5 s, flat but for Git", met)
        shutil.rmtree(out, ignore_errors=True)


def _can_build() -> bool:
    if "build" in verbs():
        return True
    note("there is no `build` yet")
    return False


def _told(site: Path) -> str:
    files = [path for path in site.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) // 2**20
    return f"{sum(path.suffix == '.html' for path in files):,} pages, {len(files):,} files, {size} MiB"
