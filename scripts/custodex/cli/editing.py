"""A person's own editor: opened on a text, and the text is never lost."""

from __future__ import annotations

from pathlib import Path

from custodex.cli.session import Session
from custodex.errors import EnvironmentFault
from custodex.texts import Text


def compose(session: Session, text: str, ending: str) -> str:
    """Return what a person made of *text* in the editor."""
    return edited(session, draft(session, text, ending))


def draft(session: Session, text: str, ending: str) -> Path:
    """Return a new file with *text* in the state folder, where it stays until it is used."""
    import tempfile

    from custodex.store import state_folder

    folder = state_folder(session.root) / "drafts"
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=ending, delete=False) as file:
        file.write(text)
    return Path(file.name)


def edited(session: Session, path: Path) -> str:
    """Open the editor on a file and return its text; an editor that fails leaves the file where it is."""
    import click

    command = next(
        (session.environ[name] for name in ("VISUAL", "EDITOR") if session.environ.get(name)), None
    )
    try:
        click.edit(editor=command, env=session.environ, filename=str(path))
    except click.ClickException as error:
        raise _failed(error.format_message(), path) from error
    return path.read_text(encoding="utf-8", errors="replace")


def _failed(why: str, path: Path) -> EnvironmentFault:
    return EnvironmentFault(
        Text(f"编辑器没有打开：{why}", f"the editor failed: {why}"),
        Text(
            f"写下的内容在 {path}；设置 EDITOR 后再试",
            f"what was written is in {path}; set EDITOR and try again",
        ),
    )
