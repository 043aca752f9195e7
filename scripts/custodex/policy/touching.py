"""What a change touches: which classes and fields of which customers, and what lies outside the records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custodex.books import Book
from custodex.diffing import DEFAULT_CLASS, class_at, diff
from custodex.diffing import Place as Where
from custodex.git import EMPTY_TREE, Change, Git
from custodex.policy.reading import STRUCTURE
from custodex.records import MAX_BYTES, Place, locate, path_of
from custodex.yamlfile import parse

_BATCH = 500
Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Touched:
    """One changed path: the classes it touches, its top-level fields, the customer before and after."""

    path: str
    kind: str
    record: str
    classes: frozenset[str]
    fields: frozenset[str]
    mains: tuple[Value, ...] = ()


def touched(git: Git, book: Book, changes: Sequence[Change], old: str, new: str) -> list[Touched]:
    """Return what *changes* from the tree *old* to the tree *new* touch; *book* knows the classes."""
    located = [(change, locate(change.path)) for change in changes]
    values = _values(
        git, {b for change, place in located if place for b in (change.old_blob, change.blob) if b}
    )
    customers = {place.id for _, place in located if place and place.record.startswith("customers/")}
    mains = _mains(git, sorted(customers), (old, new))
    found = []
    for change, place in located:
        if place is None:
            found.append(Touched(change.path, "", "", frozenset({STRUCTURE}), frozenset()))
        else:
            old_value, new_value = values.get(change.old_blob, {}), values.get(change.blob or "", {})
            classes, fields = _classes(book, place, old_value, new_value)
            found.append(
                Touched(change.path, place.kind, place.record, classes, fields, mains.get(place.id, ()))
            )
    return found


def _classes(book: Book, place: Place, old: Value, new: Value) -> tuple[frozenset[str], frozenset[str]]:
    if not book.schemas.has(place.kind):
        return frozenset({DEFAULT_CLASS}), frozenset()
    root = book.schemas.node(place.kind)
    places = {
        found
        for change in diff(old, new, root)
        for value in (change.old, change.new)
        if value is not None
        for found in _places(value, change.place)
    }
    # bytes that say the same are a change of the kind's own class
    classes = {class_at(root, found) for found in places} or {class_at(root, ())}
    return frozenset(classes), frozenset(found[0] for found in places if found)


def _places(value: Any, place: Where) -> Iterator[Where]:
    """Yield the places of the fields below *value*: one inside the items of a list may have a class of its own."""
    inner: Iterable[tuple[str, Any]] = value.items() if isinstance(value, Mapping) else ()
    if isinstance(value, list):
        inner = [("[]", item) for item in value]
    empty = True
    for name, item in inner:
        empty = False
        yield from _places(item, (*place, name))
    if empty:
        yield place


def _mains(git: Git, customers: Sequence[str], trees: Sequence[str]) -> dict[str, tuple[Value, ...]]:
    blobs: dict[str, set[str]] = {}
    for tree in dict.fromkeys(trees):
        for name, blob in _main_blobs(git, customers, tree):
            blobs.setdefault(name, set()).add(blob)
    values = _values(git, {blob for found in blobs.values() for blob in found})
    return {
        name: tuple(values[blob] for blob in sorted(found) if blob in values) for name, found in blobs.items()
    }


def _main_blobs(git: Git, customers: Sequence[str], tree: str) -> Iterator[tuple[str, str]]:
    if tree == EMPTY_TREE:
        return
    for start in range(0, len(customers), _BATCH):
        paths = [path_of("customer", name) for name in customers[start : start + _BATCH]]
        for change in git.tree_changes(EMPTY_TREE, tree, paths):
            place = locate(change.path)
            if place is not None and change.blob:
                yield place.id, change.blob


def _values(git: Git, blobs: set[str]) -> dict[str, Value]:
    names = sorted(blobs)
    found = git.blobs(names, MAX_BYTES) if names else ()
    return {
        blob.name: value for blob in found if blob.data and isinstance(value := parse(blob.data).value, dict)
    }
