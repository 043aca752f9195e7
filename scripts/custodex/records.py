"""Kinds of records and the paths they live at.

A path carries no meaning beyond identity: `records/customers/<first two characters>/<id>/…` for all
that belongs to a customer, `records/<folder>/<id>.yaml` for everything that is one file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from custodex.ids import has_id_form

ROOT = "records"
SCHEMA_ROOT = "schema"
MAX_BYTES = 1_000_000
"""No file of a record is larger; what is gets reported and never read."""

Shape = Literal["module", "event", "task", "single"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document: its name, how its files are laid out, and their folder or file name."""

    name: str
    shape: Shape
    folder: str


KINDS: tuple[Kind, ...] = (
    Kind("customer", "module", "customer"),
    Kind("contacts", "module", "contacts"),
    Kind("identity", "module", "identity"),
    Kind("consents", "module", "consents"),
    Kind("note", "event", "notes"),
    Kind("transaction", "event", "transactions"),
    Kind("feedback", "event", "feedback"),
    Kind("task", "task", "tasks"),
    Kind("staff", "single", "staff"),
    Kind("team", "single", "teams"),
    Kind("product", "single", "products"),
    Kind("view", "single", "views"),
    Kind("policy", "single", "policies"),
)
KIND = {kind.name: kind for kind in KINDS}
EVENT_KINDS = frozenset(kind.name for kind in KINDS if kind.shape == "event")
CUSTOMER_KINDS = frozenset(kind.name for kind in KINDS if kind.shape != "single")
SINGLE_KINDS = tuple(kind.name for kind in KINDS if kind.shape == "single")

_MODULES = {f"{kind.folder}.yaml": kind.name for kind in KINDS if kind.shape == "module"}
_DATED = {kind.folder: kind.name for kind in KINDS if kind.shape in {"event", "task"}}
_SINGLES = {kind.folder: kind.name for kind in KINDS if kind.shape == "single"}
_STEM = r"([0-9]{4})-[0-9]{2}-[0-9]{2}-[0-9a-hjkmnp-tv-z]{6}"
_EVENT_FILE = re.compile(_STEM + r"\.yaml")
_SLUG_FILE = re.compile(r"[a-z][a-z0-9-]{1,31}\.yaml")


class Place(NamedTuple):
    """What a path under records/ says: the kind of the document and the record it belongs to.

    `record` is the record's key, `customers/<id>` or `staff/<id>`; `id` its last part; `stem` names the
    document inside its record (`customer`, `2026-03-02-9fj2k1`).
    """

    kind: str
    record: str
    id: str
    stem: str


def locate(path: str) -> Place | None:
    """Return the place that *path* (`records/…`, slashes) stands for, or None if nothing may live there."""
    parts = path.split("/")
    if parts[0] != ROOT or len(parts) < 3:
        return None
    if parts[1] != "customers":
        return _locate_single(parts)
    if len(parts) < 5 or not has_id_form(parts[3]) or parts[3][:2] != parts[2]:
        return None
    kind = _locate_in_customer(parts[4:])
    if kind is None:
        return None
    return Place(kind, f"customers/{parts[3]}", parts[3], parts[-1].removesuffix(".yaml"))


def _locate_single(parts: list[str]) -> Place | None:
    if len(parts) != 3 or parts[1] not in _SINGLES or not _SLUG_FILE.fullmatch(parts[2]):
        return None
    stem = parts[2].removesuffix(".yaml")
    return Place(_SINGLES[parts[1]], f"{parts[1]}/{stem}", stem, stem)


def _locate_in_customer(parts: list[str]) -> str | None:
    if len(parts) == 1:
        return _MODULES.get(parts[0])
    kind = _DATED.get(parts[0])
    match = _EVENT_FILE.fullmatch(parts[-1])
    if kind is None or match is None:
        return None
    if KIND[kind].shape == "task":
        return kind if len(parts) == 2 else None
    return kind if len(parts) == 3 and parts[1] == match[1] else None


def customer_folder(customer: str) -> str:
    """Return the folder of the customer with this id."""
    return f"{ROOT}/customers/{customer[:2]}/{customer}"


def path_of(kind: str, record: str, stem: str = "") -> str:
    """Return the path of a document: the inverse of `locate`. *record* is an id, *stem* an event's name."""
    shape, folder = KIND[kind].shape, KIND[kind].folder
    if shape == "single":
        return f"{ROOT}/{folder}/{record}.yaml"
    base = customer_folder(record)
    if shape == "module":
        return f"{base}/{folder}.yaml"
    return f"{base}/{folder}/{stem}.yaml" if shape == "task" else f"{base}/{folder}/{stem[:4]}/{stem}.yaml"


def record_key(kind: str, record: str) -> str:
    """Return the key under which the record with this id is known: `customers/<id>`, `staff/<id>`."""
    return f"customers/{record}" if kind in CUSTOMER_KINDS else f"{KIND[kind].folder}/{record}"


def kind_of_record(key: str) -> str:
    """Return the kind of a record's main document from its key."""
    folder = key.partition("/")[0]
    return "customer" if folder == "customers" else _SINGLES[folder]
