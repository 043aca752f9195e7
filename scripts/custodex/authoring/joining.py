"""Two versions of one file and the one they come from, made into one: what Git's merge driver asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from custodex.authoring.encoding import Refused, encode
from custodex.hints import Node
from custodex.schemas import Schemas
from custodex.texts import Text
from custodex.threeway import Conflict, Merge, Side, merge, same
from custodex.yamlfile import parse

TextMerge = Callable[[bytes, bytes, bytes], tuple[bytes, bool]]
"""(ours, base, theirs) -> the three texts merged line by line, and whether that went without a conflict."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The content to leave in the file; it is settled where there is neither a conflict nor a problem."""

    data: bytes
    conflicts: tuple[Conflict, ...] = ()
    problem: Text | None = None

    @property
    def settled(self) -> bool:
        """Tell whether nothing is left to decide."""
        return not self.conflicts and self.problem is None


def join(
    schemas: Schemas, kind: str, base: bytes, ours: bytes, theirs: bytes, merge_text: TextMerge
) -> Joined:
    """Return what a document of *kind* becomes; *base* is empty where both sides added the file.

    Comments and layout of both sides stay where Git's own merge of the lines says the same as the merge of the
    fields, else those of *ours*. Unsettled content carries the markers that `check` refuses, and only round
    the places that are in conflict.
    """
    values = _value(base), _value(ours), _value(theirs)
    if None in values:
        unread = Text("有一方的文件读不出来", "one side's file cannot be read")
        return Joined(merge_text(ours, base, theirs)[0], problem=unread)
    node, order = schemas.node(kind), schemas.order(kind)
    merged = merge(node, *values)
    if merged.conflicts:
        data = _marked(node, order, (base, ours, theirs), values, merge_text)
        return Joined(data, tuple(merged.conflicts))
    if fault := _new_fault(schemas, kind, merged, values):
        return Joined(merge_text(ours, base, theirs)[0], problem=fault)
    return _written(order, merged.value, (base, ours, theirs), merge_text)


def _value(data: bytes) -> Any:
    return parse(data).value if data.strip() else {}


def _new_fault(schemas: Schemas, kind: str, merged: Merge, values: tuple[Any, Any, Any]) -> Text | None:
    """Return why the merged value may not stand, if neither side was at fault in this way."""
    known = {(fault.code, fault.pointer) for value in values[1:] for fault in schemas.validate(kind, value)}
    for fault in schemas.validate(kind, merged.value):
        if (fault.code, fault.pointer) not in known:
            place = ".".join(map(str, fault.pointer)) or kind
            return Text(
                f"两边的修改合起来不合规则：{place}（{fault.code}）",
                f"the two changes together break a rule: {place} ({fault.code})",
            )
    return None


def _written(
    order: Mapping[str, Any], value: Any, texts: tuple[bytes, bytes, bytes], merge_text: TextMerge
) -> Joined:
    base, ours, theirs = texts
    lines, clean = merge_text(ours, base, theirs)
    for data in (*([lines] if clean else []), ours, theirs):
        if same(_value(data), value):
            return Joined(data)
    try:
        return Joined(encode(ours, value, order))
    except Refused as refusal:
        return Joined(lines, problem=refusal.reason)


def _marked(
    node: Node,
    order: Mapping[str, Any],
    texts: tuple[bytes, bytes, bytes],
    values: tuple[Any, Any, Any],
    merge_text: TextMerge,
) -> bytes:
    """Return the merge with markers round what is in conflict, everything else being decided already."""
    sides: tuple[Side, Side, Side] = ("base", "ours", "theirs")
    try:
        base, ours, theirs = (
            encode(text or None, merge(node, *values, side).value, order)
            for text, side in zip(texts, sides, strict=True)
        )
    except Refused:
        base, ours, theirs = texts
    data, clean = merge_text(ours, base, theirs)
    # lines can agree where fields do not: then the sides as they came, which differ
    return merge_text(texts[1], b"", texts[2])[0] if clean else data
