"""How columns find their fields, cells their values, and rows the records they mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta, timezone
from typing import Any

import pytest

from custodex.books import Book
from custodex.hints import Node
from custodex.imports.contacts import day_of
from custodex.imports.converting import Converter
from custodex.imports.headers import Request, plan_of_headers
from custodex.imports.mapping import DATED_KINDS, MAPPED_KINDS, Rule, read_mapping
from custodex.imports.merging import Addition, Labelled, merge
from custodex.imports.paths import resolve
from custodex.imports.taking import RowFault, Source, Taker, loose, slug
from custodex.sheets import read_sheet
from workbench import ROOT

EXAMPLES = ROOT / "scripts" / "custodex" / "imports" / "examples"


@pytest.fixture(scope="module")
def book() -> Book:
    schema = ROOT / "schema"
    return Book(
        {
            f"schema/{path.relative_to(schema)}": ("-", path.read_bytes())
            for path in sorted(schema.rglob("*"))
            if path.suffix in {".json", ".yaml"}
        }
    )


class Nobody:
    """No record to refer to, but one person."""

    def find(self, kinds: str, text: str) -> str | None:
        return "li-wen" if (kinds, text) == ("staff", "李文") else None


@pytest.fixture(scope="module")
def converter(book: Book) -> Converter:
    return Converter(book, timezone(timedelta(hours=8)), Nobody())


def node(book: Book, path: str, kind: str = "customer") -> Node:
    found = resolve(book.schemas, kind, path)
    assert found is not None, path
    return found.node


def source(text: str) -> Source:
    return Source(read_sheet("a.csv", text.encode()))


def fields(book: Book, headers: str, row: str = "", kind: str = "customer", **asked: Any) -> dict[str, str]:
    """Return the field each header of a list goes to."""
    table = source(f"{headers}\n{row}\n" if row else f"{headers}\n")
    converter = Converter(book, UTC, Nobody())
    plan = plan_of_headers(book.schemas, table, Request(kind, **asked), converter.accepts)
    return {rule.columns[0]: str(path) for path, rule in reversed(plan.targets) if rule.columns}


@pytest.mark.parametrize(
    ("header", "path"),
    [
        ("名称", "name"), ("客户名称", "name"), ("公司名称", "name"), ("name", "name"), ("NAME", "name"),
        ("Ｎａｍｅ", "name"), ("na me", "name"), ("编号", "id"), ("Customer id", "id"), ("类型", "type"),
        ("客户类型", "type"), ("region.country", "region.country"), ("国家", "region.country"),
        ("统一社会信用代码", "identifiers.uscc"), ("电话", "contacts.phones[work].number"),
        ("手机号", "contacts.phones[mobile].number"), ("E-mail", "contacts.emails.address"),
        ("phones.number", "contacts.phones.number"), ("people.name", "contacts.people.name"),
        ("contacts.people.name", "contacts.people.name"), ("地址", "contacts.addresses.street"),
        ("Zip Code", "contacts.addresses.postal_code"), ("标签", "tags"), ("负责人", "owner"),
        ("备注", "description"), ("身份证号", "identity.resident_id"),
    ],
)  # fmt: skip
def test_a_header_finds_its_field(book: Book, header: str, path: str) -> None:
    assert fields(book, f'"{header}",x') == {header: path}


@pytest.mark.parametrize("header", ["原因", "reason", "星座", "erased.reason", "merged_into", "职务", ""])
def test_a_header_that_fits_nothing_or_too_much_finds_none(book: Book, header: str) -> None:
    assert header not in fields(book, f"名称,{header},x")


def test_a_person_of_the_company_takes_phone_and_mail(book: Book) -> None:
    found = fields(book, "名称,联系人,职务,手机,邮箱,传真")
    assert found["手机"] == "contacts.people.phones[mobile].number"
    assert found["邮箱"] == "contacts.people.emails.address"
    assert found["职务"] == "contacts.people.title"
    assert found["传真"] == "contacts.phones[fax].number"


def test_a_city_goes_where_it_fits(book: Book) -> None:
    assert fields(book, "名称,城市", "甲,深圳")["城市"] == "region.city"
    assert fields(book, "名称,城市", "甲,柏林")["城市"] == "contacts.addresses.city"


def test_every_path_and_label_of_the_schema_leads_back_to_its_field(book: Book) -> None:
    for kind in MAPPED_KINDS:
        if kind in DATED_KINDS:
            continue
        for name, child in book.schemas.node(kind).fields.items():
            if child.fields or child.items or name in {"merged_into", "erased"}:
                continue
            for header in (name, *(child.label or ())):
                assert fields(book, f'"{header}",x', kind=kind).get(header) == name, (kind, header)


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("since", "2026/3/2", "2026-03-02"), ("since", "2026年3月2日", "2026-03-02"),
        ("since", "20260302", "2026-03-02"),
        ("since", "2026-03-02 00:00:00", "2026-03-02"), ("type", "企业客户", "organization"),
        ("type", "PERSON", "person"), ("region.country", "德国", "DE"), ("region.country", "Germany", "DE"),
        ("region.city", "深圳市", "4403"), ("region.city", "深圳", "4403"), ("region.province", "广东", "44"),
        ("tags", "低风险;risk:low；低风险", ["risk:low"]), ("contacts.people.left", "是", True),
        ("owner", "李文", "li-wen"), ("owner", "无此人", "无此人"),
        ("identifiers.uscc", "91440300ma5fxxxx0x", "91440300MA5FXXXX0X"),
        ("aliases", "甲, Ltd.|乙", ["甲, Ltd.", "乙"]),
    ],
)  # fmt: skip
def test_a_cell_becomes_what_the_field_wants(
    book: Book, converter: Converter, path: str, text: str, value: object
) -> None:
    assert converter.convert(node(book, path), text, Rule()) == value


@pytest.mark.parametrize(
    ("path", "text"),
    [("since", "03/04/2026"), ("since", "2026-02-30"), ("type", "外星"), ("contacts.people.left", "也许")],
)
def test_a_cell_that_could_mean_two_things_is_refused(
    book: Book, converter: Converter, path: str, text: str
) -> None:
    with pytest.raises(RowFault):
        converter.convert(node(book, path), text, Rule())


@pytest.mark.parametrize(
    ("text", "rule", "value"),
    [
        ("1234.5", Rule(), "1234.5"), ("1,234.50", Rule(), "1234.50"), ("1.234,50", Rule(decimal=","), "1234.50"),
        ("1,234", Rule(decimal="."), "1234"), ("21.3500004", Rule(places=2), "21.35"),
        ("0.125", Rule(places=2), "0.13"),
        ("-0.125", Rule(places=2), "-0.13"),
    ],
)  # fmt: skip
def test_money_is_exact(book: Book, converter: Converter, text: str, rule: Rule, value: str) -> None:
    assert converter.convert(node(book, "amount", "transaction"), text, rule) == value


@pytest.mark.parametrize("text", ["1,234", "1.234,5", "¥5", "abc", "1e5"])
def test_money_is_never_guessed(book: Book, converter: Converter, text: str) -> None:
    with pytest.raises(RowFault):
        converter.convert(node(book, "amount", "transaction"), text, Rule())


@pytest.mark.parametrize(
    ("text", "rule", "value"),
    [
        ("2026-03-02 14:30", Rule(), "2026-03-02T14:30:00+08:00"),
        ("2026-03-02T14:30:00Z", Rule(), "2026-03-02T14:30:00Z"),
        ("2026/3/2", Rule(), "2026-03-02T00:00:00+08:00"),
        ("02.03.2026 14.30", Rule(date="%d.%m.%Y %H.%M"), "2026-03-02T14:30:00+08:00"),
    ],
)
def test_a_time_gets_the_zone_of_the_settings(
    book: Book, converter: Converter, text: str, rule: Rule, value: str
) -> None:
    assert converter.convert(node(book, "occurred_at", "note"), text, rule) == value


def test_value_maps_lookups_templates_and_slugs() -> None:
    table = source("n,first,last\n1,Ana,Núñez\n")
    (row,) = table.table.rows
    others = {"o": source("n,day,by\n1,2026-01-02,x\n1,2026-03-02,y\n")}
    taker = Taker(others)
    assert taker.take(Rule(template="{first} {last}", slug=True), table, row) == "ana-nunez"
    assert taker.take(Rule(columns=("first", "last"), glue="-"), table, row) == "Ana-Núñez"
    assert taker.take(Rule(columns=("n",), values={"1": True}), table, row) is True
    assert taker.take(Rule(columns=("n",), values={"*": "any"}), table, row) == "any"
    assert taker.take(Rule(constant="c"), table, row) == "c"


def test_slugs_of_names_that_have_no_latin_letter_are_refused() -> None:
    assert slug("Chef Anton's Gumbo") == "chef-anton-s-gumbo"
    for text in ("华星", "1", "", "9lives"):
        with pytest.raises(RowFault):
            slug(text)


def test_headers_are_compared_loosely() -> None:
    assert loose(" Ｐostal_Code：") == loose("postal code") == "postalcode"


# --- merging


def merged(book: Book, old: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    return merge(book.schemas.node("contacts"), old, tree)


def test_items_are_matched_by_key_and_never_taken_away(book: Book) -> None:
    old = {"phones": [{"number": "+8675586000013", "note": "前台"}, {"number": "+8675586000014"}]}
    tree = {"phones": Labelled({"1": {"number": "+8675586000013", "type": "work"}})}
    assert merged(book, old, tree) == {
        "phones": [
            {"number": "+8675586000013", "note": "前台", "type": "work"},
            {"number": "+8675586000014"},
        ]
    }


def test_the_only_number_of_a_type_is_brought_up_to_date(book: Book) -> None:
    old = {"phones": [{"number": "+8675586000013", "type": "work"}]}
    tree = {"phones": Labelled({"work": {"number": "+8675586000015", "type": "work"}})}
    assert merged(book, old, tree)["phones"] == [{"number": "+8675586000015", "type": "work"}]
    two = {"phones": [*old["phones"], {"number": "+8675586000016", "type": "work"}]}
    assert len(merged(book, two, tree)["phones"]) == 3


def test_another_name_is_another_person(book: Book) -> None:
    old = {"people": [{"id": "p1", "name": "王一", "title": "经理"}]}
    same = merged(book, old, {"people": Labelled({"1": {"name": "王一", "title": "总监"}})})
    assert same["people"] == [{"id": "p1", "name": "王一", "title": "总监"}]
    other = merged(book, old, {"people": Labelled({"1": {"name": "王二"}})})
    assert other["people"] == [old["people"][0], {"id": "p2", "name": "王二"}]


def test_an_addition_is_made_once(book: Book) -> None:
    first = merged(book, {}, {"people": Labelled({"1": {"name": "王一", "note": Addition("phone: 1")}})})
    again = merged(book, first, {"people": Labelled({"1": {"name": "王一", "note": Addition("phone: 1")}})})
    assert again == first
    third = merged(book, first, {"people": Labelled({"1": {"name": "王一", "note": Addition("fax: 2")}})})
    assert third["people"][0]["note"] == "phone: 1; fax: 2"


def test_lists_of_words_only_grow(book: Book) -> None:
    node_ = book.schemas.node("customer")
    assert merge(node_, {"tags": ["a:b"]}, {"tags": ["c:d", "a:b"]}) == {"tags": ["a:b", "c:d"]}


# --- mapping files


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_mappings_that_come_along_fit_the_schema(book: Book, path: Any) -> None:
    plan, findings = read_mapping(path.name, path.read_bytes(), book.schemas)
    assert findings == []
    assert plan is not None
    assert plan.targets


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("kind: dragon\n", (1, 7)),
        ("kind: customer\nfields:\n  nmae: 名称\n", (3, 3)),
        ("kind: customer\nfields:\n  name: {column: a}\n", None),
        ("kind: customer\nfields:\n  name:\n    column: a\n    value: b\n", (3, 3)),
        ("kind: customer\nfields:\n  name:\n    colunm: a\n", (4, 5)),
        ("kind: note\n", (1, 7)),
        ("kind: customer\ntables:\n  o: ../o.csv\n", (3, 6)),
        ("kind: team\nfields:\n  id:\n    column: a\n    lookup:\n      - {table: t, match: m, take: n}\n", (3, 3)),
    ],
)  # fmt: skip
def test_a_mistake_in_a_mapping_has_its_place(book: Book, text: str, place: tuple[int, int] | None) -> None:
    plan, findings = read_mapping("m.yaml", text.encode(), book.schemas)
    if place is None:
        assert plan is not None
        return
    assert plan is None
    assert (findings[0].line, findings[0].column) == place


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("19850418", "1985-04-18"), ("1985-4-8", "1985-04-08"), ("31/12/1985", "1985-12-31"),
        ("198511", ""), ("1985112", ""), ("1985", ""), ("--0412", ""), ("04/05/1985", ""), ("1985/04-18", ""),
    ],
)  # fmt: skip
def test_a_birthday_is_a_whole_day_or_none(said: str, day: str) -> None:
    assert day_of(said) == day
