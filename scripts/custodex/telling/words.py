"""What a change says in one sentence, and its fields in the labels of the schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from custodex.books import Book
from custodex.diffing import Place, node_at
from custodex.findings import printable
from custodex.hints import Node
from custodex.history import Change, History
from custodex.readers import Reader
from custodex.records import EVENT_KINDS, locate
from custodex.texts import Lang, Text
from custodex.vocabularies import label_of_value

LONGEST = 120
MASK = "•••"
"""What stands for a value whose reading class is sensitive (`policy.masked` of `schema/access.yaml`)."""
_MASKED = ("identity",)
_ACTIONS: Mapping[str, Text] = {
    "added": Text("新增{kind}", "{kind} added"),
    "changed": Text("修改{kind}", "{kind} changed"),
    "removed": Text("删除{kind}", "{kind} removed"),
    "moved": Text("移动{kind}，原属 {origin}", "{kind} moved here from {origin}"),
    "merged": Text("并入 {target}", "merged into {target}"),
    "erased": Text("已删除个人数据", "personal data erased"),
    "same": Text("{kind}：数据没有变化", "{kind}: no change in data"),
}
_REASONS: Mapping[str, Text] = {
    "correction": Text("更正（原来记错了）", "correction (it was wrong before)"),
    "change": Text("情况变化", "real change"),
    "merge": Text("合并重复客户", "merge of duplicates"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One field of a change in words; None where it was or is absent."""

    field: str
    label: str
    old: str | None
    new: str | None
    masked: bool


