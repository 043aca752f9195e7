"""`--as-of`: any past day, by the records, the schema and the rights of that day."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from custodex.cli.session import WORKTREE, Session
from custodex.cli.verbs import option
from custodex.errors import UsageFault
from custodex.texts import Text

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

as_of_option = option(
    "--as-of", "as_of", metavar="DATE", default=None,
    help=Text("那一天结束时的状态（2026-03-02 或时间）", "as at the end of a day (2026-03-02, or a time)"),
)  # fmt: skip


def moment(session: Session, text: str, *, end: bool) -> datetime:
    """Return the moment a person means by a day (its beginning, or its *end*) or by a time."""
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            start = datetime.combine(day, time(), tzinfo=session.now.tzinfo)
            return start + timedelta(days=1, seconds=-1) if end else start
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise UsageFault(
            Text(f"不是日期：{text}", f"that is no date: {text}"),
            Text("写成 2026-03-02 或 2026-03-02T14:30", "write 2026-03-02 or 2026-03-02T14:30"),
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=session.now.tzinfo)


def source_at(session: Session, as_of: str | None) -> str:
    """Return the source of the records: the commit of that day, or the worktree; later history is hidden."""
    if as_of is None:
        return WORKTREE
    from custodex.revisions import commit_at

    wanted = moment(session, as_of, end=True)
    found = commit_at(session.git, wanted.isoformat())
    if found is None:
        raise UsageFault(
            Text(f"{as_of} 之前还没有提交", f"nothing was committed by {as_of}"),
            Text("git log 列出全部提交", "git log lists the commits"),
        )
    session.look_back(found, wanted)
    return found
