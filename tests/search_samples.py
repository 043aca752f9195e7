"""Invented customers for the tests of search, and a reader that serves them from memory."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from custodex.examining import Document, Record
from custodex.ids import ALPHABET
from custodex.schemas import Schemas

SCHEMA = Path(__file__).parent.parent / "schema"
NAMES = Path(__file__).parent.parent.parent / "shared/data/cn-company-short/short28w.txt"
_STEMS = ("云帆", "海岳", "青禾", "拓远", "明澈", "衡石", "翼舟", "曾氏", "单县", "重庆长行", "绿吕", "华衡")
_TRADES = ("科技", "物流", "贸易", "重工", "餐饮", "置业", "保险", "纺织")
_ENDS = ("有限公司", "股份有限公司", "集团", "", "(深圳)有限公司")
_PEOPLE = (
    "曾小岚",
    "单立群",
    "仇一舟",
    "查良田",
    "解语花",
    "王重阳",
    "吕青",
    "歐陽明",
    "Anna Berg",
    "Tom O'Hara",
)
_WORDS = (
    "逾期", "框架协议", "续签", "报价", "客户经理", "发票", "交付", "电话沟通", "上门拜访", "对方要求",
    "折扣", "付款", "質量問題", "ＡＢＣ型号", "合同", "样品", "下周三", "確認", "投诉", "满意", "renewal",
    "invoice", "Straße", "5G基站", "SO-2026-000123", "快递单号", "，", "。", "、", " ", "！", "交期延后",
    "价格表", "call back", "naïve", "50%",
)  # fmt: skip


@dataclass(frozen=True)
class Book:
    """The part of a book that search reads."""

    schemas: Schemas


@cache
def book() -> Book:
    """Return the project's own schemas."""
    raw = [json.loads(path.read_text("utf-8")) for path in sorted(SCHEMA.rglob("*.schema.json"))]
    return Book(Schemas({schema["$id"]: schema for schema in raw if "$id" in schema}))


class MemoryReader:
    """Serves records from memory, with changes numbered as the catalog does."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.book = book()
        self.epoch = "epoch-1"
        self.fingerprint = "fingerprint-1"
        self.seq = 1
        self._records = {record.key: record for record in records}
        self._changed: dict[str, int] = {}

    def put(self, *records: Record) -> None:
        """Add or replace records."""
        self.seq += 1
        for record in records:
            self._records[record.key] = record
            self._changed[record.key] = self.seq

    def drop(self, *keys: str) -> None:
        """Remove records."""
        self.seq += 1
        for key in keys:
            del self._records[key]
            self._changed[key] = self.seq

    def keys(self, kind: str) -> list[str]:
        return sorted(self._records)

    def select(self, keys: list[str]) -> Iterator[Record]:
        return (self._records[key] for key in keys if key in self._records)

    def again(self) -> MemoryReader:
        return self

    def record(self, key: str) -> Record | None:
        return self._records.get(key)

    def changes(self, since: int) -> list[tuple[str, str, bool]]:
        changed = sorted(key for key, seq in self._changed.items() if seq > since)
        return [(key, "customer", key not in self._records) for key in changed]


def record(customer: Mapping[str, Any], **events: Any) -> Record:
    """Return a record: the customer document, `contacts=` a mapping, `note=`, `task=` … lists of mappings."""
    folder = f"records/customers/{customer['id'][:2]}/{customer['id']}"
    documents = [Document(f"{folder}/customer.yaml", "customer", value=customer)]
    for kind, values in sorted(events.items()):
        for number, value in enumerate(values if isinstance(values, list) else [values]):
            day = str(value.get("occurred_at", ""))[:10]  # the files of events begin with their day
            documents.append(Document(f"{folder}/{day or kind}-{number}.yaml", kind, value=value))
    ordered = (*documents[:1], *sorted(documents[1:], key=lambda one: one.path))
    return Record(f"customers/{customer['id']}", "customer", customer["id"], ordered)


def customer_id(number: int) -> str:
    """Return an id with the shape of real ones (its check character is not computed)."""
    source = random.Random(f"id/{number}")
    return source.choice(ALPHABET[10:]) + "".join(source.choices(ALPHABET, k=10))


@cache
def real_names() -> tuple[str, ...]:
    """Return the company names handed out with the project's data, none where they are absent."""
    return tuple(NAMES.read_text("utf-8-sig").split("\n")[3:]) if NAMES.exists() else ()