def plain(value: Any) -> str:
    """Return any value on one line, fit for a terminal."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return printable(text, LONGEST)


class Teller:
    """Tells changes to one person; values of sensitive classes are masked unless *sensitive*."""

    def __init__(self, history: History, reader: Reader, lang: Lang, *, sensitive: bool = False) -> None:
        self._history = history
        self._reader = reader
        self.lang: Lang = lang
        self._sensitive = sensitive
        self._names: dict[str, str] = {}

    @cached_property
    def _masked(self) -> frozenset[str]:
        if self._sensitive:
            return frozenset()
        return masked_classes(self._reader.book)

    def say(self, zh: str, en: str) -> str:
        """Return the one of two texts that is in the person's language."""
        return zh if self.lang == "zh" else en

    def by_record(self, changes: Iterable[Change]) -> Iterator[tuple[str, str, list[Change]]]:
        """Yield changes record by record: key, heading, changes; the order of the changes is kept."""
        for key, found in groupby(changes, key=lambda change: change.record):
            listed = list(found)
            yield key, self.heading(key, listed), listed

    def heading(self, key: str, changes: Sequence[Change] = ()) -> str:
        """Return name and key of a record: `远峤仪器 (customers/a2…)`."""
        main = next((change.value for change in changes if change.kind in {"customer", "staff"}), {})
        name = self.name(key) or str(main.get("name") or "")
        return f"{printable(name)} ({printable(key)})" if name else printable(key)

    def name(self, key: str) -> str:
        """Return the name of a record as it is now, empty if it has none."""
        if key not in self._names:
            record = self._reader.record(key)
            name = record.main.get("name") if record else None
            if isinstance(name, Mapping):
                name = name.get(self.lang)
            self._names[key] = str(name or "")
        return self._names[key]

    def called(self, key: str) -> str:
        """Return what people call a record: its name, else the end of its key."""
        return self.name(key) or key.rpartition("/")[2]

    def headline(self, change: Change) -> str:
        """Return what happened in one sentence: `note added: call with 曾雨桐, asks for a quotation`."""
        words = {"kind": self._kind(change.kind), "origin": self._origin(change), "target": ""}
        what = self._what(change)
        if what == "merged":
            target = f"customers/{change.value.get('merged_into')}"
            words["target"] = self.heading(target)
        said = _ACTIONS[what].get(self.lang).format(**words)
        about = self.about(change) if what in {"added", "removed", "moved"} else ""
        return f"{said}{self.say('：', ': ')}{about}" if about else said

    def _what(self, change: Change) -> str:
        if change.moved_from:
            return "moved"
        gained = {field.place[0] for field in change.fields if field.place and field.old is None}
        if change.kind == "customer" and change.action == "changed" and gained & {"merged_into", "erased"}:
            return "merged" if "merged_into" in gained else "erased"
        return "same" if change.action == "changed" and not change.fields else change.action

    def _origin(self, change: Change) -> str:
        place = locate(change.moved_from) if change.moved_from else None
        return self.heading(place.record) if place else ""

    def _kind(self, kind: str) -> str:
        schemas = self._reader.book.schemas
        label = schemas.node(kind).label if schemas.has(kind) else None
        return label.get(self.lang).lower() if label else kind

    def about(self, change: Change) -> str:
        """Return what a document is about: its type, its people, its caption."""
        schemas = self._reader.book.schemas
        if not schemas.has(change.kind) or self._hidden(change.kind, ()):
            return ""
        node, value = schemas.node(change.kind), change.value
        caption = next((name for name, field in node.fields.items() if field.hint("caption")), "")
        is_event = self._is_event(change)
        words = [self._worded(node.fields.get("type"), value["type"])] if is_event else []
        people = self._people(change) if is_event else ""
        if words and people:
            words = [self.say(f"{words[0]}（{people}）", f"{words[0].lower()} with {people}")]
        if isinstance(value.get(caption), str):
            words.append(plain(value[caption]))
        return self.say("，", ", ").join(words)

    def _is_event(self, change: Change) -> bool:
        return change.kind in EVENT_KINDS and isinstance(change.value.get("type"), str)

    def _people(self, change: Change) -> str:
        record = self._reader.record(change.record)
        contacts = record.one("contacts") if record else {}
        names = {person.get("id"): person.get("name") for person in contacts.get("people") or ()}
        people = change.value.get("people")
        listed = [str(names.get(str(one)) or one) for one in people] if isinstance(people, list) else []
        return self.say("、", ", ").join(printable(name) for name in listed)

    def _worded(self, node: Node | None, value: Any) -> Any:
        return worded(self._reader.book, node, value, self.lang)

    def reason(self, change: Change) -> str:
        """Return whether the change corrects an error or tells of a real change; empty if nobody said."""
        known = _REASONS.get(change.reason)
        return known.get(self.lang) if known else ""

    def fields(self, change: Change) -> list[Told]:
        """Return the fields of a change in words, masked where they are sensitive."""
        found = []
        for item in change.fields:
            hidden = self._hidden(change.kind, item.place)
            label = self._history.label(change, item.place).get(self.lang) or item.written
            node = self._node(change, item.place)
            old, new = (
                None if value is None else MASK if hidden else plain(self._worded(node, value))
                for value in (item.old, item.new)
            )
            found.append(Told(item.written, printable(label), old, new, hidden))
        return found

    def masked_at(self, kind: str, place: Place, value: Any) -> Any:
        """Return a value as a machine is told it: itself, or the mask."""
        return MASK if value is not None and self._hidden(kind, place) else value

    def _hidden(self, kind: str, place: Place) -> bool:
        return bool(self._masked) and self._history.class_of(kind, place) in self._masked

    def _node(self, change: Change, place: Place) -> Node | None:
        schemas = self._reader.book.schemas
        return node_at(schemas.node(change.kind), place) if schemas.has(change.kind) else None


_BOOLEAN = (Text("否", "no"), Text("是", "yes"))


def masked_classes(book: Book) -> frozenset[str]:
    """Return the reading classes whose values are shown to nobody who does not ask for them."""
    return frozenset((book.access.get("policy") or {}).get("masked", _MASKED))


def worded(book: Book, node: Node | None, value: Any, lang: Lang) -> Any:
    """Return a value in the labels of the schema and the vocabularies: `电话 …; 首选 是`."""
    if isinstance(value, Mapping):
        parts = []
        for name, item in value.items():
            field = node.fields.get(name) if node else None
            label = field.label.get(lang) if field and field.label else name
            said = (
                _BOOLEAN[item].get(lang) if isinstance(item, bool) else plain(worded(book, field, item, lang))
            )
            parts.append(f"{label} {said}")
        return "; ".join(parts)
    if isinstance(value, list):
        items = node.items if node else None
        return ", ".join(str(plain(worded(book, items, item, lang))) for item in value)
    found = label_of_value(book, node, value) if isinstance(value, str) else None
    return found.get(lang) if found else value
