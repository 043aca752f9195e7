"""The pages by which a team is overseen: who is mentioned where, whose tasks are late, what changed, what to mend."""

from __future__ import annotations

import re
from pathlib import Path

from test_build import customers, differing

from custodex.cli import main
from workbench import Repo


def build(repo: Repo, *arguments: str) -> Path:
    assert main(["-C", str(repo.root), "build", *arguments]) == 0
    return repo.root / "build/site"


def section(page: Path, name: str) -> str:
    """Return the part of a page under the heading with this id."""
    parts = re.findall(
        r'<section[^>]* aria-labelledby="([\w-]+)">(.*?)</section>', page.read_text("utf-8"), re.S
    )
    return "".join(text for found, text in parts if found == name)


def note(folder: Path, day: str, text: str) -> None:
    path = folder / f"notes/{day[:4]}/{day}-abcdef.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'type: other\noccurred_at: "{day}T10:00:00+08:00"\nby: li-wen\nsummary: 来访\nfollow_up: "{text}"\n',
        "utf-8",
    )


def test_a_colleague_finds_where_they_are_mentioned_newest_first(sample_repo: Repo, tmp_path: Path) -> None:
    first, other = (path.parent for path in customers(sample_repo)[3:5])
    build(sample_repo)
    assert section(sample_repo.root / "build/site/zh/staff/tom-okafor.html", "h-mentions")
    note(first, "2026-11-20", "请 @tom-okafor 复核 <b>报价</b>，另问 @overseas")
    note(other, "2026-11-21", f"{'很长的一段话。' * 40}@tom-okafor 看一下{'，然后再说' * 60}")
    site = build(sample_repo)
    told = section(site / "zh/staff/tom-okafor.html", "h-mentions")
    links = re.findall(r'href="\.\./c/(\w+)\.html#e-2026-11-2\d-abcdef"', told)
    assert links == [other.name, first.name], "the newest first, each leads to the document"
    assert "复核 &lt;b&gt;报价&lt;/b&gt;" in told
    assert "李雯" in told
    assert "@tom-okafor 看一下" in told
    assert "很长的一段话。" * 10 not in told, "only what stands around the mention"
    assert "#e-2026-11-20-abcdef" in section(site / "en/team/overseas.html", "h-mentions")
    (first / "notes/2026/2026-11-20-abcdef.yaml").unlink()
    site = build(sample_repo)
    assert first.name not in re.findall(
        r"c/(\w+)\.html#e-2026-11-2", section(site / "zh/staff/tom-okafor.html", "h-mentions")
    )
    assert "2026-11-20" not in section(site / "zh/team/overseas.html", "h-mentions")
    build(sample_repo, "--anew", "--out", str(tmp_path / "anew"))
    assert differing(site, tmp_path / "anew") == []


def test_many_mentions_are_cut_and_counted(sample_repo: Repo) -> None:
    folder = customers(sample_repo)[3].parent
    for day in range(1, 29):
        note(folder, f"2026-10-{day:02}", "@zeng-rui 知悉")
    told = section(build(sample_repo) / "en/staff/zeng-rui.html", "h-mentions")
    assert told.count('<li class="task">') == 20
    total = int(re.findall(r'Mentions <span class="num">(\d+)', told)[0])
    assert total >= 28
    assert f"of {total}" in told
    assert "2026-10-28" in told
    assert "2026-10-08" not in told


