"""Since when a value has been what it is, from the changes of one customer; and the changes as events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from custodex.hints import Node
from custodex.schemas import Schemas
from custodex.site import phrases
from custodex.site.forges import Forges
from custodex.site.pieces import Change, Provenance, Revision
from custodex.site.sources import Edit, FieldEdit
from custodex.site.values import Values

Place = tuple[str, ...]
MODULES = ("customer", "contacts", "identity", "consents")
_LONGEST = 200


@dataclass(slots=True)
class Step:
    """What one commit changed in the modules of a customer."""

    edit: Edit
    created: bool = False
    changes: list[Change] = field(default_factory=list)


class Origins:
    """The changes of one customer, told field by field; newest first as they are given."""

    def __init__(self, edits: Sequence[Edit], values: Values, forges: Forges, schemas: Schemas) -> None:
        self._values = values
        self._forges = forges
        self._schemas = schemas
        self._first: dict[str, Edit] = {}
        self._kept: dict[str, Provenance | None] = {}
        self._exact: dict[tuple[str, Place], list[tuple[Edit, FieldEdit]]] = {}
        self._below: dict[tuple[str, Place], list[tuple[Edit, FieldEdit]]] = {}
        self._edits = [edit for edit in edits if edit.kind in MODULES]
        for edit in self._edits:
            if edit.action == "added":
                self._first[edit.kind] = edit
            else:
                self._note(edit)

    def _note(self, edit: Edit) -> None:
        for one in edit.fields:
            self._exact.setdefault((edit.kind, one.place), []).append((edit, one))
            for length in range(1, len(one.place) + 1):
                self._below.setdefault((edit.kind, one.place[:length]), []).append((edit, one))

    def changed(self, kind: str, place: Place) -> Provenance | None:
        """Return the history of a field, None if it has been so since the document was made."""
        found = self._below.get((kind, place))
        return self._provenance(kind, found) if found else None

    def since(self, kind: str, place: Place) -> Provenance | None:
        """Return the history of a value: its own, else that of what it came with; None without history."""
        if not self._below:
            return self._made(kind)
        found = self._below.get((kind, place))
        for length in range(len(place) - 1, 0, -1):
            found = found or self._exact.get((kind, place[:length]))
        if found:
            return self._provenance(kind, found)
        return self._made(kind)

    def _made(self, kind: str) -> Provenance | None:
        """Return since when there is the document at all."""
        if kind not in self._kept:
            first = self._first.get(kind)
            self._kept[kind] = Provenance(self._values.moment(first.at[:10]), first.who) if first else None
        return self._kept[kind]

    def _provenance(self, kind: str, found: Sequence[tuple[Edit, FieldEdit]]) -> Provenance:
        revisions = [self._revision(kind, edit, one) for edit, one in found]
        newest = found[0][0]
        return Provenance(self._values.moment(newest.at[:10]), newest.who, revisions)

    def _revision(self, kind: str, edit: Edit, one: FieldEdit) -> Revision:
        old, new = self.texts(kind, one)
        url = self._forges.commit(edit.commit)
        return Revision(self._values.moment(edit.at[:10]), edit.who, old, new, edit.subject, url)

    def texts(self, kind: str, one: FieldEdit) -> tuple[str, str]:
        """Return a change's old and new value as short texts."""
        node = node_at(self._root(kind), one.place)
        old, new = (self._values.text(node, value, {}) for value in (one.old, one.new))
        return _cut(old), _cut(new)

    def change(self, kind: str, one: FieldEdit) -> Change:
        """Return a change with the label of its field."""
        old, new = self.texts(kind, one)
        return Change(self._label(kind, one.place), old, new)

    def _label(self, kind: str, place: Place) -> str:
        node, parts = self._root(kind), []
        for part in place:
            node = step(node, part)
            if not part.startswith("["):
                parts.append(self._values.words.of(node, part))
            elif part != "[]" and parts:
                parts[-1] = f"{parts[-1]} {part[1:-1]}"
        return " · ".join(parts) or self._values.words.kind(kind)

    def _root(self, kind: str) -> Node | None:
        return self._schemas.node(kind) if self._schemas.has(kind) else None

    def steps(self) -> Iterator[Step]:
        """Yield what each commit changed, newest first; the first one says that the record was made."""
        by_commit: dict[str, Step] = {}
        for edit in self._edits:
            found = by_commit.setdefault(edit.commit, Step(edit))
            if edit.action == "changed":
                found.changes.extend(self.change(edit.kind, one) for one in edit.fields)
            else:
                found.created = found.created or (edit.action == "added" and edit.kind == "customer")
                said = phrases.ADDED if edit.action == "added" else phrases.REMOVED
                told = self._values.words.say(said)
                label = self._values.words.kind(edit.kind)
                found.changes.append(
                    Change(label, "", told) if edit.action == "added" else Change(label, told, "")
                )
        yield from by_commit.values()


def step(node: Node | None, part: str) -> Node | None:
    """Return the node below *node* that one part of a place names."""
    if node is None:
        return None
    return node.items if part.startswith("[") else node.fields.get(part)


def node_at(root: Node | None, place: Place) -> Node | None:
    """Return the node at a place."""
    for part in place:
        root = step(root, part)
    return root


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
