"""`custodex unmerge`: a merge taken back, however long ago; what was changed since stays where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.undo import refuse_clashes
from custodex.cli.verbs import argument, option, verb
from custodex.cli.writing import Plan, Way, carry_out, reader_of, writing
from custodex.errors import UsageFault
from custodex.findings import printable
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.authoring.undoing import Step
    from custodex.readers import Reader


@verb(
    Text(
        """把合并过的客户分开；合并之后的修改留在原处，改过两次的字段列出来。

        给被并入的客户编号，或合并后的客户（只并入过一个时）。""",
        """Part customers that were merged; later changes stay, fields changed twice are shown.

        Name the one that was merged, or the one it became part of if that is only one.""",
    )
)
@argument("customer", metavar="ID")
@option(
    "--rest",
    is_flag=True,
    help=Text("改过两次的字段不动，其余分开", "leave fields changed twice, part the rest"),
)
@writing
def command(session: Session, customer: str, *, way: Way, rest: bool) -> int:
    """Take back a merge."""

    def plan(author: Author) -> Plan:
        from custodex.authoring.undoing import parted
        from custodex.files import current

        gone, keep = _pair(session, reader_of(author), customer)
        steps, commit = _steps(session, gone, keep)
        now = [(step, current(session.root, step.path)) for step in steps]
        found = parted(author.catalog.book.schemas, now, gone)
        if not rest:
            refuse_clashes(found.clashes)
        done = Text(f"已把 {gone} 与 {keep} 分开", f"{gone} and {keep} are two again")
        return Plan(
            found.drafts, f"unmerge {keep}: {gone}", done, undoes=commit, told={"id": gone, "from": keep}
        )

    return carry_out(session, way, "unmerge", plan)


def _pair(session: Session, reader: Reader, text: str) -> tuple[str, str]:
    """Return the one that was merged and the one it became part of."""
    from custodex.cli.picking import pick

    record = reader.record(f"customers/{text.strip()}")
    if record is not None and (target := record.main.get("merged_into")):
        return record.id, str(target)
    keep = pick(session, reader, text)
    stubs = [
        path.split("/")[3]
        for path, pointer in reader.referrers(f"customers/{keep}")
        if pointer == "/merged_into"
    ]
    if len(stubs) != 1:
        shown, listed = printable(text), ", ".join(stubs)
        if not stubs:
            raise UsageFault(Text(f"{shown} 没有合并过", f"{shown} was never merged"))
        raise UsageFault(
            Text(f"{shown} 并入过不止一个", f"more than one became part of {shown}"),
            Text(f"给出编号：{listed}", f"name one of {listed}"),
        )
    return stubs[0], keep


def _steps(session: Session, gone: str, keep: str) -> tuple[list[Step], str]:
    """Return what the merge changed: as it was remembered here, or in the commit that brought the stub."""
    from custodex.authoring.journal import Journal
    from custodex.authoring.undoing import Step, steps_of
    from custodex.records import customer_folder, path_of
    from custodex.store import state_folder

    stub = path_of("customer", gone)
    for write in Journal(state_folder(session.root)).writes():
        old, new = write.contents.get(stub, (None, None))
        if old and new and b"merged_into" in new and b"merged_into" not in old:
            return [Step(path, *pair) for path, pair in write.contents.items()], ""
    told = session.git.run(
        "log", "-1", "--format=%H", "--", f":(top,literal){session.git.prefix().decode()}{stub}"
    )
    commit = told.decode().strip()
    if not commit:
        raise UsageFault(
            Text("历史里找不到这次合并", "the merge is not in the history"),
            Text("浅克隆先运行 git fetch --unshallow", "a shallow clone needs git fetch --unshallow"),
        )
    folders = (f"{customer_folder(gone)}/", f"{customer_folder(keep)}/")
    return [
        step for step in steps_of(session.git, commit)
        if step.path.startswith(folders) or gone.encode() in (step.before or b"")
    ], commit  # fmt: skip
