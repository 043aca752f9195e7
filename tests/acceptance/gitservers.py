"""Real Git servers on loopback: git-http-backend behind nginx and fcgiwrap, and sshd; both through the gate."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from signedbook import NOW, SignedBook

_NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1; {user}
events {{ worker_connections 64; }}
http {{
  access_log off; client_max_body_size 60m;
  client_body_temp_path {folder}/body; fastcgi_temp_path {folder}/fcgi; proxy_temp_path {folder}/proxy;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      fastcgi_pass unix:{folder}/fcgi.sock; fastcgi_read_timeout 120;
      fastcgi_param SCRIPT_FILENAME {folder}/backend; fastcgi_param PATH_INFO $uri;
      fastcgi_param GIT_PROJECT_ROOT {bare_folder}; fastcgi_param GIT_HTTP_EXPORT_ALL "1";
      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param QUERY_STRING $query_string;
      fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REMOTE_USER somebody; fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding; fastcgi_param CUSTODEX_NOW "{now}";
      fastcgi_param GIT_CONFIG_GLOBAL /dev/null; fastcgi_param GIT_CONFIG_NOSYSTEM "1";
    }}
  }}
}}
"""
_SSHD = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
LogLevel ERROR
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def program(name: str) -> str:
    """Return the path of a server; those in sbin are often not on the path of a user."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
    assert found, f"{name} is missing: .ci/run installs it"
    return found


@contextlib.contextmanager
def running(*commands: Sequence[str]) -> Iterator[None]:
    started = [
        # a group of its own: fcgiwrap and sshd have children that would stay behind
        subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        for command in commands
    ]
    try:
        yield
    finally:
        for process in reversed(started):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def await_port(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}")


@contextlib.contextmanager
def http_server(book: SignedBook, folder: Path) -> Iterator[str]:
    """Serve the bare repository over smart HTTP; yields its address."""
    folder.mkdir()
    port = free_port()
    backend = folder / "backend"
    backend.write_text(f'#!/bin/sh\nexec "{book.bare}/custodex-gate" git http-backend\n', encoding="utf-8")
    backend.chmod(0o755)
    user = f"user {getpass.getuser()};" if os.getuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(
        _NGINX.format(folder=folder, port=port, bare_folder=book.bare.parent, now=NOW, user=user), "utf-8"
    )
    subprocess.run(["git", "config", "http.receivepack", "true"], cwd=book.bare, env=book.environ, check=True)
    fcgi = [program("fcgiwrap"), "-c", "2", "-s", f"unix:{folder}/fcgi.sock"]
    with running(fcgi, [program("nginx"), "-c", str(config), "-e", str(folder / "nginx.log")]):
        await_port(port)
        yield f"http://127.0.0.1:{port}/{book.bare.name}"


@contextlib.contextmanager
def ssh_server(book: SignedBook, folder: Path) -> Iterator[tuple[str, str]]:
    """Serve the bare repository over SSH to Ann's key; yields its address and the ssh command to use."""
    folder.mkdir()
    port = free_port()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "host")], check=True)
    key = (book.keys / "ann.pub").read_text("utf-8").strip()
    served = f'{book.bare}/custodex-gate git-shell -c \\"$SSH_ORIGINAL_COMMAND\\"'
    settings = f"CUSTODEX_NOW={NOW} GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1"
    line = f'restrict,command="env {settings} {served}" {key}\n'
    (folder / "authorized_keys").write_text(line, "utf-8")
    (folder / "sshd_config").write_text(_SSHD.format(folder=folder, port=port), "utf-8")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with running([program("sshd"), "-D", "-f", str(folder / "sshd_config")]):
        await_port(port)
        options = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes -o LogLevel=ERROR"
        command = f"ssh -F /dev/null -i {book.keys}/ann {options}"
        yield f"ssh://{getpass.getuser()}@127.0.0.1:{port}{book.bare}", command
