"""The whole journey with a real server: edit, hook, refusal, repair, review, approval, landing, site, proof."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from gitservers import ssh_server
from signedbook import ONE, SignedBook, customer, signed_book

from custodex.records import path_of
from workbench import ROOT

MAIN = path_of("customer", ONE)


def hooked_commit(book: SignedBook, person: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Commit as a person who has the hooks switched on."""
    folder = str(Path(sys.executable).parent)
    environ = {**book.who(person), "PATH": f"{folder}:{book.environ['PATH']}"}
    book.git("add", "-A")
    return subprocess.run(
        ["git", "commit", "-q", "-m", "stage", *more], cwd=book.root, env=environ, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_from_an_edit_to_a_proven_history(tmp_path: Path) -> None:
    book = signed_book(tmp_path / "signed")
    with ssh_server(book, tmp_path / "server") as (address, ssh):
        book.environ = {**book.environ, "GIT_SSH_COMMAND": ssh}
        book.git("remote", "add", "origin", address)
        shutil.copy(ROOT / ".pre-commit-config.yaml", book.root)
        book.git("config", "status.showUntrackedFiles", "normal")
        subprocess.run([sys.executable, "-m", "pre_commit", "install"], cwd=book.root, env=book.environ, check=True,
                       capture_output=True)  # fmt: skip
        (book.root / ".git/info/exclude").write_text(".pre-commit-config.yaml\nbuild/\n", encoding="utf-8")

        # an edit with a tag nobody knows: the hook says so, whoever skips it meets the server
        book.branch("grade")
        book.write({MAIN: customer(ONE, "远峤仪器有限公司", grade="strategic", tags="[risk:unheard-of]")})
        stopped = hooked_commit(book, "ann")
        assert stopped.returncode != 0
        assert "tag-unknown" in stopped.stdout + stopped.stderr
        assert hooked_commit(book, "ann", "--no-verify").returncode == 0
        refused = book.push("grade", remote="origin")
        assert refused.returncode != 0
        assert f"{MAIN}:" in refused.stderr
        assert "tag-unknown" in refused.stderr
        assert "unheard-of" in refused.stderr
        book.git("reset", "-q", "--hard", "main")

        # mended, pushed as a proposal, read by the reviewers
        book.write({MAIN: customer(ONE, "远峤仪器有限公司", grade="strategic")})
        assert (
            "files were modified by this hook" in hooked_commit(book, "ann").stderr
        )  # in canonical order now
        assert hooked_commit(book, "ann").returncode == 0
        assert book.push("grade", remote="origin").returncode == 0
        book.git("checkout", "-q", "main")
        review = book.custodex("review", "main..grade", "--format", "json")
        told = json.loads(review.stdout)
        assert (review.returncode, told["verdict"]) == (0, "waiting")
        assert [field["field"] for change in told["changes"] for field in change["fields"]] == ["grade"]
        needs = {need["rule"]: need["count"] for need in told["policy"]["needs"]}
        assert needs["key-customers"] == 2
        assert "Grade" in book.custodex("review", "main..grade").stdout

        # one approval is too few, the author's does not count, two others' do
        book.merge("bob", "grade")
        few = book.push("main", remote="origin")
        assert "approval-missing: an approval is missing: two approve" in few.stderr
        book.git("reset", "-q", "--hard", "main~1")
        book.approve("ann", "grade")
        book.merge("bob", "grade")
        assert "approval-missing" in book.push("main", remote="origin").stderr
        book.git("reset", "-q", "--hard", "main~1")
        book.approve("pia", "grade")
        told = json.loads(book.custodex("review", "main..grade", "--format", "json").stdout)
        assert {need["rule"]: need["given"] for need in told["policy"]["needs"]}["key-customers"] == ["pia"]
        book.merge("bob", "grade")
        landed = book.push("main", remote="origin")
        assert landed.returncode == 0, landed.stderr

        # everybody's clone: the site, the history of the customer, the proof
        book.git("clone", "-q", address, str(tmp_path / "clone"))
        clone = SignedBook(tmp_path / "clone", book.bare, book.keys, book.clock, book.environ)
        built = clone.custodex("build", "--lang", "en")
        assert built.returncode == 0, built.stderr
        pages = [path for path in (clone.root / "build/site").rglob("*.html") if ONE in str(path)]
        assert any("Strategic" in path.read_text("utf-8") for path in pages)
        log = json.loads(clone.custodex("log", ONE, "--format", "json").stdout)["changes"][0]
        assert (log["who"], log["approved"]) == ("ann", "pia, bob")
        proof = clone.custodex("verify-history")
        assert proof.returncode == 0, proof.stdout
        anchor = proof.stdout.split()[-2]

        # somebody tampers with a clone and hands it on
        clone.git("checkout", "-q", "main")
        clone.git("reset", "-q", "--hard", "main~1")
        clone.commit("bob", {MAIN: customer(ONE, "远峤仪器有限公司", grade="small")})
        tampered = clone.custodex("verify-history", "--since", anchor)
        assert tampered.returncode == 5
        assert "direct-commit" in tampered.stdout
        assert f"the anchor {anchor[:12]} is no part of the history" in tampered.stdout
