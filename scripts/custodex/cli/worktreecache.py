"""Git's memory of folders that hold nothing new: in a large book, looking into all of them is most of a check."""

from __future__ import annotations

from custodex.errors import EnvironmentFault
from custodex.git import Git

_NAME = "core.untrackedCache"


def is_on(git: Git) -> bool:
    """Tell whether Git remembers which folders hold no untracked files."""
    return git.run("config", "--get", _NAME, allowed=(0, 1)).strip() == b"true"


def turn_on(git: Git) -> None:
    """Have Git remember, if its own test says that the disk keeps the times of folders (it takes seconds)."""
    try:
        git.run("update-index", "--test-untracked-cache")
    except EnvironmentFault:
        return  # with wrong times a new file could go unseen
    git.run("config", _NAME, "true")
    git.run("update-index", "--untracked-cache")
    git.run("status", "--porcelain", "--untracked-files=normal", locks=True)