def invented_name(source: random.Random) -> str:
    """Return the name of an invented company."""
    return source.choice(_STEMS) + source.choice(_TRADES) + source.choice(_ENDS)


def customers(count: int, *, names: tuple[str, ...] = (), notes: int = 4, seed: int = 1) -> Iterator[Record]:
    """Yield invented customers, half Chinese and half English, a third of them persons."""
    for number in range(count):
        yield customer(number, names, notes, seed)


def customer(number: int, names: tuple[str, ...] = (), notes: int = 4, seed: int = 1) -> Record:
    """Return one invented customer; the same arguments make the same one."""
    source = random.Random(f"{seed}/{number}")
    name, name_en = _names(source, number, names)
    chinese = {"province": source.choice(["44", "31"]), "city": source.choice(["4403", "3101"])}
    main: dict[str, Any] = {
        "id": customer_id(number),
        "type": "person" if number % 3 == 0 else "organization",
        "name": name,
        "stage": source.choice(["lead", "prospect", "customer", "dormant"]),
        "grade": source.choice("ABC"),
        "industry": source.choice(["C39", "I65", "F51"]),
        "region": {"country": "CN", **chinese} if number % 2 else {"country": source.choice(["DE", "US"])},
        "tags": source.sample(["deal:large", "risk:late", "interest:cloud"], k=source.randint(0, 2)),
        "owner": source.choice(["zhang-wei", "anna-berg"]),
        "since": f"20{source.randint(10, 26)}-0{source.randint(1, 9)}-15",
        "identifiers": {"uscc": f"9144030{number:06}MA5{source.randint(10, 99)}"},
        "needs": _text(source, 20),
    }
    if name_en:
        main["name_en"] = name_en
    person = source.choice(_PEOPLE)
    phone = (
        f"+86 1390000{source.randint(0, 9999):04}"
        if number % 2
        else f"+1 (202) 555-01{source.randint(0, 99):02}"
    )
    people = {
        "id": "p1",
        "name": person,
        "phones": [{"number": phone, "type": "mobile"}],
        "emails": [{"address": f"contact.{number}@firm{number % 97}.example.com"}],
    }
    return record(
        main,
        contacts={"people": [people]},
        note=[_note(source) for _ in range(notes)],
        task=[{"title": _text(source, 8), "due": f"2026-1{source.randint(0, 2)}-20", "state": "open"}],
    )


def _names(source: random.Random, number: int, names: tuple[str, ...]) -> tuple[str, str]:
    if number % 3 == 0:
        return source.choice(_PEOPLE), ""
    if number % 2:
        return source.choice(names) if names else invented_name(source), ""
    stem = source.choice(["Harbor", "Nordlicht", "Willow", "Quartz", "Huawen", "Ångström", "Straßen"])
    return (
        f"{stem} {source.choice(['Trading', 'Logistics', 'Foods'])} {source.choice(['Ltd', 'GmbH', 'Inc'])}",
        "",
    )


def _note(source: random.Random) -> dict[str, Any]:
    day = f"2026-{source.randint(1, 11):02}-{source.randint(1, 28):02}"
    return {
        "type": "call",
        "occurred_at": f"{day}T0{source.randint(0, 9)}:30:00+08:00",
        "summary": _text(source, 90),
        "follow_up": _text(source, 60),
    }


def _text(source: random.Random, length: int) -> str:
    text = ""
    while len(text) < length:
        text += source.choice(_WORDS) if source.random() < 0.5 else chr(source.randint(0x4E00, 0x4E00 + 3000))
    return text
