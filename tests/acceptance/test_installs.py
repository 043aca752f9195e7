"""The three ways of use: an installed wheel, this repository as a hook repository, the checkout itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest

from workbench import ROOT, Repo, clean_environ

NOT_SOURCE = shutil.ignore_patterns(
    ".git", ".venv", ".custodex", "build", "dist", "__pycache__", ".*_cache", ".hypothesis", "node_modules"
)
Done = subprocess.CompletedProcess[str]


def run(*command: str, cwd: Path, environ: Mapping[str, str]) -> Done:
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def commit(repo: Repo) -> Done:
    repo.git("add", "-A")
    return run("git", "commit", "-m", "change", cwd=repo.root, environ=repo.environ)


def break_a_reference(repo: Repo) -> str:
    file = next(
        path
        for path in sorted((repo.root / "records" / "customers").glob("*/*/customer.yaml"))
        if "owner: lin-yue" in path.read_text(encoding="utf-8")
    )
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("owner: lin-yue", "owner: nobody-here"), encoding="utf-8")
    return file.relative_to(repo.root).as_posix()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this project, as a clean clone has it."""
    target = tmp_path_factory.mktemp("source") / "custodex"
    shutil.copytree(ROOT, target, ignore=NOT_SOURCE)
    return target


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Mapping[str, str]:
    """The environment of a machine where the wheel is installed and the checkout is nowhere in sight."""
    folder = tmp_path_factory.mktemp("installed")
    dist = folder / "dist"
    built = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(dist), str(source),
                cwd=folder, environ=clean_environ())  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    venv = folder / "venv"
    made = run(sys.executable, "-m", "venv", "--without-pip", str(venv), cwd=folder, environ=clean_environ())
    assert made.returncode == 0, made.stderr
    packages = next(venv.glob("lib*/python*/site-packages"))
    wheel = next(dist.glob("*.whl"))
    pip = (sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--no-compile")
    placed = run(*pip, "--prefix", str(venv), "--ignore-installed", str(wheel),
                 cwd=folder, environ=clean_environ())  # fmt: skip
    assert placed.returncode == 0, placed.stderr
    _lend_dependencies(packages)
    environ = clean_environ()
    environ["PATH"] = f"{venv / 'bin'}:{Path(sys.executable).parent}:{environ['PATH']}"
    environ.pop("PYTHONPATH", None)
    # pip wrote the interpreter that ran it into the command's first line
    command = venv / "bin" / "custodex"
    text = command.read_text(encoding="utf-8").splitlines()
    command.write_text("\n".join([f"#!{venv / 'bin' / 'python'}", *text[1:]]) + "\n", encoding="utf-8")
    return environ


def _lend_dependencies(packages: Path) -> None:
    """Show the new environment the tester's libraries, all but the editable custodex."""
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        ours = "custodex" in path.name.lower() or path.suffix == ".pth"
        if not ours and not (packages / path.name).exists():
            (packages / path.name).symlink_to(path)


def test_the_wheel_runs_without_the_checkout(installed: Mapping[str, str], tmp_path: Path) -> None:
    where = run("python", "-c", "import custodex; print(custodex.__file__)", cwd=tmp_path, environ=installed)
    assert where.returncode == 0, where.stderr
    assert str(ROOT) not in where.stdout

    made = run("custodex", "init", "book", cwd=tmp_path, environ=installed)
    assert made.returncode == 0, made.stderr
    book = tmp_path / "book"
    checked = run("custodex", "check", "--format", "json", cwd=book, environ=installed)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert json.loads(checked.stdout)["records"] == 8
    found = run("custodex", "search", "曾雨桐", "--format", "json", cwd=book, environ=installed)
    assert json.loads(found.stdout)["total"] == 1
    assert json.loads(
        run("custodex", "show", "示例精密", "--format", "json", cwd=book, environ=installed).stdout
    )["notes"]


def test_the_wheel_builds_the_site(installed: Mapping[str, str], tmp_path: Path) -> None:
    assert run("custodex", "init", "book", cwd=tmp_path, environ=installed).returncode == 0
    built = run("custodex", "build", "--out", "build/site", cwd=tmp_path / "book", environ=installed)
    assert built.returncode == 0, built.stdout + built.stderr
    assert (tmp_path / "book" / "build" / "site" / "index.html").is_file()


def test_the_hooks_of_a_new_repository_run_the_installed_program(
    installed: Mapping[str, str], tmp_path: Path
) -> None:
    assert run("custodex", "init", "book", cwd=tmp_path, environ=installed).returncode == 0
    repo = Repo(tmp_path / "book", installed)
    assert run("pre-commit", "install", cwd=repo.root, environ=installed).returncode == 0
    good = commit(repo)
    assert good.returncode == 0, good.stdout + good.stderr
    path = break_a_reference(repo)
    bad = commit(repo)
    assert bad.returncode != 0
    assert f"{path}:" in bad.stdout + bad.stderr


def test_the_checkout_checks_its_own_records(source: Path) -> None:
    repo = Repo(source)
    repo.git("init", "-q", "-b", "main")
    repo.commit("start")
    environ = {**repo.environ, "PATH": f"{Path(sys.executable).parent}:{repo.environ['PATH']}"}
    hooks = run("pre-commit", "run", "--all-files", cwd=source, environ=environ)
    assert hooks.returncode == 0, hooks.stdout + hooks.stderr
    assert hooks.stdout.count("Passed") == 3


@pytest.mark.network
def test_this_repository_serves_as_a_hook_repository(source: Path, tmp_path: Path) -> None:
    provider = Repo(source)
    if not (source / ".git").exists():
        provider.git("init", "-q", "-b", "main")
    revision = provider.commit("a version")
    made = Repo(tmp_path).custodex("init", "book")
    assert made.returncode == 0, made.stderr
    # no custodex on the PATH: pre-commit installs it from the hook repository into a place of its own
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "pre-commit").symlink_to(Path(sys.executable).parent / "pre-commit")
    environ = clean_environ(PRE_COMMIT_HOME=str(tmp_path / "cache"))
    repo = Repo(tmp_path / "book", {**environ, "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin"})
    hooks = "".join(f"      - id: custodex-{name}\n" for name in ("format", "validate", "check"))
    repo.write(
        ".pre-commit-config.yaml", f"repos:\n  - repo: {source}\n    rev: {revision}\n    hooks:\n{hooks}"
    )
    assert run("pre-commit", "install", cwd=repo.root, environ=repo.environ).returncode == 0
    good = commit(repo)
    assert good.returncode == 0, good.stdout + good.stderr
    assert good.stdout.count("Passed") + good.stderr.count("Passed") == 3
    path = break_a_reference(repo)
    bad = commit(repo)
    assert bad.returncode != 0
    assert f"{path}:" in bad.stdout + bad.stderr
