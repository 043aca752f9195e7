"""Sends files to an output, but only those that changed; knows which file belongs to which page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from custodex.site.output import Output
from custodex.site.state import State, digest, seal

_MASK = (1 << 256) - 1


class Writer:
    """Writes what differs from the last build; `sum` names the whole site, whatever the order of writing."""

    def __init__(self, output: Output, state: State, total: int) -> None:
        self._output = output
        self._state = state
        self.sum = total
        self.written = 0
        self.removed = 0
        self.unchanged = 0
        self._rows: list[tuple[str, str, bytes]] = []

    def put(self, owner: str, files: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> None:
        """Make *files* all that *owner* has: write new and changed ones, remove others."""
        before = self._state.files(owner)
        for path, data in files.items() if isinstance(files, Mapping) else files:
            old = before.pop(path, None)
            new = digest(data)
            if old == new:
                self.unchanged += 1
                continue
            self._output.write(path, data)
            self.note(path, owner, new, old)
        self._forget(before)
        self.flush()

    def change(self, owner: str, files: Mapping[str, bytes]) -> None:
        """Write the *files* of an owner that keeps its other files; those that are empty are removed."""
        before = self._state.files(owner)
        for path, data in files.items():
            if data:
                self._output.write(path, data)
                self.note(path, owner, digest(data), before.get(path))
        self._forget({path: before[path] for path, data in files.items() if not data})
        self.flush()

    def note(self, path: str, owner: str, new: bytes, old: bytes | None = None) -> None:
        """Note a file as written."""
        self._rows.append((path, owner, new))
        self.written += 1
        self.sum = (self.sum + seal(path, new) - (seal(path, old) if old else 0)) & _MASK

    def again(self, owner: str) -> None:
        """Take back the notes of an owner whose files, all of them, are about to be written once more."""
        for path, old in self._state.files(owner).items():
            self.written -= 1
            self.sum = (self.sum - seal(path, old)) & _MASK

    def _forget(self, files: Mapping[str, bytes]) -> None:
        for path, old in files.items():
            self._output.remove(path)
            self.removed += 1
            self.sum = (self.sum - seal(path, old)) & _MASK
        if files:
            self._state.drop_files(files)

    def flush(self) -> None:
        """Write down the notes."""
        if self._rows:
            self._state.put_files(self._rows)
            self._rows.clear()
