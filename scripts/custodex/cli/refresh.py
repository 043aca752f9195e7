"""`custodex refresh`: bring a branch up to date with main, field by field, checked before the branch moves.

Forges ignore merge drivers: a job that runs this on a proposal leaves their merge button nothing to merge.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from custodex.cli.mergesetup import settings
from custodex.cli.session import Session
from custodex.cli.verbs import argument, format_option, option, verb
from custodex.errors import EXIT_FINDINGS, EXIT_OK, EnvironmentFault, UsageFault
from custodex.findings import Finding
from custodex.git import Git
from custodex.texts import Text

Outcome = Literal["current", "refreshed", "conflict", "findings"]
_HELP = Text(
    """把主分支按字段合并进 BRANCH，校验通过后才移动分支。

    不改动工作区；平台的合并按钮不懂字段，先运行它就没有冲突可合并了。""",
    """merge main into BRANCH field by field and move the branch once the result is checked.

    The worktree stays as it is. The merge buttons of forges know no fields: after this they have none to merge.""",
)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of the branch: `commit` is its new head, also for a dry run."""

    outcome: Outcome
    branch: str
    onto: str
    commit: str = ""
    conflicts: tuple[str, ...] = ()
    said: str = ""
    findings: tuple[str, ...] = ()


@verb(_HELP)
@argument("branch", metavar="BRANCH")
@option("--onto", default="main", show_default=True, help=Text("合并进来的分支", "the branch to merge in"))
@option("--push", metavar="REMOTE", default=None, help=Text("然后推送到 REMOTE", "then push to REMOTE"))
@option("--dry-run", is_flag=True, help=Text("只看结果，不移动分支", "look only, move nothing"))
@format_option("table", "json")
def command(session: Session, *, branch: str, onto: str, push: str | None, dry_run: bool, form: str) -> int:
    """Merge, check, move the branch, push."""
    old, main = _head(session.git, branch), _head(session.git, onto)
    refreshed = _merged(session, branch, onto, old, main)
    done = refreshed.outcome == "refreshed" and not dry_run
    if done:
        _move(session.git, branch, refreshed.commit, old)
    if push and not dry_run and refreshed.outcome in {"refreshed", "current"}:
        session.git.run(
            "push", "--quiet", "--end-of-options", push, f"{refreshed.commit}:refs/heads/{branch}"
        )
    if form == "json":
        session.out_json(asdict(refreshed))
    else:
        session.lines(_told(session, refreshed, done=done, push=push if not dry_run else None))
    return EXIT_OK if refreshed.outcome in {"refreshed", "current"} else EXIT_FINDINGS


def _head(git: Git, branch: str) -> str:
    found = git.commit(f"refs/heads/{branch}") or git.commit(f"refs/remotes/origin/{branch}")
    if found is None:
        raise UsageFault(
            Text(f"没有分支 {branch}", f"there is no branch {branch}"),
            Text("git branch -a 列出所有分支", "git branch -a lists the branches"),
        )
    return found


def _merged(session: Session, branch: str, onto: str, old: str, main: str) -> Refreshed:
    git = session.git
    if git.is_ancestor(main, old):
        return Refreshed("current", branch, onto, old)
    with tempfile.TemporaryDirectory(prefix="custodex-") as folder:
        merged = git.merge_trees(old, main, settings(Path(folder) / "attributes"))
    if merged.conflicts:
        return Refreshed("conflict", branch, onto, "", merged.conflicts, merged.said)
    commit = git.commit_tree(merged.tree, (old, main), f"Merge {onto} into {branch}\n")
    found = _new_errors(session, commit, old, main)
    places = tuple(f"{one.path}:{one.line}:{one.column}: {one.code}" for one in found)
    return Refreshed("findings" if found else "refreshed", branch, onto, commit, findings=places)


def _new_errors(session: Session, commit: str, old: str, main: str) -> list[Finding]:
    """Return the errors of the merge that neither side had by itself."""
    found = _errors(session, commit)
    if not found:
        return []
    known = {_same(one) for side in (old, main) for one in _errors(session, side)}
    return [one for one in found if _same(one) not in known]


def _errors(session: Session, revision: str) -> list[Finding]:
    from custodex.checks import run

    catalog = session.catalog(revision)
    found = sorted(run(catalog, catalog.synced, session.now))
    return [one for one in found if one.severity == "error"]


def _same(finding: Finding) -> tuple[str, str, str]:
    return finding.path, finding.code, finding.pointer


def _move(git: Git, branch: str, commit: str, old: str) -> None:
    """Move the branch; where it stands in a worktree Git itself has to carry the files along."""
    name = f"refs/heads/{branch}"
    checked_out = git.run("worktree", "list", "--porcelain", "-z").decode("utf-8", "replace").split("\0")
    if git.run("symbolic-ref", "--quiet", "HEAD", allowed=(0, 1)).decode().strip() == name:
        git.run("merge", "--quiet", "--ff-only", commit)
    elif f"branch {name}" in checked_out:
        raise EnvironmentFault(
            Text(
                f"分支 {branch} 正在另一个工作区中使用",
                f"the branch {branch} is checked out in another worktree",
            ),
            Text("到那个工作区里运行", "run this there"),
        )
    else:
        git.run("update-ref", name, commit, old if git.commit(name) else "0" * len(old))


def _told(session: Session, refreshed: Refreshed, *, done: bool, push: str | None) -> list[str]:
    branch, onto, short = refreshed.branch, refreshed.onto, refreshed.commit[:10]
    if refreshed.outcome == "current":
        lines = [session.say(f"{branch} 已含 {onto}", f"{branch} already holds {onto}")]
    elif refreshed.outcome == "conflict":
        lines = [
            *refreshed.said.split("\n")[:-1],
            *refreshed.conflicts,
            session.say(
                f"有冲突，{branch} 未动；切到该分支运行 git merge {onto}，改好后提交",
                f"conflicts; {branch} is unchanged: on that branch run git merge {onto}, mend and commit",
            ),
        ]
    elif refreshed.outcome == "findings":
        lines = [
            *refreshed.findings,
            session.say(
                f"合并后出现新问题，{branch} 未动；custodex check --rev {short} 详细列出",
                f"the two together break rules; {branch} is unchanged: custodex check --rev {short} tells more",
            ),
        ]
    elif done:
        lines = [
            session.say(f"{branch} 已并入 {onto}，现为 {short}", f"{branch} holds {onto} now, at {short}")
        ]
    else:
        lines = [session.say(f"{branch} 可以并入 {onto}", f"{onto} merges into {branch}")]
    if push and refreshed.outcome in {"refreshed", "current"}:
        lines.append(session.say(f"已推送到 {push}", f"pushed to {push}"))
    return lines
