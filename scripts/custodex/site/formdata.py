"""What the forms of the site load: the schemas to check with, and the files a customer's forms start from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from custodex.readers import Reader
from custodex.site.datafiles import script
from custodex.yamlfile import parse

KINDS = ("customer", "contacts", "note", "task")
"""The kinds people without Git write; everything else is too rare or too sensitive for a form on a static site."""
_EDITED = ("customer", "contacts")
"""Kinds with one file a customer: the form changes it. Events and tasks are only added."""
_DROPPED = (
    "x-label",
    "x-enum",
    "x-search",
    "x-facet",
    "x-featured",
    "x-class",
    "x-format",
    "x-caption",
    "x-pinyin-of",
)
_BATCH = 400
Source = tuple[str, dict[str, bytes]]


def open_kinds(reader: Reader) -> tuple[str, ...]:
    """Return the kinds with a form: those the audience reads completely, for what is not seen cannot be kept."""
    schemas = reader.book.schemas
    return tuple(kind for kind in KINDS if schemas.has(kind) and reader.reads_whole(kind))


def schema_file(reader: Reader) -> bytes:
    """Return the script with the schemas of the forms and the canonical order of their keys."""
    schemas = reader.book.schemas
    kinds = open_kinds(reader)
    orders = {kind: schemas.order(kind) for kind in kinds}
    found = {name: _bare(schema) for name, schema in schemas.related(kinds).items()}
    return script("forms", {"schemas": found, "orders": orders})


def sources(reader: Reader, keys: Iterable[str]) -> Iterator[Source]:
    """Yield each customer's key and its file: path, blob and text of what the forms can change.

    Only files the audience reads completely are handed out. A comment has no reading class, nor has what no
    schema knows: for a restricted audience files with either are left out.
    """
    kinds = [kind for kind in open_kinds(reader) if kind in _EDITED]
    wanted = list(keys)
    for start in range(0, len(wanted) if kinds else 0, _BATCH):
        batch = wanted[start : start + _BATCH]
        found: dict[str, dict[str, Any]] = {key: {} for key in batch}
        for key, kind, path, blob, data in reader.files(batch, kinds):
            text = data.decode("utf-8", "replace")
            if reader.audience is None or _is_classed(reader, kind, data):
                found[key][kind] = {"path": path, "blob": blob, "text": text}
        for key, files in found.items():
            identity = key.partition("/")[2]
            yield key, {f"data/src/{identity}.js": script("source", identity, files)} if files else {}


def _is_classed(reader: Reader, kind: str, data: bytes) -> bool:
    """Tell whether everything that stands in a file belongs to a field of the schema, and so to a class."""
    value = parse(data).value
    return b"#" not in data and value is not None and reader.book.schemas.is_valid(kind, value)


def _bare(schema: Any) -> Any:
    """Return a schema without what only programs and pages want: it is loaded with every form."""
    if isinstance(schema, Mapping):
        return {key: _bare(value) for key, value in schema.items() if key not in _DROPPED}
    return [_bare(item) for item in schema] if isinstance(schema, list) else schema
