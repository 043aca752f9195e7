"""Writing a site so that a reader never meets half of one: a new folder put in place, or a staged change.

A full build goes into a new folder beside the old one and takes its place in one step. A later build first
writes everything that changes into a folder of its own, then a journal, then moves file by file; a build
killed before the journal leaves the old site, one killed after it is finished by the next.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from custodex.errors import EnvironmentFault, UsageFault
from custodex.texts import Text

SEAL = "build.json"
_JOURNAL = "journal.json"
_EXCHANGE, _AT_FDCWD = 2, -100
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Output(Protocol):
    """Where files go."""

    def write(self, path: str, data: bytes) -> None:
        """Write one file."""

    def remove(self, path: str) -> None:
        """Remove one file."""

    def commit(self) -> None:
        """Put everything in place."""


def refuse_foreign(out: Path) -> None:
    """Refuse a folder that holds something else than a site: it would be replaced."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageFault(Text(f"{out} 不是文件夹", f"{out} is not a folder"))
    if out.exists() and not (out / SEAL).exists() and any(out.iterdir()):
        raise UsageFault(
            Text(f"{out} 里有别的文件，不会覆盖", f"{out} holds other files and will not be replaced"),
            Text("用 --out 指定一个新文件夹", "name a new folder with --out"),
        )


def fault(folder: Path, error: OSError) -> EnvironmentFault:
    """Return what to tell when a site cannot be written."""
    return EnvironmentFault(
        Text(f"不能写入 {folder}：{error.strerror}", f"cannot write to {folder}: {error.strerror}"),
        Text("检查权限和剩余空间，或用 --out 换一个", "check permissions and free space, or use --out"),
    )  # fmt: skip


class Fresh:
    """A whole site in a new folder."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = _beside(out, "new")
        shutil.rmtree(self.folder, ignore_errors=True)
        self._made: set[str] = set()
        self.folder.mkdir(parents=True)

    def write(self, path: str, data: bytes) -> None:
        """Write one file."""
        folder = path.rpartition("/")[0]
        if folder not in self._made:
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        # half the time of a file object; the folder is new, so that nothing stands there yet
        file = os.open(f"{self.folder}/{path}", _NEW, 0o666)
        try:
            written = os.write(file, data)
            while written < len(data):
                written += os.write(file, memoryview(data)[written:])
        finally:
            os.close(file)

    def remove(self, path: str) -> None:
        """There is nothing to remove from a new folder."""

    def drop(self) -> None:
        """Forget the new folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def commit(self) -> None:
        """Put the new folder in the place of the old one, in one step where the system can."""
        if not self.out.exists():
            self.out.parent.mkdir(parents=True, exist_ok=True)
            self.folder.replace(self.out)
        elif not _exchange(self.folder, self.out):
            old = _beside(self.out, "old")
            shutil.rmtree(old, ignore_errors=True)
            self.out.replace(old)
            self.folder.replace(self.out)
            shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


class Staged:
    """Changes to a site that is there."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = _beside(out, "next")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._writes: list[str] = []
        self._removes: list[str] = []

    @property
    def empty(self) -> bool:
        """Tell whether nothing changes."""
        return not self._writes and not self._removes

    def write(self, path: str, data: bytes) -> None:
        """Write one file, for now beside the site."""
        (self.folder / f"{len(self._writes)}").write_bytes(data)
        self._writes.append(path)

    def remove(self, path: str) -> None:
        """Remove one file once everything is written."""
        self._removes.append(path)

    def journal(self, name: str) -> None:
        """Write down what is to be done to reach the site called *name*; from here on it will be done."""
        text = json.dumps({"name": name, "writes": self._writes, "removes": self._removes})
        temporary = self.folder / f"{_JOURNAL}.tmp"
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.folder / _JOURNAL)

    def commit(self) -> None:
        """Move everything into place."""
        _carry_out(self.folder, self.out, self._writes, self._removes)

    def drop(self) -> None:
        """Forget the change."""
        shutil.rmtree(self.folder, ignore_errors=True)


def recover(out: Path, name: str) -> None:
    """Finish or forget what a killed build left; *name* is the site the state remembers."""
    old, waiting = _beside(out, "old"), _beside(out, "next")
    if old.exists() and not out.exists():
        old.replace(out)
    journal = waiting / _JOURNAL
    if journal.exists() and out.exists():
        todo = json.loads(journal.read_text(encoding="utf-8"))
        if todo["name"] == name:
            _carry_out(waiting, out, todo["writes"], todo["removes"])
    for folder in (old, waiting, _beside(out, "new")):
        shutil.rmtree(folder, ignore_errors=True)


def _carry_out(folder: Path, out: Path, writes: Iterable[str], removes: Iterable[str]) -> None:
    for number, path in enumerate(writes):
        source, target = folder / str(number), out / path
        if source.exists():  # else a killed run has moved it already
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
    for path in removes:
        (out / path).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f".{out.name}.{what}")


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step (Linux `renameat2`); False where the system has no such step."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    result = call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE)
    return int(result) == 0
