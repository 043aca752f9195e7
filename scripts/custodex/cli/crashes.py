"""What a bug leaves behind: where in the program it happened, and nothing of what the records say."""

from __future__ import annotations

import platform
import traceback
from datetime import datetime
from pathlib import Path

from custodex import __version__


def write_crash(error: BaseException, folder: Path | None, now: datetime) -> Path | None:
    """Write the places the *error* came through to a file in *folder*; None if that is not possible.

    Neither the error's message nor any local value is written: both could quote a customer's data.
    """
    if folder is None:
        return None
    lines = [
        f"custodex {__version__}, Python {platform.python_version()}, {platform.system()}",
        now.isoformat(),
    ]
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        frames = traceback.extract_tb(cause.__traceback__)
        lines += [f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
        cause = cause.__cause__ or cause.__context__
    path = folder / f"crash-{now:%Y%m%dT%H%M%S}.log"
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError:
        return None
    return path
