"""The one reader of YAML: strict, bounded, with exact positions.

A record says what its author typed: no YAML 1.1 guessing (`NO`, `0151…`, `12:30:45` and dates stay text),
no anchors, tags or second documents, no key twice. Values are built from libyaml's events in one pass;
positions are only taken when somebody asks, because that costs as much again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from custodex.findings import MAX_FAULTS, Finding, Pointer, json_pointer
from custodex.records import MAX_BYTES
from custodex.yamlrules import PROBLEMS_ZH

MAX_DEPTH = 32
MAX_KEY = 128
_LARGEST_EXACT = 2**53

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_INT = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_DOUBTFUL = re.compile(r"[-+]?(?:\.(?:inf|nan)|(?:[0-9]+\.?[0-9]*|\.[0-9]+)e[-+]?[0-9]+)", re.IGNORECASE)
_NUMERIC_START = frozenset("-+.0123456789")
_LOOSE_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"])
_BAD_CHAR = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069"
    "\ufeff\ufffe\uffff\ud800-\udfff]|\r(?!\n)"
)
_LINE_BREAKS = frozenset("\r\x85\u2028\u2029")
_MARKER = re.compile(r"^[ \t]*(?:<{7}|>{7}|\|{7})(?: .*)?$|^[ \t]*={7}$", re.MULTILINE)


class Spot(NamedTuple):
    """Where a value stands: line and column (from 1) of its key and of itself, its characters."""

    key_line: int
    key_column: int
    line: int
    column: int
    start: int
    end: int


Spots = dict[Pointer, Spot]


@dataclass(slots=True)
class Part:
    """A value as it stands in the text: characters *start* to *end*, its key (a list's item: itself) at *key*.

    `style` is `"`, `'`, `|` or `>` or empty (plain) of a scalar, `flow` or `block` of what has *parts*, by key
    or index. A block's end is the end of its last part.
    """

    style: str
    key: int
    start: int
    end: int
    parts: dict[str | int, Part] = field(default_factory=dict)


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
    faults = list(_text_faults(text))
    if faults:
        return Parsed(None, faults[:MAX_FAULTS])
    walk = _Walk()
    value = walk.run(data)
    if walk.faults:
        walk = _Walk({})  # again with positions: duplicates name both lines, faults their pointers
        walk.run(data)
        return Parsed(None, walk.faults)
    if not isinstance(value, dict):
        return Parsed(None, [_root_fault(value, text)])
    return Parsed(value)


def positions(data: bytes) -> Spots:
    """Return the place of every value of a document that `parse` accepts."""
    walk = _Walk({})
    walk.run(data)
    return walk.spots or {}


def layout(data: bytes) -> Part:
    """Return how a document that `parse` accepts is laid out, every value with its exact extent."""
    parser: Any = _PARSER(data)
    try:
        event = parser.get_event()
        while event.__class__ is not MappingStartEvent:
            event = parser.get_event()
        return _part(parser.get_event, event, 0)
    finally:
        parser.dispose()


def _part(get_event: Any, event: Any, key: int) -> Part:
    part = Part("", key, event.start_mark.index, event.end_mark.index)
    if event.__class__ is ScalarEvent:
        part.style = event.style or ""
        return part
    part.style = "flow" if event.flow_style else "block"
    mapping = event.__class__ is MappingStartEvent
    ends = MappingEndEvent if mapping else SequenceEndEvent
    while not isinstance(event := get_event(), ends):
        name = event.value if mapping else len(part.parts)
        key = event.start_mark.index
        child = part.parts[name] = _part(get_event, get_event() if mapping else event, key)
        part.end = child.end
    if part.style == "flow":
        mark: Any = event.end_mark
        part.end = mark.index
    return part


def _root_fault(value: object, text: str) -> Finding:
    empty = value is None and not text.strip("\ufeff \t\r\n-~")
    code = "yaml-empty" if empty or value is _NOTHING else "yaml-root"
    return Finding("", 1, 1, code, params={"found": type(value).__name__})


def _text_faults(text: str) -> Iterator[Finding]:
    body = text[1:] if text.startswith("\ufeff") else text
    shift = len(text) - len(body)
    for match in _BAD_CHAR.finditer(body):
        code = "yaml-line-break" if match[0] in _LINE_BREAKS else "yaml-character"
        yield _at(text, match.start() + shift, code, char=f"U+{ord(match[0]):04X}")
    if "<<<<<<<" in body or ">>>>>>>" in body or "|||||||" in body:
        for match in _MARKER.finditer(body):
            yield _at(text, match.start() + shift, "yaml-conflict", marker=match[0].strip()[:7])


def _at(text: str, index: int, code: str, **params: str) -> Finding:
    before = text[:index].replace("\r\n", "\n")
    lines = re.split("[\n\r\x85\u2028\u2029]", before)
    return Finding("", len(lines), len(lines[-1]) + 1, code, params=params)


class _Nothing:
    """Stands for no value at all, where None would be a value."""


_NOTHING = _Nothing()


class _Walk:
    """One pass over the events of a document, building its value and collecting its faults."""

    __slots__ = ("_mark", "faults", "spots")

    def __init__(self, spots: Spots | None = None) -> None:
        self.spots = spots
        self.faults: list[Finding] = []
        self._mark: Any = None

    def run(self, data: bytes) -> object:
        """Return the root value; what was read before a syntax error is worth nothing."""
        parser = _PARSER(data)
        try:
            return self._document(parser)
        except yaml.MarkedYAMLError as error:
            self._syntax(error, data)
        except yaml.YAMLError as error:
            self.faults.append(
                Finding("", 1, 1, "yaml-syntax", params={"problem": str(error).split("\n")[0]})
            )
        finally:
            parser.dispose()
        return _NOTHING

    def _syntax(self, error: yaml.MarkedYAMLError, data: bytes) -> None:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = error.problem or error.context or "cannot be read"
        params: dict[str, str | int] = {"problem": problem}
        if problem in PROBLEMS_ZH:
            params["problem_zh"] = PROBLEMS_ZH[problem]
        code = "yaml-tab" if _char_at(data, line, column) == "\t" else "yaml-syntax"
        self.faults.append(Finding("", line, column, code, params=params))

    def _fault(self, code: str, pointer: Pointer, **params: str | int) -> None:
        if len(self.faults) < MAX_FAULTS:
            place = (self._mark.line + 1, self._mark.column + 1)
            self.faults.append(Finding("", *place, code, json_pointer(pointer), params=params))

    def _document(self, parser: Any) -> object:
        get_event = parser.get_event
        documents, root = 0, _NOTHING
        while True:
            event = get_event()
            kind = event.__class__
            if kind is DocumentStartEvent:
                documents += 1
                self._mark = event.start_mark
                if documents > 1:
                    self._fault("yaml-documents", ())
                    return root
                if event.version or event.tags:
                    self._fault("yaml-directive", ())
                root = self._value(get_event, get_event(), (), 0)
                if root is _STOP:
                    return _NOTHING
            elif kind is StreamEndEvent:
                return root

    def _value(self, get_event: Any, event: Any, pointer: Pointer, depth: int) -> Any:
        """Return the value that begins with *event*, or `_STOP` where going on would be unsafe."""
        kind = event.__class__
        self._mark = event.start_mark
        if kind is AliasEvent:
            self._fault("yaml-alias", pointer, name=event.anchor)
            return None
        if event.anchor is not None:
            self._fault("yaml-alias", pointer, name=event.anchor)
        if event.tag is not None:
            self._fault("yaml-tag", pointer, tag=event.tag)
        if kind is ScalarEvent:
            return self._scalar(event, pointer)
        if depth >= MAX_DEPTH:
            self._fault("yaml-nesting", pointer[:3], limit=MAX_DEPTH)
            return _STOP
        if kind is MappingStartEvent:
            return self._mapping(get_event, pointer, depth + 1)
        return self._sequence(get_event, pointer, depth + 1)

    def _mapping(self, get_event: Any, pointer: Pointer, depth: int) -> Any:
        result: dict[str, Any] = {}
        spots = self.spots
        while True:
            event = get_event()
            kind = event.__class__
            if kind is MappingEndEvent:
                return result
            mark = self._mark = event.start_mark
            if kind is not ScalarEvent:
                self._fault("yaml-key", pointer, key="…" if kind is not AliasEvent else f"*{event.anchor}")
                return _STOP
            key = event.value
            if not (key.isidentifier() and key.isascii() and event.implicit[0]) or key in _LOOSE_WORDS:
                key = self._odd_key(event, pointer)
            if key in result:
                self._duplicate(key, pointer)
            event = get_event()
            start = event.start_mark
            child = (*pointer, key) if spots is not None else pointer
            value = self._value(get_event, event, child, depth)
            if value is _STOP:
                return _STOP
            result[key] = value
            if spots is not None and child not in spots:
                end = event.end_mark.index
                spots[child] = Spot(
                    mark.line + 1, mark.column + 1, start.line + 1, start.column + 1, start.index, end
                )

    def _sequence(self, get_event: Any, pointer: Pointer, depth: int) -> Any:
        result: list[Any] = []
        spots = self.spots
        while True:
            event = get_event()
            if event.__class__ is SequenceEndEvent:
                return result
            start = event.start_mark
            child = (*pointer, len(result)) if spots is not None else pointer
            value = self._value(get_event, event, child, depth)
            if value is _STOP:
                return _STOP
            result.append(value)
            if spots is not None:
                line, column = start.line + 1, start.column + 1
                spots[child] = Spot(line, column, line, column, start.index, event.end_mark.index)

    def _odd_key(self, event: Any, pointer: Pointer) -> str:
        """Return a key that is not a plain word, after saying what is wrong with it, if anything is."""
        key: str = event.value
        if event.anchor is not None:
            self._fault("yaml-alias", pointer, name=event.anchor)
        if event.tag is not None:
            self._fault("yaml-tag", pointer, tag=event.tag)
        plain = event.implicit[0]
        if plain and key == "<<":
            self._fault("yaml-alias", pointer, name="<<")
        elif not key or len(key) > MAX_KEY or ":" in key or (plain and _reads_as_other(key)):
            self._fault("yaml-key", pointer, key=key[:40])
        return unicodedata.normalize("NFC", key)

    def _duplicate(self, key: str, pointer: Pointer) -> None:
        first = (self.spots or {}).get((*pointer, key))
        self._fault("yaml-duplicate-key", (*pointer, key), key=key, first=first.key_line if first else 0)

    def _scalar(self, event: Any, pointer: Pointer) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            if event.style == '"' and _BAD_CHAR.search(text):
                self._fault("yaml-character", pointer, char=_name_bad(text))
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return self._number(text, pointer) if text[0] in _NUMERIC_START else text

    def _number(self, text: str, pointer: Pointer) -> Any:
        if _INT.fullmatch(text):
            if len(text) > 17 or abs(int(text)) > _LARGEST_EXACT:
                self._fault("yaml-number", pointer, text=text[:40])
                return text
            return int(text)
        if _FLOAT.fullmatch(text):
            number = float(text) if len(text) < 20 else 0.0
            if repr(number) == text or repr(number) == text.rstrip("0"):
                return number
            self._fault("yaml-number", pointer, text=text[:40])
        elif _DOUBTFUL.fullmatch(text):
            self._fault("yaml-number", pointer, text=text[:40])
        return text


_STOP: Any = _Nothing()


def _char_at(data: bytes, line: int, column: int) -> str:
    lines = data.decode("utf-8", "replace").splitlines()
    return lines[line - 1][column - 1 : column] if line <= len(lines) else ""


def _reads_as_other(key: str) -> bool:
    """Tell whether some YAML reader takes the plain *key* for null, a truth value or a number."""
    return key.lower() in _LOOSE_WORDS or key[0] in _NUMERIC_START


def _name_bad(text: str) -> str:
    match = _BAD_CHAR.search(text)
    return f"U+{ord(match[0][0]):04X}" if match else ""
