"""Two customers that are one: what both say brought together, every link turned to the one that stays.

The one that stays wins where both say something else, unless told otherwise; lists are united by their keys,
events and tasks move along, and what the other one was called stays findable. A stub is left in its place.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from custodex.authoring.fields import free_id
from custodex.catalog import Catalog
from custodex.drafts import Draft
from custodex.examining import Document, Record
from custodex.findings import parse_pointer
from custodex.hints import Node
from custodex.ids import new_event_suffix
from custodex.records import KIND, path_of


class Choice(NamedTuple):
    """A field that both have with different values: which one was taken, which one was left."""

    field: str
    taken: Any
    left: Any


@dataclass
class Merged:
    """The drafts of a merge, and the fields where it had to choose."""

    drafts: list[Draft] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)


def merge_records(catalog: Catalog, keep: Record, gone: Record, take: Collection[str] = ()) -> Merged:
    """Return what makes *gone* part of *keep*; fields named in *take* get the value of *gone*."""
    return _Merger(catalog, keep, gone, take).run()


class _Merger:
    def __init__(self, catalog: Catalog, keep: Record, gone: Record, take: Collection[str]) -> None:
        self._catalog = catalog
        self._schemas = catalog.book.schemas
        self._keep = keep
        self._gone = gone
        self._take = take
        self._result = Merged()
        self._people: dict[str, str] = {}

    def run(self) -> Merged:
        """Bring modules, events and links together; the stub comes last."""
        values = {kind: self._module(kind) for kind in self._modules()}
        main = values["customer"]
        self._keep_names(main)
        self._without_self(main)
        drafts = {path_of(kind, self._keep.id): Draft(path_of(kind, self._keep.id), kind, value)
                  for kind, value in values.items()}  # fmt: skip
        for draft in (*self._moved(), *self._gone_files(), *self._links(drafts)):
            drafts[draft.path] = draft
        self._result.drafts = list(drafts.values())
        return self._result

    def _modules(self) -> Iterator[str]:
        for kind, about in KIND.items():
            if about.shape == "module" and (self._keep.one(kind) or self._gone.one(kind)):
                yield kind

    # --- fields

    def _module(self, kind: str) -> dict[str, Any]:
        node, mine, other = self._schemas.node(kind), self._keep.one(kind), self._gone.one(kind)
        merged: dict[str, Any] = {}
        for name in dict.fromkeys([*node.fields, *mine, *other]):
            if name == "id" and kind == "customer":
                merged["id"] = self._keep.id
            elif name in mine or name in other:
                child = node.fields.get(name, Node({}))
                merged[name] = self._field(child, name, mine.get(name), other.get(name))
        return merged

    def _field(self, node: Node, name: str, mine: Any, other: Any) -> Any:
        if mine is None or other is None or mine == other:
            return other if mine is None else mine
        if isinstance(mine, list) and isinstance(other, list):
            return self._list(node, name, mine, other)
        if isinstance(mine, Mapping) and isinstance(other, Mapping) and name not in self._take:
            return {
                key: self._field(
                    node.fields.get(key, Node({})), f"{name}.{key}", mine.get(key), other.get(key)
                )
                for key in dict.fromkeys([*mine, *other])
            }
        taken, left = (other, mine) if name in self._take else (mine, other)
        self._result.choices.append(Choice(name, taken, left))
        return taken

    def _list(self, node: Node, name: str, mine: list[Any], other: list[Any]) -> list[Any]:
        key = node.hint("key")
        if not isinstance(key, str):
            return self._single_tags(node, [*mine, *(item for item in other if item not in mine)])
        items = [dict(item) for item in mine]
        for item in other:
            twin = next((one for one in items if _alike(one, item, key)), None)
            if twin is not None:
                self._renumber(name, item, str(twin[key]))
                twin.update(self._item(node, f"{name}[{twin[key]}]", twin, item))
                continue
            new = dict(item)
            if key == "id" and any(one["id"] == item["id"] for one in items):
                new["id"] = free_id(items, str(item["id"])[:1])
            if any(one.get("primary") for one in items):
                new.pop("primary", None)
            self._renumber(name, item, str(new.get("id", "")))
            items.append(new)
        return items

    def _item(
        self, node: Node, name: str, mine: Mapping[str, Any], other: Mapping[str, Any]
    ) -> dict[str, Any]:
        fields = (node.items or Node({})).fields
        merged = {
            key: self._field(fields.get(key, Node({})), f"{name}.{key}", mine.get(key), other.get(key))
            for key in dict.fromkeys([*mine, *other])
            if key != node.hint("key")
        }
        if mine.get("primary") != other.get("primary"):
            merged["primary"] = mine.get("primary", False)
        return {**mine, **{key: value for key, value in merged.items() if value is not None}}

    def _renumber(self, name: str, item: Mapping[str, Any], new: str) -> None:
        if name == "people" and item.get("id"):
            self._people[str(item["id"])] = new

    def _single_tags(self, node: Node, tags: list[Any]) -> list[Any]:
        """Leave out a second tag of a dimension that a record may have one of; the first one wins."""
        if not node.items or node.items.hint("vocabulary") != "tags":
            return tags
        single = {one["id"] for one in self._catalog.book.vocabulary("tags").get("dimensions", ())
                  if one.get("cardinality") == "one"}  # fmt: skip
        seen: set[str] = set()
        kept = []
        for tag in tags:
            dimension = str(tag).partition(":")[0]
            if dimension not in single or dimension not in seen:
                kept.append(tag)
                seen.add(dimension)
        return kept

    def _keep_names(self, main: dict[str, Any]) -> None:
        """Keep what the other one was called as an alias: people will look for it."""
        fields = self._schemas.node("customer").fields
        if "aliases" not in fields:
            return
        known = {str(main.get(name)) for name, node in fields.items() if node.hint("search") == "name"}
        called = [self._gone.main.get(name) for name, node in fields.items()
                  if node.hint("search") == "name" and node.items is None]  # fmt: skip
        lost = [name for name in called if name and name not in known]
        aliases = list(dict.fromkeys([*main.get("aliases", ()), *lost]))
        if aliases:
            main["aliases"] = aliases

    def _without_self(self, main: dict[str, Any]) -> None:
        """Leave out what the two said of each other."""
        both = {self._keep.id, self._gone.id}
        for name, value in list(main.items()):
            if name == "id":
                continue
            if isinstance(value, list):
                main[name] = [item for item in value if not _points_at(item, both)]
            if main[name] == [] or (isinstance(value, str) and value in both):
                del main[name]

    # --- events, links, what is left

    def _moved(self) -> Iterator[Draft]:
        taken = {document.stem for document in self._keep.documents}
        for document in self._events():
            stem = document.stem
            if stem in taken:
                stem = f"{stem[:11]}{new_event_suffix()}"
            yield Draft(
                path_of(document.kind, self._keep.id, stem), document.kind, self._with_people(document)
            )

    def _events(self) -> list[Document]:
        return [one for one in self._gone.documents if KIND[one.kind].shape in {"event", "task"}]

    def _with_people(self, document: Document) -> dict[str, Any]:
        value = dict(document.value)
        for name, node in self._schemas.node(document.kind).fields.items():
            if node.items and node.items.hint("ref") == "person" and name in value:
                value[name] = [self._people.get(one, one) for one in value[name]]
        return value

    def _gone_files(self) -> Iterator[Draft]:
        for document in self._gone.documents:
            stub = (
                {"id": self._gone.id, "merged_into": self._keep.id} if document.kind == "customer" else None
            )
            yield Draft(document.path, document.kind, stub)

    def _links(self, drafts: Mapping[str, Draft]) -> Iterator[Draft]:
        changed: dict[str, tuple[str, dict[str, Any]]] = {}
        own = {document.path for document in self._gone.documents}
        for path, pointer in self._catalog.referrers(f"customers/{self._gone.id}"):
            if path in own or path == path_of("customer", self._keep.id):
                continue
            if path not in changed:
                known = drafts.get(path) or self._draft_of(path)
                changed[path] = known.kind, json.loads(json.dumps(known.value))
            _put(changed[path][1], parse_pointer(pointer), self._keep.id)
        for path, (kind, value) in changed.items():
            # only now: pointers count the items of the lists as they were
            yield Draft(path, kind, _without_twins(value))

    def _draft_of(self, path: str) -> Draft:
        from custodex.records import locate

        place = locate(path)
        record = self._catalog.record(place.record) if place else None
        document = next(one for one in record.documents if one.path == path) if record else None
        assert document is not None  # noqa: S101 - the catalog named it
        return Draft(path, document.kind, document.value)


def _alike(one: Mapping[str, Any], other: Mapping[str, Any], key: str) -> bool:
    """Tell whether two items are one thing: the same key, or the same name where keys are only counted."""
    if key != "id":
        return one.get(key) == other.get(key)
    return "name" in one and one.get("name") == other.get("name")


def _points_at(item: Any, ids: Collection[str]) -> bool:
    return item in ids if isinstance(item, str) else isinstance(item, Mapping) and item.get("to") in ids


def _put(value: Any, parts: tuple[str, ...], new: str) -> None:
    *way, last = parts
    for part in way:
        value = value[int(part)] if isinstance(value, list) else value[part]
    if isinstance(value, list):
        value[int(last)] = new
    else:
        value[last] = new


def _without_twins(value: dict[str, Any]) -> dict[str, Any]:
    """Leave out list items that have become the same."""
    return {
        name: [item for index, item in enumerate(found) if item not in found[:index]]
        if isinstance(found, list)
        else found
        for name, found in value.items()
    }
