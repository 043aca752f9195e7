"""What browser tests share: one Chromium and one built site a worker, and a page that reports every trouble."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browsed import Site
from custodex.cli import main
from workbench import Repo

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def built(_sample_master: Repo, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folder of a built site and the repository it was built from."""
    root = tmp_path_factory.mktemp("browsed") / "repo"
    shutil.copytree(_sample_master.root, root)
    assert main(["-C", str(root), "build"]) == 0
    # nothing but the folder itself may be needed, wherever it lies and whatever it is called
    target = tmp_path_factory.mktemp("carried") / "客户 #1 site"
    shutil.move(root / "build/site", target)
    return target, root


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def site(built: tuple[Path, Path], browser: Browser) -> Iterator[Site]:
    found = Site(built[0], browser, built[1])
    yield found
    assert found.trouble == []


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    context = site.browser.new_context(viewport={"width": 1280, "height": 900})
    yield site.watch(context)
    context.close()
