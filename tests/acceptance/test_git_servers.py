"""The same hook behind real servers: smart HTTP through nginx and fcgiwrap, and SSH."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gitservers import http_server, ssh_server
from signedbook import NOTE, NOTE_TEXT, SignedBook, signed_book


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> SignedBook:
    return signed_book(tmp_path_factory.mktemp("signed"))


@pytest.fixture(params=["http", "ssh"], scope="module")
def served(
    request: pytest.FixtureRequest, master: SignedBook, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of the book on one of the servers, and what git has to be told for it."""
    folder = tmp_path_factory.mktemp(request.param) / "server"
    if request.param == "http":
        with http_server(master, folder) as address:
            yield address, {}
    else:
        with ssh_server(master, folder) as (address, command):
            yield address, {"GIT_SSH_COMMAND": command}


def test_commits_that_skipped_the_hooks_are_refused_and_good_ones_taken(
    served: tuple[str, dict[str, str]], master: SignedBook, tmp_path: Path
) -> None:
    address, environ = served
    book = master.copy(tmp_path / "clone")
    book.environ = {**book.environ, **environ}
    name = address.partition(":")[0]
    book.branch("bad")
    book.commit("ann", {NOTE: "type: telegram\n"})  # commits with --no-verify
    done = book.push(f"bad:{name}-bad", remote=address)
    assert done.returncode != 0
    assert f"{NOTE}:1:" in done.stderr
    assert "nothing of this push was taken" in done.stderr
    book.git("checkout", "-q", "-f", "main")
    book.branch("good")
    book.commit("ann", {NOTE: NOTE_TEXT})
    done = book.push(f"good:{name}-good", remote=address)
    assert done.returncode == 0, done.stderr
    assert f"refs/heads/{name}-good" in master.refs()
    assert f"{name}-bad" not in master.refs()


def test_without_its_hook_a_server_serves_nothing(
    served: tuple[str, dict[str, str]], master: SignedBook, tmp_path: Path
) -> None:
    address, environ = served
    book = master.copy(tmp_path / "clone")
    book.environ = {**book.environ, **environ}
    hook = master.bare / "hooks/pre-receive"
    hook.chmod(0o644)
    try:
        book.propose("ann", "late", {NOTE: NOTE_TEXT})
        assert book.push("late", remote=address).returncode != 0
    finally:
        hook.chmod(0o755)
    assert "late" not in master.refs()
