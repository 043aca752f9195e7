"""Write what searches in a browser are held against: `browser_documents.py BOOK COUNT FOLDER`.

FOLDER/truth.json: for every query the ids that the brute-force definition of search finds.
FOLDER/documents.json: the same customers as flat texts, readings and initials of names included, for the peers.
"""

import json
import sys
from pathlib import Path

from custodex.search import oracle
from custodex.search.entries import Entry, entry_of
from custodex.search.fields import fields_of
from custodex.search.query import parse

from ..generate import Generator
from .sample_documents import reader_of

QUERIES = (
    "有限公司", "科技", "恒丰", "星河", "hengfeng", "jituan", "13900004", "contact77", "账期", "温控", "框架协议",
    "采购经理更换", "framework agreement", "safety stock", "pilot run", "Silver Summit",
)  # fmt: skip


def main() -> None:
    """Write both files."""
    book, count, folder = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    schemas = reader_of(book).book.schemas
    fields = fields_of(schemas)
    asked = {query: parse(query) for query in QUERIES}
    truth: dict[str, list[str]] = {query: [] for query in QUERIES}
    documents = []
    for record in Generator().records(count):
        entry = entry_of(record, schemas)
        documents.append(_flat(entry))
        for query, node in asked.items():
            if node is not None and oracle.matches(entry, node, fields):
                truth[query].append(record.id)
    (folder / "documents.json").write_text(json.dumps(documents, ensure_ascii=False), "utf-8")
    (folder / "truth.json").write_text(json.dumps(truth, ensure_ascii=False), "utf-8")


def _flat(entry: Entry) -> dict[str, str]:
    texts = [*entry.emails, *entry.numbers, *(value for _, value in entry.texts)]
    spoken = [*(reading.lower() for reading in entry.pinyin), *entry.initials]
    return {
        "id": entry.card.id,
        "name": "\n".join(entry.names),
        "spoken": " ".join(spoken),
        "text": "\n".join(texts),
    }


if __name__ == "__main__":
    main()
