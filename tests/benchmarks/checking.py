"""T1–T4: `custodex check`, cold, of one file, staged, with nothing changed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .books import Book
from .context import Bench
from .measure import Run, interleaved, run
from .peers import bundled_schema
from .report import Row, both_ratios, cost, seconds, times

_SMALL = 100
_PER_CALL = 20_000


def cold(bench: Bench) -> Iterator[Row]:
    """T1: read, parse and judge every customer file with nothing known, and the same for whole books."""
    for size in bench.sizes:
        if size <= 10_000:
            yield _against_schema_check(bench, size)
    for size in bench.sizes:
        book = bench.shelf.all(size)

        def fresh(book: Book = book) -> Run:
            book.cold()
            return book.custodex("check", "--rev", "HEAD", whole_tree=True)

        found = interleaved({"ours": fresh}, bench.repeats(size))["ours"]
        files = len(book.names("records/*"))
        rate = f"{files / found.wall:,.0f} files/s"
        met = found.together < 4096 if size >= 100_000 else None
        work = f"cold `check --rev HEAD` of a whole book, {files:,} files"
        yield Row("T1", size, work, cost(found), "–", rate, "100k within 4 GiB", met)


def _against_schema_check(bench: Bench, size: int) -> Row:
    book = bench.shelf.mains(size)
    schema = bundled_schema(bench.work / "customer.bundle.json")
    files = book.names("records/customers/*")

    def ours() -> Run:
        book.cold()
        return book.custodex("check", "--rev", "HEAD", whole_tree=True)

    def peer() -> Run:
        command: list[str | Path] = [bench.peers.programs / "check-jsonschema", "--schemafile", schema]
        return run([*command, *files[:_PER_CALL]], book.root)

    found = interleaved({"ours": ours, "peer": peer}, bench.repeats(size))
    ratio = found["peer"].wall / found["ours"].wall
    work = "cold `check` of one file a customer (ours with the rules across records as well)"
    beside = f"check-jsonschema: {cost(found['peer'])}"
    aim = "≥ 12x" if size >= 10_000 else ""
    words = both_ratios(found["ours"], found["peer"])
    return Row("T1", size, work, cost(found["ours"]), beside, words, aim, ratio >= 12 if aim else None)


def one_file(bench: Bench) -> Iterator[Row]:
    """T2: one changed file in a small book."""
    book = bench.shelf.all(_SMALL)
    schema = bundled_schema(bench.work / "customer.bundle.json")
    customer = book.customers(1)[0]
    book.custodex("check")

    def ours() -> Run:
        book.change(customer)
        return book.custodex("check", customer.relative_to(book.root))

    def peer() -> Run:
        return run([bench.peers.programs / "check-jsonschema", "--schemafile", schema, customer], book.root)

    def start() -> Run:
        return run([bench.peers.programs / "pre-commit", "--version"], book.root)

    found = interleaved({"ours": ours, "peer": peer, "start": start}, 2 * bench.rounds + 1)
    book.reset()
    beside = f"check-jsonschema: {cost(found['peer'])}; `pre-commit --version`: {cost(found['start'])}"
    ratio = f"{times(found['ours'].cpu, found['peer'].cpu)} cpu"
    work = "`check PATH` after a change of that file"
    yield Row(
        "T2", _SMALL, work, cost(found["ours"]), beside, ratio, "≤ 150 ms cpu", found["ours"].cpu <= 0.15
    )


def staged(bench: Bench) -> Iterator[Row]:
    """T3: the commit hook after one change."""
    for size in bench.sizes:
        book = bench.shelf.all(size)
        _warm(book)
        repeats = bench.repeats(size) + 2
        waiting = book.customers(repeats + 1)

        def ours(book: Book = book, waiting: list[Path] = waiting) -> Run:
            book.stage_change(waiting.pop())
            return book.custodex("check", "--staged")

        def peer(book: Book = book) -> Run:
            return book.git("status", "--porcelain", "-uno")

        found = interleaved({"peer": peer, "ours": ours}, repeats)
        book.stage_change(waiting.pop())
        share = book.git_share("check", "--staged")
        book.reset()
        mine, git = found["ours"], found["peer"]
        own = f"{cost(mine)}; of it Git {seconds(share.seconds)} in {share.processes} processes"
        yield Row(
            "T3", size, "`check --staged` after one staged change", own,
            f"`git status -uno`: {cost(git)}", f"{times(mine.wall, git.wall)}",
            "≤ `git status -uno` + 200 ms", mine.wall <= git.wall + 0.2,
        )  # fmt: skip


def unchanged(bench: Bench) -> Iterator[Row]:
    """T4: nothing has changed since the last check."""
    for size in bench.sizes:
        book = bench.shelf.all(size)
        _warm(book)
        contenders = {
            "uno": partial(book.git, "status", "--porcelain", "-uno"),
            "staged": partial(book.custodex, "check", "--staged"),
            "rev": partial(book.custodex, "check", "--rev", "HEAD"),
            "status": partial(book.git, "status", "--porcelain", "-uall"),
            "worktree": partial(book.custodex, "check"),
        }
        found = interleaved(contenders, bench.repeats(size) + 2)
        for name, peer, command in (
            ("staged", "uno", "`check --staged`"), ("rev", "uno", "`check --rev HEAD`"),
            ("worktree", "status", "`check` of the worktree"),
        ):  # fmt: skip
            share = book.git_share("check", *{"staged": ["--staged"], "rev": ["--rev", "HEAD"]}.get(name, []))
            mine, git = found[name], found[peer]
            beside = f"`git status {'-uno' if peer == 'uno' else '-uall'}`: {cost(git)}"
            own = f"{cost(mine)}; of it Git {seconds(share.seconds)}"
            aim, met = ("≤ 0.5 s", mine.wall <= 0.5) if name != "worktree" and size >= 100_000 else ("", None)
            work = f"{command}, nothing changed"
            yield Row("T4", size, work, own, beside, times(mine.wall, git.wall), aim, met)


def _warm(book: Book) -> None:
    """Bring index and catalog into the state a daily user has."""
    subprocess.run(["git", "update-index", "-q", "--refresh"], cwd=book.root, check=False)
    book.custodex("check", "--rev", "HEAD")
