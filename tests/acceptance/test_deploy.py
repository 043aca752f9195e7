"""The recipe for nginx, with real nginx on the loopback: everybody gets the own site and nothing of another."""

from __future__ import annotations

import base64
import http.client
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from custodex.cli import main
from workbench import ROOT, Repo, clean_environ

PASSWORDS = {"eva-lund": "for-finance-1", "li-wen": "for-sales-1", "nobody-yet": "no-audience-1"}
AUDIENCES = {"eva-lund": "finance", "li-wen": "sales"}


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Server:
    """A running nginx: its folder of sites, its two ports and its certificate."""

    sites: Path
    port: int
    plain: int
    certificate: Path

    def get(self, path: str, user: str = "", password: str | None = None) -> Answer:
        context = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPSConnection("localhost", self.port, context=context, timeout=20)
        try:
            return self.ask(connection, path, user, password)
        finally:
            connection.close()

    def ask(
        self, connection: http.client.HTTPConnection, path: str, user: str = "", password: str | None = None
    ) -> Answer:
        headers = {}
        if user:
            said = f"{user}:{PASSWORDS[user] if password is None else password}"
            headers["Authorization"] = "Basic " + base64.b64encode(said.encode()).decode()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return Answer(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        )

    def all_of(self, audience: str, user: str) -> dict[str, int]:
        """Return the answer to every file of a site, over one connection."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPSConnection("localhost", self.port, context=context, timeout=20)
        files = [path for path in sorted((self.sites / audience).rglob("*")) if path.is_file()]
        found = {}
        for path in files:
            place = "/" + quote(path.relative_to(self.sites).as_posix())
            found[place] = self.ask(connection, place, user).status
        connection.close()
        return found


def free_ports(count: int) -> list[int]:
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in opened]
    for one in opened:
        one.close()
    return ports


def run(*arguments: str, stdin: str | None = None) -> str:
    return subprocess.run(arguments, input=stdin, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def server(_sample_master: Repo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        assert "CI" not in os.environ, "CI has to have nginx"
        pytest.skip("needs nginx")
    base = tmp_path_factory.mktemp("served")
    shutil.copytree(_sample_master.root, base / "repo")
    (base / "etc").mkdir()
    for audience in ("sales", "finance"):
        out = base / "srv" / audience
        assert (
            main(
                ["-C", str(base / "repo"), "build", "--lang", "zh", "--audience", audience, "--out", str(out)]
            )
            == 0
        )
    port, plain = free_ports(2)
    secrets(base / "etc")
    main_file = configure(base, port, plain)
    run(nginx, "-t", "-c", str(main_file), "-p", str(base))
    process = subprocess.Popen([nginx, "-c", str(main_file), "-p", str(base)], env=clean_environ())
    try:
        wait_for(port, process)
        yield Server(base / "srv", port, plain, base / "etc/cert.pem")
    finally:
        process.terminate()
        process.wait(20)


def secrets(etc: Path) -> None:
    """Write what the recipe asks for: a certificate, passwords, who belongs to which audience."""
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost", "-keyout", str(etc / "key.pem"),
        "-out", str(etc / "cert.pem"))  # fmt: skip
    lines = [
        f"{user}:{run('openssl', 'passwd', '-apr1', word).strip()}\n" for user, word in PASSWORDS.items()
    ]
    (etc / "htpasswd").write_text("".join(lines), "utf-8")
    (etc / "audiences").write_text("".join(f"{who} {what};\n" for who, what in AUDIENCES.items()), "utf-8")


def configure(base: Path, port: int, plain: int) -> Path:
    """Write the recipe as it stands, with other places and ports, and a main file around it."""
    recipe = (ROOT / "site/deploy/nginx.conf").read_text("utf-8")
    for old, new in {
        "/etc/custodex/": f"{base}/etc/", "/srv/custodex;": f"{base}/srv;", "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;", "customers.example.com": "localhost",
        "/etc/nginx/mime.types": str(mime_types()),
    }.items():  # fmt: skip
        assert old in recipe
        recipe = recipe.replace(old, new)
    (base / "custodex.conf").write_text(recipe, "utf-8")
    temporary = "".join(
        f"{what}_temp_path {base}/{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main_file = base / "nginx.conf"
    main_file.write_text(
        ("user root;\n" if os.geteuid() == 0 else "")
        + f"daemon off;\npid {base}/pid;\nerror_log {base}/error.log;\nworker_processes 1;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}include {base}/custodex.conf;\n}}\n",
        "utf-8",
    )
    return main_file


def mime_types() -> Path:
    places = (
        "/etc/nginx/mime.types",
        "/usr/local/etc/nginx/mime.types",
        "/opt/homebrew/etc/nginx/mime.types",
    )
    return next(Path(place) for place in places if Path(place).exists())


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            continue
        return
    raise AssertionError("nginx ended")


def test_nobody_gets_in_without_a_name_and_a_password(server: Server) -> None:
    for path in ("/", "/finance/", "/sales/index.html", "/finance/zh/index.html"):
        answer = server.get(path)
        assert answer.status == 401, path
        assert answer.headers["www-authenticate"].startswith("Basic")
    assert server.get("/finance/", "eva-lund", "wrong").status == 401
    assert server.get("/sales/", "eva-lund", "wrong").status in (401, 403)
    assert server.get("/sales/", "nobody-yet").status == 403


def test_finance_sees_all_of_finance(server: Server) -> None:
    found = server.all_of("finance", "eva-lund")
    assert len(found) > 100
    assert set(found.values()) == {200}
    assert server.get("/", "eva-lund").headers["location"].endswith("/finance/")
    assert b"zh/index.html" in server.get("/finance/", "eva-lund").body


def test_finance_gets_nothing_of_sales(server: Server) -> None:
    found = server.all_of("sales", "eva-lund")
    assert len(found) > 100
    assert set(found.values()) <= {403, 404}


@pytest.mark.parametrize(
    "path",
    [
        "/finance/../sales/index.html", "/finance/%2e%2e/sales/index.html", "/finance/..%2fsales/index.html",
        "//sales/index.html", "/./sales/index.html", "/sales", "/Sales/index.html", "/finance/.htpasswd",
        "/finance/zh/../../sales/zh/index.html", "/finance/%00/../../sales/index.html", "/../etc/htpasswd",
        "/sales%2findex.html", "/finance/\\..\\sales\\index.html",
    ],
)  # fmt: skip
def test_no_way_around_leads_out_of_the_own_folder(server: Server, path: str) -> None:
    assert server.get(path, "eva-lund").status in (400, 403, 404)


def test_every_answer_carries_the_headers(server: Server) -> None:
    for path, user in (
        ("/finance/zh/index.html", "eva-lund"),
        ("/finance/nothing", "eva-lund"),
        ("/finance/", ""),
    ):
        headers = server.get(path, user).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["strict-transport-security"].startswith("max-age=")
        assert headers["cache-control"] == "private, no-cache"
        assert "nginx/" not in headers.get("server", "")


def test_files_for_other_programs_have_their_types(server: Server) -> None:
    samples = {
        "finance/zh/index.html": "text/html", "finance/assets/site.css": "text/css",
        "finance/assets/app.js": "javascript", "finance/zh/changes.atom": "application/atom+xml",
        "finance/api/v1/index.json": "application/json",
    }  # fmt: skip
    for path, kind in samples.items():
        assert kind in server.get(f"/{path}", "eva-lund").headers["content-type"], path
    card = next((server.sites / "sales/card").glob("*.vcf")).name
    assert server.get(f"/sales/card/{card}", "li-wen").headers["content-type"].startswith("text/vcard")
    assert server.get("/sales/calendar/all.ics", "li-wen").headers["content-type"].startswith("text/calendar")


def test_plain_http_only_leads_to_https(server: Server) -> None:
    connection = http.client.HTTPConnection("localhost", server.plain, timeout=20)
    answer = server.ask(connection, "/finance/?a=b", "eva-lund")
    connection.close()
    assert answer.status == 308
    assert answer.headers["location"] == "https://localhost/finance/?a=b"
