"""The card of a record: the little of it that other pages, lists and figures need, without a language."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from custodex.books import Book
from custodex.completeness import Completeness
from custodex.examining import Record
from custodex.hanzi import sort_key
from custodex.hints import Node
from custodex.site.mentions import Mention, mentions_of
from custodex.site.reading import child, items, strings, text
from custodex.site.regions import broader, is_region, region_code

OPEN = ("open", "doing")


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that is still to be done."""

    stem: str
    title: str
    due: str
    state: str
    priority: str
    assignee: str
    detail: str


@dataclass(frozen=True, slots=True)
class Edge:
    """What one customer says of another: `kind` is parent, merged or relation."""

    kind: str
    target: str
    type: str = ""
    since: str = ""
    until: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One record; `facets` without the wider values, `number` is a percentage of completeness."""

    key: str
    kind: str
    name: str
    name_en: str
    sort: str
    type: str = ""
    short: str = ""
    state: str = ""  # "" alive, "merged", "erased"
    facets: Mapping[str, list[str]] = field(default_factory=dict)
    last_note: str = ""
    next_due: str = ""
    since: str = ""
    notes: int = 0
    documents: int = 1
    complete: int = -1
    tasks: tuple[OpenTask, ...] = ()
    edges: tuple[Edge, ...] = ()
    figures: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    twins: tuple[str, ...] = ()  # tokens of what it hardly shares with another by chance
    known: tuple[str, ...] = ()  # the ids of customers it names

    @property
    def id(self) -> str:
        """The id alone."""
        return self.key.rpartition("/")[2]

    @property
    def bucket(self) -> int:
        """A number of 16 bits that spreads records evenly over data files."""
        return zlib.crc32(self.id.encode()) & 0xFFFF

    def one(self, facet: str) -> str:
        """Return the only or first value of a facet."""
        return next(iter(self.facets.get(facet, ())), "")

    def every(self) -> Iterator[tuple[str, str]]:
        """Yield (facet, value), wider values included, each once."""
        for facet, values in self.facets.items():
            seen = dict.fromkeys(values)
            for value in values:
                seen.update(dict.fromkeys(broader(facet, value)))
            for value in seen:
                yield facet, value

    def to_row(self) -> str:
        """Return the card as JSON."""
        values = [getattr(self, name) for name in self.__slots__]
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=_parts)


def _parts(value: Any) -> list[Any]:
    return [getattr(value, name) for name in value.__slots__]


def from_row(row: str) -> Card:
    """Return the card stored in *row*."""
    values = dict(zip(Card.__slots__, json.loads(row), strict=True))
    values["tasks"] = tuple(OpenTask(*task) for task in values["tasks"])
    values["edges"] = tuple(Edge(*edge) for edge in values["edges"])
    values["twins"], values["known"] = tuple(values["twins"]), tuple(values["known"])
    values["mentions"] = tuple(Mention(*one) for one in values["mentions"])
    return Card(**values)


def card_of(
    record: Record, book: Book, complete: Completeness, figures: Mapping[str, Mapping[str, int]],
    strong: tuple[Sequence[str], Collection[str]] = ((), ()),
) -> Card:  # fmt: skip
    """Return the card of a record of any kind; *figures* are its contributions to the reports, *strong* as in `Job`."""
    if record.kind == "customer":
        return _customer(record, book, complete, figures, strong)
    main = record.main
    caption = main.get("title") if record.kind in ("view", "policy") else main.get("name")
    names = (
        caption if isinstance(caption, Mapping) else {"zh": text(main, "name"), "en": text(main, "name_en")}
    )
    zh = text(names, "zh") or text(names, "en") or record.id
    key = sort_key(zh, person=record.kind == "staff", override=text(main, "pinyin"))
    facets = {"team": [text(main, "team")]} if text(main, "team") else {}
    return Card(record.key, record.kind, zh, text(names, "en"), key, facets=facets)


def _customer(
    record: Record, book: Book, complete: Completeness, figures: Mapping[str, Mapping[str, int]],
    strong: tuple[Sequence[str], Collection[str]],
) -> Card:  # fmt: skip
    main = record.main
    name = text(main, "name") or text(main, "name_en") or record.id
    merged, erased = text(main, "merged_into"), "erased" in main
    notes = [text(note.value, "occurred_at")[:10] for note in record.all("note")]
    tasks = tuple(sorted(_open_tasks(record), key=lambda task: (task.due or "9", task.stem)))
    return Card(
        key=record.key,
        kind="customer",
        name=name,
        name_en=text(main, "name_en"),
        sort=sort_key(name, person=text(main, "type") == "person", override=text(main, "pinyin")),
        type=text(main, "type"),
        short=text(main, "short_name"),
        state="merged" if merged else "erased" if erased else "",
        facets=facets_of(book.schemas.node("customer"), main) if book.schemas.has("customer") else {},
        last_note=max(notes, default=""),
        next_due=min((task.due for task in tasks if task.due), default=""),
        since=text(main, "since"),
        notes=len(notes),
        documents=len(record.documents),
        complete=-1 if merged or erased else complete.of(record).percent,
        tasks=tasks,
        edges=tuple(_edges(main)),
        figures=figures,
        mentions=tuple(mentions_of(record, book.schemas)),
        twins=() if merged or erased else tuple(strong[0]),
        known=tuple(sorted(strong[1])),
    )


def _open_tasks(record: Record) -> Iterator[OpenTask]:
    for document in record.all("task"):
        task = document.value
        if text(task, "state") in OPEN:
            names = ("title", "due", "state", "priority", "assignee", "detail")
            yield OpenTask(document.stem, *(text(task, name) for name in names))


def _edges(main: Mapping[str, Any]) -> Iterator[Edge]:
    if merged := text(main, "merged_into"):
        yield Edge("merged", f"customers/{merged}")
    if parent := text(main, "parent"):
        yield Edge("parent", f"customers/{parent}")
    for relation in items(main, "relations"):
        said = (text(relation, name) for name in ("type", "since", "until", "note"))
        yield Edge("relation", f"customers/{text(relation, 'to')}", *said)


def facets_of(node: Node, value: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the values of every field with `x-facet`, by the last part of its name."""
    found: dict[str, list[str]] = {}
    for name, part in node.fields.items():
        if name not in value:
            continue
        if part.hint("facet") is not None:
            values = _facet_values(part, value, name)
            if values:
                found[name] = values
        elif part.fields:
            found.update(facets_of(part, child(value, name)))
    return found


def _facet_values(node: Node, value: Mapping[str, Any], name: str) -> list[str]:
    if is_region(node):
        return [code] if (code := region_code(child(value, name))) else []
    if isinstance(value[name], list):
        return list(dict.fromkeys(strings(value, name)))
    return [said] if (said := text(value, name)) else []
