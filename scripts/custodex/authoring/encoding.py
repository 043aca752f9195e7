"""The bytes of a changed document: canonical where the file is, else only the changed scalars replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custodex.findings import Pointer
from custodex.texts import Text
from custodex.yamlfile import parse, positions
from custodex.yamlwriter import Order, dump, scalar

_BLOCK_STARTS = ("|", ">", "{", "[", "&", "*", "!")


class Refused(Exception):
    """A file that cannot be changed without losing what a person typed; carries the reason."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def encode(old: bytes | None, value: Mapping[str, Any], order: Order) -> bytes:
    """Return the content that gives a document *value*; *old* is what stands there, None if nothing does.

    A file in canonical form stays canonical. In one with comments or a layout of its own only scalars are
    replaced; where that is not enough, `Refused` is raised.
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
    if parsed.value == value:
        return old
    text = old.decode("utf-8")
    if dump(parsed.value, order) == text:
        return _checked(dump(value, order).encode(), value)
    return _checked(_patched(text, parsed.value, value, positions(old)).encode(), value)


def _checked(data: bytes, value: Mapping[str, Any]) -> bytes:
    """Return *data* if it reads back as *value*; nothing that reads differently is ever written."""
    if parse(data).value != value:
        raise Refused(
            Text(
                "写出后读回的内容不同（含不允许的字符）",
                "it would not read back as it is (a character that is not allowed)",
            )
        )
    return data


def _patched(text: str, old: Any, new: Any, spots: Mapping[Pointer, Any]) -> str:
    changes = list(_scalar_changes(old, new, ()))
    for pointer, value in sorted(changes, key=lambda change: -spots[change[0]].start):
        spot = spots[pointer]
        if "\n" in text[spot.start : spot.end] or text[spot.start : spot.start + 1] in _BLOCK_STARTS:
            raise _keeps_comments(pointer)
        text = text[: spot.start] + scalar(value) + text[spot.end :]
    return text


def _scalar_changes(old: Any, new: Any, pointer: Pointer) -> Iterator[tuple[Pointer, Any]]:
    """Yield the scalars that differ; a difference of another sort cannot be patched."""
    if old == new:
        return
    if (
        isinstance(old, Mapping)
        and isinstance(new, Mapping)
        and list(old) == [key for key in old if key in new]
    ):
        if len(old) != len(new):
            raise _keeps_comments((*pointer, next(key for key in new if key not in old)))
        for key in old:
            yield from _scalar_changes(old[key], new[key], (*pointer, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _scalar_changes(before, after, (*pointer, index))
    elif (
        not isinstance(old, (Mapping, list)) and not isinstance(new, (Mapping, list)) and "\n" not in str(new)
    ):
        yield pointer, new
    else:
        raise _keeps_comments(pointer)


def _keeps_comments(pointer: Pointer) -> Refused:
    place = ".".join(str(part) for part in pointer)
    return Refused(
        Text(
            f"文件有注释或自己的排版，不能自动修改 {place}；请手工修改，或先运行 custodex check --fix",
            f"the file has comments or a layout of its own, {place} is not changed for you; edit it by hand",
        )
    )
