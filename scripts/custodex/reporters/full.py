"""Each finding with the line it is about, a caret below the place, and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

from custodex.findings import Finding
from custodex.reporters.concise import line
from custodex.reporters.report import Report

_WIDTH = 100
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_END_OF_MARK = frozenset(" \t,]}")


def render(report: Report) -> Iterator[str]:
    """Yield the lines of every finding; each file is read once."""
    for path, findings in groupby(report.findings, key=lambda finding: finding.path):
        data = report.source(path)
        source = _LINE_BREAK.split(data.decode("utf-8", "replace").removeprefix("\ufeff")) if data else []
        for finding in findings:
            yield from _block(report, finding, source)


def _block(report: Report, finding: Finding, source: list[str]) -> Iterator[str]:
    yield line(report, finding)
    gutter = " " * len(str(finding.line))
    text = source[finding.line - 1] if finding.line <= len(source) else ""
    if text.strip():
        shown, caret = excerpt(text, finding.column)
        yield f"{gutter} |"
        yield f"{finding.line} | {shown}"
        yield f"{gutter} | {caret}"
    if hint := report.hint(finding):
        yield f"{gutter} = {'修改方法：' if report.lang == 'zh' else 'hint: '}{hint}"
    yield ""


def excerpt(text: str, column: int, width: int = _WIDTH) -> tuple[str, str]:
    """Return the part of a source line around *column* (from 1) and the line of carets to print below it.

    Carets stand under what a terminal shows there: wide characters take two columns (Unicode Standard Annex
    11), combining ones none, a tab four, control characters their escape.
    """
    cells = [_cell(char) for char in text]
    at = min(max(column - 1, 0), len(cells))
    marked = _marked(text, at)
    first = at
    used = sum(columns for _, columns in cells[at : at + marked])
    while first and used + cells[first - 1][1] <= width * 2 // 3:
        first -= 1
        used += cells[first][1]
    last = at
    used = sum(columns for _, columns in cells[first:at])
    while last < len(cells) and used + cells[last][1] <= width:
        used += cells[last][1]
        last += 1
    before, after = "…" if first else "", "…" if last < len(cells) else ""
    shown = before + "".join(cell for cell, _ in cells[first:last]) + after
    indent = len(before) + sum(columns for _, columns in cells[first:at])
    carets = sum(columns for _, columns in cells[at : min(at + marked, last)])
    return shown.rstrip(), " " * indent + "^" * max(carets, 1)


def _marked(text: str, at: int) -> int:
    """Return how many characters belong to the word or quoted text at *at*."""
    quote = text[at : at + 1]
    if quote in {'"', "'"} and (end := text.find(quote, at + 1)) > 0:
        return min(end + 1 - at, 60)
    end = at
    while end < len(text) and text[end] not in _END_OF_MARK and end - at < 60:
        end += 1
    return end - at


def _cell(char: str) -> tuple[str, int]:
    if char == "\t":
        return "    ", 4
    if unicodedata.combining(char):
        return char, 0
    if not char.isprintable():
        escaped = char.encode("unicode_escape").decode("ascii")
        return escaped, len(escaped)
    return char, 2 if unicodedata.east_asian_width(char) in "WF" else 1
