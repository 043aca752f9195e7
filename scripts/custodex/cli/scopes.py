"""Which files a person named: paths inside the repository, whatever way they were written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from custodex.cli.session import current_folder
from custodex.errors import UsageFault
from custodex.findings import printable
from custodex.texts import Text

_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Scope:
    """The paths a command is about, relative to the repository; none at all means everything."""

    paths: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Tell whether *path* is one of the scope's files or below one of its folders."""
        return not self.paths or any(path == chosen or path.startswith(f"{chosen}/") for chosen in self.paths)


def scope(root: Path, start: Path, given: Sequence[str], known: Callable[[str], bool]) -> Scope:
    """Return the scope of the paths *given* in the folder *start*; *known* tells what a snapshot holds."""
    paths = [_found(root, start, text, known) for text in given]
    return Scope() if "" in paths else Scope(tuple(dict.fromkeys(paths)))


def _found(root: Path, start: Path, text: str, known: Callable[[str], bool]) -> str:
    """Return the path that *text* means in *start*, or, for a hook that uses `-C`, in the current folder."""
    path = _inside(root, start, text)
    if not path or os.path.lexists(root / path) or known(path):
        return path
    here = os.path.normpath(current_folder() / text)
    if here.startswith(f"{root}{os.sep}") and os.path.lexists(here):
        return _inside(root, start, here)
    raise UsageFault(
        Text(f"没有这个路径：{printable(text, 200)}", f"no such path: {printable(text, 200)}"),
        Text("路径相对于当前文件夹", "paths are relative to the current folder"),
    )


def _inside(root: Path, start: Path, text: str) -> str:
    """Return *text* relative to *root*, empty for the root itself; links are not followed."""
    # a backslash or a drive letter means another folder on another system: nobody should have to guess
    if not text or "\0" in text or "\\" in text or _DRIVE.match(text):
        raise _outside(text)
    absolute = os.path.normpath(start / text)
    for base in (str(root), os.path.realpath(root)):
        if absolute == base:
            return ""
        if absolute.startswith(f"{base}{os.sep}"):
            return absolute[len(base) + 1 :].replace(os.sep, "/")
    raise _outside(text)


def _outside(text: str) -> UsageFault:
    shown = printable(text, 200)
    return UsageFault(
        Text(f"不是仓库内的路径：{shown}", f"not a path inside the repository: {shown}"),
        Text("给出仓库内的文件或文件夹，用 / 分隔", "name a file or folder of the repository, with /"),
    )
