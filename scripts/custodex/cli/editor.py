"""`custodex editor`: schemas for completion and hints while typing, in the person's language."""

from __future__ import annotations

from custodex.cli.session import Session
from custodex.cli.verbs import verb
from custodex.errors import EnvironmentFault
from custodex.texts import Text


@verb(Text("为编辑器生成补全用的结构文件", "write the schemas that editors complete by"))
def command(session: Session) -> None:
    """Write `.custodex/editor/`; `.vscode/settings.json` points there."""
    count = write_editor_schemas(session)
    session.err(
        session.say(
            f"已写入 .custodex/editor/（{count} 个文件）", f"wrote {count} files to .custodex/editor/"
        )
    )


def write_editor_schemas(session: Session) -> int:
    """Write the bundled schemas of the worktree and return how many."""
    from custodex.editorschemas import bundles
    from custodex.store import state_folder

    folder = state_folder(session.root) / "editor"
    count = 0
    try:
        folder.mkdir(exist_ok=True)
        for name, text in bundles(session.catalog().book, session.lang):
            (folder / name).write_text(text, encoding="utf-8")
            count += 1
    except OSError as error:
        raise EnvironmentFault(
            Text(f"不能写入 {folder}：{error.strerror}", f"cannot write to {folder}: {error.strerror}")
        ) from error
    return count
