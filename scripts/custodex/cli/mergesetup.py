"""Git's settings for merging records field by field, as a clone has to carry them itself."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from custodex.git import Git

_NAME = "merge.custodex"
# a Python that is gone would leave our side without a mark, and `git add` would drop theirs
_ELSE = (
    "s=$?; test $s -gt 1 || exit $s; "
    "git merge-file -L ours -L base -L theirs --marker-size=%L %A %O %B; exit 1"
)


def register(git: Git) -> None:
    """Tell this clone's Git which program merges records (`merge=custodex` in .gitattributes)."""
    git.run("config", f"{_NAME}.name", "custodex: records field by field")
    git.run("config", f"{_NAME}.driver", _command())


def is_registered(git: Git) -> bool:
    """Tell whether the clone knows this very program; without one Git merges lines and says nothing."""
    return (
        git.run("config", f"{_NAME}.driver", allowed=(0, 1)).decode("utf-8", "replace").strip() == _command()
    )


def _command() -> str:
    """Return the command with the Python of now: programs with windows do not see a virtual environment."""
    return f"{shlex.quote(sys.executable)} -m custodex merge-driver %O %A %B %L %P; {_ELSE}"


def settings(attributes: Path) -> dict[str, str]:
    """Return Git's settings for one merge by fields, whatever the clone knows; *attributes* is a file to write."""
    attributes.write_text(
        "**/records/**/*.yaml merge=custodex\nrecords/**/*.yaml merge=custodex\n", encoding="utf-8"
    )
    return {f"{_NAME}.driver": _command(), "core.attributesFile": str(attributes)}
