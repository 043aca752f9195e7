"""Mails, meetings and calls become notes of the customers they were with, each of them once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from custodex.records import customer_folder
from custodex.yamlfile import parse
from workbench import Repo

ANN, BOLT = "a000000001s", "a00000000ad"
STAFF = "id: li-wen\nname: 李雯\nemail: li.wen@custodex.example.com\nroles:\n  - sales\nactive: true\n"
MAIL = """\
Message-ID: <1@mail.example.com>
Date: Mon, 02 Mar 2026 10:00:00 +0800
From: =?utf-8?b?5a6J?= <Ann@Example.com>
To: Li Wen <li.wen@custodex.example.com>
Subject: =?utf-8?b?5oql5Lu35Y2V?=
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=gb18030
Content-Transfer-Encoding: 8bit

"""


@pytest.fixture
def repo(empty_repo: Repo) -> Repo:
    empty_repo.write("records/staff/li-wen.yaml", STAFF)
    head = "type: organization\nstage: lead\nsource:\n  channel: website\n"
    empty_repo.write(f"{customer_folder(ANN)}/customer.yaml", f"id: {ANN}\nname: Example Ltd\n{head}")
    empty_repo.write(
        f"{customer_folder(ANN)}/contacts.yaml",
        'people:\n  - id: p1\n    name: Ann Example\n    phones:\n      - number: "+86 139 0000 0123"\n'
        "    emails:\n      - address: ann@example.com\n",
    )
    done = empty_repo.custodex("check", "--fix")
    assert done.returncode == 0, done.stdout
    empty_repo.commit()
    return empty_repo


def told(repo: Repo, file: Path, *options: str, code: int = 0) -> dict[str, Any]:
    done = repo.custodex("import", str(file), "--format", "json", *options)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def notes(repo: Repo) -> list[dict[str, Any]]:
    paths = sorted((repo.root / "records").rglob("notes/*/*.yaml"))
    return [dict(parse(path.read_bytes()).value or {}) for path in paths]


def message(body: str = "请发样品。\n\n@all 大家好\n") -> bytes:
    attached = (
        "--b\nContent-Type: application/pdf\n"
        'Content-Disposition: attachment; filename="../../etc/报价.pdf"\n\nx\n--b--\n'
    )
    return MAIL.encode() + body.encode("gb18030") + attached.encode()


def test_a_mail_becomes_a_note_once(repo: Repo, tmp_path: Path) -> None:
    file = tmp_path / "a.eml"
    file.write_bytes(message())
    assert told(repo, file)["created"] == 1
    (note,) = notes(repo)
    assert note == {
        "type": "email", "occurred_at": "2026-03-02T10:00:00+08:00", "by": "li-wen", "people": ["p1"],
        "direction": "incoming", "subject": "报价单", "summary": "请发样品。",
        "communication": "请发样品。\n\n＠all 大家好\n\n[报价.pdf]",
    }  # fmt: skip
    assert repo.custodex("check").returncode == 0
    assert (told(repo, file)["created"], len(notes(repo))) == (0, 1)
    other = tmp_path / "copy.eml"  # the same message from another mailbox, another text below it
    other.write_bytes(message("请发样品。\n-- \n群发\n"))
    assert told(repo, other)["unchanged"] == 1
    assert notes(repo) == [note]


def test_a_folder_of_mails_tells_whom_it_does_not_know(repo: Repo, tmp_path: Path) -> None:
    stranger = MAIL.replace("Ann@Example.com", "bob@nowhere.example.com").replace("<1@", "<2@").encode()
    sent = (
        b"Message-ID: <3@x>\nDate: Tue, 03 Mar 2026 09:00:00 +0000\nFrom: li.wen@custodex.example.com\n"
        b"To: ann@example.com\nSubject: offer\n\n>From the heart\n"
    )
    parts = [message(), stranger + b"hello\n--b--\n", sent, message()]
    file = tmp_path / "all.mbox"
    file.write_bytes(b"\n".join(b"From x Mon Mar  2 10:00:00 2026\n" + part for part in parts))
    found = told(repo, file, code=1)
    assert (found["created"], found["rejected"]) == (2, 1)
    (bad,) = [row for row in found["rows"] if row["outcome"] == "rejected"]
    assert "bob@nowhere.example.com" in bad["reason"]
    assert [note["direction"] for note in notes(repo)] == ["incoming", "outgoing"]
    assert any("once" in notice for notice in found["notices"])


@pytest.mark.parametrize(
    "data",
    [
        b"From: \xff\xfe<ann@example.com>\nDate: nonsense\nSubject: =?x-none?b?////?=\n\n\xff\xfe\x00",
        b"From: ann@example.com\nDate: Mon, 99 Foo 2026 99:99:99 +9999\n\nx",
        b"From: a@b.c\nContent-Type: text/plain; charset=no\nDate: Mon, 2 Mar 2026 10:00:00\n\n\x1b[31m\xe2\x80\xae",
        b"From: ann@example.com\nSubject: a\r\n\x00b\nDate: Mon, 02 Mar 2026 10:00:00 +0800\n\nbody",
        b"Subject: =cmd|' /C calc'!A0\nFrom: ann@example.com\nDate: Mon, 02 Mar 2026 10:00:00 +0800\n\n=1+1",
        b"From: ann@example.com\n" + b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)
        ),
        b"From: " + b"a@b.c, " * 50_000 + b"\n\nx",
        b"\x00" * 1000,
        b"",
    ],
    ids=range(9),
)  # fmt: skip
def test_a_hostile_mail_ends_in_a_note_or_a_reason(repo: Repo, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "odd.eml"
    file.write_bytes(data)
    done = repo.custodex("import", str(file))
    assert done.returncode in {0, 1}, done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert repo.custodex("check").returncode == 0


def test_html_alone_is_read_as_its_text(repo: Repo, tmp_path: Path) -> None:
    file = tmp_path / "a.eml"
    file.write_text(
        "From: ann@example.com\nDate: Mon, 02 Mar 2026 10:00:00 +0800\nSubject: x\nContent-Type: text/html\n\n"
        "<style>p{}</style><script>alert(1)</script><p>first &amp; last</p><div>second</div>",
        encoding="utf-8",
    )
    told(repo, file, "--by", "li-wen")
    assert notes(repo)[0]["communication"] == "first & last\nsecond"


ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:m1
DTSTART;TZID=Asia/Shanghai:20260302T140000
DTEND;TZID=Asia/Shanghai:20260302T150000
SUMMARY:季度会议
LOCATION:深圳
ORGANIZER:mailto:li.wen@custodex.example.com
ATTENDEE;CN=Ann:MAILTO:ann@example.com
END:VEVENT
BEGIN:VEVENT
UID:m2
STATUS:CANCELLED
DTSTART:20260303T060000Z
ATTENDEE:mailto:ann@example.com
END:VEVENT
BEGIN:VEVENT
UID:m3
DTSTART;VALUE=DATE:20991231
SUMMARY:someday
ATTENDEE:mailto:ann@example.com
END:VEVENT
END:VCALENDAR
"""


