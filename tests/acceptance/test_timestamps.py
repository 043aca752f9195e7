"""An anchor stamped by somebody else: asked for over HTTP from an authority on loopback, proven offline."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from signedbook import NOTE, NOTE_TEXT, SignedBook, signed_book

from custodex.errors import EnvironmentFault
from custodex.timestamps import request

_CONFIG = """[tsa]
default_tsa = t
[t]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
default_policy = 1.2.3.4
digests = sha256
signer_digest = sha256
[ext]
extendedKeyUsage = critical,timeStamping
"""


class Authority:
    """A time stamping authority of one's own, made with openssl."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.config = folder / "tsa.cnf"
        self.roots = folder / "ca.pem"
        self.config.write_text(_CONFIG.format(folder=folder), "utf-8")
        (folder / "serial").write_text("01\n", "utf-8")
        key = ("-newkey", "rsa:2048", "-nodes")
        self._run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650",
                  "-subj", "/CN=Example CA", "-addext", "basicConstraints=critical,CA:TRUE")  # fmt: skip
        self._run("req", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Example TSA")
        self._run("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                  "-out", "tsa.pem", "-days", "3650", "-extfile", "tsa.cnf", "-extensions", "ext")  # fmt: skip

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def answer(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        done = subprocess.run(
            ["openssl", "ts", "-reply", "-config", str(self.config), "-queryfile", str(self.folder / "query")],
            check=True, capture_output=True,
        )  # fmt: skip
        return done.stdout

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                # /other answers for something nobody asked
                self.wfile.write(authority.old if self.path == "/other" else authority.answer(query))

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()

    old = b""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "authority")


@pytest.fixture
def book(tmp_path: Path) -> SignedBook:
    book = signed_book(tmp_path / "signed")
    book.propose("ann", "one", {NOTE: NOTE_TEXT})
    book.merge("bob", "one")
    return book


def test_a_stamped_anchor_is_proven_offline_and_a_rewritten_history_is_found_out(
    book: SignedBook, authority: Authority, tmp_path: Path
) -> None:
    stamps = tmp_path / "stamps"
    proving = ("verify-history", "--stamps", str(stamps), "--authority", str(authority.roots))
    with authority.serving() as address:
        asked = book.custodex("verify-history", "--stamps", str(stamps), "--stamp", address)
        assert asked.returncode == 0, asked.stderr
        head = book.git("rev-parse", "main")
        (token,) = stamps.iterdir()
        assert token.name == f"{head}.tsr"
        first = token.read_bytes()
        assert book.custodex("verify-history", "--stamps", str(stamps), "--stamp", address).returncode == 0
        assert token.read_bytes() == first  # the older stamp says more
        authority.old = first
        token.rename(tmp_path / "kept.tsr")
        replayed = book.custodex("verify-history", "--stamps", str(stamps), "--stamp", f"{address}/other")
        assert replayed.returncode == 4
        assert "gave no time stamp for what was asked" in replayed.stderr
        assert not list(stamps.iterdir())
        (tmp_path / "kept.tsr").rename(token)
    gone = book.custodex("verify-history", "--stamps", str(tmp_path / "new"), "--stamp", address)
    assert (gone.returncode, "does not answer" in gone.stderr) == (4, True)

    # the authority is gone: its certificate is enough
    proven = book.custodex(*proving, "--format", "json")
    assert proven.returncode == 0, proven.stdout
    (stamp,) = json.loads(proven.stdout)["stamps"]
    assert stamp["head"] == head
    assert stamp["at"].endswith("Z")

    # no stamp of something else, no changed one, none of another authority
    other = Authority(tmp_path / "other")
    wrong = book.custodex(*proving[:-1], str(other.roots))
    assert wrong.returncode == 5
    assert "the time stamp does not hold" in wrong.stdout
    parent = book.git("rev-parse", "main~1")
    token.rename(stamps / f"{parent}.tsr")
    assert book.custodex(*proving).returncode == 5
    (stamps / f"{parent}.tsr").rename(token)
    token.write_bytes(first[:-20] + bytes(20))
    assert book.custodex(*proving).returncode == 5
    token.write_bytes(b"no token")
    assert "that is no time stamp" in book.custodex(*proving).stdout
    token.write_bytes(first)

    # a history that goes another way than what was stamped; the clone remembers nothing
    book.git("reset", "-q", "--hard", "main~1")
    book.propose("ann", "two", {NOTE: NOTE_TEXT.replace("报价", "样品")})
    book.merge("bob", "two")
    clone = SignedBook(tmp_path / "clone", book.bare, book.keys, book.clock)
    book.git("clone", "-q", "--branch", "main", str(book.root), str(clone.root))
    rewritten = clone.custodex(*proving)
    assert rewritten.returncode == 5
    assert f"the anchor {head[:12]} is no part of the history" in rewritten.stdout


def test_stamps_without_a_folder_or_an_authority_are_no_question(book: SignedBook, tmp_path: Path) -> None:
    assert book.custodex("verify-history", "--stamp", "https://tsa.example.com").returncode == 2
    assert book.custodex("verify-history", "--stamps", str(tmp_path)).returncode == 2
    assert (
        book.custodex("verify-history", "--stamps", str(tmp_path), "--stamp", "file:///etc/passwd").returncode
        == 4
    )


@pytest.mark.parametrize(
    "said", [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n", None]
)
def test_an_address_where_no_authority_is_is_no_bug(said: bytes | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            caller, _ = server.accept()
            with caller:
                caller.recv(65_536)
                caller.sendall(said or b"")

        address = f"http://127.0.0.1:{server.getsockname()[1]}/" if said else "http://tsa.example.com:port/"
        if said:
            threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(EnvironmentFault, match="does not answer"):
            request(b"x", address)
