"""Hostile paths (rows P01 to P16): nothing outside is read, nothing hangs, names are shown escaped."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import hostile
import pytest
from hostile import ACME, SECOND, Outcome, check, customer, customer_path, sound

from custodex.records import customer_folder
from workbench import Repo

FOLDER = customer_folder(ACME)
CANARY = "id: canary-secret\nname: canary\nactive: true\n"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return hostile.master(tmp_path_factory.mktemp("hostile") / "book")


@pytest.fixture
def repo(book: Repo, tmp_path: Path) -> Repo:
    return hostile.copy(book, tmp_path / "repo")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    target = tmp_path / "outside" / "secret.yaml"
    target.parent.mkdir()
    target.write_text(CANARY)
    return target


def refused(repo: Repo, path: str, code: str, *arguments: str) -> Outcome:
    """Check a book with something hostile at *path*, and a second fault that must still be told."""
    repo.write(SECOND, "id: second-bad\nname: 第二\nactive: true\nodd: x\n")
    if arguments == ("--staged",):
        repo.git("add", SECOND)
    outcome = check(repo, *arguments)
    assert outcome.code == 1
    assert (1, 1, code) in outcome.about(path), outcome.findings
    assert (4, 1, "schema-unknown") in outcome.about(SECOND)
    assert "canary" not in outcome.stdout + outcome.stderr
    return outcome


@pytest.mark.parametrize(
    "argument",
    ["..", "../outside", "records/../../outside", "/etc/passwd", "/", "records\\..\\..\\x", "C:\\x", "C:/x",
     "~/x", "~", "", "records/staff/\tx", "\x1b[31m", "records/staff/\u202ex"],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["check", "format"])
def test_p01_paths_that_lead_outside_are_usage_errors(
    repo: Repo, outside: Path, verb: str, argument: str
) -> None:
    before = outside.parent.stat().st_mtime_ns
    result = repo.custodex(verb, argument)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert not any(hostile.unicode_trouble(result.stderr + result.stdout))
    assert outside.parent.stat().st_mtime_ns == before
    assert outside.read_text() == CANARY


def test_p01_a_path_through_a_link_is_not_followed(repo: Repo, outside: Path) -> None:
    (repo.root / "records/staff/out").symlink_to(outside.parent)
    for verb in ("check", "format"):
        result = repo.custodex(verb, "records/staff/out/secret.yaml")
        assert result.returncode in {0, 1, 2, 4}
        assert "canary" not in result.stdout
    assert outside.read_text() == CANARY


@pytest.mark.parametrize("target", ["/etc/passwd", "lin-fang.yaml", "nowhere", ".."])
def test_p02_link(repo: Repo, target: str) -> None:
    path = "records/staff/link.yaml"
    (repo.root / path).symlink_to(target)
    refused(repo, path, "path-not-a-file")
    repo.git("add", "-A")
    refused(repo, path, "path-not-a-file", "--staged")
    repo.git("commit", "-qm", "link")
    assert (1, 1, "path-not-a-file") in check(repo, "--rev", "HEAD").about(path)
    sound(repo)


def test_p02_fixing_never_writes_through_a_link(repo: Repo, outside: Path) -> None:
    path = repo.root / "records/staff/lin-fang.yaml"
    path.unlink()
    path.symlink_to(outside)
    outside.write_text(CANARY + "   \n\n")
    repo.custodex("check", "--fix")
    repo.custodex("format")
    assert path.is_symlink()
    assert outside.read_text() == CANARY + "   \n\n"


def test_p03_linked_folder(repo: Repo, outside: Path) -> None:
    folder = repo.root / customer_path(ACME, "notes")
    folder.symlink_to(outside.parent)
    refused(repo, f"{FOLDER}/notes", "path-not-a-file")


def test_p03_the_whole_of_records_is_a_link(repo: Repo, outside: Path) -> None:
    (repo.root / "records").rename(repo.root / "moved")
    (repo.root / "records").symlink_to(outside.parent)
    outcome = check(repo)
    assert outcome.code == 1
    assert (1, 1, "path-not-a-file") in outcome.about("records")
    assert "canary" not in outcome.stdout + outcome.stderr


def test_p05_hard_link_to_an_outside_file(repo: Repo, outside: Path) -> None:
    path = "records/staff/canary-secret.yaml"
    os.link(outside, repo.root / path)
    outcome = check(repo)
    assert outcome.about(path) == [(1, 1, "path-not-a-file")]


def test_p06_pipe_in_place_of_a_record(repo: Repo) -> None:
    path = "records/staff/lin-fang.yaml"
    (repo.root / path).unlink()
    os.mkfifo(repo.root / path)
    refused(repo, path, "path-not-a-file")


def test_p06_pipe_and_socket_that_git_does_not_list(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(repo.root / "records/staff/pipe.yaml")
    monkeypatch.chdir(repo.root / "records/staff")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock.yaml")
        refused(repo, "records/staff/sock.yaml", "path-not-a-file")
        refused(repo, "records/staff/pipe.yaml", "path-not-a-file")
    assert repo.custodex("format").returncode in {0, 1}


def test_p07_submodule(repo: Repo) -> None:
    head = repo.git("rev-parse", "HEAD").strip()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},records/staff/sub")
    refused(repo, "records/staff/sub", "path-not-a-file", "--staged")


def test_p07_another_repository_inside(repo: Repo) -> None:
    inner = Repo(repo.root / "records/staff/inner")
    inner.root.mkdir()
    inner.git("init", "-q")
    inner.write("x.yaml", "a: 1\n")
    inner.commit()
    outcome = check(repo)
    assert outcome.code == 1
    assert any(path.startswith("records/staff/inner") for path, *_ in outcome.findings)


def test_p08_executable(repo: Repo) -> None:
    path = customer_path(ACME)
    (repo.root / path).chmod(0o755)
    refused(repo, path, "path-executable")
    repo.git("add", "-A")
    refused(repo, path, "path-executable", "--staged")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{FOLDER}/Customer.yaml", "path-clash"),
        (f"{FOLDER.replace('a0', 'A0', 1)}/customer.yaml", "path-clash"),
        ("records/staff/Lin-Fang.yaml", "path-clash"),
        ("records/staff/ｌin-fang.yaml", "path-clash"),
        ("records/staff/Straße.yaml", "path-unknown"),
        ("records/staff/con.yaml", "path-reserved"),
        ("records/staff/aux.yaml", "path-reserved"),
        ("records/staff/lpt1.yaml", "path-reserved"),
        ("records/staff/CON", "path-unknown"),
        ("records/staff/dot.yaml.", "path-unknown"),
        ("records/staff/space.yaml ", "path-unknown"),
        ("records/staff/new\nline.yaml", "path-unknown"),
        ("records/staff/tab\t.yaml", "path-unknown"),
        ("records/staff/esc\x1b[31m.yaml", "path-unknown"),
        ("records/staff/bidi\u202e.yaml", "path-unknown"),
        ("records/staff/zero\u200b.yaml", "path-unknown"),
        ("records/staff/mark\ufeff.yaml", "path-unknown"),
        ("records/staff/" + "a" * 250 + ".yaml", "path-unknown"),
        ("records/" + "d/" * 50 + "deep.yaml", "path-unknown"),
        ("records/stray.yaml", "path-unknown"),
        ("records/customers/zz/customer.yaml", "path-unknown"),
    ],
    ids=lambda value: value.encode("unicode_escape").decode()[:50],
)
@pytest.mark.parametrize("arguments", [(), ("--staged",)], ids=["worktree", "staged"])
def test_p09_to_p14_odd_names(repo: Repo, path: str, code: str, arguments: tuple[str, ...]) -> None:
    repo.write(path, "id: x\n")
    if arguments:
        repo.git("add", "-A")
    shown = path.encode("unicode_escape").decode() if not path.isprintable() else path
    refused(repo, shown, code, *arguments)


def test_p09_two_strange_names_clash_with_each_other(repo: Repo) -> None:
    for name in ("Straße", "STRASSE"):
        repo.write(f"records/staff/{name}.yaml", "id: x\n")
    outcome = check(repo)
    assert outcome.about("records/staff/Straße.yaml") == [(1, 1, "path-clash")]
    assert outcome.about("records/staff/STRASSE.yaml") == [(1, 1, "path-clash")]


def test_p10_composed_and_decomposed_names_clash(repo: Repo) -> None:
    repo.git("config", "core.precomposeUnicode", "false")
    for name in ("caf\u00e9", "cafe\u0301"):
        repo.write(f"records/staff/{name}.yaml", "id: x\n")
    codes = {code for _, _, _, code in check(repo).findings}
    assert codes == {"path-clash"}


def test_p13_bytes_that_are_no_utf8(repo: Repo) -> None:
    name = os.fsencode(repo.root / "records/staff") + b"/bad\xff\xfename.yaml"
    Path(os.fsdecode(name)).write_bytes(b"id: x\n")
    shown = r"records/staff/bad\xff\xfename.yaml"
    refused(repo, shown, "path-unknown")
    refused(repo, shown, "path-unknown")
    repo.git("add", "-A")
    refused(repo, shown, "path-unknown", "--staged")
    repo.git("commit", "-qm", "odd")
    assert check(repo, "--rev", "HEAD").about(shown) == [(1, 1, "path-unknown")]
    Path(os.fsdecode(name)).write_bytes(b"id: y\n")
    refused(repo, shown, "path-unknown")
    repo.git("checkout", "-q", ".")
    assert check(repo).about(shown) == [(1, 1, "path-unknown")]
    for form in ("json", "sarif", "gitlab", "github", "full"):
        assert repo.custodex("check", "--format", form).returncode == 1
    Path(os.fsdecode(name)).unlink()
    assert check(repo).about(shown) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Esc\\x1b[31m", "yaml-character"),
        ("Bidi\\u202eemaN", "yaml-character"),
        ("Zero\\u200bwidth", "yaml-character"),
        ("Mark\\ufeff", "yaml-character"),
        ("Lines\\u2028apart", "yaml-character"),
    ],
)
def test_p12_invisible_characters_in_a_name(repo: Repo, name: str, code: str) -> None:
    text = customer(ACME, f'"{name}"')
    repo.write(customer_path(ACME), text)
    assert check(repo).about(customer_path(ACME)) == [(3, 7, code)]


def test_p15_homoglyph_of_a_name(repo: Repo) -> None:
    repo.write(customer_path(ACME), customer(ACME, "\u0410cme Test"))
    outcome = check(repo)
    assert outcome.code == 0
    assert outcome.about(customer_path(ACME)) == [(3, 7, "name-mixed-script")]
    assert "[warning]" in outcome.stdout


@pytest.mark.parametrize(
    "name", ["😀👨‍👩‍👧", "𠀀𪚥𠮷", "e" + "\u0301" * 100, "\u0e01" + "\u0e31" * 100, "🇨🇳" * 20], ids=ascii
)
def test_p16_emoji_rare_characters_and_combining_stacks(repo: Repo, name: str) -> None:
    path = customer_path(ACME)
    repo.write(path, customer(ACME, f'"{name}"', f'region: {{country: "{name}", x: 1}}'))
    found = check(repo).about(path)
    assert (8, len('region: {country: "') + len(name) + len('", ') + 1, "schema-unknown") in found
    full = repo.custodex("check", "--format", "full")
    assert (full.returncode, "Traceback" in full.stderr) == (1, False)
