"""A new record repository: the schema, the settings of Git, editors and CI, and a few starter records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from custodex import ids
from custodex.books import Book
from custodex.records import ROOT, SCHEMA_ROOT, path_of
from custodex.starter import starter_root
from custodex.yamlwriter import dump

SHARED = (
    ".editorconfig",
    ".gitattributes",
    ".pre-commit-config.yaml",
    ".vscode/extensions.json",
    ".vscode/settings.json",
)
"""Files a new repository has in common with this project's own checkout."""
_DOT = "dot-"
"""Stands for the dot of a name in the skeleton: packages and searches leave out what begins with one."""


@dataclass(frozen=True, slots=True)
class Laid:
    """What became of one file: written, or kept because one stood there already."""

    path: str
    written: bool


def files(today: date, *, records: bool) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every file of a new record repository; *records*: starter records as well."""
    root = starter_root()
    schema = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / SCHEMA_ROOT).rglob("*"))
        if path.is_file() and path.suffix in {".json", ".yaml", ".md"}
    }
    yield from schema.items()
    for name in SHARED:
        yield name, (root / name).read_bytes()
    yield from _skeleton(resources.files("custodex") / "skeleton", "")
    if records:
        yield from _records(schema, today)
    else:  # says that none are meant to be there yet; without it the check calls an empty book a mistake
        yield f"{ROOT}/.gitkeep", b""


def _skeleton(folder: Traversable, start: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        path = f"{start}{'.' if entry.name.startswith(_DOT) else ''}{entry.name.removeprefix(_DOT)}"
        if entry.is_dir():
            yield from _skeleton(entry, f"{path}/")
        else:
            yield path, entry.read_bytes()


def lay_out(target: Path, today: date, *, records: bool) -> list[Laid]:
    """Write the files of a new repository to the folder *target*; what stands there is never touched."""
    laid = []
    (target / ROOT).mkdir(parents=True, exist_ok=True)
    in_use = any((target / ROOT).iterdir())
    for name, data in files(today, records=records):
        if in_use and name == f"{ROOT}/.gitkeep":
            continue
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("xb") as file:
                file.write(data)
            laid.append(Laid(name, written=True))
        except FileExistsError:
            laid.append(Laid(name, written=False))
    return laid


def _records(schema: Mapping[str, bytes], today: date) -> Iterator[tuple[str, bytes]]:
    book = Book({path: (hashlib.sha256(data).hexdigest(), data) for path, data in schema.items()})
    for kind, record, stem, value in _starter(today):
        yield path_of(kind, record, stem), dump(value, book.schemas.order(kind)).encode()


_Row = tuple[str, str, str, dict[str, Any]]


def _starter(today: date) -> Iterator[_Row]:
    """Yield the starter records: kind, id, stem, value. All names and numbers are invented."""
    yield from _team()
    company, workshop, person = ids.new_id(), ids.new_id(), ids.new_id()
    yield from _company(company, today)
    yield from _workshop(workshop, company, today)
    yield from _person(person, today)


def _team() -> Iterator[_Row]:
    yield "team", "sales", "", {"id": "sales", "name": {"zh": "销售部", "en": "Sales"}, "lead": "lin-yue"}
    yield "staff", "lin-yue", "", {
        "id": "lin-yue", "name": "林越", "name_en": "Lin Yue", "email": "lin.yue@example.com",
        "title": "销售经理", "team": "sales", "roles": ["admin"], "active": True,
    }  # fmt: skip
    yield "staff", "eva-lund", "", {
        "id": "eva-lund", "name": "Eva Lund", "email": "eva.lund@example.com", "title": "Account manager",
        "team": "sales", "roles": ["sales"], "active": True,
    }  # fmt: skip
    yield "product", "service-basic", "", {
        "id": "service-basic", "name": "基础服务", "name_en": "Basic service", "unit": "年",
        "price": "1200.00", "currency": "CNY", "active": True,
    }  # fmt: skip
    yield "view", "open-leads", "", {
        "id": "open-leads", "title": {"zh": "在谈客户", "en": "Open leads"}, "owner": "lin-yue",
        "where": {"stage": ["lead", "prospect"]}, "columns": ["name", "stage", "owner"], "sort": ["name"],
    }  # fmt: skip


def _company(customer: str, today: date) -> Iterator[_Row]:
    noted, due = today - timedelta(days=3), today + timedelta(days=7)
    stem = f"{noted}-{ids.new_event_suffix()}"
    yield "customer", customer, "", {
        "id": customer, "type": "organization", "name": "示例精密仪器有限公司", "short_name": "示例精密",
        "name_en": "Example Precision Instruments Co., Ltd.", "stage": "prospect", "grade": "medium",
        "industry": "C40", "region": {"country": "CN", "province": "44", "city": "4403"}, "owner": "lin-yue",
        "source": {"channel": "exhibition", "by": "lin-yue", "at": str(noted)},
        "needs": "为新车间选择一年期的基础服务。",
    }  # fmt: skip
    yield "contacts", customer, "", {
        "people": [{
            "id": "p1", "name": "曾雨桐", "title": "采购主管", "role": "decision_maker",
            "phones": [{"number": "+86 139 0000 0101", "type": "mobile", "primary": True}],
            "emails": [{"address": "zeng.yutong@example.cn", "type": "work", "primary": True}],
        }],
    }  # fmt: skip
    yield "note", customer, stem, {
        "type": "call", "occurred_at": f"{noted}T10:30:00+08:00", "by": "lin-yue", "people": ["p1"],
        "direction": "outgoing", "duration_minutes": 15, "summary": "介绍服务内容，对方想看报价",
        "needs": "一年期基础服务的书面报价。", "follow_up": "一周内发出报价",
    }  # fmt: skip
    yield "task", customer, f"{noted}-{ids.new_event_suffix()}", {
        "title": "发出报价", "assignee": "lin-yue", "due": str(due), "state": "open", "priority": "normal",
        "created_by": "lin-yue", "created_at": f"{noted}T10:50:00+08:00", "note": stem,
    }  # fmt: skip


def _workshop(customer: str, partner: str, today: date) -> Iterator[_Row]:
    noted = today - timedelta(days=12)
    yield "customer", customer, "", {
        "id": customer, "type": "organization", "name": "Example Harbour Works Ltd",
        "short_name": "Harbour Works", "stage": "lead", "region": {"country": "GB"}, "owner": "eva-lund",
        "source": {"channel": "website", "by": "eva-lund", "at": str(noted)},
        "relations": [{"type": "partner", "to": partner}],
    }  # fmt: skip
    yield "contacts", customer, "", {
        "people": [{
            "id": "p1", "name": "Nora Whitcombe", "title": "Works manager",
            "phones": [{"number": "+44 20 7946 0101", "type": "work", "primary": True}],
            "emails": [{"address": "nora.whitcombe@example.com", "type": "work", "primary": True}],
        }],
    }  # fmt: skip
    yield "note", customer, f"{noted}-{ids.new_event_suffix()}", {
        "type": "email", "occurred_at": f"{noted}T09:15:00+00:00", "by": "eva-lund", "people": ["p1"],
        "direction": "incoming", "subject": "Question about the basic service",
        "summary": "asks what the basic service covers", "follow_up": "send the leaflet",
    }  # fmt: skip


def _person(customer: str, today: date) -> Iterator[_Row]:
    since = today - timedelta(days=40)
    yield "customer", customer, "", {
        "id": customer, "type": "person", "name": "单思远", "stage": "customer", "grade": "ordinary",
        "region": {"country": "CN", "province": "31", "city": "3101"}, "owner": "eva-lund",
        "source": {"channel": "referral", "by": "eva-lund", "at": str(since)}, "since": str(since),
    }  # fmt: skip
    yield "contacts", customer, "", {
        "people": [{
            "id": "p1", "name": "单思远",
            "phones": [{"number": "+86 138 0000 0102", "type": "mobile", "primary": True}],
            "emails": [{"address": "shan.siyuan@example.org", "type": "private", "primary": True}],
        }],
        "addresses": [{
            "id": "a1", "type": "home", "country": "CN", "province": "上海市", "city": "上海市",
            "street": "示例路 1 号", "primary": True,
        }],
    }  # fmt: skip
    yield "transaction", customer, f"{since}-{ids.new_event_suffix()}", {
        "type": "order", "occurred_on": str(since), "number": "2026-0001", "title": "基础服务",
        "amount": "1200.00", "currency": "CNY", "state": "won", "by": "eva-lund",
        "lines": [{"product": "service-basic", "quantity": 1, "unit_price": "1200.00", "amount": "1200.00"}],
    }  # fmt: skip
