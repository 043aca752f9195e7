"""What commits did, by record and field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from custodex.records import kind_of_record, locate
from custodex.site import phrases
from custodex.site.context import Context
from custodex.site.modelling import replaced
from custodex.site.origins import MODULES, Origins
from custodex.site.pagemodels import ChangedRecord, Commit
from custodex.site.pieces import Change, Link
from custodex.site.sources import Edit

_RECORDS, _FIELDS = 12, 8


def grouped(edits: Iterable[Edit]) -> list[list[Edit]]:
    """Return the changes by commit, in the order they come."""
    by_commit: dict[str, list[Edit]] = {}
    for edit in edits:
        by_commit.setdefault(edit.commit, []).append(edit)
    return list(by_commit.values())


def commit_of(context: Context, edits: Sequence[Edit]) -> Commit:
    """Return what one commit did."""
    by_record: dict[str, list[Edit]] = {}
    for edit in edits:
        by_record.setdefault(edit.record, []).append(edit)
    first = edits[0]
    told = context.words.say(phrases.FILE_CHANGES).format(n=len(edits))
    return Commit(
        id=first.commit[:10],
        when=context.moment(first.at),
        who=first.who,
        subject=first.subject or told,
        records=[_record(context, key, found) for key, found in list(by_record.items())[:_RECORDS]],
        day=context.formats.day(first.at[:10]),
        url=context.forges.commit(first.commit),
        more=max(0, len(by_record) - _RECORDS),
    )


def _record(context: Context, key: str, edits: Sequence[Edit]) -> ChangedRecord:
    origins = Origins((), context.values, context.forges, context.book.schemas)
    kind = kind_of_record(key)
    main = next((edit for edit in edits if edit.kind == kind), None)
    changes: list[Change] = []
    added: list[str] = []
    for edit in edits:
        if edit.action == "changed":
            about = None if edit.kind in (*MODULES, kind) else _about(context, edit)
            changes += [replaced(origins.change(edit.kind, one), about=about) for one in edit.fields]
        elif edit.action == "removed" and edit is not main:
            changes.append(Change(context.words.kind(edit.kind), edit.path.rpartition("/")[2], ""))
        elif edit.action == "added" and edit.kind not in MODULES and edit.kind != kind:
            added.append(_event(context, edit))
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


def _about(context: Context, edit: Edit) -> Link:
    """Return the link to an event on the page of its customer."""
    place = locate(edit.path)
    anchor = f"#e-{place.stem}" if place else ""
    return Link(_event(context, edit), f"{context.known.link(edit.record).href}{anchor}")


def _event(context: Context, edit: Edit) -> str:
    place = locate(edit.path)
    day = context.formats.date(place.stem[:10]) if place else ""
    return f"{context.words.kind(edit.kind)} · {day}"
