"""A built site as one zip file for a shared folder or a mail: the same site, the same bytes."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

_WHEN = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16


def pack(folder: Path, target: Path) -> int:
    """Write all files below *folder* to the zip file *target*, in order and without times; return how many.

    The folder inside is called like *target* without its ending. The file takes its place in one step.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".tmp-{target.name}")
    try:
        with temporary.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in files:
                entry = zipfile.ZipInfo(f"{target.stem}/{path.relative_to(folder).as_posix()}", _WHEN)
                entry.external_attr, entry.create_system = _MODE, 3
                packed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
            packed.close()
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return len(files)
