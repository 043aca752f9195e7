"""A note of one contact with a customer, from what a person said; and the task that follows from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from custodex.drafts import Draft
from custodex.ids import new_event_suffix
from custodex.records import path_of
from custodex.texts import Lang, Text

SECTIONS: Mapping[str, Text] = {
    "summary": Text("摘要", "Summary"),
    "communication": Text("沟通", "Communication"),
    "needs": Text("需求", "Needs"),
    "follow_up": Text("跟进", "Follow-up"),
}
"""The four sections of every note, by field, in their order."""

_HEADING = re.compile(r"##[ \t]*(.+?)[ \t]*", re.MULTILINE)
_LONGEST_TITLE = 200


class Noted(NamedTuple):
    """A new event and its name."""

    stem: str
    draft: Draft


def note(customer: str, moment: datetime, value: Mapping[str, Any]) -> Noted:
    """Return the note of a customer at *moment*; fields of *value* that are empty are left out."""
    stem = f"{moment.date().isoformat()}-{new_event_suffix()}"
    kept = {name: found for name, found in value.items() if found not in (None, "", [], ())}
    full = {"occurred_at": moment.isoformat(timespec="seconds"), **kept}
    full.setdefault("type", type_of(full))
    return Noted(stem, Draft(path_of("note", customer, stem), "note", full))


def type_of(value: Mapping[str, Any]) -> str:
    """Return the type of a note that was not named: what only a call, a visit or a mail has tells it."""
    telling = {"direction": "call", "duration_minutes": "call", "place": "visit", "subject": "email"}
    return next((type_ for name, type_ in telling.items() if name in value), "other")


def task(customer: str, moment: datetime, value: Mapping[str, Any]) -> Noted:
    """Return a new open task of a customer, made at *moment*; empty fields are left out."""
    stem = f"{moment.date().isoformat()}-{new_event_suffix()}"
    kept = {name: found for name, found in value.items() if found not in (None, "")}
    full = {"state": "open", "created_at": moment.isoformat(timespec="seconds"), **kept}
    return Noted(stem, Draft(path_of("task", customer, stem), "task", full))


def title_of(text: str) -> str:
    """Return the first line of a text, as long as the title of a task may be."""
    line = text.strip().split("\n")[0]
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…"


def template(name: str, lang: Lang, filled: Mapping[str, str]) -> str:
    """Return the text a person writes a note into: the customer's *name* and the four sections."""
    ends = Text(
        "# 以 # 开头的行不保存；摘要必填", "# lines that begin with # are left out; the summary is a must"
    )
    lines = [f"# {name}", ends.get(lang), ""]
    for field, title in SECTIONS.items():
        lines += [f"## {title.get(lang)}", filled.get(field, ""), ""]
    return "\n".join(lines)


def sections(text: str) -> dict[str, str]:
    """Return the sections of a written template by field; text above the first heading is the summary."""
    fields = {part.casefold(): name for name, title in SECTIONS.items() for part in title}
    found: dict[str, list[str]] = {}
    current = "summary"
    for line in text.splitlines():
        heading = _HEADING.fullmatch(line)
        if heading and heading[1].casefold() in fields:
            current = fields[heading[1].casefold()]
        elif not line.startswith("#"):
            found.setdefault(current, []).append(line.rstrip())
    texts = {name: "\n".join(lines).strip("\n") for name, lines in found.items()}
    return {name: f"{body}\n" if "\n" in body else body for name, body in texts.items() if body.strip()}
