"""`custodex init`: a new record repository, ready to use."""

from __future__ import annotations

from pathlib import Path

import click

from custodex.cli.session import Session
from custodex.cli.verbs import argument, option, verb
from custodex.errors import EnvironmentFault
from custodex.texts import Text

_HELP = Text(
    """新建客户档案仓库。

    写入结构、设置、钩子、CI 与编辑器配置和几条示例档案；已有的文件一律不动。""",
    """make a new record repository.

    Writes the schema, settings, hooks, CI and editor files and a few starter records; what is there already
    is never touched.""",
)


@verb(_HELP)
@argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@option("--empty", is_flag=True, help=Text("不要示例档案", "without starter records"))
def command(session: Session, folder: Path, *, empty: bool) -> None:
    """Make a new record repository."""
    from custodex.scaffold import lay_out

    target = session.start / folder
    if target.exists() and not target.is_dir():
        raise EnvironmentFault(Text(f"{target} 不是文件夹", f"{target} is not a folder"))
    has_records = any((target / "records").rglob("*.yaml"))
    try:
        target.mkdir(parents=True, exist_ok=True)
        _make_git(session, target)
        laid = lay_out(target, session.today, records=not (empty or has_records))
    except OSError as error:
        raise EnvironmentFault(
            Text(f"不能写入 {target}：{error.strerror}", f"cannot write to {target}: {error.strerror}"),
            Text("检查文件夹的权限和剩余空间", "check the folder's permissions and the free space"),
        ) from error
    _tell(session, target, [one.path for one in laid if one.written], len(laid))
    _prepare_editor(session, target)


def _make_git(session: Session, target: Path) -> None:
    """Make *target* a Git repository unless it already lies in one."""
    from custodex.cli.mergesetup import register
    from custodex.git import Git

    session.work_in(target)
    git = Git(target, session.environ)
    inside = git.run("rev-parse", "--is-inside-work-tree", allowed=(0, 128)).strip()
    if inside != b"true":
        git.run("init", "--quiet", "--initial-branch=main")
    register(git)


def _prepare_editor(session: Session, target: Path) -> None:
    from custodex.cli.editor import write_editor_schemas

    if session.root == target.absolute():
        write_editor_schemas(session)


def _tell(session: Session, target: Path, written: list[str], total: int) -> None:
    records = sum(path.startswith("records/") and path.endswith(".yaml") for path in written)
    session.out(session.say(
        f"{target}：写入 {len(written)} 个文件，其中档案 {records} 个",
        f"{target}: wrote {len(written)} files, {records} of them records",
    ))  # fmt: skip
    if kept := total - len(written):
        session.out(
            session.say(f"{kept} 个文件已在，未改动", f"{kept} files were there already and are unchanged")
        )
    session.out(session.say("接下来：", "next:"))
    session.lines(f"  {line}" for line in (
        f"cd {target}", "pre-commit install", "custodex check", "git add -A && git commit", "custodex build",
    ))  # fmt: skip
