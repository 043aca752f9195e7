"""The same customers as a Hugo site: its pages come from the YAML files, or from one prepared JSON file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from .context import Bench

_SOURCE = Path(__file__).with_name("hugo")


def from_yaml(bench: Bench, size: int) -> Path:
    """Return the folder of a site that reads the records of the book by itself."""
    folder = bench.work / f"hugo-yaml-{size}"
    if not _copied(folder):
        customers = bench.shelf.all(size).root / "records" / "customers"
        shutil.copytree(customers, folder / "data" / "customers")
    return folder


def from_json(bench: Bench, size: int) -> Path:
    """Return the folder of a site that reads one file with all customers."""
    folder = bench.work / f"hugo-json-{size}"
    if not _copied(folder):
        customers = bench.shelf.all(size).root / "records" / "customers"
        (folder / "data").mkdir()
        (folder / "data" / "customers.json").write_text(json.dumps(_tree(customers)), encoding="utf-8")
    return folder


def _copied(folder: Path) -> bool:
    """Copy what makes the pages; tell whether the customers are there already."""
    shutil.copytree(_SOURCE, folder, dirs_exist_ok=True)
    return (folder / "data").exists()


def _tree(folder: Path) -> dict[str, Any]:
    """Return a folder of YAML files as Hugo sees one: folders and files by name without ending."""
    from custodex.yamlfile import parse

    return {
        path.stem: _tree(path) if path.is_dir() else parse(path.read_bytes()).value
        for path in sorted(folder.iterdir())
    }
