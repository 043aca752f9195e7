"""`custodex import` as people use it: their spreadsheets, their headers, their mistakes."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from custodex.yamlfile import parse
from workbench import Repo

HEADERS = "名称,客户类型,城市,联系人,手机,邮箱,备注\n"
ROW = "样例甲有限公司,企业客户,深圳,王一,13900000123,wang@example.cn,老客户\n"


def write(tmp_path: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> str:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return str(path)


def told(repo: Repo, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = repo.custodex("import", *arguments, "--region", "CN", "--format", "json")
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def customers(repo: Repo) -> dict[str, dict[str, Any]]:
    found = {}
    for path in sorted((repo.root / "records").rglob("customer.yaml")):
        value = parse(path.read_bytes()).value or {}
        found[value["name"]] = value
    return found


def contacts(repo: Repo) -> dict[str, Any]:
    (path,) = (repo.root / "records").rglob("contacts.yaml")
    return dict(parse(path.read_bytes()).value or {})


def records(repo: Repo) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted((repo.root / "records").rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", ","), ("utf-16", "\t")]
)
def test_a_chinese_list_goes_in_by_its_headers(
    empty_repo: Repo, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    file = write(tmp_path, (HEADERS + ROW).replace(",", delimiter), encoding=encoding)
    assert told(empty_repo, file)["created"] == 1
    customer = customers(empty_repo)["样例甲有限公司"]
    assert customer["type"] == "organization"
    assert customer["region"] == {"country": "CN", "province": "44", "city": "4403"}
    assert customer["description"] == "老客户"
    assert customer["source"]["channel"] == "import"
    person = contacts(empty_repo)["people"][0]
    assert (person["name"], person["phones"][0]["number"]) == ("王一", "+8613900000123")
    assert person["emails"] == [{"address": "wang@example.cn"}]
    assert empty_repo.custodex("check").returncode == 0


def test_english_headers_and_field_paths_do_as_well(empty_repo: Repo, tmp_path: Path) -> None:
    text = (
        "Company Name,type,region.country,Contact,people.title,E-mail,ADDRESS,Zip\n"
        "Example Ltd.,organization,United Kingdom,Ann Example,Buyer,ann@example.com,1 Sample Road,00123\n"
    )
    assert told(empty_repo, write(tmp_path, text))["unmatched"] == []
    assert customers(empty_repo)["Example Ltd."]["region"] == {"country": "GB"}
    found = contacts(empty_repo)
    assert found["people"][0]["title"] == "Buyer"
    assert found["addresses"][0]["postal_code"] == "00123"


def test_the_same_file_twice_adds_nothing(empty_repo: Repo, tmp_path: Path) -> None:
    file = write(tmp_path, HEADERS + ROW)
    told(empty_repo, file)
    before = records(empty_repo)
    again = told(empty_repo, file)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 1)
    assert records(empty_repo) == before


def test_a_key_of_another_system_updates_only_what_is_mapped(empty_repo: Repo, tmp_path: Path) -> None:
    file = write(tmp_path, "外部号,名称,客户类型\n000123456789012345,样例甲,企业客户\n")
    options = ("--key", "外部号", "--system", "erp")
    told(empty_repo, file, *options)
    customer = customers(empty_repo)["样例甲"]
    assert customer["identifiers"]["external"] == [{"system": "erp", "id": "000123456789012345"}]
    (path,) = (empty_repo.root / "records").rglob("customer.yaml")
    path.write_text(path.read_text(encoding="utf-8") + "description: 手写\n", encoding="utf-8")
    changed = write(tmp_path, "外部号,名称,客户类型\n000123456789012345,样例甲集团,企业客户\n")
    assert told(empty_repo, changed, *options)["updated"] == 1
    customer = customers(empty_repo)["样例甲集团"]
    assert customer["description"] == "手写"
    assert customer["source"]["ref"] == "list.csv"


def test_comments_stay_where_only_a_value_changes(empty_repo: Repo, tmp_path: Path) -> None:
    options = ("--key", "外部号", "--system", "erp")
    told(empty_repo, write(tmp_path, "外部号,名称,客户类型\n7,样例甲,企业客户\n"), *options)
    (path,) = (empty_repo.root / "records").rglob("customer.yaml")
    commented = path.read_text(encoding="utf-8").replace("name: 样例甲\n", "name: 样例甲  # 曾用名见附件\n")
    path.write_text(commented, encoding="utf-8")
    assert (
        told(empty_repo, write(tmp_path, "外部号,名称,客户类型\n7,样例乙,企业客户\n"), *options)["updated"]
        == 1
    )
    assert path.read_text(encoding="utf-8") == commented.replace("样例甲", "样例乙")
    before = path.read_text(encoding="utf-8").splitlines()
    wider = write(tmp_path, "外部号,名称,客户类型,备注\n7,样例乙,企业客户,新\n")
    assert told(empty_repo, wider, *options)["updated"] == 1
    after = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == ["description: 新"]
    assert [line for line in after if line in before] == before


def test_a_dry_run_tells_and_writes_nothing(empty_repo: Repo, tmp_path: Path) -> None:
    file = write(tmp_path, HEADERS + ROW + ",企业客户,,,,,\n")
    found = told(empty_repo, file, "--dry-run", code=1)
    assert (found["created"], found["rejected"], found["written"]) == (1, 1, False)
    assert records(empty_repo) == {}
    assert empty_repo.git("status", "--porcelain") == ""
    assert told(empty_repo, write(tmp_path, HEADERS + ROW))["created"] == 1


def test_strict_writes_all_or_nothing(empty_repo: Repo, tmp_path: Path) -> None:
    file = write(tmp_path, HEADERS + ROW + "样例乙,外星客户,,,,,\n")
    found = told(empty_repo, file, "--strict", code=1)
    assert (found["created"], found["rejected"]) == (0, 1)
    assert [row["outcome"] for row in found["rows"]] == ["withheld", "rejected"]
    assert records(empty_repo) == {}
    assert told(empty_repo, file, code=1)["created"] == 1


def test_a_warning_is_told_and_withholds_no_row(empty_repo: Repo, tmp_path: Path) -> None:
    file = write(
        tmp_path, HEADERS + ROW + ROW.replace("样例甲有限公司", "\u0410cme Port").replace("13900000123", "")
    )
    found = told(empty_repo, file, "--strict")
    assert (found["created"], found["warnings"] > 0) == (2, True)


def test_columns_nobody_reads_are_named_and_refused_with_strict(empty_repo: Repo, tmp_path: Path) -> None:
    file = write(tmp_path, "名称,客户类型,星座\n样例甲,企业客户,狮子\n")
    assert told(empty_repo, file, "--dry-run")["unmatched"] == ["星座"]
    done = empty_repo.custodex("import", file, "--strict", "--lang", "zh")
    assert done.returncode == 1
    assert "星座" in done.stderr
    assert records(empty_repo) == {}


def test_rejected_rows_come_back_with_their_reason_and_go_in_once_mended(
    empty_repo: Repo, tmp_path: Path
) -> None:
    bad = "样例乙有限公司,企业客户,深圳,王二,1.38E+10,w2@example.cn,好\n样例丙有限公司,企业客户,深圳,王三,,,=1+2\n"
    out = tmp_path / "bad.csv"
    found = told(empty_repo, write(tmp_path, HEADERS + ROW + bad), "--rejected", str(out), code=1)
    assert (found["created"], found["rejected"]) == (1, 2)
    data = out.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == 3
    header, second, third = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert header == [*HEADERS.strip().split(","), "原因", "reason"]
    assert second[0] == "样例乙有限公司"
    assert "scientific" in second[-1]
    assert "科学记数" in second[-2]
    assert third[6] == "⚠ =1+2"  # opens as text, never as a formula, and is refused until somebody mends it
    mended = data.decode("utf-8-sig").replace("⚠ 1.38E+10", "13900000456")
    again = told(empty_repo, write(tmp_path, mended, "mended.csv"), code=1)
    assert (again["created"], again["rejected"], again["unmatched"]) == (1, 1, [])
    assert "=1+2" not in "".join(path.read_text(encoding="utf-8") for path in records(empty_repo))


def test_a_row_that_a_check_refuses_does_not_stop_the_others(empty_repo: Repo, tmp_path: Path) -> None:
    text = "名称,客户类型,统一社会信用代码\n样例甲,企业客户,91440300MA5FXXXX0X\n样例乙,企业客户,\n"
    found = told(empty_repo, write(tmp_path, text), code=1)
    assert (found["created"], found["rejected"]) == (1, 1)
    assert list(customers(empty_repo)) == ["样例乙"]
    assert empty_repo.custodex("check").returncode == 0


def test_two_rows_with_one_key_are_not_both_taken(empty_repo: Repo, tmp_path: Path) -> None:
    text = "号,名称,客户类型\n1,样例甲,企业客户\n1,样例乙,企业客户\n"
    found = told(empty_repo, write(tmp_path, text), "--key", "号", "--system", "erp", code=1)
    assert found["rows"][1]["reason"] == "row 2 has the same key 1"
    assert list(customers(empty_repo)) == ["样例甲"]


def test_a_file_of_another_customer_is_not_overwritten_by_a_like_name(
    empty_repo: Repo, tmp_path: Path
) -> None:
    told(empty_repo, write(tmp_path, "名称,客户类型,备注\n王伟,个人客户,甲\n"))
    other = write(tmp_path, "名称,客户类型,备注\n王伟,个人客户,乙\n")
    (row,) = told(empty_repo, other, code=1)["rows"]
    assert "--key name" in row["reason"]
    assert customers(empty_repo)["王伟"]["description"] == "甲"
    assert told(empty_repo, other, "--key", "name")["updated"] == 1


def test_notes_go_to_the_customer_the_row_names(sample_repo: Repo, tmp_path: Path) -> None:
    customer = next(iter(sorted((sample_repo.root / "records" / "customers").rglob("customer.yaml"))))
    id_ = customer.parent.name
    staff = next(iter(sorted((sample_repo.root / "records" / "staff").iterdir()))).stem
    text = f"客户编号,类型,时间,经办人,摘要\n{id_},其他,2026-03-02 14:30,{staff},谈了续约\n"
    mapping = (
        "kind: note\ncustomer:\n  column: 客户编号\ncolumns:\n  类型: type\n  时间: occurred_at\n"
        "  经办人: by\n  摘要: summary\n"
    )
    options = ("--mapping", write(tmp_path, mapping, "notes.yaml"))
    assert told(sample_repo, write(tmp_path, text), *options)["created"] == 1
    (note,) = customer.parent.glob("notes/2026/2026-03-02-*.yaml")
    value = parse(note.read_bytes()).value or {}
    assert value["occurred_at"] == "2026-03-02T14:30:00+08:00"
    assert told(sample_repo, write(tmp_path, text), *options)["unchanged"] == 1


def test_a_committed_event_is_not_edited(empty_repo: Repo, tmp_path: Path) -> None:
    told(
        empty_repo, write(tmp_path, "号,名称,客户类型\n1,样例甲,企业客户\n"), "--key", "号", "--system", "erp"
    )
    mapping = (
        "kind: transaction\nkey:\n  system: erp\n  column: 单号\ncustomer:\n  system: erp\n  column: 客户\n"
        "fields:\n  type:\n    value: order\n  currency:\n    value: CNY\n  state:\n    value: open\n"
        "columns:\n  日期: occurred_on\n  金额: amount\n"
    )
    options = ("--mapping", write(tmp_path, mapping, "orders.yaml"))
    text = "单号,客户,日期,金额\nA1,1,2026-03-02,1234.50\n"
    assert told(empty_repo, write(tmp_path, text), *options)["created"] == 1
    assert told(empty_repo, write(tmp_path, text.replace("1234", "1235")), *options)["updated"] == 1
    empty_repo.commit()
    (row,) = told(empty_repo, write(tmp_path, text.replace("1234", "1236")), *options, code=1)["rows"]
    assert "event-edited" in row["reason"]


def test_a_mapping_is_told_its_mistakes_by_line(empty_repo: Repo, tmp_path: Path) -> None:
    mapping = write(tmp_path, "kind: customer\ncolumns:\n  名称: nmae\n  城市: region.town\n", "m.yaml")
    done = empty_repo.custodex("import", write(tmp_path, HEADERS + ROW), "--mapping", mapping)
    assert done.returncode == 2
    assert "m.yaml:3:3" in done.stderr
    assert "nmae" in done.stderr
    assert "m.yaml:4:3" in done.stderr
    done = empty_repo.custodex(
        "import", write(tmp_path, "A\n1\n"), "--mapping", write(tmp_path, "a: &x 1\n", "n.yaml")
    )
    assert done.returncode == 2
    assert "n.yaml:1:" in done.stderr


def test_numbers_text_and_formulas_of_a_workbook(empty_repo: Repo, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["名称", "客户类型", "邮编", "手机", "备注"])
    sheet.append(["样例甲", "企业客户", "001234", 13900000123, "一"])
    sheet.append(["样例乙", "企业客户", "001234", 123456789012345678, "二"])
    sheet.append(["样例丙", "企业客户", "001234", None, "=1+1"])
    sheet.row_dimensions[3].hidden = True
    sheet.merge_cells("D4:D5")
    book.create_sheet("别的")
    hidden = book.create_sheet("藏着")
    hidden.sheet_state = "hidden"
    path = tmp_path / "list.xlsx"
    book.save(path)
    found = told(empty_repo, str(path), code=1)
    outcomes = {row["row"]: (row["outcome"], row["reason"]) for row in found["rows"]}
    assert outcomes[2][0] == "created"
    assert "15 digits" in outcomes[3][1]
    assert "formula" in outcomes[4][1]
    notices = " ".join(found["notices"])
    for word in ("别的", "藏着", "hidden rows", "merged cells", "formulas"):
        assert word in notices
    found_contacts = contacts(empty_repo)
    assert found_contacts["addresses"][0]["postal_code"] == "001234"
    assert found_contacts["phones"][0]["number"] == "+8613900000123"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xlsx", b"PK\x03\x04 cut", "damaged"),
        ("a.xlsx", b"name,type\n", "not an XLSX"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "cannot be read"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"\x81\x20\xff\xfe\x00\x01", "encoding"),
        ("a.csv", b'name,type\n"open', "CSV"),
        ("a.csv", b"foo,bar\n1,2\n", "no column"),
    ],
)
def test_a_file_that_is_no_table_is_named_and_nothing_happens(
    empty_repo: Repo, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    done = empty_repo.custodex("import", str(path))
    assert done.returncode == 1, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert records(empty_repo) == {}
    assert path.read_bytes() == data


def test_a_missing_file_and_a_pipe_are_named(empty_repo: Repo, tmp_path: Path) -> None:
    assert empty_repo.custodex("import", str(tmp_path / "none.csv")).returncode == 4
    os.mkfifo(tmp_path / "pipe.csv")
    done = empty_repo.custodex("import", str(tmp_path / "pipe.csv"))
    assert done.returncode == 4
    assert "not a regular file" in done.stderr


def test_a_link_below_records_is_not_written_through(empty_repo: Repo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (empty_repo.root / "records").mkdir()
    (empty_repo.root / "records" / "customers").symlink_to(outside)
    done = empty_repo.custodex("import", write(tmp_path, HEADERS + ROW), "--region", "CN")
    assert done.returncode == 4
    assert list(outside.iterdir()) == []


def test_a_writer_waits_its_turn_and_a_dead_one_is_named(empty_repo: Repo, tmp_path: Path) -> None:
    file = write(tmp_path, HEADERS + ROW)
    state = empty_repo.root / ".custodex"
    state.mkdir()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    import socket

    holder = {"pid": dead.pid, "host": socket.gethostname(), "since": "2026-11-22T08:00:00+08:00"}
    (state / "lock").write_text(json.dumps(holder), encoding="utf-8")
    done = empty_repo.custodex("import", file, "--region", "CN")
    assert done.returncode == 4
    assert str(dead.pid) in done.stderr
    assert "3600 s" in done.stderr
    assert "--break-lock" in done.stderr
    assert told(empty_repo, file, "--break-lock")["created"] == 1
    assert not (state / "lock").exists()


def test_many_imports_at_once_lose_nothing(empty_repo: Repo, tmp_path: Path) -> None:
    running = []
    for number in range(4):
        file = write(tmp_path, f"名称,客户类型\n样例{number},企业客户\n", f"{number}.csv")
        command = [sys.executable, "-m", "custodex", "import", file]
        running.append(subprocess.Popen(command, cwd=empty_repo.root, env=dict(empty_repo.environ)))
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    assert sorted(customers(empty_repo)) == [f"样例{number}" for number in range(4)]


def test_an_import_killed_at_any_moment_is_old_or_new(empty_repo: Repo, tmp_path: Path) -> None:
    text = HEADERS + "".join(f"样例{n},企业客户,深圳,王一,13900000123,w@example.cn,\n" for n in range(60))
    file = write(tmp_path, text)
    command = [sys.executable, "-m", "custodex", "import", file, "--region", "CN", "--break-lock"]
    begun = time.perf_counter()
    subprocess.run([*command, "--dry-run"], cwd=empty_repo.root, env=dict(empty_repo.environ), check=True)
    took = time.perf_counter() - begun
    for share in (0.5, 0.9, 1.0, 1.05, 1.1):
        process = subprocess.Popen(
            command, cwd=empty_repo.root, env=dict(empty_repo.environ), stdout=subprocess.DEVNULL
        )
        time.sleep(took * share)
        process.kill()
        process.wait()
        for path, data in records(empty_repo).items():
            assert parse(data).value, path
            assert not path.name.startswith(".tmp-")
    assert (
        subprocess.run(command, cwd=empty_repo.root, env=dict(empty_repo.environ), check=False).returncode
        == 0
    )
    assert len(customers(empty_repo)) == 60
    assert empty_repo.custodex("check").returncode == 0
    left = [path.name for path in (empty_repo.root / ".custodex").iterdir()]
    assert not [name for name in left if name.startswith(("writing-", ".tmp-")) or name == "lock"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_happened_is_told_in_the_readers_language(empty_repo: Repo, tmp_path: Path, lang: str) -> None:
    file = write(tmp_path, HEADERS + ROW + "样例乙,外星客户,,,,,\n")
    done = empty_repo.custodex("import", file, "--region", "CN", "--lang", lang)
    assert done.returncode == 1
    expected = {"zh": "新建 1，更新 0，未变 0，拒绝 1", "en": "created 1, updated 0, unchanged 0, rejected 1"}
    assert done.stdout.strip() == expected[lang]
    assert {"zh": "第 3 行：", "en": "row 3: "}[lang] in done.stderr
