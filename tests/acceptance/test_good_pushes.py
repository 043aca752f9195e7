"""What people do all day is taken: a hundred pushes of every verb's kind of change, none of them refused.

A gate that keeps good work out is switched off within a week; this is the other half of the hostile pushes. Who
does what to whom, in which order and in how many pushes is drawn by a seed.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from signedbook import ONE, OTHER, SignedBook, new_customer, signed_book, staff

from custodex.records import path_of

SEED = 20261122
PUSHES = 100
Kind = Callable[["Day"], tuple[str, str]]
KINDS: list[Kind] = []


def kind(function: Kind) -> Kind:
    """A kind of change: made on the branch that is checked out; returns its author and who approves, by comma.

    The last who approves is who merges."""
    KINDS.append(function)
    return function


@dataclass
class Day:
    """A book that people work in, and how often they have pushed."""

    book: SignedBook
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    pushes: int = 0
    customers: list[str] = field(default_factory=lambda: [ONE])
    number: int = 0

    def push(self, *refs: str) -> None:
        done = self.book.push(*refs)
        self.pushes += 1
        assert done.returncode == 0, f"push {self.pushes} of {refs} was refused: {done.stderr}"

    def stem(self) -> str:
        self.number += 1
        return f"2026-11-20-{self.number:06d}"

    def some(self) -> str:
        return self.chance.choice(self.customers)

    def verb(self, person: str, *arguments: str) -> None:
        """Run the program as a person; a verb commits by itself."""
        more = [] if arguments[0] in {"approve", "refresh"} else ["--commit"]
        done = self.book.custodex("--lang", "en", *arguments, *more, env=self.book.who(person))
        assert done.returncode == 0, f"{arguments}: {done.stderr}"

    def note(self, who: str, said: str = "") -> dict[str, str | None]:
        said = said or self.chance.choice(
            ["谈了交付", "asked for a quotation", "ＡＢＣ（全角）🙂", "Grüße aus Köln"]
        )
        text = f'type: call\noccurred_at: "2026-11-20T10:00:00+08:00"\nby: {who}\nsummary: "{said}"\n'
        return {
            path_of("note", self.some(), self.stem()): f"{text}direction: outgoing\nduration_minutes: 9\n"
        }


@kind
def _new_organization(day: Day) -> tuple[str, str]:
    name = f"{day.chance.choice('东西南北中')}{day.chance.choice('山河湖海川')}第{day.number}仪器厂"
    day.verb("ann", "new", name, "region.country=CN", "--anyway")
    return "ann", "bob"


@kind
def _new_person(day: Day) -> tuple[str, str]:
    files = new_customer(f"Zoë Ångström-{day.number}", owner="bob")
    day.book.commit(
        "bob", {path: (text or "").replace("organization", "person") for path, text in files.items()}
    )
    return "bob", "ann"


@kind
def _set(day: Day) -> tuple[str, str]:
    day.verb("bob", "set", day.some(), "short_name=远峤", "tags+=risk:low", "--reason", "correction")
    return "bob", "ann"


@kind
def _contacts(day: Day) -> tuple[str, str]:
    day.verb("ann", "set", day.some(), f"people+=Łukasz {'αβγδεζ'[day.number % 6]} Example")
    return "ann", "bob"


@kind
def _note(day: Day) -> tuple[str, str]:
    day.verb("ann", "note", day.some(), "call @bob about 交付 — tomorrow", "--due", "+7d", "--to", "bob")
    return "ann", "bob"


@kind
def _two_notes_by_two_people(day: Day) -> tuple[str, str]:
    day.book.commit("ann", day.note("ann"))
    day.book.commit("bob", day.note("bob"), "note\n\nCo-authored-by: Ann Example <ann@example.com>\n")
    return "ann", "stew"


@kind
def _task(day: Day) -> tuple[str, str]:
    day.verb("bob", "task", "add", day.some(), "报价 quotation", "--due", "+3d")
    return "bob", "ann"


@kind
def _business(day: Day) -> tuple[str, str]:
    amount = f"{day.chance.randint(1, 99999)}.50"
    text = (
        f'type: order\noccurred_on: "2026-11-20"\nby: fin\nstate: paid\ncurrency: CNY\namount: "{amount}"\n'
    )
    day.book.commit("fin", {path_of("transaction", ONE, day.stem()): text})
    return "fin", "ann"


@kind
def _identity(day: Day) -> tuple[str, str]:
    day.book.commit(
        "pia", {path_of("identity", OTHER): f'birthday: "19{day.chance.randint(50, 99)}-03-04"\n'}
    )
    return "pia", "pat"


@kind
def _strategic(day: Day) -> tuple[str, str]:
    day.book.commit("ann", new_customer(f"重点集团{day.number}", grade="strategic"))
    return "ann", "bob,stew"


@kind
def _relate(day: Day) -> tuple[str, str]:
    day.verb("bob", "relate", OTHER, "supplier", ONE)
    return "bob", "ann"


@kind
def _confirm(day: Day) -> tuple[str, str]:
    day.verb("ann", "confirm", day.some())
    return "ann", "bob"


@kind
def _archive_and_back(day: Day) -> tuple[str, str]:
    day.verb("bob", "archive", OTHER, "--why", "not seen for long")
    day.verb("bob", "undo")
    return "bob", "ann"


@kind
def _merge_customers(day: Day) -> tuple[str, str]:
    files = new_customer(f"重名{day.number}", owner="ann")
    day.book.commit("ann", files)
    (path,) = files
    day.verb("ann", "merge", ONE, path.split("/")[3], "--yes")
    day.verb("ann", "unmerge", path.split("/")[3])
    return "ann", "bob"


@kind
def _import(day: Day) -> tuple[str, str]:
    table = day.book.root.parent / "rows.csv"
    rows = "".join(f"进口客户{day.number}-{row},organization,lead,CN\n" for row in range(3))
    table.write_text(f"name,type,stage,region.country\n{rows}", "utf-8")
    day.verb("ann", "import", str(table), "--allow-duplicates", "--key", "name")
    return "ann", "bob"


@kind
def _bulk(day: Day) -> tuple[str, str]:
    files: dict[str, str | None] = {}
    for row in range(30):
        files |= new_customer(f"批量{day.number}之{row}", owner="ann")
    day.book.commit("ann", files)
    return "ann", "stew"


@kind
def _staff(day: Day) -> tuple[str, str]:
    name = f"new-{day.number}"
    text = staff(day.book, "ann").replace("id: ann", f"id: {name}").replace("ann@", f"{name}@")
    day.book.commit("stew", {f"records/staff/{name}.yaml": text[: text.index("keys:")]})
    return "stew", "ada"


@kind
def _product_and_view(day: Day) -> tuple[str, str]:
    day.book.commit("stew", {
        f"records/products/p-{day.number}.yaml": f"id: p-{day.number}\nname: 产品 Nº{day.number}\nactive: true\n",
        f"records/views/v-{day.number}.yaml":
            f"id: v-{day.number}\ntitle:\n  zh: 视图\n  en: view\nowner: stew\nwhere:\n  stage:\n    - lead\n"
            "columns:\n  - name\n",
    })  # fmt: skip
    return "stew", "ada"


@kind
def _tag_of_the_vocabulary(day: Day) -> tuple[str, str]:
    day.verb("stew", "tag", "create", f"risk:kind-{day.number}", "--zh", "某种风险", "--en", "some risk")
    return "stew", "ada"


@kind
def _policy(day: Day) -> tuple[str, str]:
    path = "schema/access.yaml"
    text = (day.book.root / path).read_text("utf-8")
    least = re.search(r"customers: ([0-9]+)", text)
    assert least
    day.book.commit("ada", {path: text.replace(least[0], f"customers: {int(least[1]) + 1}")})
    return "ada", "stew"


@kind
def _files_with_names_of_all_kinds(day: Day) -> tuple[str, str]:
    day.book.commit(
        "stew", {f"文档/说明-{day.number}.md": "# 说明\n", f"docs/Übersicht {day.number}.md": "x\n"}
    )
    day.book.git("mv", f"文档/说明-{day.number}.md", f"文档/改名-{day.number}.md")
    day.book.commit("stew", {})
    return "stew", "ada"


@kind
def _workflow(day: Day) -> tuple[str, str]:
    day.book.commit("ada", {f".github/workflows/w{day.number}.yml": "on: push\njobs: {}\n"})
    return "ada", "stew"


@kind
def _note_taken_away_and_corrected(day: Day) -> tuple[str, str]:
    files = day.note("ann")
    day.book.commit("ann", files)
    day.book.commit("ann", dict.fromkeys(files))
    day.book.commit("ann", day.note("ann", "what was meant"))
    return "ann", "bob"


# --- in how many pushes a proposal comes


def _at_once(day: Day, name: str, make: Kind) -> None:
    _, others = make(day)
    _land(day, name, others)
    day.push("main")


def _as_a_proposal(day: Day, name: str, make: Kind) -> None:
    _, others = make(day)
    day.push(name)
    _land(day, name, others)
    day.push("main", name)
    day.push(f":{name}")  # what has landed may go


def _in_many_steps(day: Day, name: str, make: Kind) -> None:
    author, others = make(day)
    day.push(name)
    meanwhile = day.note("ann")
    day.book.branch(f"{name}-meanwhile", "main")
    day.book.commit("ann", meanwhile)
    day.book.merge("bob", f"{name}-meanwhile")
    day.push("main", f"{name}-meanwhile")
    day.verb(author, "refresh", name)  # main into the proposal: nothing of the author's own
    day.push(name)
    _land(day, name, others)
    day.push(name, "main")


def _beside_another(day: Day, name: str, make: Kind) -> None:
    _, others = make(day)
    day.book.branch(f"{name}-side", "main")
    day.book.commit("ann", day.note("ann"))
    day.push(name, f"{name}-side")
    _land(day, name, others)
    day.book.merge("bob", f"{name}-side")
    day.push("main")


def _land(day: Day, name: str, others: str) -> None:
    *approvers, merger = others.split(",")
    for person in approvers:
        day.book.approve(person, name)
    day.book.merge(merger, name)


WAYS = (_at_once, _as_a_proposal, _in_many_steps, _beside_another)


def _proposals(day: Day) -> Iterator[tuple[Kind, Callable[[Day, str, Kind], None]]]:
    """Every kind of change, then again in another order, each in a way of its own."""
    ways = list(WAYS)
    while True:
        kinds = list(KINDS)
        day.chance.shuffle(kinds)
        for make in kinds:
            yield make, day.chance.choice(ways)


def test_a_hundred_good_pushes_are_taken(tmp_path: Path) -> None:
    day = Day(signed_book(tmp_path / "signed"))
    made: dict[str, int] = {}
    for number, (make, way) in enumerate(_proposals(day)):
        if day.pushes >= PUSHES and len(made) == len(KINDS):
            break
        name = f"{day.chance.choice(['pr/', 'feature-', 'custodex/'])}{number}"
        day.number += 1
        day.book.branch(name, "main")
        way(day, name, make)
        made[make.__name__] = made.get(make.__name__, 0) + 1
    proof = day.book.custodex("verify-history")
    assert proof.returncode == 0, proof.stdout
    subprocess.run(["git", "fsck", "--strict"], cwd=day.book.bare, check=True, capture_output=True)
