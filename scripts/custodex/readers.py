"""What one audience may read of the catalog: everything else is left out before anyone sees it.

A reading class belongs to a kind (the root of its schema) or to one field; `schema/access.yaml` says which
roles read which classes. Search, site, reports and exports read through a `Reader` and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from custodex.books import Book
from custodex.catalog import Catalog
from custodex.errors import UsageFault
from custodex.examining import Document, Record
from custodex.findings import Finding, parse_pointer
from custodex.hints import Node, find
from custodex.records import locate
from custodex.snapshots import Snapshot
from custodex.texts import Text

DEFAULT_CLASS = "basic"


class Reader:
    """The catalog as *audience* (a role of `schema/access.yaml`) may read it; None reads everything.

    *hidden* are reading classes left out whatever the audience.
    """

    def __init__(
        self, catalog: Catalog, audience: str | None = None, hidden: frozenset[str] = frozenset()
    ) -> None:
        self._catalog = catalog
        self.audience = audience
        self.book: Book = catalog.book
        self._hidden = hidden
        self._classes = _classes(self.book, audience)
        self._filtered: dict[str, bool] = {}

    @property
    def seq(self) -> int:
        """A number that grows whenever a record changed."""
        return self._catalog.seq

    @property
    def snapshot(self) -> Snapshot:
        """The state of the records that is read."""
        return self._catalog.synced

    @property
    def epoch(self) -> str:
        """The life of the catalog below."""
        return self._catalog.epoch

    @property
    def fingerprint(self) -> str:
        """Names program, schema and reading rights: whoever derives from a reader starts anew on change."""
        classes = "*" if self._classes is None else ",".join(sorted(self._classes))
        classes += "".join(f"-{name}" for name in sorted(self._hidden))
        text = f"{self.book.fingerprint}/{self.audience}/{classes}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def may_read(self, kind: str) -> bool:
        """Tell whether documents of this kind exist at all for the audience."""
        return self._whole or self._reads(self._class_of(kind))

    def reads_whole(self, kind: str) -> bool:
        """Tell whether every field of documents of this kind may be read."""
        return self.may_read(kind) and not self._has_closed_fields(kind)

    def files(self, keys: Sequence[str], kinds: Sequence[str]) -> Iterator[tuple[str, str, str, str, bytes]]:
        """Yield (key, kind, path, blob, bytes) of the documents of these records and wholly readable kinds.

        The bytes are what stands in the snapshot, comments included.
        """
        yield from self._catalog.files(keys, [kind for kind in kinds if self.reads_whole(kind)])

    def keys(self, kind: str) -> list[str]:
        """Return the keys of all records of this kind, sorted."""
        return self._catalog.keys(kind) if self.may_read(kind) else []

    def record(self, key: str) -> Record | None:
        """Return one record as far as it may be read, or None."""
        record = self._catalog.record(key)
        return self._filter(record) if record else None

    def records(self, kind: str) -> Iterator[Record]:
        """Yield all records of this kind, sorted by key, as far as they may be read."""
        yield from self.select(self.keys(kind))

    def select(self, keys: list[str]) -> Iterator[Record]:
        """Yield the records with these keys, in this order, as far as they may be read."""
        for record in self._catalog.records(keys):
            if (filtered := self._filter(record)) is not None:
                yield filtered

    def again(self) -> Reader:
        """Return the same view through a connection of its own, as another process needs it."""
        return Reader(self._catalog.again(), self.audience, self._hidden)

    def changes(self, since: int) -> list[tuple[str, str, bool]]:
        """Return (key, kind, deleted) of every record touched after the number *since*."""
        return [row for row in self._catalog.changes(since) if self.may_read(row[1])]

    def referrers(self, key: str) -> list[tuple[str, str]]:
        """Return (path, JSON pointer) of every readable reference to the record *key*."""
        return [row for row in self._catalog.referrers(key) if self.may_read_at(*row)]

    def targets(self, folder: str) -> set[str]:
        """Return the keys below *folder* that something refers to, readable or not: never show them, only plan."""
        return self._catalog.targets(folder)

    def findings(self) -> list[Finding]:
        """Return the findings about what the audience may read."""
        return [
            finding for finding in self._catalog.findings() if self.may_read_at(finding.path, finding.pointer)
        ]

    def may_read_at(self, path: str, pointer: str) -> bool:
        """Tell whether the audience may read the value at *pointer* of the document at *path*."""
        if self._whole:
            return True
        place = locate(path)
        if place is None or not self.may_read(place.kind):
            return False
        parts = tuple(int(part) if part.isdigit() else part for part in parse_pointer(pointer))
        node = self.book.schemas.node(place.kind)
        nodes = (find(node, parts[:length]) for length in range(1, len(parts) + 1))
        return all(found is None or self._open(found) for found in nodes)

    def may_read_node(self, node: Node) -> bool:
        """Tell whether the audience may read the field that *node* describes, in a kind that it may read."""
        return self._open(node)

    def _class_of(self, kind: str) -> str:
        if not self.book.schemas.has(kind):
            return DEFAULT_CLASS
        return str(self.book.schemas.raw(kind).get("x-class", DEFAULT_CLASS))

    @property
    def _whole(self) -> bool:
        return self._classes is None and not self._hidden

    def _reads(self, name: str) -> bool:
        return name not in self._hidden and (self._classes is None or name in self._classes)

    def _open(self, node: Node) -> bool:
        wanted = node.hint("class")
        return self._whole or wanted is None or self._reads(str(wanted))

    def _filter(self, record: Record) -> Record | None:
        if self._whole:
            return record
        documents = tuple(
            self._redacted(document) for document in record.documents if self.may_read(document.kind)
        )
        return Record(record.key, record.kind, record.id, documents) if documents else None

    def redacted(self, kind: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a value of a document that need not stand in the catalog, as far as it may be read."""
        if not self._has_closed_fields(kind):
            return value
        stripped: Mapping[str, Any] = self._strip(self.book.schemas.node(kind), value)
        return stripped

    def _redacted(self, document: Document) -> Document:
        if not document.readable or not self._has_closed_fields(document.kind):
            return document
        return Document(document.path, document.kind, value=self.redacted(document.kind, document.value))

    def _has_closed_fields(self, kind: str) -> bool:
        if kind not in self._filtered:
            self._filtered[kind] = self.book.schemas.has(kind) and self._closed_below(
                self.book.schemas.node(kind)
            )
        return self._filtered[kind]

    def _closed_below(self, node: Node) -> bool:
        children = [*node.fields.values(), *([node.items] if node.items else [])]
        return any(not self._open(child) or self._closed_below(child) for child in children)

    def _strip(self, node: Node, value: Any) -> Any:
        if isinstance(value, Mapping):
            kept = ((name, item, node.fields.get(name)) for name, item in value.items())
            return {
                name: self._strip(child, item) if child else item
                for name, item, child in kept
                if child is None or self._open(child)
            }
        if isinstance(value, list) and node.items:
            return [self._strip(node.items, item) for item in value]
        return value


def _classes(book: Book, audience: str | None) -> frozenset[str] | None:
    if audience is None:
        return None
    roles = {str(role.get("id")): role for role in book.access.get("roles", ())}
    if audience not in roles:
        known = ", ".join(roles)
        raise UsageFault(
            Text(f"没有角色 {audience}", f"there is no role {audience}"),
            Text(f"schema/access.yaml 中的角色：{known}", f"roles in schema/access.yaml: {known}"),
        )
    read = roles[audience].get("read") or []
    return None if "*" in read else frozenset(read)
