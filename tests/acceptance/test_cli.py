"""The program at the terminal: language, exit codes, streams, the folder it works in, how it fails."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from custodex.cli.verbs import module_name
from custodex.texts import LANGS, Lang
from workbench import Repo, clean_environ

VERBS = (
    "approve",
    "blame",
    "build",
    "changes",
    "check",
    "diff",
    "doctor",
    "editor",
    "explain",
    "export",
    "format",
    "import",
    "init",
    "list",
    "log",
    "policy",
    "pre-receive",
    "refresh",
    "report",
    "review",
    "search",
    "serve",
    "show",
    "status",
    "verify-history",
)


def python(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python itself, to look at the program from outside or to break it from inside."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=clean_environ(),
        capture_output=True,
        text=True,
        check=False,
    )


def broken_by(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `custodex list` where asking for the records runs *line* instead."""
    code = f"""
import os, signal, sys, time
from custodex.cli import main, session
def broken(*_, **__):
    phone = "+86 139 0000 0123"
    {line}
session.Session.reader = broken
sys.exit(main(["list"]))
"""
    return python("-c", code, cwd=cwd)


def test_version_answers_without_loading_anything() -> None:
    done = python("-X", "importtime", "-m", "custodex", "--version")
    assert done.stdout.startswith("custodex ")
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "custodex.cli" in loaded
    assert not loaded & {"click", "yaml", "jsonschema", "sqlite3", "whoosh", "jinja2", "git", "pypinyin"}


@pytest.mark.parametrize("lang", LANGS)
def test_help_says_of_every_verb_what_the_verb_says_itself_without_loading_it(lang: Lang) -> None:
    done = python("-X", "importtime", "-m", "custodex", "--lang", lang, "--help")
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    told = "".join(done.stdout.split())
    for name in VERBS:
        module = f"custodex.cli.{module_name(name)}"
        assert module not in loaded
        words = importlib.import_module(module).command.words.get(lang)
        assert "".join(f"{name} {words}".split("\n")[0].split()) in told


def test_version_is_quick() -> None:
    took = []
    for _ in range(8):
        begun = time.perf_counter()
        python("-m", "custodex", "--version")
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.1


def test_help_lists_every_verb_in_both_languages(tmp_path: Path) -> None:
    english, chinese = (Repo(tmp_path).custodex("--lang", lang, "--help").stdout for lang in ("en", "zh"))
    for verb in VERBS:
        assert f"\n  {verb} " in english
        assert f"\n  {verb} " in chinese
    assert "Usage:" in english
    assert "用法：" in chinese
    assert "检索客户" in chinese
    assert not any("\u4e00" <= char <= "\u9fff" for char in english)


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_speaks_the_language_asked_for(tmp_path: Path, verb: str) -> None:
    english = Repo(tmp_path).custodex(verb, "--help", "--lang", "en")
    chinese = Repo(tmp_path).custodex("--lang", "zh", verb, "--help")
    assert english.returncode == chinese.returncode == 0
    said = english.stdout.replace("华为", "")  # an example of a query
    assert not any("\u4e00" <= char <= "\u9fff" for char in said)
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese.stdout)


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "C"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "C"}, False),
    ],
)
def test_the_language_follows_the_locale(tmp_path: Path, variables: dict[str, str], chinese: bool) -> None:
    failed = Repo(tmp_path, clean_environ(**variables)).custodex("list")
    assert failed.returncode == 4
    assert failed.stderr.startswith("错误：" if chinese else "error: ")


