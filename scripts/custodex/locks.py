"""The lock that lets one writer in at a time, and says who holds it.

A file in the state folder names the holder: process, host, start of the process, time. It is made with its
content in one step, so nobody ever reads it half written.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from custodex.errors import EnvironmentFault
from custodex.texts import Text

_NAME = "lock"
_PAUSE = 0.05


class Lock:
    """A context that holds the writers' lock of one repository.

    *now* is the time the run began; *wait* is for how many seconds one other writer is waited for: while
    the lock changes hands the queue moves, and nobody gives up;
    *break_dead* removes the lock of a holder that no longer runs on this machine.
    """

    def __init__(self, state: Path, now: datetime, *, wait: float = 10.0, break_dead: bool = False) -> None:
        self._path = state / _NAME
        self._now = now
        self._wait = wait
        self._break_dead = break_dead
        self._token = secrets.token_hex(6)

    def __enter__(self) -> Lock:
        try:
            self._take_in_turn()
        except BaseException:
            self._release()  # a Ctrl-C may come right after the lock was taken
            raise
        return self

    def _take_in_turn(self) -> None:
        until, ahead = time.monotonic() + self._wait, ""
        while not self._take():
            holder = read_holder(self._path)
            if (token := str(holder.get("token", ""))) and token != ahead:
                until, ahead = time.monotonic() + self._wait, token
            dead = bool(holder) and not is_alive(holder)
            if dead and self._break_dead:
                self._remove_dead(holder)
            elif dead or time.monotonic() > until:
                raise self._busy(holder, dead=dead)
            else:
                time.sleep(_PAUSE)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release()

    def _release(self) -> None:
        if read_holder(self._path).get("token") == self._token:
            self._path.unlink(missing_ok=True)

    def _take(self) -> bool:
        me = {
            "pid": os.getpid(), "host": socket.gethostname(), "started": process_start(os.getpid()),
            "since": self._now.isoformat(timespec="seconds"), "token": self._token,
        }  # fmt: skip
        draft = self._path.with_name(f".tmp-lock-{secrets.token_hex(6)}")
        try:
            draft.write_text(json.dumps(me), encoding="utf-8")
            self._publish(draft)
        except FileExistsError:
            return False
        except OSError as error:
            raise EnvironmentFault(
                Text(
                    f"不能加锁 {self._path}：{error.strerror}", f"cannot lock {self._path}: {error.strerror}"
                ),
                Text("检查文件夹的权限和剩余空间", "check the folder's permissions and the free space"),
            ) from error
        finally:
            draft.unlink(missing_ok=True)
        return True

    def _publish(self, draft: Path) -> None:
        try:
            os.link(draft, self._path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links: the content follows a moment later
            with self._path.open("x", encoding="utf-8") as file:
                file.write(draft.read_text(encoding="utf-8"))

    def _remove_dead(self, holder: Mapping[str, Any]) -> None:
        """Move the lock aside before deleting it: two who break it at once must not remove a new one."""
        aside = self._path.with_name(f".tmp-lock-{secrets.token_hex(6)}")
        with contextlib.suppress(FileNotFoundError):
            self._path.replace(aside)
            if read_holder(aside) != holder:
                with contextlib.suppress(FileExistsError):
                    os.link(aside, self._path)
            aside.unlink(missing_ok=True)

    def _busy(self, holder: Mapping[str, Any], *, dead: bool) -> EnvironmentFault:
        pid, host = holder.get("pid", "?"), holder.get("host", "?")
        age = self._age(holder)
        who = Text(f"进程 {pid}，主机 {host}，已 {age} 秒", f"process {pid} on {host}, for {age} s")
        hint = Text("等它结束后再试", "wait for it to end and try again")
        if dead:
            hint = Text(
                "该进程已不在；加 --break-lock 解除", "that process is gone; --break-lock removes the lock"
            )
        elif host != socket.gethostname():
            hint = Text(
                f"锁来自另一台主机；确认它没有运行后删除 {self._path}",
                f"the lock is another machine's; make sure nothing runs there, then delete {self._path}",
            )
        return EnvironmentFault(
            Text(f"仓库正被写入（{who.zh}）", f"the repository is being written to ({who.en})"), hint
        )

    def _age(self, holder: Mapping[str, Any]) -> int:
        try:
            return max(0, int((self._now - datetime.fromisoformat(str(holder.get("since")))).total_seconds()))
        except (ValueError, TypeError):
            return 0


def read_holder(path: Path) -> Mapping[str, Any]:
    """Return what a lock file says of its holder; empty when there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_alive(holder: Mapping[str, Any]) -> bool:
    """Tell whether the holder may still run; one on another host always may."""
    pid = holder.get("pid")
    if holder.get("host") != socket.gethostname() or not isinstance(pid, int):
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    started = holder.get("started")
    # another process may have been given the number meanwhile
    return not started or process_start(pid) in {"", started}


def process_start(pid: int) -> str:
    """Return when a process started, in the kernel's ticks; empty where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[19]
