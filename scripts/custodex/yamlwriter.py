"""The one writer of YAML: canonical, so that a change of one value is a change of one line.

Block style, keys in schema order, two spaces, list items indented under their key, long text as `|`
literals. Any text that a YAML 1.1 or 1.2 reader could take for something else is in double quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Order = Mapping[str, "Order"]
"""Keys in canonical order, each with the order of what lies below it; lists pass it on to their items."""

_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])
_PLAIN = re.compile(
    r"[^\W\d_](?:[^\n:#\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]|:(?=\S)|(?<=\S)#)*|[（【「《￥¥€£](?:[^\n:#\x00-\x1f])*"
)
_UNSAFE_IN_LITERAL = re.compile(
    "[^\n\t\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029]"
)
_FLOW = re.compile(r"[][{},:]")
_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def dump(value: Mapping[str, Any], order: Order | None = None) -> str:
    """Return *value* as the text of one document; *order* is the canonical order of its keys."""
    return "".join(_mapping(value, order or {}, ""))


def entry(key: str, value: Any, order: Order, indent: str) -> str:
    """Return one key of a block with its *value*, as lines that begin with *indent*."""
    return "".join(_mapping({key: value}, {key: order}, indent))


def item(value: Any, order: Order, indent: str) -> str:
    """Return one item of a block list, as lines that begin with *indent*."""
    return "".join(_item(value, order, indent))


def flow(value: Any) -> str:
    """Return *value* on one line in brackets, every text in quotes: what stands in a line stays in one."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_flow_text(key)}: {flow(found)}' for key, found in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(flow, value))}]"
    return _flow_text(value) if isinstance(value, str) else scalar(value)


def _flow_text(text: str) -> str:
    return text if is_plain(text) and not _FLOW.search(text) else quoted(text)


def literal(text: str, indent: str) -> tuple[str, str] | None:
    """Return header and lines of *text* as a block of lines, None if only quotes can hold it."""
    if "\n" not in text or not _fits_literal(text):
        return None
    header, _, body = "".join(_literal("", text, indent)).partition("\n")
    return header.strip(), body


def scalar(value: object) -> str:
    """Return the canonical text of a scalar on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return str(value) if is_plain(str(value)) else quoted(str(value))


def quoted(text: str) -> str:
    """Return *text* in double quotes, with what cannot be printed escaped."""
    return _ESCAPE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def is_plain(text: str) -> bool:
    """Tell whether every YAML reader takes the bare *text* for exactly this text."""
    return _PLAIN.fullmatch(text) is not None and text[-1] not in " :" and text.casefold() not in _WORDS


def sorted_keys(value: Iterable[str], order: Order) -> list[str]:
    """Return the keys in canonical order; keys the order does not know keep their place at the end."""
    known = [key for key in order if key in set(value)]
    return [*known, *(key for key in value if key not in order)]


def _mapping(value: Mapping[str, Any], order: Order, indent: str) -> Iterator[str]:
    for key in sorted_keys(value, order):
        name = key if is_plain(key) else quoted(key)
        yield from _entry(f"{indent}{name}:", value[key], order.get(key, {}), indent)


def _entry(head: str, value: Any, order: Order, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield f"{head}\n" if value else f"{head} {{}}\n"
        yield from _mapping(value, order, indent + "  ")
    elif isinstance(value, (list, tuple)):
        yield f"{head}\n" if value else f"{head} []\n"
        for item in value:
            yield from _item(item, order, indent + "  ")
    elif isinstance(value, str) and "\n" in value and _fits_literal(value):
        yield from _literal(head, value, indent + "  ")
    else:
        yield f"{head} {scalar(value)}\n"


def _item(value: Any, order: Order, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        lines = "".join(_mapping(value, order, indent + "  "))
        yield f"{indent}- {lines[len(indent) + 2 :]}"
    elif isinstance(value, (list, tuple)) and value:
        lines = "".join(line for item in value for line in _item(item, order, indent + "  "))
        yield f"{indent}- {lines[len(indent) + 2 :]}"
    else:
        yield from _entry(f"{indent}-", value, order, indent)


def _fits_literal(text: str) -> bool:
    first = text.split("\n", 1)[0]
    return bool(first) and first[0] not in " \t" and _UNSAFE_IN_LITERAL.search(text) is None


def _literal(head: str, text: str, indent: str) -> Iterator[str]:
    body = text.rstrip("\n")
    trailing = len(text) - len(body)
    yield f"{head} |{'-' if trailing == 0 else '' if trailing == 1 else '+'}\n"
    for line in body.split("\n"):
        yield f"{indent}{line}\n" if line else "\n"
    yield "\n" * max(trailing - 1, 0)
