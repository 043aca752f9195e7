"""The one module that changes a document in its own layout: what is not changed stays, byte for byte.

Comments, the order of keys, quotes and line ends are a person's; a value that changes is replaced where it
stands, a new key or item becomes lines of its own, one that goes takes its lines along. The result is read
back: what does not read as exactly the wanted value is never returned.

Own positions instead of a round trip through an object model: that one re-indents lists, folds long lines
and moves comments of what it removes, and takes ten times as long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from custodex.texts import Text
from custodex.yamlfile import Part, layout, parse
from custodex.yamlwriter import Order, dump, entry, flow, item, literal, quoted, scalar, sorted_keys

_BOM = "\ufeff"
_UNQUOTABLE = re.compile("[^\x20-\x7e\xa0-\u200a\u2010-\u2027\u2030-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


class Unpatchable(Exception):
    """A change that would lose what a person typed; carries the reason."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def patched(data: bytes, value: Mapping[str, Any], order: Order) -> bytes:
    """Return the document *data*, which can be read, with *value* instead of the value it has."""
    text = data.decode("utf-8")
    mark = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    old = parse(text.encode()).value
    try:
        result = (mark + _applied(text, old, value, order)).encode()
    except Unpatchable:
        if "#" in text:
            raise
        eol = "\r\n" if "\r\n" in text else "\n"
        result = (mark + dump(value, order).replace("\n", eol)).encode()
    if not same(parse(result).value, value):
        raise _lossy("")
    return result


def _applied(text: str, old: Any, new: Mapping[str, Any], order: Order) -> str:
    patch = _Patch(text)
    if old is not None and not same(old, new):
        patch.mapping(layout(text.encode()), old, new, order)
    return patch.apply()


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are alike, types and all: `1` is not `1.0`, and not `True`."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


def _lossy(name: str) -> Unpatchable:
    return Unpatchable(
        Text(
            f"不丢注释或排版就改不了 {name or '这个文件'}；请手工修改",
            f"{name or 'this file'} cannot be changed without losing comments or layout; edit it by hand",
        )
    )


