"""Contacts of phones and of other programs go in as they are exported: no mapping, nothing lost in silence."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from custodex.records import customer_folder
from custodex.yamlfile import parse
from workbench import ROOT, Repo, copy_of_checkout

CARDS = ROOT.parent / "shared" / "data" / "vcards"
HEAD = "BEGIN:VCARD\r\nVERSION:3.0\r\n"


def told(
    repo: Repo, tmp_path: Path, name: str, data: str | bytes, *options: str, code: int = 0
) -> dict[str, Any]:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    done = repo.custodex("import", str(path), "--format", "json", *options)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def modules(repo: Repo) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return (customer, contacts) by the name of the customer."""
    found = {}
    for path in sorted((repo.root / "records").rglob("customer.yaml")):
        contacts = path.with_name("contacts.yaml")
        value = dict(parse(path.read_bytes()).value or {})
        found[value["name"]] = (
            value,
            dict(parse(contacts.read_bytes()).value or {}) if contacts.exists() else {},
        )
    return found


@pytest.mark.parametrize("name", [path.name for path in sorted(CARDS.glob("*.vcf"))] or ["-"])
def test_cards_of_real_programs_go_in_whole_and_go_in_again_unchanged(
    empty_repo: Repo, tmp_path: Path, name: str
) -> None:
    if name == "-":
        pytest.skip("the vCard files are not beside this checkout")
    data = (CARDS / name).read_bytes()
    first = told(empty_repo, tmp_path, name, data)
    assert first["created"] > 0
    assert first["rejected"] == 0
    assert empty_repo.custodex("check").returncode == 0
    again = told(empty_repo, tmp_path, name, data)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, first["created"])
    records = b"".join(path.read_bytes() for path in (empty_repo.root / "records").rglob("*.yaml"))
    for line in ("john.doe@ibm.com", "gdartmouth@hotmail.com", "asmithk@gmail.com"):
        assert (line.encode() in data) <= (line.encode() in records)


def test_a_chinese_card_keeps_its_name_order_and_loses_its_photo_with_a_word(
    empty_repo: Repo, tmp_path: Path
) -> None:
    card = (
        f"{HEAD}N:王;小明;;;\r\nFN:小明 王\r\nORG:样例甲有限公司;采购部\r\nTITLE:经理\r\n"
        "TEL;TYPE=CELL:139 0000 0123\r\nTEL;TYPE=WORK:0755-8600 0013 转 8012\r\nEMAIL;TYPE=WORK:ming@example.cn\r\n"
        "ADR;TYPE=WORK:;;样例路 1 号;深圳;广东;518000;中国\r\nX-WECHAT:wx_xiaoming\r\nNOTE:老客户\\, 爱喝茶\r\n"
        f"PHOTO;ENCODING=b;TYPE=JPEG:{'QUJD' * 30}\r\n QUJD\r\nEND:VCARD\r\n"
    )
    result = told(empty_repo, tmp_path, "a.vcf", card, "--region", "CN")
    assert "1 pictures, sounds or keys were dropped" in result["notices"]
    customer, contacts = modules(empty_repo)["样例甲有限公司"]
    assert (customer["type"], customer["description"]) == ("organization", "老客户, 爱喝茶")
    (person,) = contacts["people"]
    assert (person["name"], person["title"], person["department"]) == ("王小明", "经理", "采购部")
    assert person["phones"] == [
        {"number": "+8613900000123", "type": "mobile"},
        {"number": "+8675586000013", "extension": "8012", "type": "work"},
    ]
    assert person["wechat"] == "wx_xiaoming"
    assert contacts["addresses"][0]["country"] == "CN"


def test_people_of_one_company_become_one_customer(empty_repo: Repo, tmp_path: Path) -> None:
    cards = "".join(
        f"{HEAD}FN:{name}\r\nORG:Example Ltd\r\nEMAIL:{name.split()[0].lower()}@example.com\r\nEND:VCARD\r\n"
        for name in ("Ann Example", "Ben Example")
    )
    assert told(empty_repo, tmp_path, "a.vcf", cards)["created"] == 1
    _, contacts = modules(empty_repo)["Example Ltd"]
    assert [person["name"] for person in contacts["people"]] == ["Ann Example", "Ben Example"]


