"""How a document is laid out: every value with its extent and style, for who changes one and keeps the rest."""

from __future__ import annotations

from typing import Any

from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from custodex.yamlfile.places import Part
from custodex.yamlfile.walking import PARSER


def laid_out(data: bytes) -> Part:
    """Return how a document that `parse` accepts is laid out, every value with its exact extent."""
    parser: Any = PARSER(data)
    try:
        event = parser.get_event()
        while event.__class__ is not MappingStartEvent:
            event = parser.get_event()
        return _part(parser.get_event, event, 0)
    finally:
        parser.dispose()


def _part(get_event: Any, event: Any, key: int) -> Part:
    part = Part("", key, event.start_mark.index, event.end_mark.index)
    if event.__class__ is ScalarEvent:
        part.style = event.style or ""
        return part
    part.style = "flow" if event.flow_style else "block"
    mapping = event.__class__ is MappingStartEvent
    ends = MappingEndEvent if mapping else SequenceEndEvent
    while not isinstance(event := get_event(), ends):
        name = event.value if mapping else len(part.parts)
        key = event.start_mark.index
        child = part.parts[name] = _part(get_event, get_event() if mapping else event, key)
        part.end = child.end
    if part.style == "flow":
        mark: Any = event.end_mark
        part.end = mark.index
    return part
