"""Make a record repository of any size, the same every time: `python -m tests.benchmarks.generate N DIR`.

Half of the customers are Chinese, half English. Every customer has its own file, contacts and four notes,
so N customers are 6 N files. What the notes say comes from `sentences`. Names come from a public corpus of
company names where it is at hand (`cn-company-short`), and from syllables otherwise.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from custodex.examining import Document, Record
from custodex.ids import ALPHABET, check_character
from custodex.records import path_of
from custodex.yamlwriter import dump

from .sentences import Writer

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "data" / "cn-company-short" / "short28w.txt"
NOTES = 4
_STAGE = re.compile("stage: [a-z]+")
_EPOCH = 1_790_000_000
_STAFF = ("li-na", "tom-gray", "chen-hao")
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗曾单仇查解"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍"
_SYLLABLES = "星河云海启明瑞泰恒丰远大新光华宇腾达金鼎盛世博雅天成"
_FIRST = [
    "Anna", "Ben", "Carla", "David", "Elena", "Frank", "Grace", "Hugo",
    "Irene", "Jack", "Karen", "Liam", "Maria", "Noah", "Olga", "Paul",
    "Rosa", "Sam",
]  # fmt: skip
_LAST = [
    "Becker", "Clarke", "Duarte", "Evans", "Fischer", "Gray", "Hansen", "Ito",
    "Jensen", "Keller", "Lopez", "Moreau", "Novak", "Olsen", "Park",
]  # fmt: skip
_WORDS = [
    "Harbour", "Northern", "Silver", "Atlas", "Meridian", "Summit", "Orchid", "Granite",
    "Pioneer", "Coastal", "Vector", "Lumen",
]  # fmt: skip
_SUFFIX = [
    "Logistics", "Trading", "Systems", "Foods", "Textiles", "Instruments", "Partners", "Marine",
    "Energy", "Packaging",
]  # fmt: skip
Files = Iterable[tuple[str, str]]


def names() -> list[str]:
    """Return Chinese company names, from the corpus if it is there."""
    if not CORPUS.exists():
        return [a + b + c + d for a in _SYLLABLES for b in _SYLLABLES for c in "达通源信" for d in "科贸联安"]
    lines = CORPUS.read_text(encoding="utf-8", errors="ignore").splitlines()[2:]
    return [line.strip() for line in lines if 2 <= len(line.strip()) <= 20 and line.strip().isalnum()]


class Generator:
    """Draws records from one seeded source."""

    def __init__(self, seed: int = 20261122) -> None:
        self._random = random.Random(seed)
        self._names = names()
        zh = [a + b + c for a in _SURNAMES for b in _GIVEN for c in _GIVEN]
        en = [f"{first} {last}" for first in _FIRST for last in _LAST]
        firms = [f"{a} {b} {c}" for a in _WORDS for b in _WORDS for c in _SUFFIX]
        texts = random.Random(seed + 1)
        self._writers = {
            True: Writer(texts, chinese=True, firms=self._names, people=zh),
            False: Writer(texts, chinese=False, firms=firms, people=en),
        }

    def _id(self) -> str:
        body = self._random.choice(ALPHABET[10:]) + "".join(self._random.choices(ALPHABET, k=9))
        return body + check_character(body)

    def files(self, count: int) -> Iterator[tuple[str, str]]:
        """Yield path and text of every file of *count* customers, staff first."""
        yield from staff()
        seen: set[str] = set()
        for number in range(count):
            while (customer := self._id()) in seen:
                pass
            seen.add(customer)
            for path, _, value in self._customer(customer, number):
                yield path, dump(value)

    def records(self, count: int) -> Iterator[Record]:
        """Yield the same customers as records, without a detour over files."""
        seen: set[str] = set()
        for number in range(count):
            while (customer := self._id()) in seen:
                pass
            seen.add(customer)
            parts = [
                Document(path, kind, value=value) for path, kind, value in self._customer(customer, number)
            ]
            yield Record(f"customers/{customer}", "customer", customer, tuple(parts))

    def mains(self, count: int) -> Iterator[tuple[str, str]]:
        """Yield the same customers with their main file only, all at a stage that asks for no more."""
        yield from staff()
        for path, text in self.files(count):
            if path.endswith("/customer.yaml"):
                yield path, _STAGE.sub("stage: lead", text)

    def steps(self, customers: list[str], count: int) -> Iterator[tuple[str, str]]:
        """Yield *count* edits, each of one customer's main file."""
        for step in range(count):
            number = self._random.randrange(len(customers))
            customer = customers[number]
            value = self._main(customer, number, chinese=number % 2 == 0)
            yield path_of("customer", customer), dump({**value, "stage": "lead", "description": f"{step}"})

    def _customer(self, customer: str, number: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
        chinese = number % 2 == 0
        yield path_of("customer", customer), "customer", self._main(customer, number, chinese=chinese)
        yield path_of("contacts", customer), "contacts", self._contacts(number, chinese=chinese)
        for note in range(NOTES):
            year, month = self._random.choice((2025, 2026)), self._random.randint(1, 10)
            day = f"{year}-{month:02}-{self._random.randint(1, 28):02}"
            stem = f"{day}-{''.join(self._random.choices(ALPHABET, k=6))}"
            yield path_of("note", customer, stem), "note", self._note(day, note, chinese=chinese)

    def _main(self, customer: str, number: int, *, chinese: bool) -> dict[str, Any]:
        pick, between = self._random.choice, self._random.randint
        english = f"{pick(_WORDS)} {pick(_WORDS)} {pick(_SUFFIX)} {number} Ltd"
        name = f"{pick(self._names)}有限公司" if chinese else english
        city = {"country": "CN", "province": "44", "city": pick(["4401", "4403", "4406"])}
        region = city if chinese else {"country": pick(["US", "NO", "DE"])}
        interest = pick(["interest:sensors", "interest:cloud"])
        return {
            "id": customer, "type": "organization", "name": name,
            "short_name": name[:4] if chinese else english.split(" ", maxsplit=1)[0],
            "stage": pick(["lead", "prospect", "customer"]),
            "grade": pick(["strategic", "large", "medium", "small"]),
            "industry": pick(["C39", "F51", "I65", "G54"]), "region": region,
            "tags": [pick(["behavior:repeat-buyer", "behavior:seasonal"]), interest],
            "owner": pick(_STAFF), "source": {"channel": "phone", "by": "li-na", "at": "2025-01-05"},
            "since": f"202{between(0, 5)}-0{between(1, 9)}-1{between(0, 9)}",
            "identifiers": {"external": [{"system": "erp", "id": f"E{number:07d}"}]},
            "needs": ("。" if chinese else ", ").join(self._writers[chinese].sentences(3)),
        }  # fmt: skip

    def _contacts(self, number: int, *, chinese: bool) -> dict[str, Any]:
        pick = self._random.choice
        name = pick(_SURNAMES) + pick(_GIVEN) + pick(_GIVEN) if chinese else f"{pick(_FIRST)} {pick(_LAST)}"
        phone = f"+86 1390{number % 10_000_000:07d}" if chinese else f"+49 30 23125{number % 1000:03d}"
        street = f"{number % 400} 号" if chinese else f"Street {number % 400}"
        country, city = ("CN", "深圳") if chinese else ("DE", "Berlin")
        place = {"country": country, "city": city, "street": street}
        mail = f"contact{number}@example.{'cn' if chinese else 'com'}"
        return {
            "people": [
                {"id": "p1", "name": name, "title": "经理" if chinese else "Buyer", "role": "decision_maker",
                 "phones": [{"number": phone, "type": "mobile" if chinese else "work", "primary": True}],
                 "emails": [{"address": mail, "type": "work", "primary": True}]},
            ],
            "addresses": [{"id": "office", "type": "office", **place}],
        }  # fmt: skip

    def _note(self, day: str, number: int, *, chinese: bool) -> dict[str, Any]:
        texts = self._writers[chinese].sentences(6)
        join = "。".join if chinese else ". ".join
        return {
            "type": "call", "occurred_at": f"{day}T0{self._random.randint(1, 9)}:30:00+08:00",
            "by": "li-na", "people": ["p1"], "direction": "outgoing", "duration_minutes": 10 + number,
            "summary": join(texts[:2]), "communication": join(texts[2:4]), "follow_up": join(texts[4:]),
        }  # fmt: skip


def staff() -> Iterator[tuple[str, str]]:
    """Yield the files of the people the customers refer to."""
    for name in _STAFF:
        yield f"records/staff/{name}.yaml", dump({"id": name, "name": name, "active": True})


def make(folder: Path, count: int, seed: int = 20261122, *, mains_only: bool = False) -> None:
    """Make the repository in *folder*: one commit, files checked out, `git gc` left to Git."""
    generator = Generator(seed)
    files = generator.mains(count) if mains_only else generator.files(count)
    _fill(folder, lambda stream: _commit(stream, 0, _with_schema(files)))
    git(folder, "reset", "-q", "--hard")


def make_history(folder: Path, count: int, commits: int, seed: int = 20261122) -> None:
    """Make a repository without a worktree whose *commits* each edit one of *count* customers."""
    generator = Generator(seed)

    def write(stream: IO[bytes]) -> None:
        files = list(generator.mains(count))
        customers = [path.split("/")[3] for path, _ in files if path.endswith("/customer.yaml")]
        _commit(stream, 0, _with_schema(files))
        for number, step in enumerate(generator.steps(customers, commits), start=1):
            _commit(stream, number, [step])

    _fill(folder, write)
    git(folder, "repack", "-q", "-a", "-d")


def _fill(folder: Path, write: Callable[[IO[bytes]], None]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.name", "generator")
    git(folder, "config", "user.email", "generator@example.com")
    process = subprocess.Popen(
        ["git", "fast-import", "--quiet"], cwd=folder, env=environ(), stdin=subprocess.PIPE
    )
    assert process.stdin is not None
    write(process.stdin)
    process.stdin.close()
    if process.wait():
        raise SystemExit("git fast-import failed")


def _with_schema(files: Files) -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "schema").rglob("*")):
        if path.is_file():
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    yield ".gitattributes", "records/** text eol=lf\n"
    yield from files


def _commit(stream: IO[bytes], number: int, files: Files) -> None:
    when = f"{_EPOCH + 60 * number} +0800"
    stream.write(f"commit refs/heads/main\ncommitter generator <generator@example.com> {when}\n".encode())
    stream.write(b"data 9\ngenerated\n")
    for path, text in files:
        data = text.encode()
        stream.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")


def environ() -> dict[str, str]:
    """Return this process's environment without what tells Git of an outer repository.

    Nor is Python kept from keeping what it compiled: nobody's second command starts without it.
    """
    hidden = "PYTHONDONTWRITEBYTECODE"
    return {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") and name != hidden
    }


def git(folder: Path, *arguments: str) -> None:
    """Run git in *folder*."""
    subprocess.run(["git", *arguments], cwd=folder, env=environ(), check=True)


def main() -> None:
    """Make what the command line asks for: `N DIR [mains | COMMITS]`."""
    count, folder, *more = int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]
    if more and more[0].isdigit():
        make_history(folder, count, int(more[0]))
    else:
        make(folder, count, mains_only=more == ["mains"])


if __name__ == "__main__":
    main()