BORN = {
    "Ann Example": ("BDAY:1984-05-20", "1984-05-20"),
    "Ben Example": ("BDAY:19840521", "1984-05-21"),
    "Cleo Example": ("BDAY;VALUE=date-and-or-time:19840522T000000Z", "1984-05-22"),
    "Dan Example": ("BDAY:--0523", None),  # no year
    "Eve Example": ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-24", None),
    "Fay Example": ("BDAY;VALUE=text:circa 1800", None),
}


def birthdays(repo: Repo) -> dict[str, str | None]:
    """Return the birthdays of persons who are customers and of the people of companies, by name."""
    found = {}
    for customer, contacts in modules(repo).values():
        identity = repo.root / customer_folder(customer["id"]) / "identity.yaml"
        own = dict(parse(identity.read_bytes()).value or {}) if identity.exists() else {}
        for person in contacts["people"]:
            assert "birthday" not in own or "birthday" not in person
            found[person["name"]] = own.get("birthday", person.get("birthday"))
    return found


@pytest.mark.parametrize("company", ["", "ORG:Example Ltd\r\n"])
def test_birthdays_go_in_and_out_for_those_who_may_read_them(
    empty_repo: Repo, tmp_path: Path, company: str
) -> None:
    cards = "".join(
        f"{HEAD}FN:{name}\r\n{company}{line}\r\nEND:VCARD\r\n" for name, (line, _) in BORN.items()
    )
    result = told(empty_repo, tmp_path, "a.vcf", cards)
    assert (result["created"], result["rejected"]) == (1 if company else 6, 0)
    assert "3 birthdays left out: no year, or day and month could be either" in result["notices"]
    born = {name: day for name, (_, day) in BORN.items()}
    assert birthdays(empty_repo) == born
    assert empty_repo.custodex("check").returncode == 0
    # who may read contacts but no identity sees the birthdays of contacts, none of a customer's own
    shown = empty_repo.custodex("export", "--format", "vcf", "--audience", "sales").stdout
    assert "FN:Ann Example" in shown
    assert ("BDAY" in shown) is bool(company)
    taken = empty_repo.custodex("show", "Ann Example", "--audience", "sales").stdout
    assert ("1984-05-20" in taken) is bool(company)
    assert "BDAY" not in empty_repo.custodex("export", "--format", "vcf", "--audience", "finance").stdout
    whole = empty_repo.custodex("export", "--format", "vcf").stdout
    assert whole.count("BDAY:198405") == 3
    other = copy_of_checkout(tmp_path / "other", "schema")
    assert told(other, tmp_path, "b.vcf", whole)["rejected"] == 0
    assert birthdays(other) == born
    again = told(empty_repo, tmp_path, "a.vcf", cards)
    assert (again["created"], again["updated"]) == (0, 0)