class _Patch:
    """Replacements in one text, applied together; places are characters of the old text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._eol = "\r\n" if "\r\n" in text else "\n"
        self._edits: list[tuple[int, int, str]] = []

    def apply(self) -> str:
        """Return the text with every replacement made."""
        pieces: list[str] = []
        at = 0
        for start, end, new in sorted(self._edits, key=lambda edit: edit[:2]):
            if start < at:
                raise _lossy("")
            before = self._text[at:start]
            # an insertion after the last line needs that line to end
            torn = (
                start == end == len(self._text) and new.endswith("\n") and not self._ends_line(pieces, before)
            )
            pieces += [before, self._eol if torn else "", new.replace("\n", self._eol)]
            at = end
        return "".join([*pieces, self._text[at:]])

    @staticmethod
    def _ends_line(pieces: Sequence[str], last: str) -> bool:
        done = last or next((piece for piece in reversed(pieces) if piece), "\n")
        return done.endswith("\n")

    def _replace(self, start: int, end: int, new: str) -> None:
        self._edits.append((start, end, new))

    # --- places

    def _line_start(self, place: int) -> int:
        return self._text.rfind("\n", 0, place) + 1

    def _line_end(self, place: int) -> int:
        """Return where the line of *place* ends, its line break included."""
        found = self._text.find("\n", place)
        return len(self._text) if found < 0 else found + 1

    def _content_end(self, part: Part) -> int:
        """Return where the last character of a value stands; blank lines below a block of text are not its."""
        if part.parts and part.style == "block":
            return self._content_end(list(part.parts.values())[-1])
        if part.style not in {"|", ">"} or "+" in self._text[part.start : part.start + 3]:
            return part.end
        return part.start + len(self._text[part.start : part.end].rstrip())

    def _after(self, part: Part) -> int:
        """Return where the lines of a value end."""
        end = max(self._content_end(part), part.key)
        return end if self._text[part.start : end].endswith("\n") else self._line_end(end)

    def _has_comment(self, start: int, end: int, parts: Iterator[Part]) -> bool:
        at = start
        for part in parts:
            if "#" in self._text[at : part.start]:
                return True
            at = max(at, part.end)
        return "#" in self._text[at:end]

    # --- mappings

    def mapping(self, part: Part, old: Any, new: Any, order: Order) -> None:
        """Change a block mapping into *new*, which shares at least one key with *old*."""
        kept = [key for key in part.parts if key in new]
        if not kept:
            raise _lossy("")
        column = part.start - self._line_start(part.start)
        self._remove_entries(part, kept)
        for key in kept:
            self._change(part.parts[key], key, old[key], new[key], order.get(str(key), {}), column)
        self._insert_entries(part, kept, new, order, column)

    def _remove_entries(self, part: Part, kept: Sequence[str | int]) -> None:
        first = part.parts[kept[0]]
        going = [child for key, child in part.parts.items() if key not in kept]
        leading = [child for child in going if child.key < first.key]
        if leading and self._text[self._line_start(leading[0].key) : leading[0].key].strip():
            # the first key stands behind a dash: what follows moves up to it
            leaves = (leaf for child in leading for leaf in _leaves(child))
            if self._has_comment(leading[0].start, first.key, leaves):
                raise _lossy("")
            self._replace(leading[0].key, first.key, "")
            going = [child for child in going if child.key > first.key]
        for child in going:
            self._replace(self._line_start(child.key), self._after(child), "")

    def _insert_entries(
        self, part: Part, kept: Sequence[str | int], new: Any, order: Order, column: int
    ) -> None:
        places: dict[int, str] = {}
        place, indent = -1, " " * column
        for key in sorted_keys(new, order):
            if key in part.parts:
                place = self._after(part.parts[key]) if key in kept else place
                continue
            lines = entry(key, new[key], order.get(key, {}), indent)
            if place < 0:
                first = min(part.parts[name].key for name in kept)
                places[first] = places.get(first, "") + lines[column:] + indent
            else:
                places[place] = places.get(place, "") + lines
        for at, lines in places.items():
            self._replace(at, at, lines)

    # --- values

    def _change(self, part: Part, name: str | int, old: Any, new: Any, order: Order, column: int) -> None:
        """Change the value of the key *name*, which stands at *column*."""
        if same(old, new):
            return
        if self._inside(part, old, new, order):
            return
        if _is_scalar(old) and _is_scalar(new):
            self._scalar(part, new, column + 2)
            return
        if self._has_comment(part.start, part.end, _leaves(part)):
            raise _lossy(str(name))
        end = self._content_end(part)
        # whatever stands between a key and its value on another line: the colon is looked for behind the key
        head = self._text[part.key : part.start].rstrip()
        rest = self._text[end : self._line_end(end)].rstrip("\r\n")
        lines = entry("k", new, order, " " * column)[column + 2 :].rstrip("\n")
        first, *more = lines.split("\n")
        self._replace(part.key, self._line_end(end), "\n".join([f"{head}{first}{rest}", *more]) + "\n")
        if "#" in head.rpartition(":")[2]:
            raise _lossy(str(name))

    def _inside(self, part: Part, old: Any, new: Any, order: Order) -> bool:
        """Change what lies in a mapping or a list, where it can stay one; tell whether that was so."""
        if isinstance(old, dict) and isinstance(new, dict) and part.style == "block":
            if not any(key in new for key in old):
                return False
            self.mapping(part, old, new, order)
        elif isinstance(old, list) and isinstance(new, list) and part.style == "block" and new:
            self._list(part, old, new, order)
        elif part.style == "flow" and type(old) is type(new):
            self._flow(part, old, new)
        else:
            return False
        return True

    def _flow(self, part: Part, old: Any, new: Any) -> None:
        keys = list(old) if isinstance(old, dict) else range(len(old))
        if keys == list(new) if isinstance(new, dict) else len(old) == len(new):
            for key in keys:
                child, before, after = part.parts[key], old[key], new[key]
                if not same(before, after):
                    if child.style == "flow" and type(before) is type(after):
                        self._flow(child, before, after)
                    else:
                        self._replace_flow(child, after)
        elif self._has_comment(part.start, part.end, _leaves(part)):
            raise _lossy("")
        else:
            self._replace(part.start, part.end, flow(new))

    def _replace_flow(self, part: Part, new: Any) -> None:
        kept = _requoted(part.style, new)
        space = " " if part.start == part.end else ""
        self._replace(part.start, part.end, space + (flow(new) if kept is None else kept))

    def _scalar(self, part: Part, new: Any, column: int) -> None:
        end = self._content_end(part)
        lines = literal(new, " " * column) if isinstance(new, str) else None
        # an empty value stands right behind its colon or dash
        space = " " if part.start == part.end else ""
        if lines is None:
            kept = _requoted(part.style, new)
            plain = scalar(new) if not isinstance(new, str) or "\n" not in new else quoted(new)
            torn = "\n" if self._text[part.start : end].endswith("\n") else ""
            self._replace(part.start, end, space + (plain if kept is None else kept) + torn)
        elif part.style in {"|", ">"}:
            header = self._text[part.start : self._line_end(part.start)].rstrip()
            comment = re.search(r"[ \t]+#.*", header)
            whole = self._text[part.start : end].endswith("\n")  # blank lines at its end are data
            body = lines[1] if whole else lines[1].removesuffix("\n")
            self._replace(part.start, end, f"{lines[0]}{comment[0] if comment else ''}\n{body}")
        else:
            self._replace(part.start, end, space + lines[0])
            self._replace(self._line_end(end), self._line_end(end), lines[1])

    # --- lists

    def _list(self, part: Part, old: list[Any], new: list[Any], order: Order) -> None:
        column = part.start - self._line_start(part.start)
        dashes = [self._dash(child, column) for child in part.parts.values()]
        for kind, low, high, start, end in _aligned(old, new, order):
            if kind == "change":
                for offset, index in enumerate(range(low, high)):
                    value = new[start + offset]
                    self._change_item(part.parts[index], old[index], value, order, (column, dashes[index]))
                continue
            for index in range(low, high):
                self._replace(dashes[index], self._after(part.parts[index]), "")
            if end > start:
                lines = "".join(item(value, order, " " * column) for value in new[start:end])
                at = self._after(part.parts[low - 1]) if low else dashes[0]
                if not low and self._text[at : part.start].strip():
                    raise _lossy("")
                self._replace(at, at, lines)

    def _change_item(self, part: Part, old: Any, new: Any, order: Order, place: tuple[int, int]) -> None:
        column, dash = place
        if same(old, new) or self._inside(part, old, new, order):
            return
        if _is_scalar(old) and _is_scalar(new):
            self._scalar(part, new, column + 2)
            return
        if self._has_comment(dash, self._after(part), _leaves(part)):
            raise _lossy("")
        self._replace(dash, self._after(part), item(new, order, " " * column))

    def _dash(self, part: Part, column: int) -> int:
        """Return the start of the line with the dash of a list's item."""
        start = self._line_start(part.start)
        while self._text[start : start + column + 1].strip() != "-" and start:
            start = self._line_start(start - 1)
        if self._text[start : start + column].strip():
            raise _lossy("")  # a list that begins behind another one's dash
        return start


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _leaves(part: Part) -> Iterator[Part]:
    if part.parts:
        for child in part.parts.values():
            yield from _leaves(child)
    elif part.style not in {"flow", "block"}:
        yield part


def _requoted(style: str, new: Any) -> str | None:
    """Return a text in the quotes the old one had, None if it had none or they cannot hold it."""
    if not isinstance(new, str):
        return None
    if style == '"':
        return quoted(new)
    return "'{}'".format(new.replace("'", "''")) if style == "'" and not _UNQUOTABLE.search(new) else None


def _aligned(old: list[Any], new: list[Any], order: Order) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield runs of two lists that differ: `change` in pairs, or `swap` old items for new ones."""
    before, after = ([_identity(value, order) for value in values] for values in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    paired = sum(map(str.__eq__, before, after))
    if len(old) == len(new) and paired >= sum(block.size for block in matcher.get_matching_blocks()):
        yield "change", 0, len(old), 0, len(new)
        return
    for kind, low, high, start, end in matcher.get_opcodes():
        if kind == "equal" or (kind == "replace" and high - low == end - start):
            yield "change", low, high, start, end
        else:
            yield "swap", low, high, start, end


def _identity(value: Any, order: Order) -> str:
    """Return what tells an item apart: its first field (`x-key` fields come first), else all of it."""
    first = next((key for key in order if key in value), None) if isinstance(value, dict) else None
    return json.dumps(value if first is None else value[first], sort_keys=True, ensure_ascii=False)
