"""The record repositories that are measured: made once in the work folder, used again by the next run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .generate import ROOT, environ, git
from .measure import Run, Share, git_share, run
from .peers import ours
from .report import note

_SINCE = re.compile(r'since: "(.*)(\d)"')


@dataclass(frozen=True)
class Book:
    """One repository of customers and how it is treated between two measurements."""

    root: Path

    def cold(self) -> None:
        """Forget everything derived."""
        shutil.rmtree(self.root / ".custodex", ignore_errors=True)

    def custodex(self, *arguments: str | Path, whole_tree: bool = False) -> Run:
        """Measure a command of ours; that it has findings is no failure."""
        return run([ours(), *arguments], self.root, allowed=(0, 1), whole_tree=whole_tree)

    def git_share(self, *arguments: str | Path) -> Share:
        """Run a command of ours once more and let Git tell what it did in it."""
        trace = self.root / ".git" / "bench-trace"
        trace.unlink(missing_ok=True)
        run([ours(), *arguments], self.root, allowed=(0, 1), extra={"GIT_TRACE2_EVENT": str(trace)})
        return git_share(trace)

    def git(self, *arguments: str) -> Run:
        """Measure a Git command."""
        return run(["git", *arguments], self.root)

    def customers(self, count: int) -> list[Path]:
        """Return the main files of so many customers, from all over the book."""
        listed = self.names("records/customers/*/*/customer.yaml")
        return [self.root / path for path in listed[:: max(1, len(listed) // count)]][:count]

    def names(self, pattern: str) -> list[str]:
        """Return the paths of tracked files."""
        command = ["git", "ls-files", "-z", "--", pattern]
        output = subprocess.run(command, cwd=self.root, env=environ(), capture_output=True, check=True).stdout
        return output.decode().split("\0")[:-1]

    def stage_change(self, path: Path) -> None:
        """Change one value of a customer and stage it."""
        self.change(path)
        git(self.root, "add", str(path))

    def commit_change(self, path: Path) -> None:
        """Change one value of a customer and commit it."""
        self.stage_change(path)
        git(self.root, "commit", "-q", "-m", "another day")

    def change(self, path: Path) -> None:
        """Change one value of a customer on disk."""
        text = path.read_text(encoding="utf-8")
        new = _SINCE.sub(lambda found: f'since: "{found[1]}{(int(found[2]) + 1) % 10}"', text)
        path.write_text(new, encoding="utf-8")

    def commit_again(self) -> None:
        """Commit what HEAD holds once more, without looking at index or worktree."""
        commit = self.git("commit-tree", "-p", "HEAD", "-m", "once more", "HEAD^{tree}").output.strip()
        git(self.root, "update-ref", "HEAD", commit)

    def reset(self) -> None:
        """Go back to the commit that is checked out."""
        git(self.root, "reset", "-q", "--hard")


@dataclass(frozen=True)
class Shelf:
    """All repositories of one work folder."""

    work: Path

    def all(self, count: int) -> Book:
        """Return a book of *count* customers with contacts and notes."""
        return self._made(f"all-{count}", str(count))

    def mains(self, count: int) -> Book:
        """Return a book of *count* customers with one file each."""
        return self._made(f"mains-{count}", str(count), "mains")

    def history(self, count: int, commits: int) -> Book:
        """Return a bare-bones book of *count* customers that were edited *commits* times."""
        return self._made(f"history-{count}-{commits}", str(count), str(commits))

    def _made(self, name: str, count: str, *more: str) -> Book:
        folder = self.work / name
        stamp = self.work / f"{name}.made"
        if not stamp.exists():
            note(f"making {name}")
            # a process of its own: what is measured inherits the peak memory of the one that starts it
            command = [sys.executable, "-m", f"{__package__}.generate", count, str(folder), *more]
            subprocess.run(command, cwd=ROOT, env=environ(), check=True)
            Book(folder).commit_again()  # nobody's last commit holds the whole book
            stamp.touch()
        return Book(folder)