@pytest.mark.parametrize(
    "data",
    [
        b"BEGIN:VCARD\nFN:=E7=8E\nEND:VCARD",  # no version
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=GBK:\xcd\xf5;\xd0\xa1\xc3\xf7\r\nEND:VCARD\r\n",
        f"{HEAD}FN:A\r\nTEL:1\r\n".encode(),  # cut short
        f"{HEAD}FN:{'A' * 300_000}\r\nEND:VCARD".encode(),
        f"{HEAD}FN:=cmd|' /C calc'!A0\r\nNOTE:@SUM(1)\r\nEND:VCARD".encode(),
        f"{HEAD}FN:A\x00B\x1b[31m\u202e\r\nEND:VCARD".encode(),
        (f"{HEAD}" * 500 + "FN:deep\r\n" + "END:VCARD\r\n" * 500).encode(),
        "BEGIN:VCARD\r\nFN:宽\r\nEND:VCARD\r\n".encode("utf-16"),
        b"BEGIN:VCARD\r\nEND:VCARD\r\n",
        b"BEGIN:VCARD" + b"\r\n" * 1000,
    ],
)  # fmt: skip
def test_a_hostile_card_ends_in_a_record_or_a_reason(empty_repo: Repo, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "odd.vcf"
    path.write_bytes(data)
    done = empty_repo.custodex("import", str(path))
    assert done.returncode in {0, 1}, done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert empty_repo.custodex("check").returncode == (0 if modules(empty_repo) else 1)


def table(headers: str, *rows: dict[str, str]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, headers.split(","))
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,"
    "Name Suffix,"
    "Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,"
    "E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Street,"
    "Address 1 - City,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country"
)
OUTLOOK = (
    "First Name,Middle Name,Last Name,Title,Suffix,Nickname,E-mail Address,E-mail 2 Address,Business Phone,"
    "Mobile Phone,"
    "Business Fax,Company,Department,Job Title,Business Street,Business City,Business State,Business Postal Code,"
    "Business Country/Region,Notes,Web Page,Birthday"
)
HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Phone Number,Job Title,Company Name,Lifecycle Stage,Lead Status,"
    "Contact owner,"
    "Create Date"
)
ACCOUNT = (
    "Id,IsDeleted,MasterRecordId,Name,Type,ParentId,BillingStreet,BillingCity,BillingState,BillingPostalCode,"
    "BillingCountry,Phone,Fax,AccountNumber,Website,Industry,AnnualRevenue,NumberOfEmployees,OwnerId,CreatedDate"
)


def test_an_export_of_google_contacts_is_known_by_its_headers(empty_repo: Repo, tmp_path: Path) -> None:
    text = table(
        GOOGLE,
        {"First Name": "小明", "Last Name": "王", "Organization Name": "样例甲有限公司", "Organization Title": "经理",
         "E-mail 1 - Label": "* Work", "E-mail 1 - Value": "ming@example.cn", "Phone 1 - Label": "Mobile",
         "Phone 1 - Value": "+86 139 0000 0123 ::: +86 139 0000 0124", "Birthday": "1984-05-20"},
        {"First Name": "Ann", "Middle Name": "B.", "Last Name": "Example", "E-mail 1 - Value": "ann@example.com",
         "Address 1 - Label": "Home", "Address 1 - Street": "1 Sample Road", "Address 1 - Country": "USA"},
    )  # fmt: skip
    result = told(empty_repo, tmp_path, "contacts.csv", text)
    assert (result["created"], result["unmatched"]) == (2, [])
    found = modules(empty_repo)
    assert found["样例甲有限公司"][1]["people"][0]["name"] == "王小明"
    assert [phone["number"] for phone in found["样例甲有限公司"][1]["people"][0]["phones"]] == [
        "+8613900000123", "+8613900000124",
    ]  # fmt: skip
    assert birthdays(empty_repo) == {"王小明": "1984-05-20", "Ann B. Example": None}
    person, contacts = found["Ann B. Example"]
    assert person["type"] == "person"
    assert contacts["addresses"][0] | {"id": ""} == {
        "id": "", "type": "home", "country": "US", "street": "1 Sample Road",
    }  # fmt: skip


def test_an_export_of_outlook_is_known_by_its_headers(empty_repo: Repo, tmp_path: Path) -> None:
    text = table(
        OUTLOOK,
        {"First Name": "Ann", "Last Name": "Example", "E-mail Address": "ann@example.com", "Company": "Example Ltd",
         "Job Title": "Buyer", "Business Phone": "+44 20 7946 0123", "Business Street": "1 Sample Road",
         "Business City": "London", "Business Country/Region": "United Kingdom", "Web Page": "www.example.com",
         "Birthday": "5/20/1984"},
        {"First Name": "Ben", "Last Name": "Example", "Company": "Example Ltd", "Birthday": "5/6/1984"},
        {"First Name": "Cleo", "Last Name": "Example", "Company": "Example Ltd", "Birthday": "0/0/00"},
    )  # fmt: skip
    result = told(empty_repo, tmp_path, "outlook.csv", text)
    assert result["created"] == 1
    assert "1 birthday left out: no year, or day and month could be either" in result["notices"]
    assert birthdays(empty_repo) == {"Ann Example": "1984-05-20", "Ben Example": None, "Cleo Example": None}
    customer, contacts = modules(empty_repo)["Example Ltd"]
    assert customer["website"] == "https://www.example.com"
    assert contacts["people"][0]["title"] == "Buyer"
    assert contacts["addresses"][0]["country"] == "GB"


