"""Another system's tables go in by the mappings that come along, pass every check, and go in again unchanged."""

from __future__ import annotations

import csv
import hashlib
import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from custodex.yamlfile import parse
from workbench import ROOT, Repo

NORTHWIND = ROOT.parent / "shared" / "data" / "northwind"
SHOP = ROOT / "tests" / "data" / "import" / "shop"
FILES = ("products", "employees", "customers", "orders")


def run(repo: Repo, folder: Path, *options: str) -> dict[str, dict[str, Any]]:
    found = {}
    for name in FILES:
        done = repo.custodex(
            "import",
            str(folder / f"{name}.csv"),
            "--mapping",
            f"northwind-{name}",
            "--format",
            "json",
            *options,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found[name] = json.loads(done.stdout)
    return found


def digests(repo: Repo) -> dict[str, str]:
    return {
        str(path.relative_to(repo.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((repo.root / "records").rglob("*.yaml"))
    }


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(repo: Repo, pattern: str) -> list[dict[str, Any]]:
    return [parse(path.read_bytes()).value or {} for path in sorted(repo.root.glob(pattern))]


@pytest.mark.parametrize("folder", [SHOP, NORTHWIND], ids=["shop", "northwind"])
def test_all_tables_go_in_are_clean_and_go_in_again_without_a_change(empty_repo: Repo, folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip(f"the Northwind tables are not beside this checkout ({folder.name})")
    for name, told in run(empty_repo, folder, "--strict").items():
        assert (told["created"], told["rejected"], told["unmatched"]) == (len(rows(folder, name)), 0, [])
    checked = empty_repo.custodex("check", "--format", "json")
    assert checked.returncode == 0
    # numbers of 1996 that no plan of today knows stay phones, and are pointed at
    assert {finding["code"] for finding in json.loads(checked.stdout)["findings"]} == {"phone-plan"}
    before = digests(empty_repo)
    empty_repo.commit("imported")
    for name, told in run(empty_repo, folder, "--strict").items():
        assert (told["created"], told["updated"], told["unchanged"]) == (0, 0, len(rows(folder, name)))
    assert digests(empty_repo) == before
    assert empty_repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("folder", [SHOP, NORTHWIND], ids=["shop", "northwind"])
def test_nothing_of_the_mapped_columns_is_lost(empty_repo: Repo, folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip(f"the Northwind tables are not beside this checkout ({folder.name})")
    run(empty_repo, folder)
    texts = {
        path.parent.name: path.read_text(encoding="utf-8")
        for path in empty_repo.root.glob("records/customers/*/*/contacts.yaml")
    }
    ids = {
        value["identifiers"]["external"][0]["id"]: value["id"]
        for value in values(empty_repo, "records/customers/*/*/customer.yaml")
    }
    for row in rows(folder, "customers"):
        text = texts[ids[row["customer_id"]]]
        for column in ("contact_name", "address", "city", "postal_code"):
            assert row[column] in text.replace('\\"', '"')
        number = "".join(char for char in row["phone"] if char.isdigit()).lstrip("0")
        assert number in "".join(char for char in text if char.isdigit())


@pytest.mark.parametrize("folder", [SHOP, NORTHWIND], ids=["shop", "northwind"])
def test_orders_have_their_lines_and_the_exact_sum(empty_repo: Repo, folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip(f"the Northwind tables are not beside this checkout ({folder.name})")
    run(empty_repo, folder)
    orders = {
        value["number"]: value for value in values(empty_repo, "records/customers/*/*/transactions/*/*.yaml")
    }
    details: dict[str, list[dict[str, str]]] = {}
    for line in rows(folder, "order_details"):
        details.setdefault(line["order_id"], []).append(line)
    cent = Decimal("0.01")
    for row in rows(folder, "orders"):
        order = orders[row["order_id"]]
        lines = details[row["order_id"]]
        assert [line["product"] for line in order["lines"]] == [f"nw-{line['product_id']}" for line in lines]
        exact = sum(
            int(line["quantity"])
            * Decimal(line["unit_price"]).quantize(cent)
            * (1 - Decimal(line["discount"]).quantize(cent))
            for line in lines
        )
        assert order["amount"] == str(Decimal(exact).quantize(cent, ROUND_HALF_UP))
        assert order["occurred_on"] == row["order_date"]


def test_the_shop_reads_as_people_expect(empty_repo: Repo) -> None:
    run(empty_repo, SHOP)
    customers = {value["name"]: value for value in values(empty_repo, "records/customers/*/*/customer.yaml")}
    assert customers["Muster Käserei"]["region"] == {"country": "DE"}
    assert customers["Example Foods Ltd."]["region"] == {"country": "GB"}
    assert customers["Muster Käserei"]["owner"] == "bob-sample"  # who took the latest order
    assert customers["Muster Käserei"]["since"] == "1996-07-04"
    assert customers["Sample Bistro"]["stage"] == "lead"  # has not ordered yet
    people = {
        value["people"][0]["name"]: value["people"][0]
        for value in values(empty_repo, "records/customers/*/*/contacts.yaml")
    }
    assert [phone["type"] for phone in people["Erika Muster"]["phones"]] == ["work", "fax"]
    assert [phone["number"] for phone in people["Ann Example"]["phones"]] == ["+442079460123"]
    old = {"number": "78.00.00.01", "type": "work", "region": "FR"}
    assert people["Zoé Exemple"]["phones"] == [old]  # the plan of 1996 is no longer in force
    (staff,) = values(empty_repo, "records/staff/ana-nunez.yaml")
    assert staff["name"] == "Ana Núñez"
    assert "7946" not in str(staff)  # the home phone is nobody's business


def test_what_people_changed_since_stays(empty_repo: Repo) -> None:
    run(empty_repo, SHOP)
    path = next(
        path
        for path in (empty_repo.root / "records" / "customers").rglob("customer.yaml")
        if "Bistro" in path.read_text()
    )
    relative = str(path.relative_to(empty_repo.root))
    empty_repo.write(relative, empty_repo.read(relative).replace("stage: lead", "stage: archived"))
    told = run(empty_repo, SHOP)["customers"]
    assert (told["created"], told["updated"], told["unchanged"]) == (0, 0, 4)
    assert "stage: archived" in empty_repo.read(relative)
