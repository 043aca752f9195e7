"""Reads the plain YAML that records are written in, line by line; anything else is left to the YAML library.

What is read here says the same to every YAML reader: block style, two spaces a level, keys that are words of
a schema, texts that need no quotes or hold no escapes, whole numbers, `|` literals. No comments, no blank
lines, nothing twice. It takes half of the library's time, and a command that reads one plain file need not
load the library at all. A test holds both together on whatever it can think of.
"""

from __future__ import annotations

import re
from typing import Any

_WORD = r"(?:[^\W\d_]|[（【「《￥¥€£])[^:#\t]*(?:(?::(?=\S)|(?<=\S)#)[^:#\t]*)*(?<! )"
_VALUE = rf'(?:"([^"\\\t]*)"|({_WORD})|(-?(?:0|[1-9][0-9]{{0,14}})))'
_LINE = re.compile(
    rf"((?:  ){{0,20}})(- )?(?:([a-z][a-z0-9_]{{0,60}}):(?: (?:{_VALUE}|(\|-?)))?|{_VALUE})"
).fullmatch
_CONSTANTS = {"true": True, "false": False, "null": None}
_LOOSE_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])


def read_plain(text: str) -> dict[str, Any] | None:  # noqa: C901 - a call for every line would take as long
    """Return the value of a document, None if it is not written plainly enough (or not at all)."""
    if text[-1:] != "\n" or "\r" in text:
        return None
    lines = text.split("\n")
    lines.reverse()
    lines.pop(0)
    levels: list[Any] = [{}]
    awaited: dict[str, Any] | None = None
    key = ""
    while lines:
        match = _LINE(lines.pop())
        if match is None:
            return None
        before = key
        indent, dash, key, quoted, word, number, block, *single = match.groups()
        depth = len(indent) >> 1
        if depth < len(levels):
            del levels[depth + 1 :]
        elif awaited is not None and depth == len(levels):
            # what stands deeper than a key without a value is its value
            awaited[before] = [] if dash else {}
            levels.append(awaited[before])
        else:
            return None
        here, awaited = levels[depth], None
        if dash:
            if here.__class__ is not list:
                return None
            if key is None:
                here.append(_scalar(*single))
                continue
            here.append({})
            here = here[-1]
            levels.append(here)
        if here.__class__ is not dict or key is None or key in here or key in _LOOSE_WORDS:
            return None
        if quoted is not None:
            here[key] = quoted
        elif word is not None:
            here[key] = _CONSTANTS.get(word, word)
        elif number is not None:
            here[key] = int(number)
        elif block is None:
            here[key], awaited = None, here
        elif not _literal(lines, "  " * len(levels), block, here, key):
            return None
    return levels[0] or None


def _scalar(quoted: str | None, word: str | None, number: str | None) -> Any:
    if quoted is not None:
        return quoted
    return int(number) if number is not None else _CONSTANTS.get(word or "", word)


def _literal(lines: list[str], indent: str, header: str, here: dict[str, Any], key: str) -> bool:
    """Take the lines of a literal from the end of *lines*; False where what they say is not plain to see."""
    body = []
    while lines and (not lines[-1] or lines[-1].startswith(indent)):
        body.append(lines.pop()[len(indent) :])
    # blank lines at either end, or deeper ones at the start, follow rules of their own
    if not body or not body[0].strip() or body[0][0] in " \t" or not body[-1]:
        return False
    if any(line.isspace() for line in body):
        return False
    here[key] = "\n".join(body) + ("" if header == "|-" else "\n")
    return True
