"""A local preview of a built site: on this machine only, with the headers a real server should send.

Pages get one script more than the built files have; it waits for the next version and loads the page again.
A script element is used for waiting because the pages' own policy forbids every other connection.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from custodex.texts import LANGS, Text

HOST = "127.0.0.1"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NAMES = frozenset({"localhost", HOST, "[::1]"})
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml",
}
_NO_PAGE = Text("没有这个页面", "There is no such page")
_MOVED = Text(
    "它所说的客户或文件可能已合并、归档或改名。", "What it told of may have been merged, archived or renamed."
)
_HOME = Text("回到首页", "To the home page")
_EDIT, _EDITING = "/.edit", "/assets/edit.js"
_MOST_BYTES = 2 << 20
_RELOAD, _VERSION = "/.reload.js", "/.version.js"
_WAIT_SECONDS = 20.0
_SCRIPT = b"""(function () {
  "use strict";
  if (document.querySelector("[data-form]")) return;  // what somebody is typing would be lost
  var known = null;
  window.custodexVersion = function (version) {
    if (known !== null && version !== known) { location.reload(); return; }
    known = version;
    ask();
  };
  function ask() {
    var script = document.createElement("script");
    script.src = "/.version.js?" + (known === null ? "" : known);
    script.onload = function () { script.remove(); };
    script.onerror = function () { script.remove(); setTimeout(ask, 2000); };
    document.head.appendChild(script);
  }
  // a script that waits would keep the page itself from being ready
  if (document.readyState === "complete") ask();
  else window.addEventListener("load", ask);
})();
"""


Take = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""A change that a form hands in -> what became of it, both JSON-like."""


class Preview(ThreadingHTTPServer):
    """Serves one folder; `renew` tells the open pages that there is a new version.

    With *take* the forms of the site hand their changes in here.
    """

    daemon_threads = True

    def __init__(self, folder: Path, port: int, take: Take | None = None) -> None:
        self.folder = folder.resolve()
        self.take = take
        # a page of another site can make a browser send requests here; it cannot know this
        self.token = secrets.token_urlsafe(24)
        self.one_at_a_time = threading.Lock()
        self.version = 0
        self._changed = threading.Condition()
        super().__init__((HOST, port), Handler)

    @property
    def url(self) -> str:
        """Where the preview is to be found."""
        return f"http://{HOST}:{self.server_port}/"

    def renew(self) -> None:
        """Make all open pages load themselves again."""
        with self._changed:
            self.version += 1
            self._changed.notify_all()

    def wait(self, known: str) -> int:
        """Return the version, once it is another than *known* or a while has passed."""
        with self._changed:
            self._changed.wait_for(lambda: str(self.version) != known, _WAIT_SECONDS)
            return self.version


class Handler(BaseHTTPRequestHandler):
    """Answers one request: files of the folder, nothing else, and only to this machine."""

    server: Preview
    server_version = "custodex"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file."""
        self._answer(*self._choose())

    def do_HEAD(self) -> None:
        """Answer with the headers alone."""
        self._answer(*self._choose())

    def do_POST(self) -> None:
        """Answer to a form that hands in a change."""
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isdecimal() else _MOST_BYTES + 1
        if not self._may_hand_in() or size > _MOST_BYTES:
            self.close_connection = True  # what was sent is not read
            self._answer(HTTPStatus.FORBIDDEN, _TYPES[".json"], b'{"outcome": "refused"}\n')
            return
        try:
            asked = json.loads(self.rfile.read(size))
        except (ValueError, RecursionError):  # brackets by the thousand
            asked = None
        if self.server.take is None or not isinstance(asked, dict):
            self._answer(HTTPStatus.BAD_REQUEST, _TYPES[".json"], b'{"outcome": "refused"}\n')
            return
        with self.server.one_at_a_time:
            said = self.server.take(asked)
        self._answer(HTTPStatus.OK, _TYPES[".json"], json.dumps(said, ensure_ascii=False).encode())

    def _may_hand_in(self) -> bool:
        """Tell whether a request comes from a page of this preview, by its host, its origin and its token."""
        origin = urlsplit(self.headers.get("Origin", ""))
        return (
            self.server.take is not None
            and urlsplit(self.path).path == _EDIT
            and _name(self.headers.get("Host", "")) in _NAMES
            and origin.netloc == self.headers.get("Host")
            and self.headers.get_content_type() == "application/json"
            and secrets.compare_digest(
                self.headers.get("X-Custodex-Token", "").encode(), self.server.token.encode()
            )
        )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: addresses of customers do not belong in a log."""

    def _choose(self) -> tuple[HTTPStatus, str, bytes]:
        # a foreign name that resolves to this machine would let any web page read the book
        if _name(self.headers.get("Host", "")) not in _NAMES:
            return HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"this preview answers to localhost only\n"
        parts = urlsplit(self.path)
        if parts.path == _RELOAD:
            return HTTPStatus.OK, _TYPES[".js"], _SCRIPT
        if parts.path == _EDITING and self.server.take is not None:
            said = json.dumps({"token": self.server.token})
            return HTTPStatus.OK, _TYPES[".js"], f"custodex.editing = {said};\n".encode()
        if parts.path == _VERSION:
            version = self.server.wait(parts.query)
            return HTTPStatus.OK, _TYPES[".js"], b'custodexVersion("%d");\n' % version
        return self._file(unquote(parts.path))

    def _file(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        missing = HTTPStatus.NOT_FOUND, _TYPES[".html"], _missing(path)
        # on Windows such a path leaves the folder: only to look at //host/share hands that host the password's hash
        if any(char in path for char in "\0\\:"):
            return missing
        target = (self.server.folder / path.lstrip("/")).resolve()
        if target.is_dir():
            target /= "index.html"
        if not target.is_relative_to(self.server.folder):
            return missing
        try:
            data = target.read_bytes()
        except OSError:
            return missing
        kind = _TYPES.get(target.suffix, "application/octet-stream")
        if target.suffix == ".html":
            if self.server.take is not None:
                data = data.replace(b"default-src 'none';", b"default-src 'none'; connect-src 'self';", 1)
            data = data.replace(b"</head>", b'<script defer src="/.reload.js"></script>\n</head>', 1)
        return HTTPStatus.OK, kind, data

    def _answer(self, status: HTTPStatus, kind: str, data: bytes) -> None:
        self.send_response(status)
        headers = dict(HEADERS)
        if self.server.take is not None:  # the one thing a form needs more: to hand in its change
            policy = headers["Content-Security-Policy"]
            headers["Content-Security-Policy"] = f"{policy}; connect-src 'self'"
        for name, value in {**headers, "Content-Type": kind, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        if kind == "application/octet-stream":
            self.send_header("Content-Disposition", "attachment")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _missing(path: str) -> bytes:
    """Return the page that says there is none, in the language of *path*, else in both; it repeats nothing of it."""
    langs = [lang for lang in LANGS if path.startswith(f"/{lang}/")] or LANGS
    said = "".join(
        f'<section lang="{lang}"><h1>{_NO_PAGE.get(lang)}</h1><p>{_MOVED.get(lang)}</p>'
        f'<p><a href="/{lang}/index.html">{_HOME.get(lang)}</a></p></section>'
        for lang in langs
    )
    return (
        f'<!doctype html>\n<html lang="{langs[0]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_NO_PAGE.get(langs[0])}</title>"
        '<link rel="stylesheet" href="/assets/site.css"></head>'
        f'<body class="choose"><main>{said}</main></body></html>\n'
    ).encode()


def _name(host: str) -> str:
    """Return the name of a Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
