"""The bytes of a changed document: canonical where the file is, else changed in its own layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custodex.patching import Unpatchable, patched, same
from custodex.texts import Text
from custodex.yamlfile import parse
from custodex.yamlwriter import Order, dump


class Refused(Exception):
    """A file that cannot be changed without losing what a person typed; carries the reason."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def encode(old: bytes | None, value: Mapping[str, Any], order: Order) -> bytes:
    """Return the content that gives a document *value*; *old* is what stands there, None if nothing does.

    A file in canonical form stays canonical. In any other one everything that does not change stays as it
    is; where that cannot be, `Refused` is raised.
    """
    if old is None:
        return _checked(dump(value, order).encode(), value)
    parsed = parse(old)
    if parsed.value is None:
        raise Refused(
            Text(
                "现有文件读不出来；先运行 custodex check 改好",
                "the file there cannot be read; mend it first, see custodex check",
            )
        )
    if same(parsed.value, value):
        return old
    if dump(parsed.value, order).encode() == old:
        return _checked(dump(value, order).encode(), value)
    try:
        return patched(old, value, order)
    except Unpatchable as refusal:
        raise Refused(refusal.reason) from refusal


def _checked(data: bytes, value: Mapping[str, Any]) -> bytes:
    """Return *data* if it reads back as *value*; nothing that reads differently is ever written."""
    if not same(parse(data).value, value):
        raise Refused(
            Text(
                "写出后读回的内容不同（含不允许的字符）",
                "it would not read back as it is (a character that is not allowed)",
            )
        )
    return data
