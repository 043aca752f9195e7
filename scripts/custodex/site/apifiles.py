"""The files below `api/v1/`: the same data for programs, described by the JSON Schemas beside them.

Values stand as they were entered, as far as the audience may read them; a faulty record keeps its faults.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from custodex.examining import Document, Record
from custodex.site.cards import Card
from custodex.site.feeds import as_json
from custodex.site.sources import Edit

BASE = "api/v1"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_EVENTS: Mapping[str, str] = {
    "notes": "note", "transactions": "transaction", "tasks": "task", "feedback": "feedback",
}  # fmt: skip
_MODULES = ("contacts", "identity", "consents")


def packed(value: object) -> bytes:
    """Return a file."""
    return (_encode(value) + "\n").encode("utf-8", "replace")


def customer_file(record: Record, edits: Sequence[Edit]) -> tuple[str, bytes]:
    """Return the file of one customer: all its documents and their history, in the shape of `custodex show`."""
    # each document is JSON already: putting it in as it is takes a fifth of the time
    said = [f'"version":1,"id":"{record.id}"', f'"customer":{_module(record, "customer")}']
    said += [f'"{kind}":{_module(record, kind)}' for kind in _MODULES if record.one(kind)]
    for name, kind in _EVENTS.items():
        events = ",".join([_event(document) for document in record.all(kind)])
        said.append(f'"{name}":[{events}]')
    said.append(f'"history":{_encode([as_json(edit) for edit in edits])}')
    data = f"{{{','.join(said)}}}\n".encode("utf-8", "replace")
    return f"{BASE}/customers/{record.id}.json", data


def _module(record: Record, kind: str) -> str:
    return next((document.text for document in record.documents if document.kind == kind), "{}")


def _event(document: Document) -> str:
    if "id" in document.value:
        return _encode({**document.value, "id": document.stem})
    text = document.text
    return f'{text[:-1]}{"," if len(text) > len("{}") else ""}"id":{_encode(document.stem)}}}'


def part_name(data_file: str) -> str:
    """Return the name of the part of the list that holds the customers of a data file of the pages."""
    return f"list-{data_file.removeprefix('rows-').removesuffix('.js')}.json"


def part_file(data_file: str, cards: Iterable[Card]) -> tuple[str, bytes]:
    """Return one part of the list of customers."""
    return f"{BASE}/{part_name(data_file)}", packed(
        {"version": 1, "customers": [_row(card) for card in cards]}
    )


def _row(card: Card) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": card.id, "name": card.name, "type": card.type, "facets": dict(card.facets), "notes": card.notes,
        "complete": None if card.complete < 0 else card.complete,
        "tasks": [{"id": task.stem, "title": task.title, "due": task.due, "assignee": task.assignee}
                  for task in card.tasks],
    }  # fmt: skip
    names = ("name_en", "last_note", "next_due", "since")
    row |= {name: found for name in names if (found := getattr(card, name))}
    return row