def test_the_tasks_page_counts_by_team_and_person_the_late_ones_first(sample_repo: Repo) -> None:
    for old in sample_repo.root.glob("records/customers/*/*/tasks/*.yaml"):
        old.write_text(
            re.sub("^state: (open|doing)$", "state: cancelled", old.read_text("utf-8"), flags=re.M), "utf-8"
        )
    folder = customers(sample_repo)[3].parent / "tasks"
    folder.mkdir(exist_ok=True)
    for number, (who, due) in enumerate([
        ("li-wen", "2099-01-01"), ("sun-yue", "2020-01-02"), ("sun-yue", "2099-01-02"), ("care", "2020-01-01"),
    ]):  # fmt: skip
        (folder / f"2026-10-01-{number:06}.yaml").write_text(
            f'title: 事 {number}\nassignee: {who}\ndue: "{due}"\nstate: open\n', "utf-8"
        )
    page = build(sample_repo) / "en/tasks.html"

    def rows(name: str) -> list[list[str]]:
        found = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", section(page, name), re.S)
        return [re.sub(r"<[^>]+>", "|", row).strip("|").replace("||", "|").split("|") for row in found]

    assert [(row[0], *[cell for cell in row if cell.isdigit()]) for row in rows("h-teams")] == [
        ("Service and private clients", "3", "2"), ("Key accounts", "1", "0"),
    ]  # fmt: skip
    people = [(row[0], *[cell for cell in row if cell.isdigit()]) for row in rows("h-people")]
    assert people == [
        ("Service and private clients", "1", "1"), ("Joy Sun", "2", "1"), ("Wendy Li", "1", "0"),
    ]  # fmt: skip
    anchors = re.findall(r'<a href="#(g\d+)">', section(page, "h-people"))
    assert [section(page, anchor).count('class="task-title"') for anchor in anchors] == [1, 2, 1]


def test_the_changes_page_counts_the_seven_days_before_the_commit(sample_repo: Repo) -> None:
    first, second, third = (path.parent for path in customers(sample_repo)[3:6])
    for day, who, folder in (
        ("2030-01-01", "Old Hand", third), ("2030-03-09", "Rui Zeng", first), ("2030-03-10", "Rui Zeng", second),
        ("2030-03-11", "Anna & Co", second),
    ):  # fmt: skip
        note(folder, day, f"{day} 见面")
        at = f"{day}T08:00:00+08:00"
        said = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at, "GIT_AUTHOR_NAME": who}
        Repo(sample_repo.root, {**sample_repo.environ, **said}).commit(day)
    told = section(build(sample_repo) / "en/changes.html", "h-week")
    assert re.findall(r"<dd>(.*?)</dd>", told) == ["3", "2", "0"]
    rows = re.findall(r'<th scope="row">(.*?)</th><td[^>]*>(\d+)</td><td[^>]*>(\d+)</td>', told)
    assert rows == [("Rui Zeng", "2", "2"), ("Anna &amp; Co", "1", "1")]
    assert "4 March 2030" in told
    assert "11 March 2030" in told


def test_the_changes_page_says_which_event_a_changed_field_belongs_to(sample_repo: Repo) -> None:
    folder = customers(sample_repo)[3].parent
    for day in ("2030-03-09", "2030-03-10"):
        note(folder, day, f"{day} 见面")
    sample_repo.commit("two notes")
    written = sorted(folder.glob("notes/2030/*.yaml"))
    for path in written:
        path.write_text(path.read_text(encoding="utf-8").replace("见面", "见过面"), encoding="utf-8")
    sample_repo.commit("both put right")
    page = (build(sample_repo) / "en/changes.html").read_text(encoding="utf-8")
    told = page.partition("both put right")[2].partition('<li class="event"')[0]
    found = re.findall(r'<li><a href="([^"]+)"[^>]*>(.*?)</a> · <b>(.*?)</b>', told)
    assert sorted(label for _, label, _ in found) == ["Note · 10 March 2030", "Note · 9 March 2030"]
    assert sorted(href for href, _, _ in found) == [f"c/{folder.name}.html#e-{path.stem}" for path in written]


def test_a_book_without_commits_has_no_week(empty_repo: Repo) -> None:
    assert 'id="h-week"' not in (build(empty_repo) / "zh/changes.html").read_text("utf-8")


def test_governance_documents_stand_on_the_health_page_with_their_dates(
    sample_repo: Repo, tmp_path: Path
) -> None:
    build(sample_repo)
    path = sample_repo.root / "records/policies/retention.yaml"
    path.write_text(path.read_text("utf-8").replace("2027-01-05", "2026-01-06"), "utf-8")
    site = build(sample_repo)
    told = section(site / "en/health.html", "h-governing")
    names = re.findall(r'<th scope="row"><a href="policy/[^"]*">(.*?)</a></th>', told)
    assert names[0] == "Retention schedule", "what is late comes first"
    assert len(names) == len(list(path.parent.glob("*.yaml")))
    assert '<time class="late" datetime="2026-01-06">6 January 2026</time>' in told
    assert told.count('class="late"') == 1
    build(sample_repo, "--anew", "--out", str(tmp_path / "anew"))
    assert differing(site, tmp_path / "anew") == []
