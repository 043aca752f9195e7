"""`custodex serve`: the preview follows edits, on this machine only."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

import pytest

from custodex.site.output import SEAL
from workbench import Repo


@pytest.fixture
def served(sample_repo: Repo) -> Iterator[tuple[Repo, int, IO[str]]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "custodex", "--lang", "en", "serve", "--port", "0"], cwd=sample_repo.root,
        env=dict(sample_repo.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.readline()
    port = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
    assert port, said
    yield sample_repo, int(port[1]), process.stdout
    process.send_signal(signal.SIGINT)
    process.wait(20)
    process.stdout.close()
    assert process.returncode == 130


@pytest.fixture
def preview(served: tuple[Repo, int, IO[str]]) -> tuple[Repo, int]:
    return served[:2]


def ask(port: int, path: str, host: str = "") -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}"})
    response = connection.getresponse()
    found = (
        response.status,
        {name.lower(): value for name, value in response.getheaders()},
        response.read().decode(),
    )
    connection.close()
    return found


def test_the_preview_is_guarded_and_follows_edits(preview: tuple[Repo, int]) -> None:
    repo, port = preview
    status, headers, page = ask(port, "/zh/index.html")
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "/.reload.js" in page
    assert ".reload.js" not in (repo.root / "build/site/zh/index.html").read_text("utf-8")
    assert ask(port, "/zh/index.html", f"localhost:{port}")[0] == 200
    for stranger in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example"):
        assert ask(port, "/zh/index.html", stranger)[0] == 421
    for outside in ("/../../schema/settings.yaml", "/..%2f..%2fschema/settings.yaml", "/%00", "//etc/passwd"):
        assert ask(port, outside)[0] == 404
    for missing, home, words in (("/zh/c/none.html", "/zh/index.html", "没有这个页面"),
                              ("/en/<b>.html", "/en/index.html", "There is no such page"),
                              ("/none", "/zh/index.html", "回到首页")):  # fmt: skip
        status, headers, page = ask(port, quote(missing))
        assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert f'<a href="{home}">' in page
        assert words in page
        assert "<b>" not in page
        assert ask(port, home)[0] == 200
    # what Windows would take for another machine or drive is not looked at, even where it is a plain name
    for name in ("\\\\host\\share.html", "c:page.html"):
        (repo.root / "build/site" / name).write_text("a name", "utf-8")
        assert ask(port, "/" + quote(name))[0] == 404
    before = ask(port, "/.version.js")[2]
    path = repo.root / "records/customers/ak/ak33t63cj0v/customer.yaml"
    path.write_text(path.read_text("utf-8").replace("short_name: 曦和医疗", "short_name: 预览一下"), "utf-8")
    known = re.sub(r"\D", "", before)
    until = time.monotonic() + 60
    while ask(port, f"/.version.js?{known}")[2] == before and time.monotonic() < until:
        continue
    assert "预览一下" in ask(port, "/zh/c/ak33t63cj0v.html")[2]


def heard(said: IO[str], word: str) -> bool:
    """Tell whether a line with *word* comes within a minute; the lines before it are read as well."""
    found = threading.Event()

    def listen() -> None:
        if any(word in line for line in iter(said.readline, "")):
            found.set()

    threading.Thread(target=listen, daemon=True).start()
    return found.wait(60)


def test_the_preview_outlives_an_edit_that_it_cannot_show(served: tuple[Repo, int, IO[str]]) -> None:
    repo, port, said = served
    before = ask(port, "/.version.js")[2]
    (seal,) = (repo.root / "build/site").glob(SEAL)
    seal.rename(repo.root / "seal")  # the folder could be anybody's now: nothing is written into it
    path = repo.root / "records/customers/ak/ak33t63cj0v/customer.yaml"
    sound = path.read_text("utf-8")
    path.write_text(sound.replace("short_name: 曦和医疗", "short_name: 看不到"), "utf-8")
    assert heard(said, "build/site")
    assert ask(port, "/.version.js")[2] == before
    assert "看不到" not in ask(port, "/zh/c/ak33t63cj0v.html")[2]
    (repo.root / "seal").rename(seal)
    path.write_text(sound.replace("short_name: 曦和医疗", "short_name: 又好了"), "utf-8")
    assert heard(said, "updated")
    assert "又好了" in ask(port, "/zh/c/ak33t63cj0v.html")[2]


def test_a_port_that_is_taken_is_told(preview: tuple[Repo, int]) -> None:
    repo, port = preview
    result = repo.custodex("--lang", "en", "serve", "--port", str(port))
    assert result.returncode == 4
    assert f"cannot use port {port}" in result.stderr
