"""T9: the list and the search of a site in Chromium, beside searches made for browsers, on the same customers."""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from .context import Bench
from .generate import environ
from .report import Row, note

CHROMIUM = "/usr/bin/chromium"
PAGES = Path(__file__).parent / "browser"
NPM = ("minisearch@7.2.0", "flexsearch@0.8.212", "pagefind@1.6.0")
LARGEST_PEERS = 10_000
"""More than this takes the peers minutes to load; asked for with --huge."""
_WATCH = """
window.__usable = 0; window.__keys = [];
new MutationObserver((_, watcher) => {
  if (!document.querySelector("[data-app] tbody th a")) return;
  watcher.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.__usable = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
addEventListener("input", (event) => {
  requestAnimationFrame(() => setTimeout(() => window.__keys.push(performance.now() - event.timeStamp)));
}, true);
"""
_ALL = """query => custodex.search.all(query, 1e9)
  .then(found => found.rows.map(row => custodex.search.every()[row]))"""
_ASK = (
    "async query => { const start = performance.now(); await ask(query); return performance.now() - start; }"
)


@dataclass
class Seen:
    """What one contender needed and found: milliseconds, bytes after gzip, MiB of heap."""

    usable: float = 0.0
    keys: list[float] = field(default_factory=list)
    busy: float = 0.0
    first: int = 0
    search: int = 0
    later: int = 0
    query: list[int] = field(default_factory=list)
    heap: float = 0.0
    found: dict[str, set[str]] = field(default_factory=dict)


def browse(bench: Bench) -> Iterator[Row]:
    """T9: opening the list, typing, and what is found; ours from a folder, Pagefind from a server."""
    for size in bench.sizes:
        site, truth = _site(bench, size), json.loads((_folder(bench, size) / "truth.json").read_text("utf-8"))
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            ours = _ours(browser, site, truth, bench.rounds)
            peers = _peers(bench, size, browser, truth) if size <= LARGEST_PEERS or bench.huge else {}
            browser.close()
        yield _row(size, ours, peers, truth)


def _folder(bench: Bench, size: int) -> Path:
    return bench.work / f"browse-{size}"


def _site(bench: Bench, size: int) -> Path:
    """Return the folder of a site whose list and search hold so many customers."""
    folder, book = _folder(bench, size), bench.shelf.all(200)
    site = folder / "site"
    if not (folder / "truth.json").exists():
        note(f"making the list and the search of {size} customers")
        folder.mkdir(exist_ok=True)
        book.custodex("build", "--out", site)
        bench.probe("list_site", book.root, str(size), site)
        bench.probe("browser_documents", book.root, str(size), folder)
    return site


# --- ours


def _ours(browser: Browser, site: Path, truth: Mapping[str, Sequence[str]], rounds: int) -> Seen:
    seen, usable = Seen(), []
    for _ in range(max(3, rounds)):
        page, asked = _opened(browser, (site / "zh/customers.html").as_uri(), "window.__usable > 0")
        usable.append(page.evaluate("window.__usable"))
        if len(usable) < max(3, rounds):
            page.close()
    seen.usable, seen.first = statistics.median(usable), _bytes(asked, site)
    asked.clear()
    box = page.locator(".list-search input")
    box.focus()
    _until(page, "!!(custodex.search && custodex.search.loaded)")
    _settle(page, asked)
    # numbers and e-mails follow the names: nobody who types waits for them
    seen.later = _bytes([url for url in asked if "/search/m-" in url], site)
    seen.search = _bytes(asked, site) - seen.later
    session = page.context.new_cdp_session(page)  # the same one all the time: it counts from its beginning
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _busy(session)
    for query in truth:
        asked.clear()
        for char in query:
            page.keyboard.insert_text(char)
            page.wait_for_timeout(150)
        _settle(page, asked)
        seen.query.append(_bytes(asked, site))
        box.fill("")
        _settle(page, asked)
    seen.keys = page.evaluate("window.__keys")
    seen.busy = (_busy(session) - before) / len(seen.keys)
    seen.heap = _heap(page)
    for query in truth:
        seen.found[query] = set(page.evaluate(_ALL, query))
    page.close()
    return seen


# --- peers


def _peers(bench: Bench, size: int, browser: Browser, truth: Mapping[str, Sequence[str]]) -> dict[str, Seen]:
    modules, folder = bench.work / "npm", _folder(bench, size) / "peers"
    if not (modules / "node_modules/pagefind").exists():
        modules.mkdir(exist_ok=True)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", *NPM], cwd=modules, env=environ(), check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
    if not (folder / "pagefind.html").exists():
        note(f"indexing {size} customers with the peers")
        command: list[str | Path] = [
            "node",
            "--max-old-space-size=8192",
            PAGES / "build.mjs",
            folder.parent / "documents.json",
            folder,
            modules,
        ]
        subprocess.run(command, env=environ(), check=True, stdout=subprocess.DEVNULL)
    with _served(folder) as address:
        return {
            name: _peer(browser, folder, f"{address}/{name}.html", truth)
            for name in ("minisearch", "flexsearch", "pagefind")
        }


