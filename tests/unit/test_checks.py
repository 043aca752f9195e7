"""What checks must hold over time: events stay, circles end, an incremental check equals a full one."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from custodex import checks, snapshots
from custodex.books import Book
from custodex.catalog import Catalog
from custodex.examining import Document, Holder, Record
from custodex.findings import Finding
from custodex.git import Git
from custodex.ids import check_character
from custodex.records import customer_folder, path_of
from workbench import NOW, ROOT, Repo

A, B, C = "m3kq7t2v9ax", "q8rw5n4x2cb", "t6yh9d3p7es"
NOTE = f"{customer_folder(A)}/notes/2026/2026-03-02-9fj2k1.yaml"
CALL = f"{customer_folder(A)}/notes/2026/2026-03-05-k4t7wz.yaml"
NEW = f"{customer_folder(A)}/notes/2026/2026-11-21-aaaaaa.yaml"


@pytest.fixture
def book(tmp_path: Path) -> Repo:
    """The small sound book of the cases, committed."""
    root = tmp_path / "repo"
    shutil.copytree(ROOT / "tests/data/base", root)
    shutil.copytree(ROOT / "schema", root / "schema")
    repo = Repo(root)
    repo.git("init", "-q", "-b", "main")
    repo.commit("a sound book")
    return repo


def judged(catalog: Catalog, source: str = "worktree", now: str = NOW) -> list[Finding]:
    git = Git(catalog.store._path.parent.parent, os.environ)
    snapshot = snapshots.worktree(git) if source == "worktree" else snapshots.commit(git, source)
    catalog.sync(snapshot, checks.EXAMINER, processes=1)
    return checks.run(catalog, snapshot, datetime.fromisoformat(now))


def codes(repo: Repo, source: str = "worktree", now: str = NOW) -> list[str]:
    catalog = Catalog(repo.root)
    try:
        return [finding.code for finding in judged(catalog, source, now)]
    finally:
        catalog.close()


def swap(repo: Repo, path: str, old: str, new: str) -> None:
    text = repo.read(path)
    assert old in text
    repo.write(path, text.replace(old, new))


# --- events


def test_field_of_an_event_that_a_check_complained_about_may_be_mended(book: Repo) -> None:
    swap(book, NOTE, "interest:automation", "interest:automatic")
    book.commit("an unknown tag slips in")
    assert codes(book) == ["tag-unknown"]
    swap(book, NOTE, "interest:automatic", "interest:automation")
    assert codes(book) == []


def test_mending_one_field_of_an_event_does_not_open_the_others(book: Repo) -> None:
    swap(book, NOTE, "interest:automation", "interest:automatic")
    book.commit("an unknown tag slips in")
    swap(book, NOTE, "interest:automatic", "interest:automation")
    swap(book, NOTE, "下周确认数量", "不要了")
    assert codes(book) == ["event-edited"]


def test_banned_term_in_a_committed_note_may_be_replaced(book: Repo) -> None:
    swap(book, NOTE, "报价单", "报价表格")
    book.commit("a banned term slips in")
    swap(book, NOTE, "报价表格", "报价单")
    assert codes(book) == []


def test_reference_to_nobody_in_a_committed_event_may_be_mended(book: Repo) -> None:
    swap(book, NOTE, "by: zhou-min", "by: zhou-ming")
    book.commit("a wrong id slips in")
    swap(book, NOTE, "by: zhou-ming", "by: zhou-min")
    assert codes(book) == []


def test_event_that_could_not_be_read_may_become_anything(book: Repo) -> None:
    sound = book.read(NOTE)
    book.write(NOTE, "<<<<<<< ours\n" + sound)
    book.commit("a conflict marker slips in")
    book.write(NOTE, sound.replace("样板间", "工厂"))
    assert codes(book) == []


def test_events_of_a_merged_customer_move_without_a_word(book: Repo) -> None:
    folder = book.root / customer_folder(A)
    shutil.move(folder / "notes", book.root / customer_folder(B) / "notes")
    for name in ("transactions", "feedback", "tasks"):
        shutil.rmtree(folder / name)
    shutil.copy(folder / "contacts.yaml", book.root / customer_folder(B) / "contacts.yaml")
    (folder / "contacts.yaml").unlink()
    book.write(f"{customer_folder(A)}/customer.yaml", f"id: {A}\nmerged_into: {B}\n")
    swap(book, f"{customer_folder(B)}/customer.yaml", f"parent: {A}\n", "")
    assert set(codes(book)) == {"reference-merged"}


def test_commit_is_compared_with_its_parent(book: Repo) -> None:
    swap(book, CALL, "duration_minutes: 12", "duration_minutes: 90")
    book.commit("someone used --no-verify")
    assert codes(book) == []
    assert codes(book, "HEAD") == ["event-edited"]


# --- the clock


def test_time_is_judged_by_the_clock_of_the_run_not_of_the_reading(book: Repo) -> None:
    book.write(NEW, 'type: other\noccurred_at: "2026-11-21T09:00:00+08:00"\nby: zhou-min\nsummary: 回访\n')
    assert codes(book, now="2026-11-21T08:30:00+08:00") == ["time-future"]
    assert codes(book, now="2026-11-21T09:00:00+08:00") == []


def test_day_begins_in_the_time_zone_of_the_run(book: Repo) -> None:
    swap(book, f"{customer_folder(A)}/customer.yaml", '"2024-06-01"', '"2026-11-22"')
    assert codes(book, now="2026-11-22T00:30:00+08:00") == []
    assert "time-future" in codes(book, now="2026-11-21T20:30:00-05:00")


# --- chains


class Others:
    """The other records, from a mapping."""

    def __init__(self, mains: Mapping[str, Mapping[str, Any]], book: Book) -> None:
        self._mains = mains
        self.book = book
        self.asked = 0

    def exists(self, key: str) -> bool:
        return key in self._mains

    def main(self, key: str) -> Mapping[str, Any]:
        self.asked += 1
        return self._mains.get(key, {})

    def holders(self, space: str, value: str) -> list[Holder]:
        return []


@pytest.fixture(scope="module")
def rules() -> Book:
    folder = ROOT / "schema"
    return Book(
        {
            path.relative_to(ROOT).as_posix(): ("", path.read_bytes())
            for path in folder.rglob("*")
            if path.is_file()
        }
    )


def circle(size: int) -> list[str]:
    alphabet = "abcdefghjk"
    bodies = ["m" + "".join(alphabet[int(digit)] for digit in f"{number:09d}") for number in range(size)]
    return [body + check_character(body) for body in bodies]


def member(customer: str, parent: str) -> dict[str, Any]:
    return {"id": customer, "type": "organization", "name": "Link", "stage": "archived", "parent": parent}


@pytest.mark.parametrize("size", [2, 3, 32, 10_000])
def test_every_member_of_a_circle_of_parents_is_named_once(size: int, rules: Book) -> None:
    ids = circle(size)
    values = {ids[at]: member(ids[at], ids[at - 1]) for at in range(size)}
    others = Others({f"customers/{name}": value for name, value in values.items()}, rules)
    found: list[str] = []
    for name, value in values.items():
        document = Document(path_of("customer", name), "customer", value=value)
        faults = list(checks.check_record(Record(f"customers/{name}", "customer", name, (document,)), others))
        assert [fault.code for fault in faults] == ["parent-cycle"]
        assert str(faults[0].params["chain"]).startswith(name)
        found.append(faults[0].path)
    assert len(set(found)) == size
    assert others.asked < 40 * size  # the cost of one member does not grow with the circle


def test_deep_chain_of_parents_with_a_top_is_sound(rules: Book) -> None:
    ids = circle(30)
    values = {name: member(name, parent) for name, parent in itertools.pairwise(ids)}
    values[ids[-1]] = {key: value for key, value in member(ids[-1], "").items() if key != "parent"}
    others = Others({f"customers/{name}": value for name, value in values.items()}, rules)
    document = Document(path_of("customer", ids[0]), "customer", value=values[ids[0]])
    assert (
        list(checks.check_record(Record(f"customers/{ids[0]}", "customer", ids[0], (document,)), others))
        == []
    )


# --- much of everything


def test_customer_with_very_many_events_is_judged_in_one_pass(rules: Book) -> None:
    """Looking for each event among all others would take minutes here."""
    main = {"id": A, "type": "organization", "name": "Busy", "stage": "archived"}
    documents = [Document(path_of("customer", A), "customer", value=main)]
    for number in range(20_000):
        value = {
            "type": "order",
            "occurred_on": "2026-03-02",
            "external": {"system": "erp", "id": str(number)},
            "corrects": f"2026-03-02-{number - 1:06d}" if number else "2026-03-02-zzzzzz",
        }
        stem = f"2026-03-02-{number:06d}"
        documents.append(Document(path_of("transaction", A, stem), "transaction", value=value))
    started = time.process_time()
    faults = checks.check_record(Record(f"customers/{A}", "customer", A, tuple(documents)), Others({}, rules))
    assert [fault.code for fault in faults] == ["event-missing"]
    assert time.process_time() - started < 10


# --- incremental equals full


def edits_of(repo: Repo, rng: random.Random) -> Iterator[str]:
    """Change one thing at a time, for ever; yield what was done."""
    sound = {path: repo.read(path) for path in repo.git("ls-files", "records").split()}
    uscc = "identifiers:\n  uscc: 91440300MA5EXAM142\n"
    main = {name: path_of("customer", name) for name in (A, B, C)}

    def put(path: str, old: str, new: str) -> None:
        text = repo.read(path) if (repo.root / path).exists() else sound[path]
        repo.write(path, text.replace(old, new, 1) if old else text + new)

    steps: list[Callable[[], object]] = [
        lambda: put(main[A], "", f"parent: {rng.choice([A, B, C])}\n"),
        lambda: put(main[A], "type: supplier", rng.choice(["type: buyer", "type: parent"])),
        lambda: put(main[B], "", uscc),
        lambda: put(main[B], f"id: {B}", f"id: {rng.choice([A, C])}"),
        lambda: put(main[B], "stage: prospect", rng.choice(["stage: customer", "stage: gone"])),
        lambda: repo.write(main[A], f"id: {A}\nmerged_into: {rng.choice([A, B, C])}\n"),
        lambda: repo.write(main[rng.choice([A, B])], "name: [\n"),
        lambda: (repo.root / main[rng.choice([A, B, C])]).unlink(missing_ok=True),
        lambda: shutil.rmtree(repo.root / customer_folder(rng.choice([A, C])), ignore_errors=True),
        lambda: (repo.root / "records/staff/zhou-min.yaml").unlink(missing_ok=True),
        lambda: put("records/staff/gao-yuan.yaml", "active: true", "active: false"),
        lambda: put(f"{customer_folder(A)}/contacts.yaml", "- id: p1", "- id: p7"),
        lambda: put(NOTE, "by: zhou-min", "by: lao-he"),
        lambda: repo.write("records/staff/Zhou-Min.yaml", sound["records/staff/zhou-min.yaml"]),
    ]

    def mend() -> None:
        for path in rng.sample(sorted(sound), 6):
            repo.write(path, sound[path])

    def mend_all() -> None:
        for path, text in sound.items():
            repo.write(path, text)
        (repo.root / "records/staff/Zhou-Min.yaml").unlink(missing_ok=True)

    while True:
        number = rng.randrange(len(steps) + 6)
        if number < len(steps):
            steps[number]()
        elif number < len(steps) + 3:
            mend()
        elif number < len(steps) + 4:
            mend_all()
        else:
            repo.commit("so far")
        yield f"step {number}"


def test_value_taken_again_is_found_at_both_places_again(book: Repo) -> None:
    path, catalog = path_of("customer", B), Catalog(book.root)
    free = book.read(path)
    taken = free + "identifiers:\n  uscc: 91440300MA5EXAM142\n"
    for text, places in ((taken, 2), (free, 0), (taken, 2), (free, 0)):
        book.write(path, text)
        assert [finding.code for finding in judged(catalog)] == ["unique-taken"] * places
    catalog.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_incremental_check_finds_what_a_full_one_finds(seed: int, book: Repo, tmp_path: Path) -> None:
    kept = Catalog(book.root)
    story: list[str] = []
    seen: set[str] = set()
    for number, done in zip(range(20), edits_of(book, random.Random(seed)), strict=False):
        story.append(done)
        found = judged(kept)
        fresh_root = tmp_path / f"fresh{number}"
        shutil.copytree(book.root, fresh_root, ignore=shutil.ignore_patterns(".custodex"))
        fresh = Catalog(fresh_root)
        expected = judged(fresh)
        fresh.close()
        shutil.rmtree(fresh_root)
        assert [row(finding) for finding in found] == [row(finding) for finding in expected], story
        seen.update(finding.code for finding in found)
    kept.close()
    assert len(seen) > 8  # else the sequence shows little


def row(finding: Finding) -> tuple[Any, ...]:
    params = sorted((name, str(value)) for name, value in finding.params.items())
    return (
        finding.path,
        finding.line,
        finding.column,
        finding.code,
        finding.pointer,
        finding.severity,
        params,
    )
