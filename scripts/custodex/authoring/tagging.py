"""Tags: on a record, and in the vocabulary with every record that has them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from custodex.catalog import Catalog
from custodex.drafts import Draft
from custodex.errors import UsageFault
from custodex.findings import printable
from custodex.texts import Text

_FILE, _KIND = "schema/vocabulary/tags.yaml", "vocabulary/tags"


def with_tag(vocabulary: Mapping[str, Any], tags: list[str], tag: str) -> list[str]:
    """Return *tags* with another one; where a record may have one of its dimension only, it takes that one's place."""
    dimension = tag.partition(":")[0]
    single = any(
        one["id"] == dimension and one.get("cardinality") == "one" for one in vocabulary.get("dimensions", ())
    )
    if tag in tags:
        return tags
    kept = [one for one in tags if not (single and one.startswith(f"{dimension}:"))]
    return [*kept, tag]


def renamed(catalog: Catalog, old: str, new: str) -> list[Draft]:
    """Return the drafts that give a tag another id, in the vocabulary and wherever it is used."""
    vocabulary = _copied(catalog)
    entry = _taken(vocabulary, old)
    dimension, _, name = new.partition(":")
    tags = _dimension(vocabulary, dimension)["tags"]
    if any(one["id"] == name for one in tags):
        raise UsageFault(Text(f"标签 {new} 已有", f"there is a tag {new} already"),
                         Text("合并：custodex tag merge", "custodex tag merge brings two together"))  # fmt: skip
    tags.append({**entry, "id": name})
    if dimension == old.partition(":")[0]:
        _in_old_place(catalog, tags, old, name)
    return [Draft(_FILE, _KIND, vocabulary), *_rewritten(catalog, old, new)]


def merged(catalog: Catalog, old: str, new: str) -> list[Draft]:
    """Return the drafts that give every record with *old* the tag *new* instead; the words for it stay findable."""
    vocabulary = _copied(catalog)
    into = entry_of(vocabulary, new)
    gone = _taken(vocabulary, old)
    words = [*into.get("synonyms", ()), *gone["label"].values(), *gone.get("synonyms", ())]
    own = set(into["label"].values())
    into["synonyms"] = [word for word in dict.fromkeys(words) if word not in own]
    return [Draft(_FILE, _KIND, vocabulary), *_rewritten(catalog, old, new)]


def retired(catalog: Catalog, tag: str, *, back: bool = False) -> list[Draft]:
    """Return the draft that retires a tag, or takes it back into use; records keep it."""
    vocabulary = _copied(catalog)
    entry = entry_of(vocabulary, tag)
    entry.pop("retired", None)
    if not back:
        entry["retired"] = True
    return [Draft(_FILE, _KIND, vocabulary)]


def created(catalog: Catalog, tag: str, zh: str, en: str) -> list[Draft]:
    """Return the draft of a vocabulary with one more tag."""
    vocabulary = _copied(catalog)
    dimension, _, name = tag.partition(":")
    tags = _dimension(vocabulary, dimension)["tags"]
    if any(one["id"] == name for one in tags):
        raise UsageFault(Text(f"标签 {tag} 已有", f"there is a tag {tag} already"))
    tags.append({"id": name, "label": {"zh": zh, "en": en}})
    return [Draft(_FILE, _KIND, vocabulary)]


def holders(catalog: Catalog, tag: str) -> Iterator[tuple[str, str, Any]]:
    """Yield path, kind and value of every document that holds a tag."""
    query = (
        "SELECT path, documents.kind, value FROM documents CROSS JOIN entries ON entries.doc = documents.id"
        " WHERE value LIKE ? ESCAPE '\\' ORDER BY path"
    )
    pattern = "%" + json.dumps(tag).replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%") + "%"
    for path, kind, text in catalog.db.execute(query, (pattern,)):
        yield path, kind, json.loads(text)


def entry_of(vocabulary: Mapping[str, Any], tag: str) -> dict[str, Any]:
    """Return a tag's entry in the vocabulary."""
    dimension, _, name = tag.partition(":")
    found = [one for one in _dimension(vocabulary, dimension)["tags"] if one["id"] == name]
    if not found:
        raise _unknown(vocabulary, tag)
    entry: dict[str, Any] = found[0]
    return entry


def full_id(vocabulary: Mapping[str, Any], text: str) -> str:
    """Return `dimension:tag` for a tag named without its dimension, where only one dimension has it."""
    if ":" in text:
        return text
    found = [
        f"{one['id']}:{entry['id']}"
        for one in vocabulary.get("dimensions", ())
        for entry in one.get("tags", ())
        if text == entry["id"]
    ]
    if len(found) != 1:
        raise _unknown(vocabulary, text)
    return found[0]


def _dimension(vocabulary: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = [one for one in vocabulary.get("dimensions", ()) if one["id"] == name]
    if not found:
        known = ", ".join(one["id"] for one in vocabulary.get("dimensions", ()))
        raise UsageFault(Text(f"没有维度 {printable(name)}", f"there is no dimension {printable(name)}"),
                         Text(f"维度有 {known}", f"write dimension:tag; there are {known}"))  # fmt: skip
    dimension: dict[str, Any] = found[0]
    return dimension


def _unknown(vocabulary: Mapping[str, Any], tag: str) -> UsageFault:
    import difflib

    known = [
        f"{one['id']}:{entry['id']}"
        for one in vocabulary.get("dimensions", ())
        for entry in one.get("tags", ())
    ]
    near = ", ".join(difflib.get_close_matches(tag, known, 3, 0.4) or known[:10])
    shown = printable(tag)
    return UsageFault(
        Text(f"没有标签 {shown}", f"there is no tag {shown}"), Text(f"可用：{near}", f"did you mean: {near}")
    )


def _copied(catalog: Catalog) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(catalog.book.vocabulary("tags")))
    return value


def _taken(vocabulary: Mapping[str, Any], tag: str) -> dict[str, Any]:
    entry = entry_of(vocabulary, tag)
    _dimension(vocabulary, tag.partition(":")[0])["tags"].remove(entry)
    return entry


def _in_old_place(catalog: Catalog, tags: list[Any], old: str, name: str) -> None:
    before = _dimension(catalog.book.vocabulary("tags"), old.partition(":")[0])["tags"]
    place = next(index for index, one in enumerate(before) if one["id"] == old.partition(":")[2])
    tags.insert(place, tags.pop())
    assert tags[place]["id"] == name  # noqa: S101 - it was appended last


def _rewritten(catalog: Catalog, old: str, new: str) -> Iterator[Draft]:
    for path, kind, value in holders(catalog, old):
        yield Draft(path, kind, _replaced(value, old, new))


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(found, old, new) for key, found in value.items()}
    if isinstance(value, list):
        items = [new if item == old else _replaced(item, old, new) for item in value]
        return list(dict.fromkeys(items)) if all(isinstance(item, str) for item in items) else items
    return value
