"""A long text as paragraphs, headings and lists: a small part of Markdown, never HTML.

A blank line ends a paragraph; `# ` begins a heading; `- ` or `* ` an item of a list, `1. ` one of a numbered
list; `**bold**`, `` `code` `` and addresses that begin with https:// are marked. All else is the text it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from custodex.site.addresses import outward

Kind = Literal["p", "h", "ul", "ol"]
_ITEM = re.compile(r"\s{0,3}(?:(#{1,6})|([-*•])|(\d{1,3})[.、)])\s+(?=\S)")
_SPAN = re.compile(
    r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*|`([^`\n]+)`|(https?://[^\s<>\"'，。；、）】》]*[\w/#=&%-])"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line; ``url`` only of a link."""

    text: str
    kind: Literal["", "bold", "code", "link"] = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``p``), a heading (``h``): one part; a list (``ul``, ``ol``): a part an item."""

    kind: Kind
    parts: Sequence[Sequence[Span]]


def blocks(said: str) -> list[Block]:
    """Return a text in blocks, in its order."""
    found: list[tuple[Kind, list[str]]] = []
    fresh = True
    for line in said.splitlines():
        start = _ITEM.match(line)
        kind: Kind = "p" if start is None else "h" if start[1] else "ul" if start[2] else "ol"
        if not line.strip():
            fresh = True
            continue
        if start is not None and kind != "h" and found and found[-1][0] == kind:
            found[-1][1].append(line[start.end() :].strip())
        elif start is not None or fresh or found[-1][0] == "h":
            found.append((kind, [(line[start.end() :] if start else line).strip()]))
        else:
            found[-1][1][-1] = _joined(found[-1][1][-1], line.strip())
        fresh = False
    return [Block(kind, [list(_spans(part)) for part in parts]) for kind, parts in found]


def _joined(first: str, second: str) -> str:
    """Return two lines as one: with a space between, unless Chinese meets Chinese."""
    tight = not first[-1:].isascii() and not second[:1].isascii()
    return f"{first}{'' if tight else ' '}{second}"


def _spans(said: str) -> Iterator[Span]:
    at = 0
    for found in _SPAN.finditer(said):
        if found.start() > at:
            yield Span(said[at : found.start()])
        bold, code, url = found.groups()
        yield Span(bold or code or url, "bold" if bold else "code" if code else "link", outward(url or ""))
        at = found.end()
    if at < len(said):
        yield Span(said[at:])
