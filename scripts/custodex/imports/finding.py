"""Which record a row means: by an id in another system, a unique field, an id, a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from custodex.catalog import Catalog
from custodex.contexts import CatalogContext
from custodex.examining import Document, Record
from custodex.hints import Node
from custodex.imports.paths import FieldPath, Step
from custodex.imports.taking import RowFault
from custodex.records import KIND, SINGLE_KINDS, record_key
from custodex.schemas import Schemas
from custodex.texts import Text

_EXTERNAL = {"system", "id"}


class External(NamedTuple):
    """Where documents of a kind keep their id in another system, and the name space it is unique in."""

    steps: tuple[Step, ...]
    space: str

    def plant(self, tree: dict[str, Any], system: str, id_: str) -> None:
        """Put the id into a tree of values."""
        from custodex.imports.merging import Labelled

        for step in self.steps:
            if step.label is None:
                tree = tree.setdefault(step.name, {})
            else:
                tree = tree.setdefault(step.name, Labelled()).setdefault(system, {})
        tree.update(system=system, id=id_)


def external_of(schemas: Schemas, kind: str) -> External | None:
    """Return where documents of *kind* keep ids of other systems, told by their fields `system` and `id`."""
    return _search(schemas.node(kind), ()) if schemas.has(kind) else None


def _search(node: Node, steps: tuple[Step, ...]) -> External | None:
    for name, child in node.fields.items():
        inner, step = (child.items, Step(name, "")) if child.items else (child, Step(name))
        if set(inner.fields) == _EXTERNAL and inner.hint("unique"):
            return External((*steps, step), str(inner.hint("unique")))
        if child.items is None and (found := _search(child, (*steps, step))):
            return found
    return None


class Finder:
    """Finds existing records and documents in the catalog of one repository."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._context = CatalogContext(catalog.db, catalog.book)
        self._names: dict[str, dict[str, list[str]]] = {}
        self._externals: dict[str, External | None] = {}

    def external(self, kind: str) -> External | None:
        """Return where documents of *kind* keep ids of other systems."""
        if kind not in self._externals:
            self._externals[kind] = external_of(self._catalog.book.schemas, kind)
        return self._externals[kind]

    def record(self, key: str) -> Record | None:
        """Return the record with this key."""
        return self._catalog.record(key)

    def by_external(self, kind: str, system: str, id_: str) -> str | None:
        """Return the path of the document of *kind* with this id in another system."""
        external = self.external(kind)
        holders = self._context.holders(external.space, f"{system}:{id_}") if external else []
        return holders[0].path if holders else None

    def by_field(self, kind: str, path: FieldPath, value: str) -> str | None:
        """Return the key of the record whose field has this value; two such records are a `RowFault`."""
        space = path.node.hint("unique")
        if path.steps == (Step("id"),):
            key = record_key(kind, value)
            return key if self._catalog.record(key) else None
        if space and path.kind == kind:
            return next((holder.record for holder in self._context.holders(str(space), value)), None)
        found = self._index(kind, path).get(value.casefold(), [])
        if len(found) > 1:
            raise RowFault(
                Text(
                    f"{path} 为 {value} 的档案有 {len(found)} 个：{'、'.join(found[:3])}",
                    f"{len(found)} records have {path} {value}: {', '.join(found[:3])}",
                )
            )
        return found[0] if found else None

    def find(self, kinds: str, text: str) -> str | None:
        """Return the id of the record that *text* means: its id, or a name that no other record has."""
        for kind in kinds.split("|"):
            if kind not in KIND or (kind not in SINGLE_KINDS and kind != "customer"):
                continue
            if self._context.exists(record_key(kind, text)):
                return text
            node = self._catalog.book.schemas.node(kind).fields.get("name")
            if node is None or node.fields:
                continue
            found = self._index(kind, FieldPath(kind, (Step("name"),), node)).get(text.casefold(), [])
            if len(found) == 1:
                return found[0].rpartition("/")[2]
        return None

    def _index(self, kind: str, path: FieldPath) -> Mapping[str, Sequence[str]]:
        name = f"{kind}:{path}"
        if name not in self._names:
            index: dict[str, list[str]] = {}
            for record in self._catalog.records(self._catalog.keys(kind)):
                found = _at(record.one(path.kind), path.steps)
                if isinstance(found, str):
                    index.setdefault(found.casefold(), []).append(record.key)
            self._names[name] = index
        return self._names[name]


def _at(value: Any, steps: Sequence[Step]) -> Any:
    for step in steps:
        value = value.get(step.name) if isinstance(value, Mapping) else None
        if isinstance(value, list) and step.label is not None:
            value = value[0] if value else None
    return value


def document_at(record: Record, path: str) -> Document | None:
    """Return the document of a record at *path*."""
    return next((document for document in record.documents if document.path == path), None)