def test_meetings_of_a_calendar_become_notes_and_future_ones_do_not(repo: Repo, tmp_path: Path) -> None:
    file = tmp_path / "a.ics"
    file.write_text(ICS.replace("\n", "\r\n"), encoding="utf-8", newline="")
    found = told(repo, file, code=1)
    assert (found["created"], found["rejected"]) == (1, 1)
    (note,) = notes(repo)
    assert (note["type"], note["summary"], note["place"], note["duration_minutes"]) == (
        "meeting",
        "季度会议",
        "深圳",
        60,
    )
    assert note["occurred_at"] == "2026-03-02T14:00:00+08:00"
    assert told(repo, file, code=1)["unchanged"] == 1


def test_an_entry_that_repeats_is_one_note_that_says_so(repo: Repo, tmp_path: Path) -> None:
    file = tmp_path / "a.ics"
    text = ICS.replace("SUMMARY:", "RRULE:FREQ=WEEKLY;COUNT=5\nSUMMARY:", 1)
    file.write_text(text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    found = told(repo, file, code=1)
    assert found["created"] == 1
    assert any(
        "1 entries repeat: only the first time becomes a note" in notice for notice in found["notices"]
    )
    (note,) = notes(repo)
    assert note["communication"].endswith("RRULE:FREQ=WEEKLY;COUNT=5")


def test_a_call_log_becomes_notes(repo: Repo, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(
        "姓名,号码,类型,开始时间,通话时长\nAnn,13900000123,呼入,2026-03-02 10:00:00,3分20秒\n"
        "Ann,139 0000 0123,呼出,2026/03/03 11:00,00:10:00\n谁,13911111111,未接,2026-03-04 12:00:00,0\n",
        encoding="utf-8",
    )
    found = told(repo, file, "--region", "CN", "--by", "李雯", code=1)
    assert (found["created"], found["rejected"]) == (2, 1)
    assert [(note["direction"], note["duration_minutes"]) for note in notes(repo)] == [
        ("incoming", 4),
        ("outgoing", 10),
    ]


# --- the whole import


def sheet(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / "list.csv"
    file.write_text("\n".join(["name,type,Contact,mobile", *rows, ""]), encoding="utf-8")
    return file


def test_likely_duplicates_are_shown_before_they_are_created(repo: Repo, tmp_path: Path) -> None:
    file = sheet(
        tmp_path, "Another Name,organization,Ann E.,+86 139 0000 0123", "Exmaple GmbH,organization,,",
        "EXAMPLE LIMITED,organization,Ann,", "Quite Different,organization,Bob,+86 139 0000 0199",
    )  # fmt: skip
    found = told(repo, file, "--dry-run", code=1)
    rows = {row["row"]: row for row in found["rows"]}
    assert rows[2]["outcome"] == "rejected"
    assert ANN in rows[2]["reason"]
    assert "same phone" in rows[2]["reason"]
    assert ANN in rows[4]["similar"]
    assert "similar" not in rows[5]
    assert told(repo, file, "--allow-duplicates")["created"] == 4


def test_an_import_is_one_commit_that_can_be_reverted(repo: Repo, tmp_path: Path) -> None:
    repo.write("elsewhere.txt", "not part of it\n")
    found = told(repo, sheet(tmp_path, "First Ltd,organization,,", "Second Ltd,organization,,"), "--commit")
    assert found["commit"] == repo.git("rev-parse", "HEAD").strip()
    assert repo.git("log", "-1", "--format=%s").strip() == "import: 2 created, 0 updated"
    assert "Ltd" not in repo.git("log", "-1", "--format=%B")
    assert repo.git("status", "--porcelain").split() == ["??", "elsewhere.txt"]
    repo.git("revert", "--no-edit", "HEAD")
    assert len(list((repo.root / "records").rglob("customer.yaml"))) == 1


def test_a_large_import_is_one_commit_as_well(repo: Repo, tmp_path: Path) -> None:
    rows = [
        f"Sample {number} Ltd,organization,Ann {number},+86 139 0000 {number:04}"
        for number in range(1000, 1260)
    ]
    repo.write("elsewhere.txt", "staged\n")
    repo.git("add", "elsewhere.txt")
    done = repo.custodex("import", str(sheet(tmp_path, *rows)), "--commit")
    assert done.returncode == 2
    assert "staged" in done.stderr
    assert repo.git("status", "--porcelain", "-uall") == "A  elsewhere.txt\n"  # and nothing was written
    repo.git("rm", "--cached", "-q", "elsewhere.txt")
    found = told(repo, sheet(tmp_path, *rows), "--commit")
    assert found["created"] == 260
    assert len(repo.git("diff", "--name-only", "HEAD~1", "HEAD").split()) == 520
    assert repo.git("status", "--porcelain").split() == ["??", "elsewhere.txt"]


def test_an_import_that_was_not_committed_can_be_undone(repo: Repo, tmp_path: Path) -> None:
    told(repo, sheet(tmp_path, "First Ltd,organization,,"))
    assert repo.custodex("undo").returncode == 0
    assert repo.git("status", "--porcelain").strip() == ""


def test_rejected_rows_come_back_as_a_workbook(repo: Repo, tmp_path: Path) -> None:
    import openpyxl

    out = tmp_path / "bad.xlsx"
    file = sheet(tmp_path, "First Ltd,organisation,,", "Second Ltd,organization,,")
    told(repo, file, "--rejected", str(out), code=1)
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(out).worksheets[0].iter_rows()]
    assert rows[0] == ["name", "type", "Contact", "mobile", "原因", "reason"]
    assert rows[1][:2] == ["First Ltd", "organisation"]
    assert "organisation" in str(rows[1][5])
    assert len(rows) == 2


def test_an_old_workbook_is_read(empty_repo: Repo, tmp_path: Path, checkout: Path) -> None:
    data = (checkout / "tests" / "data" / "import" / "customers.xls").read_bytes()
    file = tmp_path / "customers.xls"
    file.write_bytes(data)
    found = told(empty_repo, file, "--region", "CN")
    assert (found["created"], found["unmatched"]) == (2, [])
    assert any("hidden" in notice for notice in found["notices"])
    names = {path.read_text(encoding="utf-8").split("name: ")[1].split("\n")[0]
             for path in (empty_repo.root / "records").rglob("customer.yaml")}  # fmt: skip
    assert {"样例甲有限公司"} <= names
    for cut in (600, len(data) // 2, len(data) - 100):
        file.write_bytes(data[:cut])
        done = empty_repo.custodex("import", str(file), "--dry-run")
        assert done.returncode in {0, 1}, done.stderr
        assert "Traceback" not in done.stderr + done.stdout


def test_a_reading_is_remembered_for_files_with_the_same_headers(repo: Repo, tmp_path: Path) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text(
        "kind: customer\nkey:\n  system: shop\n  column: no\nfields:\n  name: firm\n"
        "defaults:\n  type:\n    value: organization\n  stage:\n    value: lead\n"
        "  source.channel:\n    value: import\n",
        encoding="utf-8",
    )
    first, second = tmp_path / "one.csv", tmp_path / "two.csv"
    first.write_text("no,firm\n1,First Ltd\n", encoding="utf-8")
    second.write_text("Firm,No\nSecond Ltd,2\nFirst Limited,1\n", encoding="utf-8")
    assert told(repo, first, "--mapping", str(mapping), "--save")["created"] == 1
    mapping.unlink()
    done = repo.custodex("import", str(second), "--format", "json")
    assert "remembered" in done.stderr
    found = json.loads(done.stdout)
    assert (found["created"], found["updated"]) == (1, 1), done.stdout
    assert (
        repo.custodex("import", str(second), "--no-saved").returncode == 1
    )  # nobody knows these headers then


def test_a_dry_run_shows_which_column_goes_where_and_what_becomes_of_each_row(
    repo: Repo, tmp_path: Path
) -> None:
    file = sheet(tmp_path, "First Ltd,organization,Bob,+44 20 7946 0123", "Second Ltd,organisation,,")
    done = repo.custodex("import", str(file), "--dry-run")
    lines = done.stdout.splitlines()
    assert any(line.split() == ["mobile", "contacts.people.phones[mobile].number"] for line in lines), (
        done.stdout
    )
    assert any(line.split()[:4] == ["2", "new", "First", "Ltd"] for line in lines)
    assert any(line.startswith("3") and "rejected" in line and "organisation" in line for line in lines)
    assert repo.git("status", "--porcelain").strip() == ""
