"""`custodex undo`: the last change taken back, or a commit; what came later stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import argument, option, verb
from custodex.cli.writing import Plan, Way, carry_out, reader_of, writing
from custodex.errors import EXIT_FINDINGS, CustodexError, UsageFault
from custodex.findings import printable
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.authoring.journal import Write
    from custodex.authoring.undoing import Clash, Made, Reversal, Step


class UndoConflict(CustodexError):
    """A field that was changed again since: nothing is taken back, the person decides."""

    exit_code = EXIT_FINDINGS


@verb(
    Text(
        """撤销上一次修改，或指定的提交。

        没有提交的修改直接还原；提交过的用一个新提交撤销（--worktree 只改文件）。之后的修改保留。""",
        """Take back the last change, or a commit.

        What was not committed is put back; a commit is taken back by a new one (--worktree: files only).
        What was changed later stays as it is.""",
    )
)
@argument("revision", metavar="[COMMIT]", required=False)
@option(
    "--only",
    "customer",
    metavar="ID",
    default=None,
    help=Text("只撤销这个客户的部分", "only what is about this customer"),
)
@option("--worktree", is_flag=True, help=Text("不提交", "do not commit"))
@option(
    "--rest",
    is_flag=True,
    help=Text("后来又改过的字段不动，其余照撤", "leave fields changed since, take back the rest"),
)
@writing
def command(session: Session, revision: str | None, *, way: Way, customer: str | None, **flags: bool) -> int:
    """Take back one change."""
    kept = None if revision else _left_in_worktree(session, customer)

    def plan(author: Author) -> Plan:
        folder = _folder(session, author, customer) if customer else ""
        if kept:
            from custodex.authoring.undoing import Step

            steps = [
                Step(path, old, new) for path, (old, new) in kept.contents.items() if path.startswith(folder)
            ]
            taken = _plan(session, author, steps, kept.subject, rest=flags["rest"])
            return replace(taken, journal="drop", undone=[step.path for step in steps])
        return _of_commit(session, author, _made(session, revision, folder), folder, rest=flags["rest"])

    if not kept and not flags["worktree"] and not way.propose and not way.dry_run:
        way = replace(way, commit=True)
    return carry_out(session, way, "undo", plan)


def _left_in_worktree(session: Session, customer: str | None) -> Write | None:
    """Return the last write that was not committed, if no commit of ours came after it."""
    from custodex.authoring.journal import Journal
    from custodex.authoring.undoing import last_made
    from custodex.store import state_folder

    write = Journal(state_folder(session.root)).last()
    if write is None:
        return None
    newest = last_made(session.git)
    after = newest is not None and not (write.head and session.git.is_ancestor(newest.commit, write.head))
    elsewhere = customer and not any(f"/{customer}/" in path for path in write.contents)
    return None if after or elsewhere else write


def _folder(session: Session, author: Author, customer: str) -> str:
    from custodex.cli.picking import pick
    from custodex.records import customer_folder

    return f"{customer_folder(pick(session, reader_of(author), customer))}/"


def _made(session: Session, commit: str | None, folder: str) -> Made:
    from custodex.authoring.undoing import last_made, named

    if commit:
        if commit.startswith("-") or (found := named(session.git, commit)) is None:
            raise UsageFault(Text(f"没有提交 {printable(commit)}", f"there is no commit {printable(commit)}"),
                             Text("custodex log 列出提交", "custodex log lists commits"))  # fmt: skip
        return found
    latest = last_made(session.git, [folder] if folder else [])
    if latest is None:
        raise UsageFault(Text("没有可撤销的修改", "there is nothing to take back"),
                         Text("指定提交：custodex undo COMMIT", "name a commit: custodex undo COMMIT"))  # fmt: skip
    return latest


def _of_commit(session: Session, author: Author, made: Made, folder: str, *, rest: bool) -> Plan:
    from custodex.authoring.undoing import steps_of

    steps = [step for step in steps_of(session.git, made.commit) if step.path.startswith(folder)]
    plan = _plan(session, author, steps, made.subject, rest=rest)
    return replace(plan, undoes=made.commit, told={"undoes": made.commit})


def _plan(session: Session, author: Author, steps: list[Step], subject: str, *, rest: bool) -> Plan:
    from custodex.authoring.undoing import reversal
    from custodex.files import current

    found: Reversal = reversal(
        author.catalog.book.schemas, [(step, current(session.root, step.path)) for step in steps]
    )
    if not rest:
        refuse_clashes(found.clashes)
    shown = printable(subject, 120)
    return Plan(found.drafts, f"undo {subject}", Text(f"已撤销：{shown}", f"taken back: {shown}"))


def refuse_clashes(clashes: list[Clash]) -> None:
    """Show what was changed again since, if anything was."""
    if not clashes:
        return
    lines = [
        f"{clash.path} {'.'.join(clash.place) or '–'}: {_shown(clash.current)} → {_shown(clash.wanted)}"
        for clash in clashes
    ]
    listed = "\n  ".join(lines[:20])
    raise UndoConflict(
        Text("这些地方后来又改过，没有撤销", "these were changed again since, nothing was taken back"),
        Text(f"{listed}\n  加 --rest 撤销其余部分", f"{listed}\n  --rest takes back everything else"),
    )


def _shown(value: Any) -> str:
    from custodex.threeway import ABSENT

    return "–" if value is ABSENT or value is None else printable(str(value), 60)
