"""`custodex approve`: put a signed approval on a proposal, bound to exactly what it holds now."""

from __future__ import annotations

from custodex.cli.session import Session
from custodex.cli.verbs import argument, verb
from custodex.errors import UsageFault
from custodex.texts import Text

_HELP = Text(
    """批准一个提案：在它上面加一个签名的空提交，写明批准的内容；内容再变，批准就失效。

    需要 git 已设置签名（gpg.format=ssh、user.signingkey）。之后推送这个分支。""",
    """Approve a proposal: a signed empty commit on top of it that names what is approved. Whatever changes the
    proposal afterwards makes the approval void.

    Git must know how to sign (gpg.format=ssh, user.signingkey). Push the branch afterwards.""",
)


@verb(_HELP)
@argument("branch", metavar="BRANCH")
def command(session: Session, *, branch: str) -> None:
    """Add the approval; the worktree stays as it is."""
    git = session.git
    head = git.commit(f"refs/heads/{branch}")
    if head is None:
        raise UsageFault(Text(f"没有分支 {branch}", f"there is no branch {branch}"))
    tree = git.run("rev-parse", f"{head}^{{tree}}").decode().strip()
    message = f"Approve the proposal\n\nApproves: {tree}\n"
    commit = (
        git.run("commit-tree", "-S", "-p", head, "-F", "-", tree, stdin=message.encode()).decode().strip()
    )
    git.run("update-ref", "-m", "custodex approve", f"refs/heads/{branch}", commit, head)
    session.out(commit)
