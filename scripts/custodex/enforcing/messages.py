"""Commit messages stay for ever and are read by everyone: nothing personal in them, nothing that paints a screen."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from custodex.checksums import resident_fault
from custodex.texts import Text

_PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9A-Za-z])"
    r"|\+[1-9][0-9](?:[ -]?[0-9]){7,13}(?![0-9])"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
RESIDENT = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_SIGNED_BY = re.compile(r"^([A-Z][A-Za-z]*(?:-[A-Za-z]+)*-[Bb]y: [^\n<>]*)<[^\n<>]*>$", re.MULTILINE)
"""The lines that name colleagues (`Co-authored-by: Ann <ann@example.com>`): their address, and nothing else of a
message, is no business of a customer."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SHORTEST_NAME = 3
_LONGEST = 20_000


def problems_of_message(message: str, names: Collection[str]) -> Iterator[tuple[str, Text]]:
    """Yield (code, message) for a commit message; *names* are those of the customers the commit touches."""
    if len(message) > _LONGEST:
        yield "message-too-long", Text("提交说明太长", "the commit message is too long")
        return
    if any(char not in "\n\t" for char in _CONTROL.findall(message)):
        yield "message-control", Text("提交说明含控制字符", "the commit message holds control characters")
    subject, _, rest = message.partition("\n")
    body = "\n".join([subject, _SIGNED_BY.sub(r"\1", rest)])
    if _PHONE.search(body) or _EMAIL.search(body) or holds_resident_id(body):
        yield (
            "message-personal",
            Text(
                "提交说明含电话、邮箱或证件号；它会永远留在历史中",
                "the commit message holds a phone, an e-mail address or a document number; it would stay for ever",
            ),
        )
    elif any(name in body for name in names if len(name) >= _SHORTEST_NAME):
        yield (
            "message-personal",
            Text(
                "提交说明含客户的名称；写编号，不写名称",
                "the commit message names the customer; write the id instead",
            ),
        )


def holds_resident_id(text: str) -> bool:
    """Tell whether *text* holds a Chinese resident id number with the right check character."""
    return any(not resident_fault(found[0].upper()) for found in RESIDENT.finditer(text))
