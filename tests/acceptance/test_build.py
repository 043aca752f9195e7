"""`custodex build`: what it writes, that a change costs only itself, that nothing but the data decides."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from custodex.cli import main
from workbench import Repo


def build(repo: Repo, *arguments: str) -> int:
    """Build in this process: a subprocess would cost most of the test's time."""
    return main(["-C", str(repo.root), "build", *arguments])


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def differing(one: Path, other: Path) -> list[str]:
    left, right = tree(one), tree(other)
    return sorted(path for path in left.keys() | right.keys() if left.get(path) != right.get(path))


def customers(repo: Repo) -> list[Path]:
    return sorted(repo.root.glob("records/customers/*/*/customer.yaml"))


def test_the_first_build_says_what_it_did_and_what_to_open(sample_repo: Repo) -> None:
    result = sample_repo.custodex("--lang", "en", "build")
    assert result.returncode == 0, result.stderr
    index = sample_repo.root / "build/site/index.html"
    assert f"open {index}" in result.stdout
    assert index.exists()
    for path in customers(sample_repo):
        for lang in ("zh", "en"):
            assert (sample_repo.root / f"build/site/{lang}/c/{path.parent.name}.html").exists()


def test_json_says_the_same_for_machines(sample_repo: Repo) -> None:
    result = sample_repo.custodex("build", "--format", "json", "--lang", "zh", "--out", "elsewhere")
    said = json.loads(result.stdout)
    assert said["full"] is True
    assert said["index"] == str(sample_repo.root / "elsewhere/index.html")
    live = [path for path in customers(sample_repo) if "\nname: " in path.read_text("utf-8")]
    assert said["customers"] == len(live)
    assert not (sample_repo.root / "elsewhere/en").exists()


def test_an_empty_book_becomes_a_site(empty_repo: Repo) -> None:
    result = empty_repo.custodex("build")
    assert result.returncode == 0, result.stderr
    assert (empty_repo.root / "build/site/zh/customers.html").exists()


def test_findings_do_not_stop_the_site_but_are_told_and_listed(sample_repo: Repo) -> None:
    path = customers(sample_repo)[0]
    path.write_text(path.read_text("utf-8") + "colour: red\n", "utf-8")
    broken = customers(sample_repo)[1]
    broken.write_text("name: [unclosed\n", "utf-8")
    result = sample_repo.custodex("--lang", "en", "build")
    assert result.returncode == 0, result.stderr
    assert "errors" in result.stderr
    health = (sample_repo.root / "build/site/en/health.html").read_text("utf-8")
    assert "colour" in health
    assert broken.parent.name in health
    page = (sample_repo.root / f"build/site/en/c/{path.parent.name}.html").read_text("utf-8")
    assert "colour" in page


def test_building_again_writes_nothing(sample_repo: Repo) -> None:
    assert build(sample_repo) == 0
    before = {path: path.stat().st_mtime_ns for path in (sample_repo.root / "build/site").rglob("*")}
    assert build(sample_repo) == 0
    after = {path: path.stat().st_mtime_ns for path in (sample_repo.root / "build/site").rglob("*")}
    assert after == before


def test_one_new_note_rewrites_only_what_shows_it(sample_repo: Repo) -> None:
    assert build(sample_repo) == 0
    site = sample_repo.root / "build/site"
    before = tree(site)
    name = customers(sample_repo)[3].parent
    note = name / "notes/2026/2026-11-20-abcdef.yaml"
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(
        'type: other\noccurred_at: "2026-11-20T10:00:00+08:00"\nby: li-wen\nsummary: 路过前台\n', "utf-8"
    )
    assert build(sample_repo) == 0
    after = tree(site)
    changed = {path for path in after if before.get(path) != after[path]}
    pages = {path for path in changed if "/c/" in path}
    assert pages == {f"{lang}/c/{name.name}.html" for lang in ("zh", "en")}
    assert "路过前台" in after[f"zh/c/{name.name}.html"].decode()


def test_a_new_name_reaches_the_pages_that_show_it(sample_repo: Repo) -> None:
    parent = next(
        re.search(r"^parent: (\w+)", path.read_text("utf-8"), re.M)
        for path in customers(sample_repo)
        if "\nparent: " in path.read_text("utf-8")
    )
    assert parent is not None
    assert build(sample_repo) == 0
    key = parent[1]
    path = sample_repo.root / f"records/customers/{key[:2]}/{key}/customer.yaml"
    path.write_text(re.sub(r"^name: .*$", "name: 改名以后集团", path.read_text("utf-8"), flags=re.M), "utf-8")
    assert build(sample_repo) == 0
    showing = [
        page.stem
        for page in (sample_repo.root / "build/site/zh/c").glob("*.html")
        if "改名以后集团" in page.read_text("utf-8")
    ]
    assert len(showing) >= 2


