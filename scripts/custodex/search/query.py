"""The query language: words, "phrases", AND, OR, NOT or -, ( ), field:value, field:[from TO to], prefix*.

A query is parsed into a tree of the nodes below. Every limit and every mistake ends in a `UsageFault` that
says where, what and how to mend it; parsing is linear in the length of the query.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from custodex.errors import UsageFault
from custodex.texts import Text

LONGEST = 2000
_MOST_TERMS = 50
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, as typed."""

    text: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """`field:value`; an empty value asks for records without any."""

    name: str
    value: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Range:
    """`field:[from TO to]`, both ends included; an empty end is open."""

    name: str
    first: str
    last: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but the part."""

    part: Node


Node = Term | Field | Range | And | Or | Not

_QUOTES = {'"': '"', "“": "”", "”": "”", "「": "」"}
_SAME = str.maketrans(
    {"（": "(", "）": ")", "：": ":", "［": "[", "］": "]", "＂": '"', "－": "-", "＊": "*"}
)
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<open>\() | (?P<close>\))
      | (?P<quoted>["“”「](?P<phrase>[^"”」]*)["”」])
      | (?P<field>[A-Za-z_][A-Za-z0-9_.]*):(?=\S|\Z)
      | (?P<minus>-(?=[^\s\-]))
      | (?P<word>[^\s()"“”「」]+)""",
    re.VERBOSE,
)
_RANGE = re.compile(r"\[\s*([^\[\]\s]*?)\s*\b(?:TO)\b\s*([^\[\]\s]*?)\s*\]")
_WORD = re.compile(r"""["“”「]([^"”」]*)["”」]|[^\s()"“”「」]*""")


def parse(query: str) -> Node | None:
    """Return the tree of *query*, None when it asks for nothing."""
    query = query.translate(_SAME)
    if len(query) > LONGEST:
        raise _fault(LONGEST, f"查询超过 {LONGEST} 个字符", f"a query has at most {LONGEST} characters",
                     "缩短查询", "shorten it")  # fmt: skip
    for at, char in enumerate(query):
        if unicodedata.category(char) in ("Cc", "Cs") and not char.isspace():
            raise _fault(at, "控制字符", "a control character", "删去它", "remove it")
    parser = _Parser(query)
    node = parser.any_of(0)
    if parser.at < len(query):
        raise _fault(parser.at, "多余的右括号", "a closing parenthesis too many", "删去它，或补上左括号",
                     "remove it, or open one before")  # fmt: skip
    return node


def _fault(at: int, zh: str, en: str, mend_zh: str, mend_en: str) -> UsageFault:
    return UsageFault(
        Text(f"查询第 {at + 1} 个字符：{zh}", f"query, character {at + 1}: {en}"), Text(mend_zh, mend_en)
    )


