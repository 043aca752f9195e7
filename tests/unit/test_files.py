"""Files are written whole or not at all, never through a link; one writer at a time."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from custodex import files, locks
from custodex.errors import EnvironmentFault

NOW = datetime.fromisoformat("2026-11-22T09:00:00+08:00")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / ".custodex"
    folder.mkdir()
    return folder


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.name.startswith((".tmp-", "writing-")))


def test_a_file_is_replaced_with_its_mode_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"old")
    path.chmod(0o640)
    files.write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert left(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        files.write_atomic(pipe, b"new")
        assert reader.communicate()[0] == b"new"
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(EnvironmentFault):
        files.write_atomic(tmp_path / "link", b"new")
    assert (tmp_path / "real").read_bytes() == b"old"


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", "a//b", "a/./b", "a/\0b"])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(EnvironmentFault):
        files.inside(tmp_path, path)


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "records").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EnvironmentFault):
        files.inside(tmp_path, "records/a.yaml")


@pytest.mark.parametrize("fail_at", range(1, 12))
@pytest.mark.parametrize("call", ["replace", "fsync", "mkdir"])
def test_a_batch_is_old_or_new_whatever_step_fails(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch, call: str, fail_at: int
) -> None:
    root = tmp_path / "repo"
    (root / "a").mkdir(parents=True)
    (root / "a" / "old.yaml").write_bytes(b"old")
    wanted = {"a/old.yaml": b"changed", "b/c/new.yaml": b"new", "b/d/e.yaml": b"new"}
    count = 0
    owner, name = (os, "fsync") if call == "fsync" else (Path, call)
    real = getattr(owner, name)

    def failing(*args: object, **options: object) -> object:
        nonlocal count
        count += 1
        if count == fail_at:
            raise OSError(28, "No space left on device")
        return real(*args, **options)

    monkeypatch.setattr(owner, name, failing)
    said = ""
    try:
        files.replace_all(root, state, wanted)
    except EnvironmentFault as fault:
        said = fault.message.en
    monkeypatch.undo()
    failed = count >= fail_at
    assert ("No space left" in said) == failed
    found = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert found == ({"a/old.yaml": b"old"} if failed else wanted)
    assert left(state) == []
    if failed:
        assert not (root / "b").exists()


@pytest.mark.parametrize("killed_after", range(4))
def test_a_killed_batch_is_finished_by_the_next_writer(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch, killed_after: int
) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "0.yaml").write_bytes(b"old")
    wanted = {f"{n}.yaml": b"new" for n in range(3)}

    def killed(stage: Path, targets: list[Path]) -> None:
        for number, target in list(enumerate(targets))[:killed_after]:
            (stage / f"new-{number}").replace(target)
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_carry_out", killed)
    with pytest.raises(KeyboardInterrupt):
        files.replace_all(root, state, wanted)
    assert left(state) != []
    assert files.recover(root, state) == max(0, 3 - killed_after)
    assert {path.name: path.read_bytes() for path in root.iterdir()} == wanted
    assert left(state) == []


def test_what_was_changed_since_is_not_overwritten_by_recovery(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "a.yaml").write_bytes(b"old")
    monkeypatch.setattr(files, "_carry_out", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        files.replace_all(root, state, {"a.yaml": b"new"})
    (root / "a.yaml").write_bytes(b"by hand")
    with pytest.raises(EnvironmentFault, match="changed since"):
        files.recover(root, state)
    assert (root / "a.yaml").read_bytes() == b"by hand"


def test_a_batch_staged_in_part_is_cleared_away(tmp_path: Path, state: Path) -> None:
    (state / "writing-abc").mkdir()
    (state / "writing-abc" / "new-0").write_bytes(b"half")
    assert files.recover(tmp_path, state) == 0
    assert left(state) == []


def test_reading_refuses_what_is_no_file_or_too_large(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "none"):
        with pytest.raises(EnvironmentFault):
            files.read_file(path, 10)
    (tmp_path / "large").write_bytes(b"x" * 11)
    with pytest.raises(EnvironmentFault):
        files.read_file(tmp_path / "large", 10)


def test_the_lock_names_its_holder_and_goes_with_it(state: Path) -> None:
    with locks.Lock(state, NOW):
        holder = locks.read_holder(state / "lock")
        assert (holder["pid"], holder["host"]) == (os.getpid(), socket.gethostname())
        with pytest.raises(EnvironmentFault, match=str(os.getpid())), locks.Lock(state, NOW, wait=0.1):
            pass
        with pytest.raises(EnvironmentFault), locks.Lock(state, NOW, wait=0.1, break_dead=True):
            pass  # alive: not to be broken
    assert list(state.iterdir()) == []


def hold(state: Path, **holder: object) -> None:
    (state / "lock").write_text(json.dumps({"since": NOW.isoformat(), **holder}), encoding="utf-8")


def test_only_the_lock_of_a_dead_process_of_this_host_is_broken(state: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    hold(state, pid=gone.pid, host=socket.gethostname())
    with pytest.raises(EnvironmentFault) as raised, locks.Lock(state, NOW, wait=0):
        pass
    assert "--break-lock" in raised.value.describe("en")
    with locks.Lock(state, NOW, wait=0, break_dead=True):
        pass
    hold(state, pid=gone.pid, host="elsewhere")
    with pytest.raises(EnvironmentFault, match="elsewhere"), locks.Lock(state, NOW, wait=0, break_dead=True):
        pass
    assert (state / "lock").exists()


def test_a_process_number_given_to_another_process_is_no_holder() -> None:
    mine = {"pid": os.getpid(), "host": socket.gethostname()}
    assert locks.is_alive({**mine, "started": locks.process_start(os.getpid())})
    if locks.process_start(os.getpid()):
        assert not locks.is_alive({**mine, "started": "1"})


def test_a_queue_that_moves_is_waited_for(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = state / "lock"
    clock, seen = [0.0], 0

    def write(token: int) -> None:
        place.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "token": str(token)}))

    def sleep(_: float) -> None:
        nonlocal seen
        clock[0], seen = clock[0] + 6, seen + 1
        place.unlink() if seen == 5 else write(seen)

    write(0)
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    monkeypatch.setattr("time.sleep", sleep)
    with locks.Lock(state, NOW, wait=10):
        assert seen == 5  # four holders, 24 s: each of them less than 10


def test_whether_folders_are_dated_is_found_out_and_nothing_left(state: Path) -> None:
    assert files.keeps_folder_times(state)
    assert not files.keeps_folder_times(Path(os.devnull))
    assert left(state) == []
