"""Content lines, the form that vCard (RFC 6350) and iCalendar (RFC 5545) share: escaped, folded, CRLF.

Whatever a record holds, it ends up inside the value of its own line: no line break, no property, no
parameter of its own gets through.
"""

from __future__ import annotations

from collections.abc import Iterable

_OCTETS = 75
_TEXT = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n"})


def text(value: str) -> str:
    """Return a text value, escaped (RFC 6350 3.4, RFC 5545 3.3.11); control characters are dropped."""
    return _plain(value.replace("\r\n", "\n").replace("\r", "\n")).translate(_TEXT)


def parts(values: Iterable[str]) -> str:
    """Return a structured value: texts with semicolons between them."""
    return ";".join(text(value) for value in values)


def line(name: str, value: str, of: str = "", **params: str) -> str:
    """Return one content line, folded at 75 octets and ended; empty parameters are left out.

    *of* is the type of the value where it is not the usual one (uri, text, date). *value* has to be escaped
    already (`text`, `parts`) or be of a type that needs no escaping.
    """
    said = "".join(f";{key.upper()}={_param(one)}" for key, one in {"value": of, **params}.items() if one)
    return fold(f"{name}{said}:{value}")


def _param(value: str) -> str:
    # a double quote cannot be written in a parameter at all
    plain = _plain(value).replace('"', "'").replace("\n", " ")
    return f'"{plain}"' if any(char in plain for char in ":;,") else plain


def _plain(value: str) -> str:
    """Drop what no content line may hold: control characters but tab and line feed, lone surrogates."""
    if value.isprintable():
        return value
    kept = "".join(char for char in value if char in "\n\t" or not (char < " " or char == "\x7f"))
    return kept.replace("\u2028", "\n").replace("\u2029", "\n").encode("utf-8", "ignore").decode()


def fold(said: str) -> str:
    """Return a line in pieces of at most 75 octets, never within a character, with CRLF at the end."""
    if len(said) * 4 <= _OCTETS or len(said.encode()) <= _OCTETS:
        return f"{said}\r\n"
    pieces: list[str] = []
    start = size = 0
    for index, char in enumerate(said):
        octets = len(char.encode())
        # the blank that starts every further piece counts
        if size + octets > _OCTETS - bool(pieces):
            pieces.append(said[start:index])
            start, size = index, 0
        size += octets
    pieces.append(said[start:])
    return "\r\n ".join(pieces) + "\r\n"
