"""Who is mentioned by @id in the documents of a customer, and how the page of that colleague tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from custodex.examining import Document, Record
from custodex.facts import mentions_in
from custodex.hints import Node
from custodex.schemas import Schemas
from custodex.site.reading import text

_KINDS = ("note", "feedback", "task", "transaction")
_BEFORE, _AFTER = 40, 100
"""Characters of a passage before the mention and from it on."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One document that mentions somebody; `at` is when it was, a date or a date-time as written."""

    who: str
    at: str
    kind: str
    stem: str
    by: str
    passage: str


def mentions_of(record: Record, schemas: Schemas) -> Iterator[Mention]:
    """Yield who is mentioned in the documents of a customer, each once a document, in the order of the documents."""
    for document in record.documents:
        if document.kind in _KINDS and schemas.has(document.kind):
            yield from _in_document(document, schemas.node(document.kind))


def _in_document(document: Document, node: Node) -> Iterator[Mention]:
    value, seen = document.value, set[str]()
    for name, part in node.fields.items():
        said = value.get(name)
        if not isinstance(said, str) or "@" not in said or part.hint("format") != "mention-text":
            continue
        for found in mentions_in(((), part, said)):
            if found.value not in seen:
                seen.add(found.value)
                at = text(value, "occurred_at") or text(value, "occurred_on") or document.stem[:10]
                by = text(value, "by") or text(value, "created_by")
                yield Mention(
                    found.value, at, document.kind, document.stem, by, passage(said, f"@{found.value}")
                )


def passage(said: str, mark: str) -> str:
    """Return what stands around *mark* in a text, on one line, cut at both ends where it is long."""
    line = " ".join(said.split())
    where = line.find(mark)
    start = 0 if where <= _BEFORE else where - _BEFORE
    end = where + _AFTER
    return f"{'…' * bool(start)}{line[start:end].strip()}{'…' * (end < len(line))}"


def newest(mentions: Sequence[Mention], stem: str, who: str) -> Mention | None:
    """Return the mention of *who* in the document *stem*."""
    return next((one for one in mentions if one.stem == stem and one.who == who), None)