def test_exports_of_hubspot_and_salesforce_are_known_and_go_in_once(empty_repo: Repo, tmp_path: Path) -> None:
    people = table(
        HUBSPOT,
        {"Record ID": "101", "First Name": "Ann", "Last Name": "Example", "Email": "ann@example.com",
         "Company Name": "Example Ltd", "Job Title": "Buyer"},
    )  # fmt: skip
    assert told(empty_repo, tmp_path, "hubspot.csv", people)["created"] == 1
    accounts = table(
        ACCOUNT,
        {"Id": "0015g00000XyZ1AAA1", "IsDeleted": "false", "Name": "Sample Instruments", "BillingCity": "Leeds",
         "BillingCountry": "UK", "Phone": "(0113) 496 0123", "Website": "https://sample.example.com"},
        {"Id": "0015g00000XyZ1AAA2", "IsDeleted": "true", "Name": "Gone Ltd"},
    )  # fmt: skip
    assert told(empty_repo, tmp_path, "accounts.csv", accounts)["created"] == 1
    customer, contacts = modules(empty_repo)["Sample Instruments"]
    assert customer["identifiers"]["external"] == [{"system": "salesforce", "id": "0015g00000XyZ1AAA1"}]
    assert contacts["phones"][0]["number"] == "+441134960123"
    renamed = accounts.replace("Sample Instruments", "Sample Instruments Ltd")
    again = told(empty_repo, tmp_path, "accounts.csv", renamed)
    assert (again["created"], again["updated"]) == (0, 1)  # found by its id there, not by its name
    assert "Gone Ltd" not in modules(empty_repo)


def test_a_phone_that_no_plan_knows_stays_a_phone_where_its_country_is_known(
    empty_repo: Repo, tmp_path: Path
) -> None:
    text = "name,type,Contact,phone\nExample Ltd,organization,Ann Example,(171) 555-7788\n"
    assert told(empty_repo, tmp_path, "a.csv", text, "--region", "GB")["warnings"] == 1
    _, contacts = modules(empty_repo)["Example Ltd"]
    assert contacts["people"][0]["phones"][0] == {"number": "(171) 555-7788", "type": "work", "region": "GB"}
    done = empty_repo.custodex("check")
    assert "phone-plan" in done.stdout
    assert done.returncode == 0


def test_a_phone_without_any_country_is_kept_as_a_note(empty_repo: Repo, tmp_path: Path) -> None:
    text = "name,type,Contact,phone\nExample Ltd,organization,Ann Example,555 1234\n"
    told(empty_repo, tmp_path, "a.csv", text)
    assert modules(empty_repo)["Example Ltd"][1]["people"] == [
        {"id": "p1", "name": "Ann Example", "note": "phone: 555 1234"}
    ]


def test_what_people_wrote_stays_when_the_same_number_comes_in_again(
    empty_repo: Repo, tmp_path: Path
) -> None:
    text = "name,type,Contact,phone\nExample Ltd,organization,Ann Example,+44 20 7946 0123\n"
    told(empty_repo, tmp_path, "a.csv", text)
    (path,) = (empty_repo.root / "records").rglob("contacts.yaml")
    spaced = path.read_text(encoding="utf-8").replace("+442079460123", "+44 20 7946-0123")
    path.write_text(spaced, encoding="utf-8")
    assert told(empty_repo, tmp_path, "a.csv", text)["unchanged"] == 1
    assert path.read_text(encoding="utf-8") == spaced
