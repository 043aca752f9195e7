"""A record repository on disk for a test, and the two programs that work in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TODAY = "2026-11-22"
NOW = f"{TODAY}T09:00:00+08:00"


def clean_environ(**extra: str) -> dict[str, str]:
    """Return the environment without what Git, pytest or the tester's settings would slip into a test."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "LC_", "PYTEST_"))
    }
    return {
        **kept,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Li Wen",
        "GIT_AUTHOR_EMAIL": "li.wen@custodex.example.com",
        "GIT_COMMITTER_NAME": "Li Wen",
        "GIT_COMMITTER_EMAIL": "li.wen@custodex.example.com",
        "LANG": "C.UTF-8",
        "CUSTODEX_NOW": NOW,
        **extra,
    }


@dataclass(frozen=True)
class Repo:
    """A record repository on disk and the two programs that work in it."""

    root: Path
    environ: Mapping[str, str] = field(default_factory=clean_environ)

    def custodex(
        self, *arguments: str, cwd: Path | None = None, stdin: str | None = None, **extra: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the program in the repository; the caller looks at the exit code."""
        return subprocess.run(
            [sys.executable, "-m", "custodex", *arguments], cwd=cwd or self.root, input=stdin,
            env={**self.environ, **extra}, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip

    def git(self, *arguments: str, stdin: str | None = None, **extra: str) -> str:
        """Run git in the repository and return what it prints; a failure fails the test."""
        result = subprocess.run(
            ["git", *arguments], cwd=self.root, env={**self.environ, **extra}, input=stdin,
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert result.returncode == 0, f"git {' '.join(arguments)}: {result.stderr}"
        return result.stdout

    def write(self, path: str, text: str) -> Path:
        """Write a file, folders included."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def read(self, path: str) -> str:
        """Return the text of a file."""
        return (self.root / path).read_text(encoding="utf-8")

    def commit(self, message: str = "change records") -> str:
        """Commit everything that stands in the worktree; return the commit's name."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()


def copy_of_checkout(target: Path, *names: str) -> Repo:
    for name in names:
        shutil.copytree(ROOT / name, target / name)
    repo = Repo(target)
    repo.git("init", "-q", "-b", "main")
    repo.commit("start")
    return repo
