"""The tables of the catalog, and its documents as records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from custodex.examining import Document, Record
from custodex.findings import Finding, finding_row
from custodex.records import kind_of_record

if TYPE_CHECKING:
    import sqlite3

VERSION = "11"
_BATCH = 500
DDL = """
CREATE TABLE entries (path TEXT PRIMARY KEY, record TEXT, kind TEXT, mode TEXT NOT NULL, blob TEXT NOT NULL,
                      local INTEGER NOT NULL, doc INTEGER);
CREATE INDEX entries_record ON entries (record);
CREATE INDEX entries_doc ON entries (doc);
CREATE INDEX entries_local ON entries (path) WHERE local;
CREATE TABLE documents (id INTEGER PRIMARY KEY, blob TEXT NOT NULL, kind TEXT NOT NULL, value TEXT,
                        findings TEXT, latest TEXT NOT NULL, UNIQUE (blob, kind));
CREATE INDEX documents_findings ON documents (id) WHERE findings IS NOT NULL;
CREATE INDEX documents_latest ON documents (latest) WHERE latest <> '';
CREATE TABLE refs (doc INTEGER NOT NULL, target TEXT NOT NULL, pointer TEXT NOT NULL,
                   mention INTEGER NOT NULL);
CREATE INDEX refs_doc ON refs (doc);
CREATE INDEX refs_target ON refs (target);
CREATE TABLE uniques (doc INTEGER NOT NULL, space TEXT NOT NULL, value TEXT NOT NULL, pointer TEXT NOT NULL);
CREATE INDEX uniques_doc ON uniques (doc);
CREATE INDEX uniques_value ON uniques (space, value);
CREATE TABLE records (key TEXT PRIMARY KEY, kind TEXT NOT NULL, seq INTEGER NOT NULL, alive INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE INDEX records_seq ON records (seq);
CREATE INDEX records_kind ON records (kind, alive, key);
CREATE TABLE findings (record TEXT NOT NULL, path TEXT NOT NULL, line INTEGER NOT NULL, col INTEGER NOT NULL,
                       code TEXT NOT NULL, pointer TEXT NOT NULL, severity TEXT NOT NULL,
                       params TEXT NOT NULL);
CREATE INDEX findings_record ON findings (record);
CREATE TABLE deps (dep TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (dep, record)) WITHOUT ROWID;
CREATE INDEX deps_record ON deps (record);
"""


FindingRow = tuple[str, str, int, int, str, str, str, str]
"""A finding as the catalog keeps it: record, path, line, column, code, pointer, severity, parameters."""


def finding_row_of(record: str, finding: Finding) -> FindingRow:
    """Return the row of a finding about *record*."""
    line, column, code, pointer, severity, params = finding_row(finding)
    return record, finding.path, line, column, code, pointer, severity, json.dumps(params)


def records_of(db: sqlite3.Connection, keys: Iterable[str]) -> Iterator[Record]:
    """Yield the records with these keys that exist, in the order asked for."""
    listed = list(keys)
    for start in range(0, len(listed), _BATCH):
        yield from _batch(db, listed[start : start + _BATCH])


def _batch(db: sqlite3.Connection, keys: list[str]) -> Iterator[Record]:
    marks = ",".join("?" * len(keys))
    query = (
        "SELECT entries.record, entries.path, entries.kind, documents.value FROM entries"  # noqa: S608
        f" LEFT JOIN documents ON documents.id = entries.doc WHERE entries.record IN ({marks})"
        " ORDER BY entries.path"
    )
    grouped: dict[str, list[Document]] = {}
    for record, path, kind, value in db.execute(query, keys):
        grouped.setdefault(record, []).append(Document(path, kind, value))
    for key in keys:
        if key in grouped:
            yield Record(key, kind_of_record(key), key.partition("/")[2], tuple(grouped[key]))
