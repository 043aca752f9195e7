"""The one reader of YAML: strict, bounded, with exact positions.

A record says what its author typed: no YAML 1.1 guessing (`NO`, `0151…`, `12:30:45` and dates stay text),
no anchors, tags or second documents, no key twice. Values are built in one pass: from the lines of a file that
is written plainly, from libyaml's events elsewhere. Positions are only taken when somebody asks, because that
costs as much again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from custodex.findings import MAX_FAULTS, Finding
from custodex.plainyaml import read_plain
from custodex.records import MAX_BYTES
from custodex.yamlfile.characters import text_faults
from custodex.yamlfile.places import Part, Spot, Spots

__all__ = ["Parsed", "Part", "Spot", "Spots", "layout", "parse", "positions"]


@dataclass(slots=True)
class Parsed:
    """A document's value, or None and the findings that spoil it (their `path` is left empty)."""

    value: dict[str, Any] | None
    findings: list[Finding] = field(default_factory=list)


def parse(data: bytes) -> Parsed:
    """Return the value of one YAML document, or everything that is wrong with it; never raises on input."""
    if len(data) > MAX_BYTES:
        params: dict[str, str | int] = {"size": len(data), "limit": MAX_BYTES}
        return Parsed(None, [Finding("", 1, 1, "yaml-too-large", params=params)])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        before = data[data.rfind(b"\n", 0, fault.start) + 1 : fault.start]
        column = len(before.decode("utf-8")) + 1
        return Parsed(None, [Finding("", line, column, "yaml-encoding", params={"offset": fault.start})])
    faults = list(text_faults(text))
    if faults:
        return Parsed(None, faults[:MAX_FAULTS])
    if plain := read_plain(text):
        return Parsed(plain)
    return _walked(data, text)


def _walked(data: bytes, text: str) -> Parsed:
    from custodex.yamlfile.walking import Walk  # loads the library: a file that is read plainly needs none

    walk = Walk()
    value = walk.run(data)
    if walk.faults:
        walk = Walk({})  # again with positions: duplicates name both lines, faults their pointers
        walk.run(data)
        return Parsed(None, walk.faults)
    if not isinstance(value, dict):
        return Parsed(None, [_root_fault(value, text)])
    return Parsed(value)


def positions(data: bytes) -> Spots:
    """Return the place of every value of a document that `parse` accepts."""
    from custodex.yamlfile.walking import Walk

    walk = Walk({})
    walk.run(data)
    return walk.spots or {}


def layout(data: bytes) -> Part:
    """Return how a document that `parse` accepts is laid out, every value with its exact extent."""
    from custodex.yamlfile.laying import laid_out

    return laid_out(data)


def _root_fault(value: object, text: str) -> Finding:
    from custodex.yamlfile.walking import NOTHING

    empty = value is None and not text.strip("\ufeff \t\r\n-~")
    code = "yaml-empty" if empty or value is NOTHING else "yaml-root"
    return Finding("", 1, 1, code, params={"found": type(value).__name__})
