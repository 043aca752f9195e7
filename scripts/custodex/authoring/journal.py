"""The last writes that were left in the worktree: what stood there before, so that `undo` can bring it back."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from custodex.files import write_atomic

_NAME = "undo.json"
_KEPT = 20
Contents = Mapping[str, tuple[bytes | None, bytes | None]]


class Write(NamedTuple):
    """One write: its subject, the commit it was made on, and old and new content by path."""

    subject: str
    head: str
    contents: Contents


class Journal:
    """The newest writes of one repository, oldest first; a file in the *state* folder that may be lost."""

    def __init__(self, state: Path) -> None:
        self._path = state / _NAME

    def writes(self) -> Iterator[Write]:
        """Yield the writes, the newest first."""
        return (_write(row) for row in reversed(self._rows()))

    def last(self) -> Write | None:
        """Return the newest write, None if there is none."""
        return next(self.writes(), None)

    def add(self, subject: str, head: str, contents: Contents) -> None:
        """Remember a write."""
        packed = {path: [_packed(part) for part in pair] for path, pair in contents.items()}
        row = {"subject": subject, "head": head, "contents": packed}
        self._keep([*self._rows(), row])

    def drop_last(self, paths: Collection[str]) -> None:
        """Forget what the newest write did at *paths*; it is gone when nothing is left of it."""
        *rows, last = self._rows() or [{"contents": {}}]
        left = {path: pair for path, pair in last["contents"].items() if path not in paths}
        self._keep([*rows, {**last, "contents": left}] if left else rows)

    def _keep(self, rows: list[Any]) -> None:
        write_atomic(self._path, json.dumps(rows[-_KEPT:]).encode())

    def _rows(self) -> list[Any]:
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [row for row in rows if isinstance(row, dict) and {"head", "contents"} <= row.keys()]


def _packed(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _unpacked(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def _write(row: Any) -> Write:
    contents = {path: (_unpacked(old), _unpacked(new)) for path, (old, new) in row["contents"].items()}
    return Write(row["subject"], row["head"], contents)
