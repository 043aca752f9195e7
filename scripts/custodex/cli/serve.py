"""`custodex serve`: the site on this machine, built again and shown again whenever a file changes."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import option, verb
from custodex.errors import CustodexError, EnvironmentFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.site.serving import Preview, Take

_PORT = 8787
_LEAST_PAUSE = 0.5
_WATCHED = ("records", "schema", "site")


@verb(Text("本机预览：文件一改，网页随之更新", "a local preview that follows your edits"))
@option(
    "--port", "-p", type=int, default=_PORT, show_default=True,
    help=Text("端口，0 表示任意空闲端口", "the port, 0 for any free one"),
)  # fmt: skip
@option(
    "--audience", metavar="ROLE", default=None,
    help=Text("只含该角色可读的内容", "only what this role may read"),
)  # fmt: skip
@option(
    "--edit", "edits", is_flag=True,
    help=Text("网站上的表单可以提交：每个改动成为一个待审核的分支",
              "the forms of the site hand in changes, each on a branch for review"),
)  # fmt: skip
def command(session: Session, *, port: int, audience: str | None, edits: bool) -> None:
    """Build, serve, watch."""
    if edits:
        _require_name(session)
    out = session.root / "build" / ("site" if audience is None else f"site-{audience}")
    before = stamp(session)
    _build(session, out, audience)
    server = _listen(out, port, _taker(session) if edits else None)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    session.out(session.say(f"预览：{server.url}（Ctrl-C 结束）", f"preview: {server.url} (Ctrl-C ends it)"))
    session.stdout.flush()
    try:
        _watch(session, server, before, audience)
    finally:
        server.shutdown()
        server.server_close()


def _require_name(session: Session) -> None:
    """Refuse to take changes that nobody would have made: they are committed as the person Git knows here."""
    said = session.git.run("var", "GIT_AUTHOR_IDENT", allowed=(0, 1, 128)).strip()
    if not said:
        raise EnvironmentFault(
            Text("Git 不知道你是谁", "git does not know who you are"),
            Text(
                "先设置 git config user.name 和 user.email", "set git config user.name and user.email first"
            ),
        )


def _taker(session: Session) -> Take:
    def take(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        from custodex.cli.crashes import write_crash
        from custodex.cli.handingin import hand_in

        # a session of its own: it is asked in another thread, and nothing is to be kept between two changes
        fresh = Session(session.environ, "zh" if asked.get("lang") == "zh" else "en")
        fresh.work_in(session.root)
        try:
            return hand_in(fresh, asked)
        except Exception as error:  # noqa: BLE001 - the person keeps the form and is told, the rest goes to a log
            log = write_crash(error, fresh.state_folder(), fresh.now)
            words = Text(f"程序内部错误；详情见 {log}", f"this is a bug in custodex; details are in {log}")
            return {"outcome": "refused", "message": words.get(fresh.lang)}
        finally:
            fresh.close()

    return take


def _listen(out: Path, port: int, take: Take | None) -> Preview:
    from custodex.site.serving import Preview

    try:
        return Preview(out, port, take)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise EnvironmentFault(
            Text(f"不能使用端口 {port}：{reason}", f"cannot use port {port}: {reason}"),
            Text(
                "用 --port 换一个端口，0 表示任意空闲端口", "name another with --port, 0 takes any free one"
            ),
        ) from error


def _build(session: Session, out: Path, audience: str | None) -> None:
    from custodex.cli.build import prepare
    from custodex.site.building import build

    build(prepare(session, audience=audience, out=out))


def _watch(session: Session, server: Preview, before: str, audience: str | None) -> None:
    while True:
        started = time.monotonic()
        now = _stamp_or(session, before)
        # asking a large repository takes a while: be busy a quarter of the time at most
        pause = max(_LEAST_PAUSE, 3 * (time.monotonic() - started))
        if now != before:
            before = now
            _renew(session, server, audience)
        time.sleep(pause)


def _renew(session: Session, server: Preview, audience: str | None) -> None:
    # a session of its own: the day may have changed, and nothing of the last build is to be kept
    fresh = Session(session.environ, session.lang)
    fresh.work_in(session.root)
    try:
        _build(fresh, server.folder, audience)
        server.renew()
        session.out(session.say("已更新", "updated"))
    except CustodexError as error:
        session.err(error.describe(session.lang))
    except Exception as error:  # noqa: BLE001 - the page stays as it was, and the next change is tried again
        from custodex.cli.crashes import write_crash

        log = write_crash(error, fresh.state_folder(), fresh.now)
        session.err(
            session.say(
                f"没有更新：程序内部错误，详情见 {log}",
                f"not updated: a bug in custodex, details are in {log}",
            )
        )
    finally:
        fresh.close()
        session.stdout.flush()


def _stamp_or(session: Session, before: str) -> str:
    """Return the stamp, the one *before* while it cannot be told: git is at work, a folder is being moved."""
    try:
        return stamp(session)
    except CustodexError:
        return before


def stamp(session: Session) -> str:
    """Return what stays the same as long as no record, schema or template changes."""
    digest = hashlib.sha256((session.git.commit("HEAD") or "").encode())
    for change in session.git.worktree_changes(_WATCHED):
        digest.update(f"{change}{_times(session.root / change.path)}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _times(path: Path) -> tuple[int, ...]:
    try:
        info = os.lstat(path)
    except (OSError, ValueError):
        return ()
    return info.st_mtime_ns, info.st_size, info.st_ino
