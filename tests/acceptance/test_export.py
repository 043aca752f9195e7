"""`custodex export`: what goes out opens safely anywhere, and what comes back in changes nothing."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from custodex.records import customer_folder
from custodex.yamlfile import parse
from custodex.yamlwriter import dump
from workbench import Repo, copy_of_checkout

KINDS = ("customer", "note", "transaction", "feedback", "task", "staff", "team", "product", "view")
CUSTOMER = "a000000001s"

NAUGHTY = (
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "+1-1|x", "-2+3|y", "'=1+1", "''=1", "'", "'quoted'", "1E+10", "1e5",
    "#N/A", "true", "NULL", "null", "~", "0151", "1,234", "2026-03-02", "3/4", "a; b", "甲、乙", "a|b", "[x]", '["a"]',
    '"', 'say "hi"', "a,b", "<script>alert(1)</script>", "{{7*7}}", "${HOME}", "$(id)", "`id`", "%s%n", "../../etc",
    "C:\\CON", "ﬁ ½ ①", "İi̇", "𠮷野家", "👩‍👩‍👧", "Z̡̖̜a̴l̵g̶o̷", "العربية", "ＦＵＬＬ", "　wide", "undefined", "NaN",
    "Infinity", "-", "＝1+1", "\\n", "a\\", "::", "- a", "? a", "# a", "!x", "&a", "*a", "%a", "0x1F", "1_000", "٣",
    "⚠ x",
)  # fmt: skip
"""Texts that break spreadsheets, shells, YAML, JSON, templates and file systems; all of them are sound names."""


def test_the_sample_records_go_out_and_in_again_unchanged(sample_repo: Repo, tmp_path: Path) -> None:
    before = sample_repo.git("status", "--porcelain", "records")
    for kind in KINDS:
        for form in ("csv", "xlsx") if kind == "customer" else ("csv",):
            file = tmp_path / f"{kind}.{form}"
            more = ("--with", "identity", "--with", "consents") if kind == "customer" else ()
            done = sample_repo.custodex("export", "--kind", kind, "--format", form, "--out", str(file), *more)
            assert done.returncode == 0, done.stderr
            back = sample_repo.custodex("import", str(file), "--kind", kind, "--format", "json")
            assert back.returncode == 0, f"{kind}: {back.stdout[-2000:]}{back.stderr}"
            told: dict[str, Any] = json.loads(back.stdout)
            assert (told["created"], told["updated"], told["rejected"], told["unmatched"]) == (0, 0, 0, []), (
                kind
            )
            assert told["unchanged"] > 0, kind
    assert sample_repo.git("status", "--porcelain", "records") == before


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_naughty_texts_go_out_harmless_and_in_again_unchanged(
    empty_repo: Repo, tmp_path: Path, form: str
) -> None:
    names = [text for text in NAUGHTY if text == text.strip()]
    folder = customer_folder(CUSTOMER)
    description = "\n".join(NAUGHTY)
    value = {
        "id": CUSTOMER, "type": "organization", "name": names[0], "aliases": names[1:50], "stage": "lead",
        "source": {"channel": "website"}, "description": f"{description}\n",
    }  # fmt: skip
    people = [{"id": f"p{at}", "name": text, "note": text} for at, text in enumerate(names, 1)]
    empty_repo.write(f"{folder}/customer.yaml", dump(value, {}))
    empty_repo.write(f"{folder}/contacts.yaml", dump({"people": people}, {}))
    done = empty_repo.custodex("check")
    assert done.returncode == 0, done.stdout
    before = {path: path.read_bytes() for path in (empty_repo.root / "records").rglob("*.yaml")}
    file = tmp_path / f"all.{form}"
    empty_repo.custodex("export", "--format", form, "--out", str(file))
    for cell in cells_of(file):
        assert not cell.startswith(("=", "@", "＝")), cell
    back = empty_repo.custodex("import", str(file), "--format", "json")
    assert json.loads(back.stdout)["unchanged"] == 1, back.stdout
    assert {path: path.read_bytes() for path in (empty_repo.root / "records").rglob("*.yaml")} == before
    # and into an empty book: every text is what it was
    for path in before:
        path.unlink()
    back = empty_repo.custodex("import", str(file), "--format", "json")
    assert json.loads(back.stdout)["created"] == 1, back.stdout
    read = parse((empty_repo.root / folder / "contacts.yaml").read_bytes()).value or {}
    assert [person["name"] for person in read["people"]] == names
    read = parse((empty_repo.root / folder / "customer.yaml").read_bytes()).value or {}
    assert (read["name"], read["aliases"]) == (names[0], names[1:50])
    assert read["description"] == description


def cells_of(file: Path) -> list[str]:
    if file.suffix == ".csv":
        rows = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""))
        return [cell for row in rows for cell in row]
    sheet = openpyxl.load_workbook(file).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    return [str(cell.value) for cell in cells]


def test_csv_opens_in_a_chinese_excel(sample_repo: Repo, tmp_path: Path) -> None:
    sample_repo.custodex("export", "--out", str(tmp_path / "a.csv"))
    data = (tmp_path / "a.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,type,name")
    assert data.count(b"\r\n") > 50


def test_a_view_a_query_and_filters_choose_customers(sample_repo: Repo) -> None:
    def ids(*arguments: str) -> set[str]:
        done = sample_repo.custodex("export", "--format", "jsonl", *arguments)
        assert done.returncode == 0, done.stderr
        return {json.loads(line)["id"] for line in done.stdout.splitlines()}

    everyone = ids()
    view = sorted((sample_repo.root / "records" / "views").glob("*.yaml"))[0].stem
    listed = sample_repo.custodex("list", "--view", view, "--format", "json")
    assert ids("--view", view) == {hit["id"] for hit in json.loads(listed.stdout)["hits"]}
    person = ids("--where", "type=person")
    assert set() < person < everyone
    found = sample_repo.custodex("search", "深圳", "--format", "json")
    assert ids("--query", "深圳") == {hit["id"] for hit in json.loads(found.stdout)["hits"]}
    assert sample_repo.custodex("export", "--kind", "staff", "--view", view).returncode == 2


def test_a_role_gets_what_it_may_read_and_nothing_else(sample_repo: Repo, tmp_path: Path) -> None:
    for form in ("csv", "json", "jsonl", "xlsx", "sqlite"):
        file = tmp_path / f"finance.{form}"
        sample_repo.custodex("export", "--audience", "finance", "--format", form, "--out", str(file))
        told = "\n".join(cells_of(file)).encode() if form == "xlsx" else file.read_bytes()
        phones = {
            phone["number"]
            for path in (sample_repo.root / "records").rglob("contacts.yaml")
            for person in (parse(path.read_bytes()).value or {}).get("people", ())
            for phone in person.get("phones", ())
        }
        assert phones
        assert not [number for number in phones if number.encode() in told], form


def test_analysts_query_the_book_in_sqlite(sample_repo: Repo, tmp_path: Path) -> None:
    file = tmp_path / "book.sqlite"
    done = sample_repo.custodex("export", "--format", "sqlite", "--out", str(file))
    assert done.returncode == 0, done.stderr
    listed = json.loads(sample_repo.custodex("export", "--format", "json").stdout)
    with sqlite3.connect(file) as db:
        assert db.execute("SELECT count(*) FROM customer").fetchone() == (len(listed),)
        joined = db.execute(
            "SELECT c.name, p.name, t.number FROM customer c JOIN contacts_people p ON p.customer = c.id"
            " JOIN contacts_people_phones t ON t.customer = c.id AND t.people_number = p.people_number"
        ).fetchall()
        names = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    assert len(joined) > len(listed) / 2
    assert not {name for name in names if name.startswith(("identity", "consents"))}  # --with asks for them
    first = file.read_bytes()
    sample_repo.custodex("export", "--format", "sqlite", "--out", str(file))
    assert file.read_bytes() == first


def test_analysts_read_the_book_as_parquet(sample_repo: Repo, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    done = sample_repo.custodex("export", "--format", "parquet", "--out", str(tmp_path / "book"))
    assert done.returncode == 0, done.stderr
    table = parquet.read_table(tmp_path / "book" / "customer.parquet")
    assert table.num_rows == len(json.loads(sample_repo.custodex("export", "--format", "json").stdout))
    assert str(table.schema.field("name").type) == "string"


def test_without_pyarrow_parquet_says_what_is_missing(sample_repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "pyarrow.py").write_text("raise ImportError\n", encoding="utf-8")
    done = sample_repo.custodex(
        "export", "--format", "parquet", "--out", str(tmp_path / "book"),
        PYTHONPATH=":".join([str(tmp_path), *filter(None, sys.path)]),
    )  # fmt: skip
    assert done.returncode == 4
    assert "custodex[parquet]" in done.stderr
    assert not (tmp_path / "book").exists()


def test_a_workbook_is_not_poured_over_a_terminal(sample_repo: Repo) -> None:
    done = sample_repo.custodex("export", "--format", "xlsx")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--out" in done.stderr


def test_an_address_book_for_the_telephone(sample_repo: Repo, tmp_path: Path) -> None:
    file = tmp_path / "all.vcf"
    done = sample_repo.custodex("export", "--format", "vcf", "--out", str(file))
    assert done.returncode == 0, done.stderr
    text = file.read_bytes().decode("utf-8").replace("\r\n ", "")
    assert "FN:查予安\r\n" in text
    assert "N:查;予安;;;\r\n" in text
    closed = [
        path.parent.name
        for path in (sample_repo.root / "records").rglob("contacts.yaml")
        if "do_not_contact: true" in path.read_text(encoding="utf-8")
    ]
    assert closed
    assert not [customer for customer in closed if customer in text]
    taken = sample_repo.custodex("export", "--format", "vcf", "--audience", "finance").stdout
    assert "TEL" not in taken
    assert "EMAIL" not in taken
    other = copy_of_checkout(tmp_path / "other", "schema")
    back = other.custodex("import", str(file), "--format", "json", "--allow-duplicates")
    told = json.loads(back.stdout)
    assert (told["created"] > 40, told["rejected"]) == (True, 0), back.stdout[-3000:]
