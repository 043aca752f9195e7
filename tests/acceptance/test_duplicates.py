"""`custodex duplicates`: who was entered twice, told to each role as far as it may know."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from custodex.ids import ALPHABET, check_character
from custodex.records import customer_folder
from workbench import Repo


def customer_id(number: int) -> str:
    body = "a" + "".join(ALPHABET[number >> shift & 31] for shift in range(40, -1, -5))
    return body + check_character(body)


A, B, C, D, E = map(customer_id, range(1, 6))


def add(repo: Repo, customer: str, name: str, contacts: str = "", more: str = "") -> None:
    folder = customer_folder(customer)
    repo.write(
        f"{folder}/customer.yaml",
        f"id: {customer}\ntype: organization\nname: {name}\nstage: lead\nsource:\n  channel: website\n{more}",
    )
    if contacts:
        repo.write(f"{folder}/contacts.yaml", contacts)


def phone(number: str) -> str:
    return f'phones:\n  - number: "{number}"\n    region: CN\n'


def told(repo: Repo, *arguments: str) -> dict[str, Any]:
    done = repo.custodex("duplicates", "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def pairs(repo: Repo, *arguments: str) -> set[tuple[str, str, str]]:
    return {
        (pair["id"], pair["match"]["id"], pair["match"]["level"]) for pair in told(repo, *arguments)["pairs"]
    }


def test_the_sample_records_hold_no_duplicate(sample_repo: Repo) -> None:
    assert told(sample_repo) == {"total": 0, "pairs": []}


def test_numbers_and_names_give_two_records_of_one_customer_away(empty_repo: Repo) -> None:
    add(empty_repo, A, "样例甲技术有限公司", phone("+8613900000123"))
    add(empty_repo, B, "另一个名字有限公司", phone("13900000123"))
    add(empty_repo, C, "樣例甲技術股份有限公司")
    add(empty_repo, D, "毫不相干贸易有限公司", phone("+8613900000199"))
    assert pairs(empty_repo) == {(A, B, "same"), (A, C, "near")}
    first = told(empty_repo)["pairs"][0]
    assert first["match"]["reasons"] == [{"code": "phone", "field": "contacts/phones/0/number"}]
    table = empty_repo.custodex("--lang", "zh", "duplicates").stdout
    assert "电话相同" in table
    assert "名称相同（名称）" in table
    assert "13900000123" not in table


def test_one_customer_is_asked_about_by_id_or_name(empty_repo: Repo) -> None:
    add(empty_repo, A, "Example Instruments Ltd", "emails:\n  - address: Info@Example.com\n")
    add(empty_repo, B, "Something Else", "emails:\n  - address: info@example.com\n")
    add(empty_repo, C, "Example Instruments GmbH")
    found = told(empty_repo, A)
    assert [(match["id"], match["level"]) for match in found["matches"]] == [(B, "same"), (C, "near")]
    assert told(empty_repo, "Something Else")["matches"][0]["id"] == A


def test_a_pair_that_was_looked_at_is_not_told_again(empty_repo: Repo) -> None:
    add(empty_repo, A, "样例甲有限公司")
    add(empty_repo, B, "样例甲股份有限公司")
    assert pairs(empty_repo) == {(A, B, "near")}
    add(empty_repo, B, "样例甲股份有限公司", more=f"distinct_from:\n  - {A}\n")
    assert pairs(empty_repo) == set()
    assert told(empty_repo, A)["matches"] == told(empty_repo, B)["matches"] == []
    assert empty_repo.custodex("check").returncode == 0


def test_two_that_are_not_one_are_said_to_be_with_the_reason(empty_repo: Repo) -> None:
    add(empty_repo, A, "样例甲有限公司")
    add(empty_repo, B, "样例甲股份有限公司")
    empty_repo.write("records/staff/li-wen.yaml", "id: li-wen\nname: 李雯\nactive: true\n")
    before = empty_repo.read(f"{customer_folder(A)}/customer.yaml")
    said = empty_repo.custodex("distinct", A, B, "--why", "法人不同", "--by", "li-wen", "--format", "json")
    assert said.returncode == 0, said.stderr
    assert pairs(empty_repo) == set()
    after = empty_repo.read(f"{customer_folder(A)}/customer.yaml")
    assert after == f"{before}distinct_from:\n  - {B}\n"
    (note,) = (empty_repo.root / customer_folder(A) / "notes").rglob("*.yaml")
    assert f"与 {B} 不是同一客户：法人不同" in note.read_text(
        "utf-8"
    ) or f"as {B}: 法人不同" in note.read_text("utf-8")
    assert empty_repo.custodex("distinct", A, A).returncode == 2
    assert "nothing to change" in empty_repo.custodex("distinct", A, B).stderr


def person(repo: Repo, customer: str, name: str, born: str, *street: str) -> None:
    add(repo, customer, name)
    path = f"{customer_folder(customer)}/customer.yaml"
    repo.write(path, repo.read(path).replace("type: organization", "type: person"))
    if born:
        repo.write(f"{customer_folder(customer)}/identity.yaml", f'birthday: "{born}"\n')
    places = "".join(f"  - id: a{at}\n    city: Leeds\n    street: {one}\n" for at, one in enumerate(street))
    if street:
        repo.write(f"{customer_folder(customer)}/contacts.yaml", f"addresses:\n{places}")


def test_persons_of_one_birthday_need_only_part_of_the_name(empty_repo: Repo) -> None:
    person(empty_repo, A, "Ada Example", "1990-03-02")
    person(empty_repo, B, "Ada Sample-Jones", "1990-03-02")
    person(empty_repo, C, "Grace Other", "1990-03-02")
    person(empty_repo, D, "Ada Somebody", "1990-03-03")
    (pair,) = told(empty_repo)["pairs"]
    assert (pair["id"], pair["match"]["id"], pair["match"]["level"]) == (A, B, "near")
    assert pair["match"]["reasons"] == [
        {"code": "born", "field": "identity/birthday"},
        {"code": "part-name", "field": "customer/name"},
    ]
    assert [match["id"] for match in told(empty_repo, B)["matches"]] == [A]
    # who may not read birthdays is not told that two are the same
    assert pairs(empty_repo, "--audience", "finance") == set()


def codes(match: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in match["reasons"]}


def two(repo: Repo, *arguments: str) -> set[tuple[str, str]]:
    return {(one, other) for one, other, _ in pairs(repo, *arguments)}


def test_two_persons_of_one_name_with_other_birthdays_are_two(empty_repo: Repo) -> None:
    person(empty_repo, A, "Ada Example", "1990-03-02")
    person(empty_repo, B, "Ada Example", "1962-11-30")
    person(empty_repo, C, "Ada Example", "")
    assert two(empty_repo) == {(A, C), (B, C)}  # what nobody knows does not keep them apart
    person(empty_repo, B, "Ada Example", "1990-03-20")
    assert (A, B) in two(empty_repo)  # two digits that changed places do not either


def test_an_address_weighs_more_than_a_birthday_and_the_other_birthday_is_told(empty_repo: Repo) -> None:
    person(empty_repo, A, "Ada Example", "1990-03-02", "9 Old Lane", "12 Sample Rd.")
    person(empty_repo, B, "Example, Ada", "1962-11-30", "12 sample road")
    person(empty_repo, C, "Ada Example", "1975-01-01", "14 Sample Road")
    (pair,) = told(empty_repo)["pairs"]
    assert (pair["id"], pair["match"]["id"]) == (A, B)
    assert codes(pair["match"]) == {"name", "address", "other-born"}
    assert pair["match"]["reasons"][-1] == {"code": "other-born", "field": "identity/birthday"}
    # who may not read identity is told no birthday, who may not read contacts no address
    sales = {match["id"]: codes(match) for match in told(empty_repo, A, "--audience", "sales")["matches"]}
    assert sales == {B: {"name", "address"}, C: {"name", "place"}}
    assert all(codes(match) == {"name"} for match in told(empty_repo, A, "--audience", "finance")["matches"])


def test_a_household_is_not_one_person(empty_repo: Repo) -> None:
    person(empty_repo, A, "Ada Example", "1990-03-02", "12 Sample Road")
    person(empty_repo, B, "Ben Example", "1988-07-14", "12 Sample Road")
    person(empty_repo, C, "Ada Somebody", "1990-03-02", "12 Sample Road")  # who took another family name
    assert two(empty_repo) == {(A, C)}
    assert (A, B) in two(empty_repo, "--weak")
    person(empty_repo, D, "示小红", "", "科技路 1 号")
    person(empty_repo, E, "示小明", "", "科技路1号")
    assert (D, E) not in two(empty_repo)


def test_persons_hang_together_by_a_third(empty_repo: Repo) -> None:
    person(empty_repo, A, "Ada Example", "1990-03-02")
    person(empty_repo, B, "Ada Example", "1990-03-02", "12 Sample Road")
    person(empty_repo, C, "Ada Somebody", "", "12 Sample Road")
    repo = empty_repo
    found = {(pair["id"], pair["match"]["id"]): codes(pair["match"]) for pair in told(repo)["pairs"]}
    assert found[A, C] == {"chain"}
    path = f"{customer_folder(C)}/customer.yaml"
    repo.write(path, f"{repo.read(path)}distinct_from:\n  - {B}\n")
    assert two(repo) == {(A, B)}


def test_a_merged_customer_and_a_parent_are_no_duplicates(empty_repo: Repo) -> None:
    add(empty_repo, A, "样例甲技术有限公司")
    add(empty_repo, B, "样例甲技术有限公司北京分公司")
    empty_repo.write(f"{customer_folder(C)}/customer.yaml", f"id: {C}\nmerged_into: {A}\n")
    (pair,) = told(empty_repo)["pairs"]
    assert pair["match"]["reasons"][0]["code"] == "branch"
    add(empty_repo, B, "样例甲技术有限公司北京分公司", more=f"parent: {A}\n")
    assert pairs(empty_repo) == set()


def test_a_role_learns_nothing_from_fields_it_may_not_read(empty_repo: Repo) -> None:
    add(empty_repo, A, "样例甲有限公司", phone("+8613900000123"))
    add(empty_repo, B, "完全不同有限公司", phone("+8613900000123"))
    assert pairs(empty_repo, "--audience", "sales") == {(A, B, "same")}
    # finance may not read contacts: whether two phones are the same is the phone's secret too
    assert pairs(empty_repo, "--audience", "finance") == set()
    assert told(empty_repo, A, "--audience", "finance")["matches"] == []


def test_persons_compared_for_a_street_tell_nothing_to_who_may_not_read_streets(empty_repo: Repo) -> None:
    schema = json.loads(empty_repo.read("schema/contacts.schema.json"))
    schema["properties"]["addresses"]["items"]["properties"]["street"]["x-class"] = "identity"
    empty_repo.write("schema/contacts.schema.json", json.dumps(schema))
    for number in range(1, 13):  # too many of one name to be compared for the name
        street = "12 Sample Rd" if number < 3 else f"{number * 31} Other{'abcdefghijklmn'[number]} Lane"
        person(empty_repo, customer_id(number), "Ada Example", "", street)
    assert two(empty_repo, "--audience", "admin") == {(A, B)}
    assert two(empty_repo, "--audience", "sales") == set()


@pytest.mark.parametrize("said", ["addresses: 5", "addresses: {a: b}", "addresses: [5, {street: 5}]"])
def test_addresses_of_any_form_are_a_finding_and_no_crash(
    empty_repo: Repo, tmp_path: Path, said: str
) -> None:
    person(empty_repo, A, "Ada Example", "1990-03-02")
    empty_repo.write(f"{customer_folder(A)}/contacts.yaml", f"{said}\n")
    empty_repo.write(
        f"{customer_folder(A)}/consents.yaml", "consents:\n  - purpose: service\n    withdrawn_at: 5\n"
    )
    assert two(empty_repo) == set()
    built = empty_repo.custodex("build", "--out", str(tmp_path / "site"))
    assert built.returncode == 0, built.stderr


def test_what_follows_changes_is_what_a_fresh_reading_finds(empty_repo: Repo) -> None:
    rng = random.Random(11)
    names = ["样例甲", "样例乙", "星河云海", "星河云诲", "Silver Harbour", "Silverharbour", "北京样例甲"]
    ids = [customer_id(number) for number in range(1, 13)]
    for _ in range(6):
        for customer in rng.sample(ids, 5):
            name = rng.choice(names) + rng.choice(["", "有限公司", "股份有限公司"])
            add(empty_repo, customer, name, phone(f"+861390000010{rng.randint(0, 3)}"))
        kept = told(empty_repo)
        catalog = empty_repo.root / ".custodex" / "catalog.sqlite"
        for path in Path(catalog.parent).glob("catalog.sqlite*"):
            path.unlink()
        assert told(empty_repo) == kept


def test_a_new_customer_is_compared_after_the_schema_changed(empty_repo: Repo) -> None:
    add(empty_repo, A, "样例甲技术有限公司", phone("+8613900000100"))
    again = ("new", "另一家", "contacts.phones+=+8613900000100")
    assert A in empty_repo.custodex(*again).stderr  # the keys are made
    schema = empty_repo.read("schema/customer.schema.json")
    empty_repo.write(
        "schema/customer.schema.json", schema.replace('"en": "Short name"', '"en": "Brief name"')
    )
    add(empty_repo, B, "样例乙", phone("+8613900000101"))
    refused = empty_repo.custodex(*again)
    assert (refused.returncode, A in refused.stderr) == (1, True), refused.stderr
    later = empty_repo.custodex("new", "又一家", "contacts.phones+=+8613900000101")
    assert (later.returncode, B in later.stderr) == (1, True), later.stderr
