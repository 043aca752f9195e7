"""Git's memory of folders that hold nothing new: in a large book, looking into all of them is most of a check."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from custodex.errors import EnvironmentFault
from custodex.git import Git

if TYPE_CHECKING:
    from custodex.catalog import Catalog
    from custodex.cli.session import Session

_NAME = "core.untrackedCache"
LARGE = 2_000
"""From so many files on, looking for new ones takes longer than everything else."""


def is_on(git: Git) -> bool:
    """Tell whether Git remembers which folders hold no untracked files."""
    return _setting(git) == b"true"


def turn_on(git: Git) -> bool:
    """Have Git remember, if the disk keeps the times of folders; return whether it does now."""
    from custodex.files import keeps_folder_times
    from custodex.store import state_folder

    if not keeps_folder_times(state_folder(git.root)):
        return False  # with wrong times a new file could go unseen
    # the index first: where another git holds it, nothing has been set
    git.run("update-index", "--untracked-cache")
    git.run("config", _NAME, "true")
    git.run("status", "--porcelain", "--untracked-files=normal", locks=True)
    return True


def help_writers(session: Session, catalog: Catalog) -> None:
    """Turn it on in a large book, once, unless someone has set it: half of a write is looking for new files."""
    if catalog.counts()[1] < LARGE or session.git.prefix() or _setting(session.git):
        return
    with contextlib.suppress(EnvironmentFault):  # another git is at work: the next write will do
        if turn_on(session.git):
            session.err(
                session.say(
                    "已让 Git 记住哪些文件夹没有新文件（core.untrackedCache），以后写入更快",
                    "Git now remembers which folders hold nothing new (core.untrackedCache): writes take less",
                )
            )


def _setting(git: Git) -> bytes:
    return git.run("config", "--get", _NAME, allowed=(0, 1)).strip()
