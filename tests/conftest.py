"""Real repositories in temporary folders, the program as people call it, no trace of the tester's own Git."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench import ROOT, Repo, clean_environ, copy_of_checkout

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a suite started in the background ignores Ctrl-C, and so would every program that a test interrupts
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _own_environment_for_shared_fixtures() -> Iterator[None]:
    # what a module shares is made before any test's own environment: it must not see another day than they do
    with pytest.MonkeyPatch.context() as patch:
        _clean(patch)
        yield


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    _clean(monkeypatch)


def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("GIT_", "LC_")):
            monkeypatch.delenv(name)
    for name, value in clean_environ().items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def _sample_master(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return copy_of_checkout(tmp_path_factory.mktemp("sample") / "repo", "records", "schema")


@pytest.fixture
def sample_repo(_sample_master: Repo, tmp_path: Path) -> Repo:
    """The sample records and the schema, committed, in a repository of this test's own."""
    target = tmp_path / "repo"
    shutil.copytree(_sample_master.root, target)
    return Repo(target)


@pytest.fixture
def empty_repo(tmp_path: Path) -> Repo:
    """The schema and no record, committed."""
    return copy_of_checkout(tmp_path / "repo", "schema")


@pytest.fixture
def checkout() -> Path:
    """The folder of this project."""
    return ROOT


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--bless`: take what a test made as what it has to be from now on."""
    parser.addoption("--bless", action="store_true", help="write golden files anew instead of comparing")


@pytest.fixture
def bless(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written anew."""
    return bool(request.config.getoption("--bless"))
