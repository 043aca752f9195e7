"""A book under the rule of signatures: seven people with keys, two customers, a bare repository with the hook."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from custodex.ids import new_id
from custodex.records import path_of
from workbench import ROOT, clean_environ

ROLES = {
    "ann": "sales", "bob": "sales", "fin": "finance", "pia": "privacy", "pat": "privacy", "stew": "steward",
    "ada": "admin",
}  # fmt: skip
ONE, OTHER = "a2pqm63zjgr", "bbf7xwmhbda"
MAIN = path_of("customer", ONE)
NOTE = path_of("note", ONE, "2026-11-20-aaaaaa")
NOTE_TEXT = 'type: call\noccurred_at: "2026-11-20T10:00:00+08:00"\nby: ann\ndirection: incoming\n'
NOTE_TEXT += "duration_minutes: 5\nsummary: 希望收到报价\n"
START = 1795219200  # 2026-11-21T00:00:00Z
NOW = "2026-11-22T09:00:00+08:00"


def customer(identifier: str, name: str, **more: str) -> str:
    fields = {"id": identifier, "type": "organization", "name": name, "stage": "lead", "owner": "ann", **more}
    text = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return f'{text}source:\n  channel: website\n  by: ann\n  at: "2026-11-01"\n'


@dataclass
class SignedBook:
    """A clone, the bare repository it pushes to, and the people who work in it."""

    root: Path
    bare: Path
    keys: Path
    clock: int = START
    environ: Mapping[str, str] = field(default_factory=lambda: clean_environ(CUSTODEX_NOW=NOW))

    def who(self, person: str, *, key: str | None = None, at: int | None = None) -> dict[str, str]:
        """Return the environment of a person at the next minute, with the person's key or another one."""
        self.clock += 60
        settings = {
            "gpg.format": "ssh", "user.signingkey": str(self.keys / f"{key or person}.pub"),
            "commit.gpgsign": "false" if key == "" else "true", "advice.detachedHead": "false",
        }  # fmt: skip
        found = {"GIT_CONFIG_COUNT": str(len(settings))}
        for number, (name, value) in enumerate(settings.items()):
            found |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
        date = f"@{at or self.clock} +0000"
        for role in ("AUTHOR", "COMMITTER"):
            found |= {f"GIT_{role}_NAME": person, f"GIT_{role}_EMAIL": f"{person}@example.com",
                      f"GIT_{role}_DATE": date}  # fmt: skip
        return {**self.environ, **found}

    def git(self, *arguments: str, env: Mapping[str, str] | None = None, stdin: str | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=env or self.environ, input=stdin, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def custodex(
        self, *arguments: str, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "custodex", *arguments], cwd=self.root, env=env or self.environ,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def write(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            target = self.root / path
            if text is None:
                target.unlink()
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")

    def commit(self, person: str, files: Mapping[str, str | None], message: str = "change", *,
               key: str | None = None, at: int | None = None) -> str:  # fmt: skip
        """Commit files on the current branch."""
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--no-verify", "-m", message, env=self.who(person, key=key, at=at))
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str = "main") -> None:
        self.git("checkout", "-q", "-b", name, start)

    def propose(self, person: str, name: str, files: Mapping[str, str | None]) -> None:
        """Commit files on a new branch from main; the worktree is left on it."""
        self.branch(name)
        self.commit(person, files)

    def approve(self, person: str, name: str) -> None:
        done = self.custodex("approve", name, env=self.who(person))
        assert done.returncode == 0, done.stderr

    def merge(self, person: str, name: str, *, key: str | None = None) -> str:
        """Merge a branch into main, as the person would on the command line."""
        self.git("checkout", "-q", "-f", "main")
        self.git("merge", "-q", "--no-ff", "-m", "land", name, env=self.who(person, key=key))
        return self.git("rev-parse", "HEAD")

    def push(self, *refs: str, remote: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", "push", "-q", remote or str(self.bare), *(refs or ("main",))], cwd=self.root,
            env=self.environ, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def refs(self) -> str:
        done = subprocess.run(["git", "for-each-ref"], cwd=self.bare, env=self.environ, capture_output=True,
                              text=True, check=True)  # fmt: skip
        return done.stdout

    def copy(self, target: Path) -> SignedBook:
        """Return a clone of one's own, pushing to the same bare repository."""
        shutil.copytree(self.root, target)
        return SignedBook(target, self.bare, self.keys, self.clock)


def signed_book(folder: Path, *, signed: bool = True) -> SignedBook:
    """Make the book: keys, people, rules, two customers, pushed to a bare repository with the hook."""
    keys = folder / "keys"
    keys.mkdir(parents=True)
    for name in (*ROLES, "stranger"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(keys / name)]
        subprocess.run(command, check=True, capture_output=True)
    book = SignedBook(folder / "work", folder / "book.git", keys)
    shutil.copytree(ROOT / "schema", book.root / "schema", ignore=shutil.ignore_patterns("README.md"))
    rules = book.root / "schema/access.yaml"
    rules.write_text(
        rules.read_text("utf-8").replace("signed: false", f"signed: {str(signed).lower()}"), "utf-8"
    )
    people = {f"records/staff/{name}.yaml": staff(book, name) for name in ROLES}
    book.write({
        **people, "records/teams/sales.yaml": "id: sales\nname:\n  zh: 销售部\n  en: Sales\nlead: bob\n",
        MAIN: customer(ONE, "远峤仪器有限公司"),
        path_of("customer", OTHER): customer(OTHER, "云帆数据有限公司", owner="bob"),
    })  # fmt: skip
    book.git("init", "-q", "-b", "main")
    book.git("add", "-A")
    book.git("commit", "-q", "-m", "start", env=book.who("stew"))
    subprocess.run(
        ["git", "init", "-q", "--bare", "-b", "main", str(book.bare)], check=True, env=book.environ
    )
    done = book.custodex("pre-receive", "--install", str(book.bare))
    assert done.returncode == 0, done.stderr
    done = book.push()
    assert done.returncode == 0, done.stderr
    return book


def staff(book: SignedBook, name: str) -> str:
    key = (book.keys / f"{name}.pub").read_text("utf-8").strip()
    return (
        f"id: {name}\nname: {name.title()} Example\nemail: {name}@example.com\nteam: sales\nroles:\n"
        f'  - {ROLES[name]}\nactive: true\nkeys:\n  - id: k1\n    key: {key}\n    since: "2026-01-01"\n'
    )


def new_customer(name: str, **more: str) -> dict[str, str | None]:
    """Return the file of a new customer."""
    identifier = new_id()
    return {path_of("customer", identifier): customer(identifier, name, **more)}
