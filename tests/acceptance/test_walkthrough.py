"""The walkthroughs are run as they stand: every command in order, every line of its output."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from workbench import ROOT, Repo, clean_environ

PAGES = {"en": ".github/WALKTHROUGH.md", "zh": ".github/WALKTHROUGH.zh-CN.md"}
PEOPLE = {"en": ("Eva Lund", "eva.lund@example.com"), "zh": ("林越", "lin.yue@example.com")}
GAP = "…"
# hashes of commits, and the end of a branch's name that is drawn by chance
VARYING = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{10}|[0-9a-f]{12})(?![0-9a-z])|(?<=custodex/)[a-z0-9-]+-[0-9a-f]{6}(?![0-9a-z-])"
)
WRITING = (
    "new", "set", "note", "task add", "task assign", "task done", "tag create", "tag add", "tag rm", "tag rename",
    "tag merge", "tag retire", "stage", "relate", "verify", "confirm", "archive", "attach", "merge", "unmerge",
    "distinct", "bulk set", "handover", "undo", "edit", "import", "refresh", "init", "format",
)  # fmt: skip
# new ids are drawn by chance: drawn by a seed they are those of the page, and sorted as on the page
SEEDED = """
import os, pathlib, random, secrets
drawn = None
def choice(letters):
    global drawn
    if drawn is None:
        count = pathlib.Path(os.environ["WALKTHROUGH_DRAWS"])
        number = int(count.read_text() or "0") + 1 if count.exists() else 1
        count.write_text(str(number))
        drawn = random.Random(number)
    return letters[int(drawn.random() * len(letters))]
secrets.choice = choice
"""


@dataclass
class Step:
    """A command of a page, the number of its line, and the output that the page shows."""

    line: int
    command: list[str]
    shown: list[str]


def steps_of(page: str) -> list[Step]:
    """Return the commands of the console blocks; a line after `> ` goes on with the command before it."""
    steps: list[Step] = []
    inside = False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            steps.append(Step(number, [line[2:]], []))
        elif inside and (line == ">" or line.startswith("> ")) and not steps[-1].shown:
            steps[-1].command.append(line[2:])
        elif inside:
            steps[-1].shown.append(line)
    return steps


class Shell:
    """Runs one command after the other, as one of the starter book's colleagues would, on a fixed morning."""

    def __init__(self, folder: Path, lang: str) -> None:
        programs = folder / "programs"
        programs.mkdir()
        (programs / "sitecustomize.py").write_text(SEEDED, encoding="utf-8")
        program = programs / "custodex"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m custodex "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        self._folder = folder / "work"
        self._folder.mkdir()
        self._at = folder / "at"
        self._at.write_text(str(self._folder), encoding="utf-8")
        name, mail = PEOPLE[lang]
        person = {"NAME": name, "EMAIL": mail, "DATE": "2026-11-22T09:00:00+08:00"}
        self._environ = clean_environ(
            PATH=f"{programs}{os.pathsep}{os.environ['PATH']}", PYTHONPATH=str(programs), COLUMNS="100",
            WALKTHROUGH_DRAWS=str(folder / "draws"), AT=str(self._at), TZ="Asia/Shanghai", HOME=str(folder),
            **{f"GIT_{who}_{name}": value for who in ("AUTHOR", "COMMITTER") for name, value in person.items()},
            GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="init.defaultBranch", GIT_CONFIG_VALUE_0="main",
        )  # fmt: skip

    def run(self, command: list[str]) -> list[str]:
        """Return what a command says, on either stream, and `[exit N]` where it fails."""
        script = 'cd "$(cat "$AT")"\n' + "\n".join(command) + '\ncode=$?; pwd >"$AT"; exit $code\n'
        done = subprocess.run(
            ["bash", "-c", script], env=self._environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        said = done.stdout.replace(str(self._folder), "/home/me")
        lines = [VARYING.sub("<…>", line.rstrip().replace("\ufeff", "")) for line in said.splitlines()]
        return lines + ([f"[exit {done.returncode}]"] if done.returncode else [])


def matches(shown: list[str], said: list[str]) -> bool:
    """Whether an output is what the page shows, where a line `…` stands for any number of lines."""
    pattern = "".join("(?:.*\n)*?" if line == GAP else re.escape(line) + "\n" for line in shown)
    return re.fullmatch(pattern, "".join(line + "\n" for line in said)) is not None


def renewed(step: Step, said: list[str]) -> list[str]:
    """Return the lines to show from now on: a gap stays where it is as long as the rest still matches."""
    if matches(step.shown, said):
        return step.shown
    if GAP in step.shown:
        cut = step.shown.index(GAP)
        after = len(step.shown) - cut - 1
        if cut + after < len(said):
            return [*said[:cut], GAP, *said[len(said) - after :]]
    return said


def blessed(page: str, outputs: dict[int, list[str]]) -> str:
    """Return the page with outputs put anew, each given by the number of the last line of its command."""
    lines: list[str] = []
    inside = False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        kept = not inside or line.startswith(("```", "$ ")) or number in outputs or not lines
        if kept or number in _continuations(page):
            lines.append(line)
        lines += outputs.get(number, [])
    return "\n".join(lines) + "\n"


def _continuations(page: str) -> set[int]:
    return {step.line + more for step in steps_of(page) for more in range(len(step.command))}


@pytest.mark.skipif(shutil.which("bash") is None, reason="the commands are those of a shell")
@pytest.mark.parametrize("lang", PAGES)
def test_every_command_says_what_the_walkthrough_shows(tmp_path: Path, lang: str, bless: bool) -> None:
    path = ROOT / PAGES[lang]
    page = path.read_text(encoding="utf-8")
    shell = Shell(tmp_path, lang)
    differing: list[str] = []
    outputs: dict[int, list[str]] = {}
    for step in steps_of(page):
        said = shell.run(step.command)
        outputs[step.line + len(step.command) - 1] = renewed(step, said)
        if not matches(step.shown, said):
            shown = [f"{path.name}:{step.line}: {step.command[0]}", "shown:", *step.shown, "said:", *said]
            differing.append("\n".join(shown))
    if bless:
        path.write_text(blessed(page, outputs), encoding="utf-8")
        return
    assert not differing, "run pytest --bless tests/acceptance/test_walkthrough.py\n\n" + "\n\n".join(
        differing
    )


@pytest.mark.parametrize("lang", PAGES)
def test_the_walkthrough_uses_every_writing_verb(sample_repo: Repo, lang: str) -> None:
    # whatever can leave its change uncommitted or take it back writes: the manual says which those are
    manual = sample_repo.custodex("manual").stdout.split("\n## custodex ")[1:]
    writing = {part.splitlines()[0] for part in manual if "--propose" in part} | set(WRITING)
    steps = steps_of((ROOT / PAGES[lang]).read_text(encoding="utf-8"))
    used = "".join(f"{line} " for step in steps for line in step.command)
    spoken = "custodex --lang zh" if lang == "zh" else "custodex"
    assert "propose" in used
    assert {verb for verb in writing if f"{spoken} {verb} " not in used} == set()


def test_a_changed_output_is_noticed() -> None:
    assert matches(["a", GAP, "d"], ["a", "b", "c", "d"])
    assert matches(["a", GAP], ["a"])
    assert not matches(["a", "d"], ["a", "b", "d"])
    assert not matches(["a", GAP, "d"], ["a", "b"])
