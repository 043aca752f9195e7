"""The customers of a repository as the plain documents that other search engines are given."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from custodex import checks, snapshots
from custodex.catalog import Catalog
from custodex.git import Git
from custodex.readers import Reader

QUERIES = (
    "账期",
    "温控",
    "框架协议",
    "六十天的要求",
    "有限公司",
    "采购经理更换",
    "科技",
    "framework agreement",
    "safety stock",
)
FIELDS = ("names", "contacts", "address", "body")
KEYWORDS = ("stage", "grade", "industry", "owner", "country", "city", "tags", "since")
LIMIT = 20
ROUNDS = 15
_WORDS = re.compile("[a-z0-9]+|[\u3400-\u9fff]+")
_NOTES = ("summary", "communication", "needs", "follow_up")


def reader_of(root: Path) -> Reader:
    """Return the records of HEAD; nothing is read again where the catalog is warm."""
    git = Git(root, os.environ)
    catalog = Catalog(root)
    catalog.sync(snapshots.commit(git, "HEAD"), checks.EXAMINER)
    return Reader(catalog)


def documents(root: Path) -> Iterator[dict[str, str]]:
    """Yield one flat document a customer."""
    for record in reader_of(root).records("customer"):
        yield _flat(
            record.id, record.main, record.one("contacts"), [note.value for note in record.all("note")]
        )


def _flat(
    customer: str, main: Mapping[str, Any], contacts: Mapping[str, Any], notes: list[Mapping[str, Any]]
) -> dict[str, str]:
    people = contacts.get("people", ())
    lines = [
        (one["name"], *_each(one, "phones", "number"), *_each(one, "emails", "address")) for one in people
    ]
    texts = [main.get("needs", ""), *(note.get(name, "") for note in notes for name in _NOTES)]
    region = main.get("region", {})
    return {
        "id": customer, "names": f"{main.get('name', '')} {main.get('short_name', '')}",
        "contacts": " ".join(part for line in lines for part in line),
        "address": " ".join(f"{one['city']} {one['street']}" for one in contacts.get("addresses", ())),
        "body": "\n".join(filter(None, texts)), "tags": " ".join(main.get("tags", ())),
        **{name: str(main.get(name, "")) for name in ("stage", "grade", "industry", "owner", "since")},
        **{name: str(region.get(name, "")) for name in ("country", "city")},
    }  # fmt: skip


def _each(value: Mapping[str, Any], group: str, name: str) -> list[str]:
    return [str(item[name]) for item in value.get(group, ())]


def tokens(text: str) -> Iterator[str]:
    """Yield Latin words whole and Chinese runs in pairs of characters, as a bigram index holds them."""
    for word in _WORDS.findall(text.lower()):
        if word[0] < "\u3400" or len(word) < 3:
            yield word
        else:
            yield from (word[at : at + 2] for at in range(len(word) - 1))


def size_of(folder: Path) -> int:
    """Return the bytes of all files in *folder*."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
