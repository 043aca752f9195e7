"""Changes as lines for a terminal, and as Markdown for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from custodex.findings import printable
from custodex.history import Change
from custodex.records import EVENT_KINDS
from custodex.telling.words import Teller, Told

_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|~@$&])")


def text_lines(changes: Iterable[Change], teller: Teller, *, whole: bool) -> Iterator[str]:
    """Yield changes as lines: who did what when, then `field: old -> new`; *whole*: new documents too."""
    for change in changes:
        yield f"{_when(change)}{teller.headline(change)}{_subject(change)}"
        yield from (f"  {line}" for line in _notes(change, teller))
        if change.action == "changed" or (whole and not change.moved_from):
            yield from (f"  {told.label}: {before_after(told)}" for told in teller.fields(change))


def grouped_lines(changes: Iterable[Change], teller: Teller) -> Iterator[str]:
    """Yield changes record by record, each under its name."""
    for _, heading, listed in teller.by_record(changes):
        yield heading
        yield from (f"  {line}" for line in text_lines(listed, teller, whole=True))


def _when(change: Change) -> str:
    return f"{change.at[:16].replace('T', ' ')}  {printable(change.who)}  " if change.commit else ""


def _subject(change: Change) -> str:
    return f"  [{printable(change.subject)}]" if change.subject else ""


def _notes(change: Change, teller: Teller) -> Iterator[str]:
    if reason := teller.reason(change):
        yield f"{teller.say('原因', 'reason')}: {reason}"
    if change.approved:
        yield f"{teller.say('批准', 'approved by')}: {printable(change.approved, 200)}"


def before_after(told: Told) -> str:
    """Return `old -> new`, `+ new` or `- old`."""
    if told.old is None:
        return f"+ {told.new}"
    return f"- {told.old}" if told.new is None else f"{told.old} -> {told.new}"


def escaped(text: str) -> str:
    r"""Return *text* as Markdown that shows exactly it: no mark, link, mention or tag of its own works."""
    return _MARKS.sub(r"\\\1", text).replace("://", "\\://")


def markdown_lines(changes: Iterable[Change], teller: Teller) -> Iterator[str]:
    """Yield changes record by record as Markdown: a heading, sentences, tables of fields."""
    for _, heading, listed in teller.by_record(changes):
        yield from (f"### {escaped(heading)}", "")
        for change in listed:
            yield from markdown_change(change, teller)


def markdown_change(change: Change, teller: Teller) -> Iterator[str]:
    """Yield one change as Markdown."""
    notes = [escaped(note) for note in _notes(change, teller)]
    when = f" · {change.at[:10]} {escaped(printable(change.who))}" if change.commit else ""
    yield f"- **{escaped(teller.headline(change))}**{when}{''.join(f' · {note}' for note in notes)}"
    told_by_headline = change.moved_from or change.action == "removed" or change.kind in EVENT_KINDS
    fields = teller.fields(change) if change.action == "changed" or not told_by_headline else []
    if fields:
        head = (teller.say("字段", "Field"), teller.say("原值", "Before"), teller.say("新值", "After"))
        yield from ("", f"  | {' | '.join(head)} |", "  | --- | --- | --- |")
        for told in fields:
            cells = (told.label, told.old or "", told.new or "")
            yield f"  | {' | '.join(escaped(cell) for cell in cells)} |"
    yield ""