class _Parser:
    """Reads one query from left to right."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._terms = 0
        self.at = 0

    def any_of(self, depth: int) -> Node | None:
        """Read alternatives up to the end or to a closing parenthesis."""
        if depth > _DEEPEST:
            raise _fault(self.at, f"括号超过 {_DEEPEST} 层", f"parentheses deeper than {_DEEPEST}",
                         "减少括号", "use fewer")  # fmt: skip
        parts = [self._all_of(depth)]
        while self._take_word("OR"):
            parts.append(self._all_of(depth))
        found = [part for part in parts if part is not None]
        if len(found) < len(parts) and len(parts) > 1:
            raise self._missing("OR")
        return found[0] if len(found) == 1 else Or(tuple(found)) if found else None

    def _all_of(self, depth: int) -> Node | None:
        parts: list[Node] = []
        wanting = False
        while (part := self._one(depth)) is not None or self._take_word("AND"):
            if part is None:
                if wanting or not parts:
                    raise self._missing("AND")
                wanting = True
                continue
            parts.append(part)
            wanting = False
        if wanting:
            raise self._missing("AND")
        return parts[0] if len(parts) == 1 else And(tuple(parts)) if parts else None

    def _missing(self, word: str) -> UsageFault:
        mend = Text(f'补上条件；若是文字，请写成 "{word}"', f'add one; write "{word}" for the word itself')
        return _fault(self.at, f"{word} 旁边缺少条件", f"{word} lacks a condition beside it", *mend)

    def _one(self, depth: int) -> Node | None:
        match = self._peek()
        if match is None or match["close"] or match["word"] in ("AND", "OR"):
            return None
        start = self.at
        if match["minus"] or match["word"] == "NOT":
            self.at = match.end()
            part = self._one(depth + 1) if depth < _DEEPEST else None
            if part is None:
                raise self._missing("NOT")
            return Not(part)
        self._count(start)
        self.at = match.end()
        if match["open"]:
            return self._group(start, depth)
        if match["field"]:
            return self._field(match["field"], start)
        return _term(match["phrase"] if match["quoted"] else match["word"], start, bool(match["quoted"]))

    def _group(self, start: int, depth: int) -> Node:
        node = self.any_of(depth + 1)
        match = self._peek()
        if match is None or not match["close"]:
            raise _fault(start, "括号没有闭合", "the parenthesis is not closed", "补上右括号", "close it")
        self.at = match.end()
        if node is None:
            raise _fault(
                start, "括号里没有内容", "nothing between the parentheses", "删去括号", "remove them"
            )
        return node

    def _field(self, name: str, start: int) -> Node:
        if self._query.startswith("[", self.at):
            match = _RANGE.match(self._query, self.at)
            if match is None:
                raise _fault(self.at, "范围写得不对", "this is not a range",
                             "写成 [2026-01 TO 2026-03]、[2026-01 TO] 或 [TO today]",
                             "write [2026-01 TO 2026-03], [2026-01 TO] or [TO today]")  # fmt: skip
            self.at = match.end()
            return Range(name, match[1], match[2], start)
        match = _WORD.match(self._query, self.at)
        assert match is not None  # noqa: S101 - the pattern matches nothing too
        if match[1] is None and match[0].startswith(tuple(_QUOTES)):
            raise self._open_quote(self.at)
        self.at = match.end()
        value = match[1] if match[1] is not None else _unstarred(match[0], start)
        return Field(name, value, start)

    def _peek(self) -> re.Match[str] | None:
        match = _TOKEN.match(self._query, self.at)
        if match is not None and match["space"]:
            self.at = match.end()
            match = _TOKEN.match(self._query, self.at)
        if match is None and self.at < len(self._query):
            raise self._open_quote(self.at)
        return match

    def _take_word(self, word: str) -> bool:
        match = self._peek()
        if match is None or match["word"] != word:
            return False
        self.at = match.end()
        return True

    def _count(self, at: int) -> None:
        self._terms += 1
        if self._terms > _MOST_TERMS:
            raise _fault(at, f"条件超过 {_MOST_TERMS} 个", f"more than {_MOST_TERMS} conditions",
                         "减少条件", "use fewer")  # fmt: skip

    @staticmethod
    def _open_quote(at: int) -> UsageFault:
        return _fault(at, "引号没有闭合", "the quotation mark is not closed", "补上引号", "close it")


def _term(text: str, at: int, quoted: bool) -> Node:
    text = text if quoted else _unstarred(text, at)
    if not text.strip():
        raise _fault(at, "空的词语", "an empty term", "写出要找的内容", "say what to look for")
    return Term(text, at)


def _unstarred(word: str, at: int) -> str:
    """Return a word without the star at its end: words match as prefixes anyway."""
    plain = word.removesuffix("*")
    if "*" in plain or (word and not plain):
        raise _fault(at, "星号只能放在词尾", "a star may only end a word", "去掉其他星号，或给整个词加引号",
                     "drop the others, or quote the word")  # fmt: skip
    return plain


def terms(node: Node | None) -> Sequence[Term | Field]:
    """Return the terms a hit can be shown to match: those that are not negated."""
    if isinstance(node, Term | Field):
        return [node]
    if isinstance(node, And | Or):
        return [one for part in node.parts for one in terms(part)]
    return []
