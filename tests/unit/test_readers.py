"""An audience reads what its role may read, and nothing else reaches it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from custodex import snapshots
from custodex.catalog import Catalog
from custodex.errors import UsageFault
from custodex.examining import Examiner
from custodex.git import Git
from custodex.ids import new_id
from custodex.readers import Reader
from custodex.records import path_of
from custodex.yamlwriter import dump

ROOT = Path(__file__).resolve().parents[2]
ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, env=ENVIRON)
    shutil.copytree(ROOT / "schema", tmp_path / "schema")
    one = new_id()
    files: dict[str, dict[str, Any]] = {
        path_of("customer", one): {
            "id": one, "type": "person", "name": "解春", "stage": "lead", "needs": "secret-needs",
        },
        path_of("contacts", one): {"people": [{"id": "p1", "name": "secret-contact"}]},
        path_of("note", one, "2026-03-02-abcdef"): {
            "type": "other", "occurred_at": "2026-03-02T10:00:00+08:00", "by": "li-na",
            "summary": "secret-note",
        },
        path_of("staff", "li-na"): {"id": "li-na", "name": "李娜", "active": True},
    }  # fmt: skip
    for path, value in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(dump(value), encoding="utf-8")
    catalog = Catalog(tmp_path)
    catalog.sync(snapshots.worktree(Git(tmp_path, ENVIRON)), Examiner())
    return catalog


def everything(reader: Reader) -> str:
    records = [record for kind in ("customer", "staff") for record in reader.records(kind)]
    return json.dumps([dict(doc.value) for record in records for doc in record.documents], ensure_ascii=False)


def test_without_an_audience_everything_is_read(catalog: Catalog) -> None:
    text = everything(Reader(catalog))
    assert all(secret in text for secret in ("secret-needs", "secret-contact", "secret-note", "解春"))


def test_finance_reads_names_and_not_one_byte_of_notes_contacts_or_needs(catalog: Catalog) -> None:
    text = everything(Reader(catalog, "finance"))
    assert "解春" in text
    assert "secret" not in text


def test_findings_about_hidden_values_are_hidden_too(catalog: Catalog) -> None:
    reader = Reader(catalog, "finance")
    record = reader.keys("customer")[0].partition("/")[2]
    assert reader.may_read_at(path_of("customer", record), "/name")
    assert not reader.may_read_at(path_of("customer", record), "/needs")
    assert not reader.may_read_at(path_of("contacts", record), "/people/0/name")


def test_another_right_is_another_fingerprint(catalog: Catalog) -> None:
    assert len({Reader(catalog, role).fingerprint for role in (None, "sales", "finance")}) == 3


def test_an_unknown_role_names_the_known_ones(catalog: Catalog) -> None:
    with pytest.raises(UsageFault) as raised:
        Reader(catalog, "nobody")
    assert "finance" in raised.value.describe("en")
