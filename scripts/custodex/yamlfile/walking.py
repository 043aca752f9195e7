"""The walk over libyaml's events that builds a document's value, strictly, and says what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

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
from custodex.yamlfile.characters import bad_characters
from custodex.yamlfile.places import Spot, Spots
from custodex.yamlrules import PROBLEMS_ZH

MAX_DEPTH = 32
MAX_KEY = 128
_LARGEST_EXACT = 2**53

PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader whose events are read; nothing of what it would build is ever built."""
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_INT = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_DOUBTFUL = re.compile(r"[-+]?(?:\.(?:inf|nan)|(?:[0-9]+\.?[0-9]*|\.[0-9]+)e[-+]?[0-9]+)", re.IGNORECASE)
_NUMERIC_START = frozenset("-+.0123456789")
_LOOSE_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"])


class _Nothing:
    """Stands for no value at all, where None would be a value."""


NOTHING = _Nothing()
"""The value of a document without any."""


class Walk:
    """One pass over the events of a document, building its value and collecting its faults."""

    __slots__ = ("_mark", "faults", "spots")

    def __init__(self, spots: Spots | None = None) -> None:
        self.spots = spots
        self.faults: list[Finding] = []
        self._mark: Any = None

    def run(self, data: bytes) -> object:
        """Return the root value; what was read before a syntax error is worth nothing."""
        parser = PARSER(data)
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
        return NOTHING

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
        documents, root = 0, NOTHING
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
                    return NOTHING
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
            if event.style == '"' and next(bad_characters(text), None):
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
    match = next(bad_characters(text), None)
    return f"U+{ord(match[0][0]):04X}" if match else ""
