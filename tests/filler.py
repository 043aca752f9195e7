"""Records that fill every field the schema knows: with words a test can find again, or with hostile ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from custodex.hints import Node
from custodex.ids import check_character
from custodex.records import CUSTOMER_KINDS, path_of
from custodex.schemas import Schemas
from workbench import Repo

Fill = Callable[[int, str, tuple[str, ...], Node], Any]
"""(number, reading class, place, node) -> what to put there; None: the filler's own choice."""
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_DATE_FIELDS = {"date": "2026-10-01", "date-time": "2026-10-01T10:00:00+08:00"}


def schemas_of(repo: Repo) -> Schemas:
    """Return the schemas of a repository."""
    raw = {}
    for path in sorted((repo.root / "schema").rglob("*.schema.json")):
        schema = json.loads(path.read_text("utf-8"))
        raw[schema["$id"]] = schema
    return Schemas(raw)


def customer_id(number: int) -> str:
    """Return an id with a right check character."""
    digits = ""
    for _ in range(8):
        number, rest = divmod(number, 32)
        digits = _ALPHABET[rest] + digits
    return f"cn{digits}" + check_character(f"cn{digits}")


@dataclass
class Filler:
    """Writes whole customers; `told` maps every word written to its reading class."""

    repo: Repo
    fill: Fill
    valid: bool = False
    told: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def customers(self, number: int, first: int = 0) -> list[str]:
        """Write so many customers with all their documents; return their ids."""
        schemas = schemas_of(self.repo)
        names = [customer_id(first + one) for one in range(number)]
        for name in names:
            for kind in sorted(CUSTOMER_KINDS):
                node = schemas.node(kind)
                value = self._object(node, str(schemas.raw(kind).get("x-class", "basic")), ())
                if kind == "customer":
                    value = {**value, "id": name}
                    value.pop("merged_into", None)
                    value.pop("erased", None)
                    value["type"] = "organization"
                self._write(path_of(kind, name, "2026-10-01-abcdef"), value)
        return names

    def _write(self, path: str, value: Mapping[str, Any]) -> None:
        self.repo.write(path, json.dumps(value, ensure_ascii=True, indent=1) + "\n")

    def _object(self, node: Node, reading: str, place: tuple[str, ...]) -> dict[str, Any]:
        return {
            name: self._any(part, str(part.hint("class") or reading), (*place, name))
            for name, part in node.fields.items()
        }

    def _any(self, node: Node, reading: str, place: tuple[str, ...]) -> Any:
        if node.fields:
            return self._object(node, reading, place)
        if node.items:
            return [self._any(node.items, reading, place)]
        schema = node.schema
        if schema.get("type") in ("integer", "boolean"):
            return 7 if schema["type"] == "integer" else True
        if place[-1] == "do_not_contact":
            return True
        if self.valid and schema.get("enum"):
            return schema["enum"][0]
        if self.valid and schema.get("format") in _DATE_FIELDS:
            return _DATE_FIELDS[str(schema["format"])]
        self.count += 1
        word = self.fill(self.count, reading, place, node)
        self.told[str(word)] = reading
        return word


def outputs(*folders: Path) -> dict[str, bytes]:
    """Return every file below *folders*, and every name, as bytes."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            found[str(path)] = path.read_bytes() if path.is_file() else b""
    return found
