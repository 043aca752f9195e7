"""The programs ours is measured against: installed beside the project, never among its requirements."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from .generate import ROOT, environ

PACKAGES = ("check-jsonschema", "hugo", "click", "pre-commit")
"""Taken in their newest version when the folder of peers is first made; the report names the versions."""


@dataclass(frozen=True)
class Peers:
    """A virtual environment with the peers in *folder*, made when first asked for."""

    folder: Path

    @cached_property
    def programs(self) -> Path:
        """The folder of their programs."""
        stamp = self.folder / ".installed"
        if not stamp.exists():
            venv.create(self.folder, with_pip=True)
            python = str(self.folder / "bin" / "python")
            command = [python, "-m", "pip", "install", "--quiet", *PACKAGES]
            subprocess.run(command, env=environ(), check=True)
            stamp.touch()
        return self.folder / "bin"

    def versions(self) -> dict[str, str]:
        """Return the version of every peer, those in the project's own environment included."""
        found = json.loads(
            subprocess.run(
                [self.programs / "python", "-m", "pip", "list", "--format", "json"],
                env=environ(), capture_output=True, text=True, check=True,
            ).stdout
        )  # fmt: skip
        named = {one["name"].lower().replace("_", "-"): one["version"] for one in found}
        versions = {name: named[name] for name in PACKAGES}
        versions["SQLite"] = sqlite3.sqlite_version
        versions["Whoosh-Reloaded"] = metadata.version("Whoosh-Reloaded")
        return versions


def ours() -> Path:
    """Return the installed `custodex` program."""
    return Path(sys.executable).with_name("custodex")


def bundled_schema(target: Path) -> Path:
    """Write the customer schema with everything it refers to in one file, as check-jsonschema needs it."""
    documents = [json.loads(path.read_text("utf-8")) for path in (ROOT / "schema").rglob("*.schema.json")]
    by_name = {document["$id"]: document for document in documents}
    wanted, defs = ["custodex:customer"], dict[str, Any]()
    for name in wanted:
        moved = _moved(by_name[name], name, wanted)
        defs.update({f"{_key(name)}.{part}": body for part, body in moved.pop("$defs", {}).items()})
        defs[_key(name)] = {key: body for key, body in moved.items() if key not in ("$id", "$schema")}
    whole = {**defs.pop("customer"), "$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": defs}
    target.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
    return target


def _key(name: str) -> str:
    return name.removeprefix("custodex:").replace("/", "-")


def _moved(value: Any, name: str, wanted: list[str]) -> Any:
    """Return a schema of the document *name* with its references as they are inside the bundle."""
    if isinstance(value, list):
        return [_moved(item, name, wanted) for item in value]
    if not isinstance(value, Mapping):
        return value
    result = {key: _moved(item, name, wanted) for key, item in value.items()}
    if isinstance(reference := value.get("$ref"), str):
        document, _, part = reference.partition("#/$defs/")
        document = document or name
        if document not in wanted:
            wanted.append(document)
        result["$ref"] = f"#/$defs/{_key(document)}.{part}" if part else f"#/$defs/{_key(document)}"
    return result


def verbs() -> set[str]:
    """Return the verbs of ours."""
    import custodex.cli

    return {path.stem for path in Path(custodex.cli.__path__[0]).glob("*.py")}
