"""What speaks for two customers being one, in the words of people; never a value, only where it stands."""

from __future__ import annotations

from collections.abc import Mapping

from custodex.books import Book
from custodex.duplicates.finder import Match, Reason
from custodex.findings import parse_pointer
from custodex.hints import find
from custodex.texts import Text

_WORDS: Mapping[str, Text] = {
    "number": Text("号码相同", "same number"),
    "phone": Text("电话相同", "same phone"),
    "email": Text("邮箱相同", "same e-mail"),
    "website": Text("网站相同", "same website"),
    "name": Text("名称相同", "same name"),
    "near-name": Text("名称相近", "name comes close"),
    "sound": Text("读音相同", "name is read alike"),
    "part-name": Text("姓名部分相同", "part of the name is the same"),
    "born": Text("生日相同", "same birthday"),
    "near-born": Text("生日只差一处", "birthdays differ in one place"),
    "other-born": Text("但生日不同", "but another birthday"),
    "address": Text("地址相同或相近", "same address, or close to it"),
    "place": Text("邮编或城市相同", "same postal code or town"),
    "chain": Text("都像同一个第三者", "both may be one and the same third customer"),
    "branch": Text("同一单位的分支机构：设为上级单位，不要合并", "a branch: link it by parent, do not merge"),
}
_NAMED = frozenset({"number", "name", "near-name"})


def words_of(reason: Reason, book: Book) -> Text:
    """Return one reason in both languages, with the field it stands in."""
    words = _WORDS[reason.code]
    kind, _, pointer = reason.field.partition("/")
    parts = tuple(int(part) if part.isdigit() else part for part in parse_pointer(f"/{pointer}"))
    node = find(book.schemas.node(kind), parts) if book.schemas.has(kind) else None
    label = node.label if node and reason.code in _NAMED else None
    return Text(f"{words.zh}（{label.zh}）", f"{words.en} ({label.en})") if label else words


def summary(match: Match, book: Book) -> Text:
    """Return all reasons of a match in one line."""
    texts = list(dict.fromkeys(words_of(reason, book) for reason in match.reasons))
    return Text("、".join(text.zh for text in texts), ", ".join(text.en for text in texts))
