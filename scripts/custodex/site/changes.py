"""The change feed: the newest commits, by record and field."""

from __future__ import annotations

from collections.abc import Sequence

from custodex.records import kind_of_record, locate
from custodex.site import phrases
from custodex.site.origins import MODULES, Origins
from custodex.site.pagemodels import ChangedRecord, ChangesPage, Commit
from custodex.site.pieces import Change
from custodex.site.sources import Edit
from custodex.site.stock import Stock

_COMMITS, _RECORDS, _FIELDS, _EDITS = 100, 12, 8, 1500


def changes_page(stock: Stock) -> ChangesPage:
    """Return the newest commits."""
    context = stock.context
    by_commit: dict[str, list[Edit]] = {}
    for edit in stock.history.recent(_EDITS):
        by_commit.setdefault(edit.commit, []).append(edit)
    commits = [_commit(stock, edits) for edits in list(by_commit.values())[:_COMMITS]]
    title = context.messages.plain("nav.changes")
    frame = context.frame(title, "changes.html", "changes")
    return ChangesPage(frame, commits, len(by_commit), stock.history.shallow)


def _commit(stock: Stock, edits: Sequence[Edit]) -> Commit:
    by_record: dict[str, list[Edit]] = {}
    for edit in edits:
        by_record.setdefault(edit.record, []).append(edit)
    first = edits[0]
    told = stock.context.words.say(phrases.FILE_CHANGES).format(n=len(edits))
    return Commit(
        id=first.commit[:10],
        when=stock.context.moment(first.at),
        who=first.who,
        subject=first.subject or told,
        records=[_record(stock, key, found) for key, found in list(by_record.items())[:_RECORDS]],
        url=stock.context.forges.commit(first.commit),
        more=max(0, len(by_record) - _RECORDS),
    )


def _record(stock: Stock, key: str, edits: Sequence[Edit]) -> ChangedRecord:
    context = stock.context
    origins = Origins((), context.values, context.forges, context.book.schemas)
    kind = kind_of_record(key)
    main = next((edit for edit in edits if edit.kind == kind), None)
    changes: list[Change] = []
    added: list[str] = []
    for edit in edits:
        if edit.action == "changed":
            changes += [origins.change(edit.kind, one) for one in edit.fields]
        elif edit.action == "removed" and edit is not main:
            changes.append(Change(context.words.kind(edit.kind), edit.path.rpartition("/")[2], ""))
        elif edit.action == "added" and edit.kind not in MODULES and edit.kind != kind:
            added.append(_event(stock, edit))
    created = main is not None and main.action == "added"
    shown = 3 if created else _FIELDS
    return ChangedRecord(
        link=context.known.link(key),
        kind_label=context.words.kind(kind),
        deleted=main is not None and main.action == "removed",
        created=created,
        changes=changes[:_FIELDS],
        added=added[:shown],
        more=max(0, len(changes) - _FIELDS) + max(0, len(added) - shown),
    )


def _event(stock: Stock, edit: Edit) -> str:
    place = locate(edit.path)
    day = stock.context.formats.date(place.stem[:10]) if place else ""
    return f"{stock.context.words.kind(edit.kind)} · {day}"
