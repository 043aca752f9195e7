"""The proof of history: what was landed by the rules holds; what was done behind everybody's back is named."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from signedbook import MAIN, NOTE_TEXT, ONE, SignedBook, new_customer, signed_book

from custodex.records import path_of

LANDINGS = 3


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> SignedBook:
    """A book with some landings, proven once."""
    book = signed_book(tmp_path_factory.mktemp("signed"))
    for number in range(LANDINGS):
        book.propose("ann", f"p{number}", {path_of("note", ONE, f"2026-11-20-aaaa{number:02d}"): NOTE_TEXT})
        book.merge("bob", f"p{number}")
    book.propose("ann", "vip", new_customer("重点集团", grade="strategic"))
    book.approve("stew", "vip")
    book.merge("bob", "vip")
    return book


@pytest.fixture
def book(master: SignedBook, tmp_path: Path) -> SignedBook:
    return master.copy(tmp_path / "clone")


def verify(book: SignedBook, *more: str, code: int = 0) -> dict[str, Any]:
    done = book.custodex("verify-history", "--format", "json", *more)
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def codes(found: dict[str, Any]) -> set[str]:
    return {breach["code"] for verdict in found["verdicts"] for breach in verdict["breaches"]}


def test_a_history_by_the_rules_holds_and_is_proven_once(book: SignedBook) -> None:
    found = verify(book)
    assert found["holds"]
    assert found["steps"] == found["judged"] == LANDINGS + 2
    assert [verdict["required"] for verdict in found["verdicts"]] == [False] + [True] * (LANDINGS + 1)
    assert found["verdicts"][-1]["authors"] == ["ann"]
    assert set(found["verdicts"][-1]["approvers"]) == {"stew", "bob"}
    again = verify(book)
    assert (again["judged"], again["verdicts"]) == (0, found["verdicts"])
    assert verify(book, "--fresh")["verdicts"] == found["verdicts"]
    text = book.custodex("--lang", "zh", "verify-history", "--all").stdout
    assert "ann 写，stew, bob 批准" in text
    assert text.rstrip().split("\n")[-1].startswith(f"锚点: {found['head']} ")


def test_what_was_landed_against_the_rules_is_named(book: SignedBook) -> None:
    book.git("checkout", "-q", "-f", "main")
    book.commit("ann", {MAIN: (book.root / MAIN).read_text("utf-8").replace("lead", "prospect")}, key="")
    book.propose("ann", "own", {path_of("note", ONE, "2026-11-20-bbbbbb"): NOTE_TEXT})
    book.merge("ann", "own")
    assert codes(verify(book, code=5)) >= {"direct-commit", "unsigned", "own-approval"}
    text = book.custodex("verify-history").stdout
    assert text.count("✗") == 3


def test_a_rewritten_history_misses_its_anchor(book: SignedBook, tmp_path: Path) -> None:
    anchor = verify(book)["head"]
    witness = tmp_path / "anchors.txt"
    witness.write_text(f"2026-11-22 {anchor} 9\n", encoding="utf-8")
    book.git("checkout", "-q", "-f", "main")
    book.git("reset", "-q", "--hard", "main~1")
    found = verify(book, code=5)  # the clone itself remembers
    assert anchor[:12] in found["faults"][0]
    (book.root / ".custodex/proof.sqlite").unlink()
    assert verify(book)["holds"]
    assert anchor[:12] in verify(book, "--since", anchor, code=5)["faults"][0]
    assert anchor[:12] in verify(book, "--anchors", str(witness), code=5)["faults"][0]


def test_replaced_and_damaged_objects_are_told(book: SignedBook) -> None:
    book.git("replace", "main~1", "main~2")
    assert "refs/replace" in verify(book, code=5)["faults"][0]
    book.git("replace", "-d", book.git("rev-parse", "main~1"))
    blob = book.git("rev-parse", f"main:{MAIN}")
    loose = book.root / ".git/objects" / blob[:2] / blob[2:]
    loose.chmod(0o644)
    loose.write_bytes(zlib.compress(b"blob 3\0abc"))
    found = verify(book, "--fresh", code=5)
    assert any("damaged object" in fault for fault in found["faults"])


def test_a_cut_history_proves_nothing(book: SignedBook, tmp_path: Path) -> None:
    book.git("clone", "-q", "--depth", "2", f"file://{book.root}", str(tmp_path / "cut"))
    assert "shallow" in verify(SignedBook(tmp_path / "cut", book.bare, book.keys), code=5)["faults"][0]


def test_a_mailmap_puts_nobody_in_the_place_of_an_author(book: SignedBook) -> None:
    # bob writes in a stranger's name; a file that maps the stranger to bob makes that no better
    book.branch("ghost")
    env = book.who("bob") | {"GIT_AUTHOR_EMAIL": "ghost@example.com"}
    book.write({path_of("note", ONE, "2026-11-20-bbbbbb"): NOTE_TEXT})
    book.git("add", "-A")
    book.git("commit", "-q", "-m", "change", env=env)
    book.merge("ann", "ghost")
    book.write({".mailmap": "<bob@example.com> <ghost@example.com>\n"})
    assert "author-not-signer" in codes(verify(book, code=5))