def test_mistakes_in_the_call_are_usage_errors_in_either_language(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    for arguments, zh, en in (
        (("serch", "x"), "没有命令 serch；可用：search", "did you mean: search"),
        (
            ("list", "--lmit", "3"),
            "没有选项“--lmit”；是不是“--limit”？",
            "no such option '--lmit'; did you mean",
        ),
        (
            ("list", "--limit", "many"),
            "“--limit”或“-n”的取值无效：“many”不是有效的整数\n",
            "'many' is not a valid integer\n",
        ),
        (("show",), "错误：缺少参数“ID”\n", "error: missing argument 'ID'\n"),
        (("list", "--limit", "O'Hara's"), "“-n”的取值无效：\"O'Hara's\" 不是", "\"O'Hara's\" is not a valid"),
        (("report", "weather"), "不在可选值“stage”、“type”", "is not one of"),
        (("-C", "nowhere", "list"), "没有这个文件夹", "no such folder"),
    ):
        for lang, words in (("zh", zh), ("en", en)):
            done = repo.custodex("--lang", lang, *arguments)
            assert done.returncode == 2, (arguments, done.stderr)
            assert words in done.stderr
            assert done.stdout == ""


def test_what_git_itself_cannot_do_is_told_as_it_says_it(sample_repo: Repo) -> None:
    (sample_repo.root / ".git/config").write_text("x[\n", encoding="utf-8")
    result = sample_repo.custodex("check")
    assert result.returncode == 4
    assert "bad config line 1" in result.stderr
    assert "not in a Git repository" not in result.stderr


def test_outside_a_record_repository_the_way_in_is_named(tmp_path: Path) -> None:
    for verb in ("list", "check", "status", "diff"):
        done = Repo(tmp_path).custodex(verb)
        assert done.returncode == 4
        assert "custodex init" in done.stderr
        assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_deleted_is_told_and_dash_c_leads_out_of_it(
    sample_repo: Repo, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()

    def there(*arguments: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "custodex", *arguments]
        return subprocess.run(
            ["sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh", *program],
            cwd=gone, env=sample_repo.environ, capture_output=True, text=True, check=False,
        )  # fmt: skip

    for arguments in (("list",), ("check", "x.yaml"), ("init", "x"), ("pre-receive",), ("-C", "x", "list")):
        for lang, words in (("zh", "错误：当前文件夹已不存在"), ("en", "error: the current folder is gone")):
            gone.mkdir(exist_ok=True)
            done = there("--lang", lang, *arguments)
            assert done.returncode == 4, (arguments, done.stderr)
            assert done.stderr.startswith(words)
            assert len(done.stderr.splitlines()) == 2
            assert "-C" in done.stderr
    gone.mkdir(exist_ok=True)
    assert there("-C", str(sample_repo.root), "list", "-n", "1").returncode == 0


def test_any_folder_below_the_repository_will_do(sample_repo: Repo) -> None:
    inside = next((sample_repo.root / "records" / "customers").glob("*/*/notes"))
    assert sample_repo.custodex("status", cwd=inside).returncode == 0
    assert sample_repo.custodex("-C", str(inside), "status", cwd=Path("/")).returncode == 0
    assert sample_repo.custodex("status", "-C", str(sample_repo.root), cwd=Path("/")).returncode == 0


def test_what_git_was_told_about_another_repository_does_not_follow_to_dash_c(
    sample_repo: Repo, tmp_path: Path
) -> None:
    other = Repo(tmp_path / "other")
    other.root.mkdir()
    other.git("init", "-q")
    misleading = {"GIT_DIR": str(other.root / ".git"), "GIT_WORK_TREE": str(other.root),
                  "GIT_INDEX_FILE": str(other.root / ".git" / "index")}  # fmt: skip
    done = sample_repo.custodex("-C", str(sample_repo.root), "list", "-n", "1", cwd=other.root, **misleading)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2


def test_names_print_under_any_locale(sample_repo: Repo) -> None:
    plain = sample_repo.custodex("list", "--format", "csv", LC_ALL="C", PYTHONUTF8="0")
    assert plain.returncode == 0, plain.stderr
    assert any("\u4e00" <= char <= "\u9fff" for char in plain.stdout)


def test_a_table_calls_colleagues_by_name_and_programs_get_their_ids(sample_repo: Repo) -> None:
    who = ("list", "--where", "owner=tom-okafor", "-n", "3")
    assert sample_repo.custodex("--lang", "en", *who).stdout.count("Tom Okafor") == 3
    assert (
        sample_repo.custodex("--lang", "zh", "list", "--where", "owner=li-wen", "-n", "3").stdout.count(
            "李雯"
        )
        == 3
    )
    assert sample_repo.custodex(*who, "--format", "csv").stdout.count("tom-okafor") == 3
    tasks = sample_repo.custodex("--lang", "en", "task", "list", "--to", "tom-okafor").stdout
    assert "Tom Okafor" in tasks
    assert "tom-okafor" not in tasks


def test_data_goes_to_stdout_and_nothing_else_does(sample_repo: Repo) -> None:
    done = sample_repo.custodex("list", "--format", "csv")
    assert len(done.stdout.splitlines()) == 61
    assert done.stderr == ""


def test_a_reader_that_goes_away_is_no_error(sample_repo: Repo) -> None:
    sample_repo.custodex("list")
    process = subprocess.Popen(
        [sys.executable, "-m", "custodex", "list", "--format", "csv"],
        cwd=sample_repo.root, env=clean_environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait() in (0, 141)
    assert b"Traceback" not in said
    assert b"Exception ignored" not in said


def test_ctrl_c_ends_with_130_and_no_traceback(sample_repo: Repo) -> None:
    done = broken_by("os.kill(os.getpid(), signal.SIGINT); time.sleep(5)", sample_repo.root)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr


def test_a_bug_leaves_one_line_and_a_log_without_customer_data(sample_repo: Repo) -> None:
    done = broken_by("raise RuntimeError('曾雨桐 ' + phone)", sample_repo.root)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    logs = list((sample_repo.root / ".custodex").glob("crash-*.log"))
    assert len(logs) == 1
    assert str(logs[0]) in done.stderr
    for text in (done.stderr, logs[0].read_text(encoding="utf-8")):
        assert "RuntimeError" in text
        assert "0123" not in text
        assert "曾雨桐" not in text


def test_the_clock_can_be_held_for_a_run_that_has_to_repeat(sample_repo: Repo) -> None:
    early = sample_repo.custodex("status", "--format", "json", CUSTODEX_NOW="2024-01-01T09:00:00+08:00")
    assert '"overdue": []' in early.stdout
    wrong = sample_repo.custodex("status", CUSTODEX_NOW="yesterday")
    assert wrong.returncode == 2
    assert "CUSTODEX_NOW" in wrong.stderr


def test_no_colour_and_no_progress_into_a_pipe(sample_repo: Repo) -> None:
    for arguments in (("list",), ("status",), ("check",), ("doctor",)):
        done = sample_repo.custodex(*arguments)
        assert "\x1b" not in done.stdout + done.stderr


def test_a_state_folder_that_cannot_be_written_is_named(sample_repo: Repo) -> None:
    (sample_repo.root / ".custodex").write_text("in the way\n", encoding="utf-8")
    done = sample_repo.custodex("list")
    assert done.returncode == 4
    assert ".custodex" in done.stderr
    assert os.path.isfile(sample_repo.root / ".custodex")  # noqa: PTH113 - the very file that was there
