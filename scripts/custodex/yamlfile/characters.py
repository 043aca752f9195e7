"""Characters that no record holds, whatever stands around them, and the marks of unresolved merges."""

from __future__ import annotations

import re
from collections.abc import Iterator

from custodex.findings import Finding

_BAD_CHAR = (
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069"
    "\ufeff\ufffe\uffff\ud800-\udfff]|\r(?!\n)"
)
_LINE_BREAKS = frozenset("\r\x85\u2028\u2029")
_MARKER = r"^[ \t]*(?:<{7}|>{7}|\|{7})(?: .*)?$|^[ \t]*={7}$"


def bad_characters(text: str) -> Iterator[re.Match[str]]:
    """Yield the characters of *text* that no record holds."""
    # each of them counts as unprintable, and compiling the pattern takes longer than reading a file
    if text.replace("\n", "").isprintable():
        return iter(())
    return re.finditer(_BAD_CHAR, text)


def text_faults(text: str) -> Iterator[Finding]:
    """Yield a finding for every such character and mark."""
    body = text[1:] if text.startswith("\ufeff") else text
    shift = len(text) - len(body)
    for match in bad_characters(body):
        code = "yaml-line-break" if match[0] in _LINE_BREAKS else "yaml-character"
        yield _at(text, match.start() + shift, code, char=f"U+{ord(match[0]):04X}")
    if "<<<<<<<" in body or ">>>>>>>" in body or "|||||||" in body:
        for match in re.finditer(_MARKER, body, re.MULTILINE):
            yield _at(text, match.start() + shift, "yaml-conflict", marker=match[0].strip()[:7])


def _at(text: str, index: int, code: str, **params: str) -> Finding:
    before = text[:index].replace("\r\n", "\n")
    lines = re.split("[\n\r\x85\u2028\u2029]", before)
    return Finding("", len(lines), len(lines[-1]) + 1, code, params=params)
