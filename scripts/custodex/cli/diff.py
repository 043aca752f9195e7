"""`custodex diff`: what differs between two states of the records, field by field."""

from __future__ import annotations

from custodex.cli.session import STAGED, WORKTREE, Session
from custodex.cli.telling import FORMATS, sensitive_option
from custodex.cli.verbs import argument, audience_option, format_option, option, verb
from custodex.errors import UsageFault
from custodex.records import ROOT
from custodex.texts import Text

_HELP = Text(
    """逐字段比较两个版本。

    不给范围时比较工作区与 HEAD；A..B 比较两个版本，A 比较 A 与 HEAD。""",
    """compare two states of the records field by field.

    Without a range: the worktree with HEAD. A..B: two revisions. A: that revision with HEAD.""",
)


@verb(_HELP)
@argument("span", metavar="[A..B]", required=False)
@option("--staged", is_flag=True, help=Text("比较暂存区与 HEAD", "compare what is staged with HEAD"))
@sensitive_option
@audience_option
@format_option(*FORMATS)
def command(
    session: Session, *, span: str | None, staged: bool, sensitive: bool, audience: str | None, form: str
) -> None:
    """Compare two states of the records."""
    from custodex.cli.telling import teller, write
    from custodex.telling.asjson import as_json

    reader = session.reader(audience)
    if span:
        old, _, new = span.partition("..")
        differing = tuple(session.git.tree_changes(_tree(session, old), _tree(session, new), (ROOT,)))
    else:
        differing = session.snapshot(STAGED if staged else WORKTREE).changes
    history = session.history(reader)
    changes = history.between(differing)
    told = teller(session, history, reader, sensitive=sensitive)
    if form == "json":
        session.out_json({"changes": [as_json(change, told) for change in changes]})
    else:
        write(session, changes, told, form, session.say("变更", "Changes"))


def _tree(session: Session, revision: str) -> str:
    tree = session.git.tree(revision or "HEAD")
    if tree is None:
        raise UsageFault(
            Text(f"没有版本 {revision}", f"there is no revision {revision}"),
            Text("用 git log 查看可用的版本", "git log lists the revisions"),
        )
    return tree