EDITS = (
    "stage",
    "name",
    "note",
    "task",
    "remove",
    "move",
    "staff",
    "tags",
    "merge",
    "commit",
    "relation",
    "broken",
    "twin",
)


def edit(repo: Repo, dice: random.Random, step: int) -> None:  # noqa: C901 - one branch an edit
    """Change something a person might change."""
    kind = dice.choice(EDITS)
    path = dice.choice(customers(repo))
    text = path.read_text("utf-8")
    other = dice.choice(customers(repo)).parent.name
    if kind == "stage":
        stage = dice.choice(["lead", "customer", "lost"])
        path.write_text(re.sub(r"^stage: .*$", f"stage: {stage}", text, flags=re.M), "utf-8")
    elif kind == "name":
        path.write_text(re.sub(r"^name: .*$", f"name: 新名 {step}", text, flags=re.M), "utf-8")
    elif kind == "note":
        note = path.parent / f"notes/2026/2026-10-0{step % 9 + 1}-{'abcdef'[step % 6] * 6}.yaml"
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(
            f'type: other\noccurred_at: "2026-10-01T10:00:00+08:00"\nby: li-wen\nsummary: 第 {step} 次\n',
            "utf-8",
        )
    elif kind == "task":
        task = path.parent / f"tasks/2026-10-0{step % 9 + 1}-ffffff.yaml"
        task.parent.mkdir(exist_ok=True)
        task.write_text(f'title: 事 {step}\nassignee: sun-yue\ndue: "2026-12-01"\nstate: open\n', "utf-8")
    elif kind == "remove":
        shutil.rmtree(path.parent)
    elif kind == "move":
        path.write_text(re.sub(r"^owner: .*$", "owner: tom-okafor", text, flags=re.M), "utf-8")
    elif kind == "staff":
        staff = repo.root / "records/staff/li-wen.yaml"
        staff.write_text(
            re.sub(r"^name: .*$", f"name: 李雯{step}", staff.read_text("utf-8"), flags=re.M), "utf-8"
        )
    elif kind == "tags":
        path.write_text(re.sub(r"^tags:\n(  - .*\n)+", "tags:\n  - risk:low\n", text, flags=re.M), "utf-8")
    elif kind == "merge" and other != path.parent.name:
        path.write_text(f"id: {path.parent.name}\nmerged_into: {other}\n", "utf-8")
    elif kind == "relation":
        path.write_text(f"{text}relations:\n  - type: partner\n    to: {other}\n", "utf-8")
    elif kind == "twin":
        beside = path.parent.parent.parent / other[:2] / other / "contacts.yaml"
        if beside.exists():
            (path.parent / "contacts.yaml").write_text(beside.read_text("utf-8"), "utf-8")
    elif kind == "broken":
        path.write_text(text + "\tbroken: [\n", "utf-8")
    else:
        repo.commit(f"step {step}")


