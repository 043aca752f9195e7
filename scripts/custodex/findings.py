"""Faults in the data as values: what a check yields, and where it was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]
Pointer = tuple[str | int, ...]
Params = Mapping[str, str | int]
MAX_FAULTS = 200
"""How many findings one document lists; a file that is wrong all over would bury all others."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a check says about one value of one document, before its place in the file is known.

    `path` is empty for the document under examination. `on_key` points at the key instead of its value.
    """

    code: str
    pointer: Pointer = ()
    params: Params = field(default_factory=dict)
    path: str = ""
    on_key: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault at one place; `line` and `column` count from 1, `pointer` is a JSON pointer (RFC 6901)."""

    path: str
    line: int
    column: int
    code: str
    pointer: str = ""
    severity: Severity = field(default="error", compare=False)
    params: Params = field(default_factory=dict, compare=False, hash=False)


def json_pointer(parts: Iterable[str | int]) -> str:
    """Return *parts* as a JSON pointer: `("tags", 0)` gives `/tags/0`."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def parse_pointer(pointer: str) -> tuple[str, ...]:
    """Return the parts of a JSON pointer, every part as text."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def printable(text: str, limit: int = 80) -> str:
    r"""Return *text* fit for a terminal: control, bidi and invisible characters escaped, long text cut.

    Raw escape sequences in a record or a file name could otherwise repaint the reader's screen.
    """
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in cut
    )


def finding_row(finding: Finding) -> list[Any]:
    """Return a finding without its path as a row that JSON can hold."""
    return [
        finding.line, finding.column, finding.code, finding.pointer, finding.severity, dict(finding.params)
    ]  # fmt: skip


def finding_of_row(path: str, row: Sequence[Any]) -> Finding:
    """Return the finding that a row stands for."""
    line, column, code, pointer, severity, params = row
    return Finding(path, line, column, code, pointer, severity, params)
