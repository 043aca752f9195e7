"""Work that a push would take away: a proposal deleted, wound back or written over by somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from custodex.enforcing.refs import Problem, Update
from custodex.policy import Person, Policy
from custodex.policy.commits import CommitFacts
from custodex.policy.reading import STRUCTURE
from custodex.texts import Text

PUSHERS: Mapping[str, str] = {
    "CUSTODEX_PUSHER": "", "GITEA_PUSHER_EMAIL": "", "GL_USERNAME": "@", "GL_USER": "", "REMOTE_USER": "",
}  # fmt: skip
"""Environment variables by which servers tell a hook who pushes: our own, Gitea and Forgejo, GitLab, gitolite, a
web server; with the mark of an account at the forge where it is one. The pusher has no say in any of them."""


def pusher(policy: Policy, environ: Mapping[str, str]) -> Person | None:
    """Return who pushes, as far as the server says so and `records/staff` knows the name."""
    said = (
        policy.people.find(f"{mark}{environ[name]}") for name, mark in PUSHERS.items() if environ.get(name)
    )
    return next((person for person in said if person is not None), None)


def is_told(environ: Mapping[str, str]) -> bool:
    """Tell whether the server says who pushes, be it somebody whom `records/staff` does not know."""
    return any(environ.get(name) for name in PUSHERS)


def problem_of_dropping(
    update: Update, dropped: Iterable[CommitFacts], who: Person | None, policy: Policy
) -> Problem | None:
    """Return why *who* may not take these commits, which are nowhere else, out of reach; approvals count for nobody.

    Everyone may drop what he wrote alone; who is active and may change the structure may drop everything.
    """
    if who is not None and who.active and STRUCTURE in policy.may_write(who.roles):
        return None
    authors = _authors(dropped, policy)
    others = [name for name in authors if who is None or name != who.id]
    if not others:
        return None
    listed = ", ".join(others)
    return update.ref, "work-dropped", Text(
        f"会丢失 {listed} 尚未合并的工作；只有本人或数据管家可以删除或改写（服务器用 CUSTODEX_PUSHER 告知推送人）",
        f"work of {listed} that has not landed would be lost; only its author or a steward may delete or rewrite it"
        " (the server says by CUSTODEX_PUSHER who pushes)",
    )  # fmt: skip


def _authors(dropped: Iterable[CommitFacts], policy: Policy) -> Sequence[str]:
    written = (commit.author for commit in dropped if not commit.approves)
    found = ((policy.people.find(author), author) for author in written)
    return list(dict.fromkeys(person.id if person else author for person, author in found))
