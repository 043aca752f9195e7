"""Time stamps beside the anchors: a head handed to a third party now, proven by a file later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from custodex.errors import UsageFault
from custodex.texts import Text

_NAME = re.compile(r"[0-9a-f]{40}\.tsr")


@dataclass(frozen=True, slots=True)
class Stamped:
    """One stamped head; `fault` says why the stamp proves nothing."""

    head: str
    at: str
    fault: Text | None


def message_of(head: str) -> bytes:
    """Return what is stamped of a head: the line that `verify-history` prints, without the number."""
    return f"custodex anchor {head}\n".encode()


def ask(head: str, address: str, folder: Path) -> Path:
    """Have a head stamped and keep the token as `<head>.tsr` in *folder*; a stamp that is there stays: it is older."""
    from custodex.files import write_atomic
    from custodex.timestamps import request

    target = folder / f"{head}.tsr"
    if not target.exists():
        token = request(message_of(head), address)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(target, token)
    return target


def read(folder: Path, authority: Path) -> Iterator[Stamped]:
    """Yield all stamped heads of *folder*, verified offline against the certificates of *authority* (PEM)."""
    from custodex.timestamps import MAX_BYTES, verify

    try:
        roots = authority.read_bytes()
        paths = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
        for path in paths:
            with path.open("rb") as file:
                stamp = verify(file.read(MAX_BYTES), message_of(path.stem), roots)
            yield Stamped(path.stem, stamp.at, stamp.fault)
    except OSError as error:
        raise UsageFault(Text(f"读不出 {error.filename}", f"cannot read {error.filename}")) from error
