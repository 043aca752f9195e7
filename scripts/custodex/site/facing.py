"""Two states of one page side by side: what differs is marked, what leads elsewhere or runs is taken out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

_VOID = frozenset({"br", "hr", "wbr", "path", "rect", "circle", "img", "input", "link", "meta", "source"})
_TAGS = frozenset((
    "a", "abbr", "address", "article", "b", "br", "code", "data", "dd", "del", "details", "div", "dl",
    "dt", "em", "h1", "h2", "h3", "h4", "header", "hr", "i", "ins", "li", "mark", "ol", "p", "path",
    "pre", "rect", "section", "small", "span", "strong", "summary", "svg", "table", "tbody", "td", "text",
    "th", "thead", "time", "tr", "ul", "wbr",
))  # fmt: skip
_ATTRIBUTES = frozenset((
    "aria-hidden", "aria-label", "class", "colspan", "d", "data-depth", "data-kind", "data-priority",
    "data-severity", "data-type", "data-value", "datetime", "dir", "height", "lang", "open", "role",
    "rowspan", "rx", "scope", "title", "value", "viewbox", "width", "x", "y",
))  # fmt: skip
_UNITS = frozenset({"p", "h1", "tr", "li", "dd", "pre"})
"""What is marked as a whole, the innermost of them: a field with its label, a paragraph, a row."""
_EVENT, _MONTH = "event", "month"


@dataclass(slots=True, eq=False)
class Part:
    """An element of a page; `parts` are elements and texts."""

    tag: str
    attributes: dict[str, str]
    parts: list[Part | str] = field(default_factory=list)
    mark: str = ""

    def inner(self) -> Iterator[Part]:
        """Yield all elements below, outermost first."""
        for part in self.parts:
            if isinstance(part, Part):
                yield part
                yield from part.inner()

    def words(self) -> str:
        """Return the text inside, with spaces in order."""
        found = [part if isinstance(part, str) else part.words() for part in self.parts]
        return " ".join(" ".join(found).split())

    def is_of(self, name: str) -> bool:
        """Tell whether the element has this class."""
        return name in self.attributes.get("class", "").split()


class _Reader(HTMLParser):
    """Reads a page as far as it shows something: no script, form, picture or link of it gets through."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Part("div", {})
        self._open = [self.root]
        self._closed = 0  # how deep in what is left out

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if self._closed or tag not in _TAGS or said.get("data-print") == "no":
            self._closed += tag not in _VOID
            return
        part = Part(tag, {name: value for name, value in said.items() if name in _ATTRIBUTES})
        self._open[-1].parts.append(part)
        if tag not in _VOID:
            self._open.append(part)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._closed:
            self._closed -= 1
        elif len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._closed:
            self._open[-1].parts.append(data)


def facing(before: str, after: str) -> tuple[str, str, int]:
    """Return both sides as HTML, what differs marked `was` and `now`, and how many equal events were left out.

    Both sides are empty where nothing differs; nothing is marked where there is one side only.
    """
    sides = [_read(text) for text in (before, after)]
    dropped = 0
    if before and after:
        marks = [
            _mark(side, other, mark)
            for side, other, mark in zip(sides, sides[::-1], ("was", "now"), strict=True)
        ]
        if not any(marks):
            return "", "", 0
        dropped = max(_drop_equal(side) for side in sides)
    first, second = ("".join(_written(side)) for side in sides)
    return first, second, dropped


def _mark(side: Part, other: Part, mark: str) -> int:
    """Mark what the other side does not say as well; return how much that is."""
    left = Counter(key for key, _ in _units(other))
    found = 0
    for key, unit in _units(side):
        if left[key]:
            left[key] -= 1
        else:
            unit.mark = mark
            found += 1
    return found


def _read(text: str) -> Part:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.root


def _units(side: Part) -> Iterator[tuple[str, Part]]:
    """Yield (what it says and where, the element) of everything that is compared."""
    yield from _units_below(side, "")


def _units_below(part: Part, heading: str) -> Iterator[tuple[str, Part]]:
    label = ""
    for inner in part.parts:
        if not isinstance(inner, Part):
            continue
        if inner.tag in {"h2", "h3", "h4"}:
            heading = inner.words().rstrip("0123456789 ")
        elif inner.tag == "dt":
            label = inner.words()
        elif inner.tag in _UNITS and not any(below.tag in _UNITS for below in inner.inner()):
            yield f"{heading}\0{label}\0{inner.words()}", inner
        else:
            yield from _units_below(inner, heading)


def _drop_equal(side: Part) -> int:
    """Take out the events of the timeline that are the same on both sides; return how many."""
    dropped = 0
    for part in [side, *side.inner()]:
        kept = [inner for inner in part.parts if not (_is(inner, _EVENT) and not _is_marked(inner))]
        dropped += len(part.parts) - len(kept)
        part.parts = kept
    for part in [side, *side.inner()]:
        part.parts = [inner for inner in part.parts if not (_is(inner, _MONTH) and not _has_event(inner))]
    return dropped


def _is(part: Part | str, name: str) -> bool:
    return isinstance(part, Part) and part.tag == "li" and part.is_of(name)


def _is_marked(part: Part | str) -> bool:
    return isinstance(part, Part) and any(inner.mark for inner in (part, *part.inner()))


def _has_event(part: Part | str) -> bool:
    return isinstance(part, Part) and any(_is(inner, _EVENT) for inner in part.inner())


def _written(part: Part) -> Iterator[str]:
    for inner in part.parts:
        if isinstance(inner, str):
            yield escape(inner, quote=False)
            continue
        classes = " ".join(filter(None, [inner.attributes.get("class", ""), inner.mark]))
        said: Mapping[str, str] = {**inner.attributes, **({"class": classes} if classes else {})}
        yield "".join([f"<{inner.tag}", *(f' {name}="{escape(value)}"' for name, value in said.items()), ">"])
        if inner.tag not in _VOID:
            yield from _written(inner)
            yield f"</{inner.tag}>"
