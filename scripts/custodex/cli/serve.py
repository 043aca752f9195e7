"""`custodex serve`: the site on this machine, built again and shown again whenever a file changes."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.verbs import option, verb
from custodex.errors import CustodexError, EnvironmentFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.site.serving import Preview

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
def command(session: Session, *, port: int, audience: str | None) -> None:
    """Build, serve, watch."""
    out = session.root / "build" / ("site" if audience is None else f"site-{audience}")
    before = stamp(session)
    _build(session, out, audience)
    server = _listen(out, port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    session.out(session.say(f"预览：{server.url}（Ctrl-C 结束）", f"preview: {server.url} (Ctrl-C ends it)"))
    session.stdout.flush()
    try:
        _watch(session, server, before, audience)
    finally:
        server.shutdown()
        server.server_close()


def _listen(out: Path, port: int) -> Preview:
    from custodex.site.serving import Preview

    try:
        return Preview(out, port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
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
        now = stamp(session)
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
    finally:
        fresh.close()
        session.stdout.flush()


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
