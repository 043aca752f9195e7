"""Fixes that are safe without asking: layout, quotes around numbers, banned terms, full-width digits.

A fix is a change of text whose effect on the data is known beforehand: after it the document reads as the
same value, the fixed fields excepted. What cannot prove that is left undone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custodex.findings import Finding, Pointer, json_pointer
from custodex.hints import find
from custodex.patching import same
from custodex.rules import Rule
from custodex.schemas import Schemas
from custodex.texts import Text
from custodex.yamlfile import Spot, parse, positions
from custodex.yamlwriter import Order, dump, is_plain, quoted

_BOM = "\ufeff"
_TRAILING = re.compile(r"[ \t]+(?=\n|\Z)")
_FORMAT = frozenset({"x-format"})
_NORMALISED = frozenset({"phone", "email"})

RULES = (
    Rule(
        "not-canonical",
        Text("不是标准格式", "not in canonical form"),
        Text(
            "同一内容只有一种写法，改一个值就只改一行，合并也不会因排版冲突",
            "one way to write a value keeps a change of one field a change of one line",
        ),
        Text("排版与标准格式不同", "the layout differs from the canonical form"),
        Text("运行 custodex format {path}", "run custodex format {path}"),
        bad='name:   "华星科技"\nid: ka3f9m2p7q8',
        good="id: ka3f9m2p7q8\nname: 华星科技",
        fixable=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Edit:
    """One value that gets another text: its place, its source before and after, its value afterwards."""

    pointer: Pointer
    start: int
    end: int
    source: str
    value: Any


def formatted(data: bytes, order: Order) -> bytes:
    """Return the canonical form of a document; *data* itself where it cannot be read.

    A file with comments keeps its layout, and only line ends and white space at their ends are put right.
    """
    parsed = parse(data)
    if parsed.value is None:
        return data
    text = _tidied(data.decode("utf-8"), parsed.value)
    if not has_comments(text):
        canonical = dump(parsed.value, order)
        if same(parse(canonical.encode()).value, parsed.value):
            return canonical.encode()
    return text.encode()


def fixed(data: bytes, kind: str, schemas: Schemas, findings: Iterable[Finding]) -> bytes:
    """Return a document with everything mended that is safe to mend, of *findings* and of its layout."""
    if not schemas.has(kind):
        return formatted(data, {})
    mended = _mended(data, kind, schemas, list(findings))
    return formatted(mended, schemas.order(kind))


def has_comments(text: str) -> bool:
    """Tell whether a document holds a comment, which a rewrite from its value would lose."""
    if "#" not in text:
        return False
    at = 0
    for spot in sorted(_scalars(positions(text.encode()).values())):
        source = text[spot.start : spot.end]
        header = source.partition("\n")[0] if source[:1] in {"|", ">"} else ""
        if "#" in text[at : spot.start] or "#" in header:
            return True
        at = max(at, spot.end)
    return "#" in text[at:]


# --- layout


def _tidied(text: str, value: Mapping[str, Any]) -> str:
    """Return the text with LF line ends, no byte order mark, no white space at the ends of lines."""
    plain = text.removeprefix(_BOM).replace("\r\n", "\n")
    for candidate in (f"{_TRAILING.sub('', plain).rstrip(chr(10))}\n", plain, text):
        # white space at the end of a line is data inside a block of text: then it stays
        if same(parse(candidate.encode()).value, value):
            return candidate
    return text


# --- values


def _mended(data: bytes, kind: str, schemas: Schemas, findings: Sequence[Finding]) -> bytes:
    text = data.decode("utf-8", "surrogateescape").removeprefix(_BOM).replace("\r\n", "\n")
    if (start := _readable(text, schemas, kind)) is None:
        return data
    text, value = start
    edits = {edit.pointer: edit for edit in _edits(text, value, kind, schemas, findings)}
    for edit in sorted(edits.values(), key=lambda edit: edit.start, reverse=True):
        candidate = text[: edit.start] + edit.source + text[edit.end :]
        wanted = _with(value, edit.pointer, edit.value)
        if same(parse(candidate.encode()).value, wanted):
            text, value = candidate, wanted
    return text.encode()


def _readable(text: str, schemas: Schemas, kind: str) -> tuple[str, dict[str, Any]] | None:
    """Return the text and its value, after quoting numbers that a text field holds and nobody can read."""
    parsed = parse(text.encode("utf-8", "surrogateescape"))
    if parsed.value is None and parsed.findings and {f.code for f in parsed.findings} == {"yaml-number"}:
        spots = positions(text.encode())
        lines = {(spot.line, spot.column): pointer for pointer, spot in spots.items()}
        pointers = [lines.get((finding.line, finding.column), ()) for finding in parsed.findings]
        numbers = [spots[pointer] for pointer in pointers if _takes_text(schemas, kind, pointer)]
        for spot in sorted(numbers, key=lambda spot: spot.start, reverse=True):
            text = f'{text[: spot.start]}"{text[spot.start : spot.end]}"{text[spot.end :]}'
        parsed = parse(text.encode())
    return None if parsed.value is None else (text, parsed.value)


def _takes_text(schemas: Schemas, kind: str, pointer: Pointer) -> bool:
    node = find(schemas.node(kind), pointer) if pointer else None
    return node is not None and node.schema.get("type") == "string"


def _edits(
    text: str, value: Mapping[str, Any], kind: str, schemas: Schemas, findings: Sequence[Finding]
) -> Iterator[Edit]:
    spots = positions(text.encode())
    for fault in schemas.validate(kind, value):
        spot = spots.get(fault.pointer)
        if fault.code == "schema-unquoted" and spot:
            source = text[spot.start : spot.end]
            yield Edit(fault.pointer, spot.start, spot.end, quoted(source), source)
    for pointer, node, found in schemas.walk(kind, value, _FORMAT):
        if isinstance(found, str) and node.hint("format") in _NORMALISED:
            wanted = unicodedata.normalize("NFKC", found).strip()
            if wanted != found and pointer in spots:
                yield Edit(pointer, spots[pointer].start, spots[pointer].end, _scalar(wanted), wanted)
    for pointer, found_terms in _banned(
        findings, {json_pointer(pointer): pointer for pointer in spots}
    ).items():
        spot = spots[pointer]
        before = _at(value, pointer)
        mended = _replaced(text[spot.start : spot.end], before, found_terms)
        if isinstance(before, str) and mended:
            yield Edit(pointer, spot.start, spot.end, *mended)


def _banned(findings: Sequence[Finding], pointers: Mapping[str, Pointer]) -> dict[Pointer, list[Finding]]:
    terms: dict[Pointer, list[Finding]] = {}
    for finding in findings:
        if finding.code == "term-banned" and finding.pointer in pointers:
            terms.setdefault(pointers[finding.pointer], []).append(finding)
    return terms


def _replaced(source: str, value: str, terms: Sequence[Finding]) -> tuple[str, str] | None:
    """Return source and value with the banned terms replaced, None if they are not where they were found."""
    for term in sorted(terms, key=lambda term: int(term.params["start"]), reverse=True):
        start, end = int(term.params["start"]), int(term.params["end"])
        found, preferred = str(term.params["found"]), str(term.params["preferred"])
        # the same occurrence in the source, which may be indented or folded
        places = [match.start() for match in re.finditer(re.escape(found), source)]
        before = [match.start() for match in re.finditer(re.escape(found), value)]
        if value[start:end] != found or start not in before or len(places) != len(before):
            return None
        at = places[before.index(start)]
        source = source[:at] + preferred + source[at + len(found) :]
        value = value[:start] + preferred + value[end:]
    return source, value


def _scalar(text: str) -> str:
    return text if is_plain(text) else quoted(text)


def _scalars(spots: Iterable[Spot]) -> Iterator[Spot]:
    return (Spot(*spot) for spot in spots if spot.end > spot.start)


def _at(value: Any, pointer: Pointer) -> Any:
    for part in pointer:
        value = value[part]
    return value


def _with(value: Any, pointer: Pointer, new: Any) -> Any:
    """Return a copy of *value* with *new* at *pointer*."""
    if not pointer:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[pointer[0]] = _with(copy[pointer[0]], pointer[1:], new)
    return copy