@pytest.mark.parametrize("seed", [3])
def test_after_any_edits_the_site_equals_one_made_anew(
    sample_repo: Repo, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custodex.site.state._ROWS_A_FILE", 4)  # so that files of rows come, go and move
    dice = random.Random(seed)
    assert build(sample_repo, "--out", str(sample_repo.root / "one")) == 0
    for step in range(5):
        for number in range(4):
            edit(sample_repo, dice, 10 * step + number)
        assert build(sample_repo, "--out", str(sample_repo.root / "one")) == 0
        assert build(sample_repo, "--out", str(sample_repo.root / "other"), "--anew") == 0
        assert differing(sample_repo.root / "one", sample_repo.root / "other") == []


def test_neither_hash_seed_nor_folder_nor_locale_decide(sample_repo: Repo, tmp_path: Path) -> None:
    first = sample_repo.custodex("build", PYTHONHASHSEED="1")
    assert first.returncode == 0, first.stderr
    again = tmp_path / "again"
    shutil.copytree(sample_repo.root, again, ignore=shutil.ignore_patterns("build", ".custodex"))
    second = Repo(again).custodex(
        "build", cwd=again / "records", PYTHONHASHSEED="77", LANG="zh_CN.UTF-8", TZ="America/Lima"
    )
    assert second.returncode == 0, second.stderr
    assert differing(sample_repo.root / "build/site", again / "build/site") == []


def test_a_commit_is_built_without_touching_the_files(sample_repo: Repo) -> None:
    path = customers(sample_repo)[0]
    path.write_text(re.sub(r"^name: .*$", "name: 还没提交", path.read_text("utf-8"), flags=re.M), "utf-8")
    assert build(sample_repo, "--rev", "HEAD") == 0
    page = sample_repo.root / f"build/site/zh/c/{path.parent.name}.html"
    assert "还没提交" not in page.read_text("utf-8")
    assert build(sample_repo) == 0
    assert "还没提交" in page.read_text("utf-8")


def test_a_folder_with_other_files_is_never_replaced(sample_repo: Repo) -> None:
    mine = sample_repo.write("precious/thesis.txt", "years of work")
    result = sample_repo.custodex("--lang", "en", "build", "--out", "precious")
    assert result.returncode == 2
    assert "holds other files" in result.stderr
    assert mine.read_text("utf-8") == "years of work"


def test_what_is_no_longer_made_is_removed(sample_repo: Repo) -> None:
    assert build(sample_repo) == 0
    gone = customers(sample_repo)[5].parent
    page = sample_repo.root / f"build/site/zh/c/{gone.name}.html"
    assert page.exists()
    shutil.rmtree(gone)
    view = sample_repo.root / "records/views/at-risk.yaml"
    view.unlink()
    assert build(sample_repo) == 0
    assert not page.exists()
    assert not (sample_repo.root / "build/site/zh/view/at-risk.html").exists()


def _killed(repo: Repo, after: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "custodex", "build"], cwd=repo.root, env=dict(repo.environ),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    time.sleep(after)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize(
    ("after", "whole"), [(0.6, True), (1.1, True), (1.6, True), (0.7, False), (1.2, False)]
)
def test_a_killed_build_leaves_a_whole_site(sample_repo: Repo, *, after: float, whole: bool) -> None:
    assert build(sample_repo) == 0
    site = sample_repo.root / "build/site"
    old = tree(site)
    path = customers(sample_repo)[0]
    path.write_text(re.sub(r"^name: .*$", "name: 中途被杀", path.read_text("utf-8"), flags=re.M), "utf-8")
    if whole:  # another title: every page is made anew
        settings = sample_repo.root / "schema/settings.yaml"
        settings.write_text(settings.read_text("utf-8").replace("客户档案", "客户全书"), "utf-8")
    _killed(sample_repo, after)
    left = tree(site)
    assert build(sample_repo) == 0
    assert left in (old, tree(site))
    assert build(sample_repo, "--out", str(sample_repo.root / "anew")) == 0
    assert differing(site, sample_repo.root / "anew") == []
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_links_lead_somewhere(sample_repo: Repo) -> None:
    assert build(sample_repo) == 0
    site = sample_repo.root / "build/site"
    missing = set()
    for page in site.rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"#?]+)', page.read_text("utf-8")):
            if (
                not re.match(r"https?:|mailto:|tel:|data:image/", link)
                and not (page.parent / link).resolve().exists()
            ):
                missing.add((page.relative_to(site).as_posix(), link))
    assert missing == set()


def long_timeline(folder: Path, count: int) -> None:
    """Write *count* long notes of one customer, each a day after the other; every tenth corrects one far back."""
    first = date(2024, 1, 1)
    names: list[str] = []
    for number in range(count):
        day = first + timedelta(days=number)
        names.append(f"{day}-{number:06}")
        path = folder / f"notes/{day.year}/{names[-1]}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        fixed = f"corrects: {names[number - 90]}\n" if number >= 90 and number % 10 == 0 else ""
        path.write_text(
            f'type: other\noccurred_at: "{day}T10:00:00+08:00"\nby: li-wen\n{fixed}'
            f"summary: 第 {number} 次来电\ncommunication: {'约定下周再谈。' * 60}\n",
            "utf-8",
        )


def test_a_long_timeline_is_told_on_pages_of_its_own(sample_repo: Repo) -> None:
    name = customers(sample_repo)[3].parent
    long_timeline(name, 400)
    assert build(sample_repo) == 0
    site = sample_repo.root / "build/site"
    pages = sorted((site / "zh/c").glob(f"{name.name}*.html"))
    assert len(pages) > 2
    texts = {page.name: page.read_text("utf-8") for page in pages}
    assert max(len(text.encode()) for text in texts.values()) < 300_000
    told = [found for text in texts.values() for found in re.findall(r"第 (\d+) 次来电", text)]
    assert sorted(map(int, told)) == list(range(400))
    seen, here = set(), f"{name.name}.html"
    while here:  # from the newest page to the oldest by the links alone
        seen.add(here)
        links = re.findall(r'<p class="more"><a href="\.\./c/([^"]+)">更早的记录', texts[here])
        here = links[0] if links else ""
    assert seen == texts.keys()
    for text in texts.values():
        anchors = set(re.findall(r' id="([^"]+)"', text))
        assert set(re.findall(r'href="#([^"]+)"', text)) <= anchors
        for other, anchor in re.findall(r'href="\.\./c/([^"#]+)#([^"]+)"', text):
            assert f'id="{anchor}"' in texts[other]


def test_nothing_a_customer_has_very_many_of_makes_a_page_grow_without_end(sample_repo: Repo) -> None:
    name, *others = [path.parent for path in customers(sample_repo)]
    for number in range(1200):  # open and late, each with a long text
        task = name / f"tasks/2026-01-02-{number:06}.yaml"
        task.parent.mkdir(parents=True, exist_ok=True)
        task.write_text(
            f'title: 第 {number} 件事\nassignee: li-wen\ndue: "2026-02-01"\nstate: open\ncreated_by: li-wen\n'
            f'created_at: "2026-01-02T10:00:00+08:00"\ndetail: {"请准备资料。" * 60}\n',
            "utf-8",
        )
    kinds = ("supplier", "buyer", "partner", "distributor", "principal", "competitor", "colleague")
    for other in others:
        main = other / "customer.yaml"
        said = "".join(f"  - type: {kind}\n    to: {name.name}\n" for kind in kinds)
        kept = re.sub(r"(?m)^relations:\n(?:[ -].*\n)*", "", main.read_text("utf-8"))
        main.write_text(f"{kept}relations:\n{said}", "utf-8")
    assert build(sample_repo, "--lang", "en") == 0
    page = (sample_repo.root / f"build/site/en/c/{name.name}.html").read_text("utf-8")
    assert len(page.encode()) < 300_000
    assert "Showing 100 of 1,2" in page
    assert re.search(r"Showing 200 of 4\d\d", page)
    assert page.count('data-code="task-late"') == 6
    assert re.search(r'data-code="task-late">.{0,60}1,?19\d more of this kind', page, re.S)


def test_a_new_note_leaves_the_old_parts_of_a_timeline_alone(sample_repo: Repo) -> None:
    name = customers(sample_repo)[3].parent
    long_timeline(name, 300)
    assert build(sample_repo) == 0
    site = sample_repo.root / "build/site"
    before = tree(site)
    long_timeline(name, 301)
    assert build(sample_repo) == 0
    changed = {path for path, data in tree(site).items() if before.get(path) != data}
    assert f"zh/c/{name.name}.html" in changed
    assert not {path for path in changed if path.startswith(f"zh/c/{name.name}-1.")}


def test_a_commit_without_records_makes_no_later_build_a_full_one(sample_repo: Repo) -> None:
    sample_repo.git("commit", "-q", "--allow-empty", "-m", "nothing of the records")
    assert build(sample_repo) == 0
    path = customers(sample_repo)[0]
    path.write_text(path.read_text("utf-8") + "# looked at\n", "utf-8")
    sample_repo.git("commit", "-q", "-a", "-m", "one record")
    result = sample_repo.custodex("build", "--format", "json")
    assert json.loads(result.stdout)["full"] is False, result.stderr


def test_a_changed_policy_leaves_the_site_as_one_made_anew(sample_repo: Repo) -> None:
    """Policies have no pages, yet are records that change."""
    assert build(sample_repo) == 0
    policy = sample_repo.root / "records/policies/retention.yaml"
    policy.write_text(policy.read_text("utf-8").replace("owner: xie-ning", "owner: nobody-here"), "utf-8")
    sample_repo.commit("a policy")
    assert build(sample_repo) == 0
    assert build(sample_repo, "--out", str(sample_repo.root / "other"), "--anew") == 0
    assert differing(sample_repo.root / "build/site", sample_repo.root / "other") == []
