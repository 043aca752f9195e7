"""What is published: exactly the files of the golden lists, and never a record."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from workbench import ROOT, clean_environ

GOLDEN = ROOT / "tests" / "data" / "packaging"
NOT_SOURCE = shutil.ignore_patterns(
    ".git", ".venv", ".custodex", "build", "dist", "__pycache__", ".*_cache", ".hypothesis", "node_modules"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, and the wheel made from the sdist."""
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=NOT_SOURCE)
    (source / "records" / "canary.yaml").write_text("canary\n", encoding="utf-8")
    (source / "schema" / "notes.txt~").write_text("left behind by an editor\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist"), str(source)],
        env=clean_environ(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "dist"


def wheel_names(built: Path) -> list[str]:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        return sorted(wheel.namelist())


def sdist_names(built: Path) -> list[str]:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        return sorted(name.partition("/")[2] for name in sdist.getnames())


@pytest.mark.parametrize("what", ["wheel", "sdist"])
def test_packages_hold_exactly_the_files_of_the_golden_list(built: Path, what: str, bless: bool) -> None:
    names = wheel_names(built) if what == "wheel" else sdist_names(built)
    text = "".join(re.sub(r"custodex-[0-9.]+", "custodex-VERSION", f"{name}\n") for name in names)
    golden = GOLDEN / f"{what}.txt"
    if bless:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text.split("\n") == golden.read_text(encoding="utf-8").split("\n"), (
        "if the difference is meant: pytest tests/unit/test_packaging.py --bless"
    )


def test_no_package_holds_records_tests_or_leftovers(built: Path) -> None:
    for name in [*wheel_names(built), *sdist_names(built)]:
        assert not re.search(r"(^|/)(records|tests)/|canary|~$|\.sqlite|\.pyc$", name), name


def test_the_wheel_has_one_package_and_one_command(built: Path) -> None:
    names = wheel_names(built)
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"custodex"}
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        entry = wheel.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    assert entry.split() == ["[console_scripts]", "custodex", "=", "custodex.cli:main"]


def lock_lines() -> list[str]:
    return (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_lock_pins_every_declared_dependency_with_hashes_and_names_no_index() -> None:
    text = "\n".join(lock_lines())
    pinned = {normal(line.partition("==")[0]) for line in lock_lines() if "==" in line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    wanted = {normal(re.split(r"[<>=!~;\[ ]", line)[0]) for line in declared}
    assert wanted <= pinned
    assert "://" not in text
    assert "--index" not in text
    blocks = re.split(r"\n(?=\S)", text)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)


def test_nothing_loose_stands_beside_the_package() -> None:
    # an editable install puts scripts/ on the import path: a file there would be a module of everybody's
    names = {path.name for path in (ROOT / "scripts").iterdir()} - {"__pycache__"}
    assert names == {"README.md", "custodex"}
    assert (ROOT / "scripts" / "custodex" / "py.typed").is_file()