def _peer(browser: Browser, folder: Path, url: str, truth: Mapping[str, Sequence[str]]) -> Seen:
    seen = Seen()
    page, asked = _opened(browser, url, "!!window.ask")
    seen.usable, seen.first = page.evaluate("performance.now()"), _bytes(asked, folder)
    for query in truth:
        asked.clear()
        for end in range(1, len(query) + 1):
            seen.keys.append(page.evaluate(_ASK, query[:end]))
        seen.query.append(_bytes(asked, folder))
        seen.found[query] = set(page.evaluate("query => ask(query)", query))
    seen.heap = _heap(page)
    page.close()
    if url.endswith("pagefind.html"):
        names = _fragments(folder / "pagefind")
        seen.found = {
            query: {names[one] for one in found if one in names} for query, found in seen.found.items()
        }
    return seen


def _fragments(folder: Path) -> dict[str, str]:
    """Return the customers by the names of Pagefind's fragments."""
    found = {}
    for path in (folder / "fragment").iterdir():
        data = gzip.decompress(path.read_bytes())
        found[path.stem] = json.loads(data[data.index(b"{") :])["url"].strip("/")
    return found


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


# --- both


def _opened(browser: Browser, url: str, ready: str) -> tuple[Page, list[str]]:
    page, asked = browser.new_context(viewport={"width": 1280, "height": 900}).new_page(), list[str]()
    page.set_default_timeout(600_000)
    page.add_init_script(_WATCH)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    _until(page, ready)
    return page, asked


def _until(page: Page, condition: str) -> None:
    """Wait for a condition; the page's policy allows no function made from text that polls it inside."""
    end = time.monotonic() + 600
    while not page.evaluate(condition):
        if time.monotonic() > end:
            raise SystemExit(f"never so: {condition}")
        time.sleep(0.02)


def _settle(page: Page, asked: list[str]) -> None:
    """Wait until the page asks for nothing more."""
    before = -1
    while before != len(asked):
        before = len(asked)
        page.wait_for_timeout(700)


def _bytes(urls: Sequence[str], folder: Path) -> int:
    """Return what the files of these addresses weigh after gzip, each counted once."""
    total = 0
    for url in set(urls):
        path = Path(unquote(urlparse(url).path))
        path = path if url.startswith("file:") else folder / path.relative_to("/")
        if path.is_file():
            total += len(gzip.compress(path.read_bytes(), 6))
    return total


def _heap(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def _busy(session: CDPSession) -> float:
    """Return for how many milliseconds of processor time the page's main thread has worked, as far as is told."""
    told = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next((float(one["value"]) for one in told if one["name"] == "TaskDuration"), 0.0)


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def quality(found: Mapping[str, set[str]], truth: Mapping[str, Sequence[str]]) -> tuple[float, float]:
    """Return recall and precision, each the mean over all queries."""
    recall, precision = [], []
    for query, wanted in truth.items():
        right = len(found[query].intersection(wanted))
        recall.append(right / len(wanted) if wanted else 1.0)
        precision.append(right / len(found[query]) if found[query] else float(not wanted))
    return statistics.mean(recall), statistics.mean(precision)


def _said(seen: Seen, truth: Mapping[str, Sequence[str]]) -> str:
    recall, precision = quality(seen.found, truth)
    return (
        f"recall {recall:.2f}, precision {precision:.2f}; ready {seen.usable:.0f} ms, {seen.first / 1e6:.2f} MB gz"
        + (f", {seen.search / 1e6:.2f} MB for the search box" if seen.search else "")
        + (f" and {seen.later / 1e6:.2f} MB after it" if seen.later else "")
        + f"; a key median {statistics.median(seen.keys):.0f} ms, p95 {_percentile(seen.keys, 0.95):.0f} ms"
        + (f" (cpu {seen.busy:.0f} ms a key, full text and frames included)" if seen.busy else "")
        + ";"
        f" a query up to {max(seen.query) / 1e3:.0f} kB gz, median {statistics.median(seen.query) / 1e3:.0f};"
        f" heap {seen.heap:.0f} MiB"
    )


def _row(size: int, ours: Seen, peers: Mapping[str, Seen], truth: Mapping[str, Sequence[str]]) -> Row:
    work = f"list opened from a folder, {len(truth)} queries typed, in Chromium"
    beside = "; ".join(f"**{name}** {_said(seen, truth)}" for name, seen in peers.items())
    met = (
        quality(ours.found, truth) == (1.0, 1.0) and ours.usable <= 1000 and _percentile(ours.keys, 0.95) <= 50
        and ours.first <= 2.5e6 and ours.search <= 2.5e6 and max(ours.query) <= 100_000 and ours.heap <= 150
    )  # fmt: skip
    aim = "1.00, 1.00; ≤ 1 s, ≤ 2.5 MB; p95 ≤ 50 ms; ≤ 100 kB a query; ≤ 150 MiB"
    return Row(
        "T9", size, work, _said(ours, truth), beside or "–", "–", aim, met if size >= 100_000 else None
    )
