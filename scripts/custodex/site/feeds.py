"""The change feed as Atom (RFC 4287): of the whole book, also as JSON Feed 1.1, and of one customer.

What changed at one customer stands for programs in its file of the API.

Addresses inside a feed are relative, because a site does not know where it will be put.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from custodex.site import addresses
from custodex.site.commits import commit_of, grouped
from custodex.site.context import Context
from custodex.site.pagemodels import ChangedRecord, Commit
from custodex.site.sources import Edit

EDITS = 1500
"""Changes to give to `book_feeds`."""
_COMMITS, _OF_ONE = 100, 30
_ONE = "feed/"
_UNSAYABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def book_feeds(context: Context, newest: Sequence[Edit]) -> dict[str, bytes]:
    """Return the feeds of all changes in one language."""
    edits = grouped(newest)[:_COMMITS]
    title = f"{context.messages.plain('nav.changes')} · {context.site_title}"
    base, entries = f"{context.lang}/changes", _entries(context, edits)
    return {
        f"{base}.atom": _atom(context, base, title, "changes.html", entries),
        f"{base}.json": _json(context, title, entries),
    }


def customer_feed(context: Context, key: str, name: str, edits: Sequence[Edit]) -> list[tuple[str, bytes]]:
    """Return the feed of one customer; none before its first commit."""
    ident = key.rpartition("/")[2]
    found = grouped(edits)[:_OF_ONE]
    if not found:
        return []
    base, page = f"{_ONE}{ident}", f"../{context.lang}/{addresses.customer(ident)}"
    feed = _atom(context, base, f"{name} · {context.site_title}", page, _entries(context, found))
    return [(f"{base}.atom", feed)]


Entries = Sequence[tuple[Commit, Sequence[Edit]]]


def _entries(context: Context, found: Sequence[Sequence[Edit]]) -> Entries:
    return [(commit_of(context, edits), edits) for edits in found]


def _atom(context: Context, base: str, title: str, page: str, entries: Entries) -> bytes:
    updated = entries[0][1][0].at if entries else "1970-01-01T00:00:00Z"
    file = f"{base.rpartition('/')[2]}.atom"
    code = context.messages.plain("lang.code")
    pieces = [
        '<?xml version="1.0" encoding="utf-8"?>\n',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{code}">\n',
        f"<title>{_xml(title)}</title>\n<id>urn:custodex:{base}</id>\n<updated>{updated}</updated>\n",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(file)}/>\n',
        f'<link rel="alternate" type="text/html" href={quoteattr(page)}/>\n',
        *(_entry(base, page, commit, edits) for commit, edits in entries),
        "</feed>\n",
    ]
    return "".join(pieces).encode("utf-8", "replace")


def _entry(base: str, page: str, commit: Commit, edits: Sequence[Edit]) -> str:
    link = commit.url or (f"{page}#c-{commit.id}" if not base.startswith(_ONE) else page)
    content = _xml("\n".join(_lines(commit)))
    return (
        f"<entry>\n<title>{_xml(_title(commit, base))}</title>\n<id>urn:custodex:{base}:{edits[0].commit}</id>\n"
        f"<updated>{edits[0].at}</updated>\n<author><name>{_xml(commit.who)}</name></author>\n"
        f"<link rel=\"alternate\" href={quoteattr(link)}/>\n<content type=\"text\">{content}</content>\n</entry>\n"
    )  # fmt: skip


def _json(context: Context, title: str, entries: Entries) -> bytes:
    items = [
        {
            "id": edits[0].commit,
            "title": _title(commit, ""),
            "content_text": "\n".join(_lines(commit)),
            "date_published": edits[0].at,
            "authors": [{"name": commit.who}],
            **({"url": commit.url} if commit.url else {}),
            "_custodex": {"commit": edits[0].commit, "changes": [as_json(edit) for edit in edits[:200]]},
        }
        for commit, edits in entries
    ]
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "language": context.messages.plain("lang.code"),
        "items": items,
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def as_json(edit: Edit) -> dict[str, object]:
    """Return one change for machines, in the shape of `custodex log --format json`."""
    return {
        "at": edit.at, "who": edit.who, "commit": edit.commit, "subject": edit.subject, "record": edit.record,
        "path": edit.path, "kind": edit.kind, "action": edit.action,
        "fields": [{"field": one.written, "old": one.old, "new": one.new} for one in edit.fields],
    }  # fmt: skip


def _title(commit: Commit, base: str) -> str:
    if base.startswith(_ONE):
        return commit.subject
    names = [record.link.label for record in commit.records]
    shown = " · ".join(names[:3]) + (" …" if len(names) + commit.more > 3 else "")
    return f"{shown}: {commit.subject}" if shown else commit.subject


def _lines(commit: Commit) -> Iterator[str]:
    for record in commit.records:
        if len(commit.records) > 1:
            yield f"{record.link.label}"
        yield from _of_record(record)


def _of_record(record: ChangedRecord) -> Iterator[str]:
    for change in record.changes:
        about = f"{change.about.label} · " if change.about else ""
        yield f"{about}{change.label}: {' → '.join(part for part in (change.old, change.new or '–') if part)}"
    yield from (f"+ {added}" for added in record.added)
    if record.more:
        yield f"… +{record.more}"


def _xml(text: str) -> str:
    """Return *text* escaped, without the characters XML 1.0 cannot hold at all."""
    return escape(_UNSAYABLE.sub("", text))
