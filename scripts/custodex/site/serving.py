"""A local preview of a built site: on this machine only, with the headers a real server should send.

Pages get one script more than the built files have; it waits for the next version and loads the page again.
A script element is used for waiting because the pages' own policy forbids every other connection.
"""

from __future__ import annotations

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

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
_RELOAD, _VERSION = "/.reload.js", "/.version.js"
_WAIT_SECONDS = 20.0
_SCRIPT = b"""(function () {
  "use strict";
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
  ask();
})();
"""


class Preview(ThreadingHTTPServer):
    """Serves one folder; `renew` tells the open pages that there is a new version."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder.resolve()
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

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: addresses of customers do not belong in a log."""

    def _choose(self) -> tuple[HTTPStatus, str, bytes]:
        # a foreign name that resolves to this machine would let any web page read the book
        if _name(self.headers.get("Host", "")) not in _NAMES:
            return HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"this preview answers to localhost only\n"
        parts = urlsplit(self.path)
        if parts.path == _RELOAD:
            return HTTPStatus.OK, _TYPES[".js"], _SCRIPT
        if parts.path == _VERSION:
            version = self.server.wait(parts.query)
            return HTTPStatus.OK, _TYPES[".js"], b'custodexVersion("%d");\n' % version
        return self._file(unquote(parts.path))

    def _file(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        missing = HTTPStatus.NOT_FOUND, "text/plain", b"there is no such page\n"
        if "\0" in path:
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
            data = data.replace(b"</head>", b'<script defer src="/.reload.js"></script>\n</head>', 1)
        return HTTPStatus.OK, kind, data

    def _answer(self, status: HTTPStatus, kind: str, data: bytes) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        if kind == "application/octet-stream":
            self.send_header("Content-Disposition", "attachment")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _name(host: str) -> str:
    """Return the name of a Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
