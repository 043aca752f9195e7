"""`custodex approve`: put a signed approval on a proposal, bound to exactly what it holds now."""

from __future__ import annotations

from custodex.cli.session import Session
from custodex.cli.verbs import argument, verb
from custodex.errors import EnvironmentFault, UsageFault
from custodex.texts import Text

_HELP = Text(
    """批准一个提案：在它上面加一个签名的空提交，写明批准的内容；内容再变，批准就失效。

    需要 git 已设置签名（gpg.format=ssh、user.signingkey）。之后推送这个分支。""",
    """Approve a proposal: a signed empty commit on top of it that names what is approved. Whatever changes the
    proposal afterwards makes the approval void.

    Git must know how to sign (gpg.format=ssh, user.signingkey). Push the branch afterwards.""",
)

_SIGNING = Text(
    "让 git 会签名：git config gpg.format ssh，再 git config user.signingkey ~/.ssh/id_ed25519.pub",
    "teach git to sign: git config gpg.format ssh, then git config user.signingkey ~/.ssh/id_ed25519.pub",
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
    try:
        told = git.run("commit-tree", "-S", "-p", head, "-F", "-", tree, stdin=message.encode())
    except EnvironmentFault as fault:
        raise EnvironmentFault(fault.message, _SIGNING) from fault
    commit = told.decode().strip()
    git.run("update-ref", "-m", "custodex approve", f"refs/heads/{branch}", commit, head)
    session.out(commit)
    _warn_of_unknown_key(session, commit)


def _warn_of_unknown_key(session: Session, commit: str) -> None:
    """Say so where the signature is nobody's by the staff of the main line: such an approval meets no rule."""
    from custodex.git import EMPTY_TREE
    from custodex.policy import policy_at
    from custodex.policy.commits import signatures

    git = session.git
    policy = policy_at(git, git.tree("HEAD") or EMPTY_TREE)
    main = git.tree(f"refs/heads/{policy.main}")
    people = policy_at(git, main).people if main else policy.people
    for signature in signatures(git, [commit]).values():
        if people.signer(signature.fingerprint) is None:
            session.err(session.say(
                f"注意：{signature.fingerprint} 不是 records/staff 中任何人的钥匙，这个批准不算数；"
                "请数据管家加到您的 keys",
                f"note: {signature.fingerprint} is no key of anybody in records/staff, so this approval does not count;"
                " have a steward add it to your keys",
            ))  # fmt: skip
