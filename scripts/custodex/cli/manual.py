"""`custodex manual`: the help of every verb on one page, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

import click

from custodex.cli.session import Session
from custodex.cli.verbs import Program, verb
from custodex.texts import Text

_WIDTH = 100


@verb(Text("所有命令的说明，一页 Markdown", "the help of all commands on one page, as Markdown"))
def command(session: Session) -> None:
    """Write the manual."""
    session.lines(pages(session))


def pages(session: Session) -> Iterator[str]:
    """Yield the lines of the manual in the person's language."""
    from custodex.cli.verbs import program

    yield session.say("# 命令手册", "# Manual of the commands")
    yield ""
    yield session.say(
        "由 `custodex manual` 生成；每个命令的 `--help` 说的就是这些。",
        "Made by `custodex manual`; the `--help` of each command says the same.",
    )
    for name, shown in _commands(session, program):
        yield from ("", f"## custodex {name}", "", "```text", shown, "```")


def _commands(session: Session, program: Program) -> Iterator[tuple[str, str]]:
    top = click.Context(
        program, info_name="custodex", obj=session, max_content_width=_WIDTH, terminal_width=_WIDTH
    )
    for name in program.list_commands(top):
        command = program.get_command(top, name)
        if command is None or command.hidden:
            continue
        context = click.Context(command, top, info_name=name, obj=session, terminal_width=_WIDTH)
        yield name, command.get_help(context).rstrip()
        if isinstance(command, click.Group):
            for word in command.list_commands(context):
                below = command.commands[word]
                inner = click.Context(below, context, info_name=word, obj=session, terminal_width=_WIDTH)
                yield f"{name} {word}", below.get_help(inner).rstrip()
