"""From a fault at a pointer to a finding at a line and a column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from custodex.findings import MAX_FAULTS, Fault, Finding, Severity, json_pointer
from custodex.yamlfile import Spots, positions


def place(
    faults: Iterable[Fault], data: bytes, path: str, severities: Mapping[str, Severity] | None = None
) -> list[Finding]:
    """Return the findings for *faults* of one document with the content *data*; positions cost one pass."""
    listed = list(faults)[:MAX_FAULTS]
    if not listed:
        return []
    spots = positions(data)
    return sorted(_placed(fault, spots, path, severities or {}) for fault in listed)


def _placed(fault: Fault, spots: Spots, path: str, severities: Mapping[str, Severity]) -> Finding:
    pointer = fault.pointer
    severity = severities.get(fault.code, "error")
    written = json_pointer(fault.pointer)
    while pointer and pointer not in spots:
        pointer = pointer[:-1]
    if not pointer:
        return Finding(path, 1, 1, fault.code, written, severity, fault.params)
    spot = spots[pointer]
    # what is missing below a place is shown at the key of that place
    on_key = fault.on_key or pointer != fault.pointer
    line, column = (spot.key_line, spot.key_column) if on_key else (spot.line, spot.column)
    return Finding(path, line, column, fault.code, written, severity, fault.params)
