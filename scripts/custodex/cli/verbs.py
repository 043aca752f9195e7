"""Verbs and their options: click, with texts in both languages and every verb a module of its own.

`custodex <verb>` is the `command` of the module `custodex.cli.<verb>` (with `_` after a word Python keeps for
itself, and `_` for `-`); a module is imported when its verb is called.
"""

from __future__ import annotations

import importlib
import keyword
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import click

import custodex.cli
from custodex import __version__
from custodex.cli.session import ReaderGone, Session
from custodex.texts import LANGS, Lang, Text

Function = Callable[..., Any]
Help = str | Text


def lang_of(context: click.Context) -> Lang:
    """Return the person's language."""
    session = context.find_object(Session)
    return session.lang if session else "en"


def _said(words: Any, context: click.Context) -> Any:
    return words.get(lang_of(context)) if isinstance(words, Text) else words


class Option(click.Option):
    """An option whose help may be a `Text`."""

    def __init__(self, *args: Any, help: Help = "", **options: Any) -> None:  # noqa: A002 - click's own name
        super().__init__(*args, **options)
        self.words = help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the two columns of this option's help in the person's language."""
        self.help = _said(self.words, ctx)
        return super().get_help_record(ctx)


class Verb(click.Command):
    """A command whose help may be a `Text`, and that takes the global options too."""

    def __init__(self, *args: Any, help: Help = "", **options: Any) -> None:  # noqa: A002 - click's own name
        super().__init__(*args, **options)
        self.words = help
        taken = {name for parameter in self.params for name in (*parameter.opts, parameter.name)}
        for parameter in global_options(hidden=True):
            if taken.isdisjoint((*parameter.opts, parameter.name)):
                self.params.append(parameter)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help in the person's language."""
        self.help = _said(self.words, ctx)
        super().format_help(ctx, formatter)


def verb(words: Help, **options: Any) -> Callable[[Function], Verb]:
    """Make a function the `command` of its module; its first argument is the `Session`."""

    def decorate(function: Function) -> Verb:
        # the name people type is the module's, so that both are found alike
        name = verb_name(function.__module__.rpartition(".")[2])
        return click.command(name, cls=Verb, help=words, **options)(click.pass_obj(function))

    return decorate


class Family(click.Group):
    """A verb with words of its own below it: `task add`, `task done`."""

    def __init__(self, *args: Any, help: Help = "", **options: Any) -> None:  # noqa: A002 - click's own name
        options.setdefault("params", global_options(hidden=True))
        super().__init__(*args, **options)
        self.words = help

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help in the person's language."""
        self.help = _said(self.words, ctx)
        for command in self.commands.values():
            command.help = _said(getattr(command, "words", ""), ctx)
        super().format_help(ctx, formatter)

    def below(self, name: str, words: Help) -> Callable[[Function], Verb]:
        """Make a function the word *name* of this verb; its first argument is the `Session`."""

        def decorate(function: Function) -> Verb:
            made = click.command(name, cls=Verb, help=words)(click.pass_obj(function))
            self.add_command(made)
            return made

        return decorate


def family(name: str, words: Help) -> Family:
    """Return the `command` of a module whose verb has words below it; *name* is the module's."""
    return Family(name, help=words)


def option(*names: str, help: Help = "", **options: Any) -> Callable[[Function], Function]:  # noqa: A002
    """Declare an option with its help in both languages."""
    return click.option(*names, cls=Option, help=help, **options)


argument = click.argument


def choice(*values: str) -> click.Choice[str]:
    """Return the type of an option that takes one of *values*."""
    return click.Choice(values)


audience_option = option(
    "--audience",
    metavar="ROLE",
    default=None,
    help=Text(
        "只含该角色可读的内容（schema/access.yaml）", "only what this role may read (schema/access.yaml)"
    ),
)


def format_option(*formats: str) -> Callable[[Function], Function]:
    """Declare `--format`, which takes one of *formats*, the first one unless asked; the function's `form`."""
    return option(
        "--format",
        "form",
        type=choice(*formats),
        default=formats[0],
        show_default=True,
        help=Text("输出格式", "output format"),
    )


def _set_folder(context: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    session = context.find_object(Session)
    if session and value:
        session.work_in(value)


def _set_language(context: click.Context, _parameter: click.Parameter, value: Lang | None) -> None:
    session = context.find_object(Session)
    if session and value:
        session.lang = value


def _set_colour(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    session = context.find_object(Session)
    if session and value:
        session.colour = False


def global_options(*, hidden: bool) -> list[click.Parameter]:
    """Return the options every command understands, before the verb or after it."""
    shared: dict[str, Any] = {"expose_value": False, "is_eager": True, "hidden": hidden}
    return [
        Option(["-C", "chosen_folder"], metavar="DIR", type=click.Path(path_type=Path), callback=_set_folder,
               help=Text("在这个文件夹里工作", "work in this folder"), **shared),
        Option(["--lang", "chosen_language"], type=click.Choice(LANGS), callback=_set_language,
               help=Text("输出的语言", "language of the output"), **shared),
        Option(["--no-color", "without_colour"], is_flag=True, callback=_set_colour,
               help=Text("不用颜色（也可设 NO_COLOR）", "no colours (NO_COLOR does the same)"), **shared),
    ]  # fmt: skip


def module_name(name: str) -> str:
    """Return the module that holds the verb *name*: `import` stands in `import_`."""
    name = name.replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def verb_name(module: str) -> str:
    """Return the verb a module holds."""
    return module.removesuffix("_").replace("_", "-")


_LINE = r'"(?:"")?((?:[^"\\\n]|\\.)*)'
_OPENING = r'(?:@verb\(|\n_HELP = |\ncommand = family\(\s*"[a-z]+",\s*)\s*'
_SUMMARY = re.compile(rf"{_OPENING}Text\(\s*{_LINE}.*?,\s*{_LINE}", re.DOTALL)
_VERB_MARKS = ("\n@verb(", "\ncommand = family(")


def holds_verb(source: str) -> bool:
    """Tell whether a module of the shell holds a verb, by its *source*."""
    return any(mark in source for mark in _VERB_MARKS)


def summary(source: str) -> Text | None:
    """Return the first line of a verb's help by the *source* of its module, None where it is not literal.

    `--help` names every verb: importing all of them would take longer than everything else it does.
    """
    found = _SUMMARY.search(source)
    if found is None or not holds_verb(source):
        return None
    zh, en = (line.partition("\\n")[0].replace('\\"', '"') for line in found.groups())
    return Text(zh, en)


class Program(click.Group):
    """`custodex`: all verbs, found by the names of their modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all verbs, sorted."""
        return sorted(verb_name(name) for name, source in _sources().items() if holds_verb(source))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the verb, None if there is none of this name."""
        if not cmd_name.replace("-", "").isalpha():
            return None
        module = f"custodex.cli.{module_name(cmd_name)}"
        try:
            command = getattr(importlib.import_module(module), "command", None)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            return None
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; where there is none, the nearest ones are named."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(_unknown_verb(args[0], self.list_commands(ctx)).get(lang_of(ctx)), ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; click would turn a reader that went away into exit code 1, which means findings."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGone from error

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs in the person's language."""
        self.help = _PURPOSE.get(lang_of(ctx))
        super().format_help(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one line a verb."""
        rows = []
        sources = _sources()
        for name in self.list_commands(ctx):
            words: Any = summary(sources[module_name(name)])
            if words is None and (command := self.get_command(ctx, name)):
                words = getattr(command, "words", command.help or "")
            rows.append((name, str(_said(words, ctx)).strip().split("\n")[0]))
        with formatter.section(Text("命令", "Commands").get(lang_of(ctx))):
            formatter.write_dl(rows)


@cache
def _sources() -> dict[str, str]:
    """Return the source of every module beside this one, by its name."""
    return {
        name: (Path(folder) / f"{name}.py").read_text(encoding="utf-8")
        for folder in custodex.cli.__path__
        for _, name, is_package in pkgutil.iter_modules([folder])
        if not is_package
    }


_PURPOSE = Text("Git 中的客户档案：校验、检索、浏览。", "Customer records as plain YAML files in Git.")


def _unknown_verb(name: str, verbs: list[str]) -> Text:
    import difflib

    near = ", ".join(difflib.get_close_matches(name, verbs, 3, 0.5)) or ", ".join(verbs)
    return Text(f"没有命令 {name}；可用：{near}", f"there is no command {name}; did you mean: {near}")


def _show_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"custodex {__version__}")
        context.exit()


program = Program(
    "custodex",
    params=[
        *global_options(hidden=False),
        Option(
            ["--version", "-V"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_show_version,
            help=Text("显示版本", "show the version"),
        ),
    ],
    no_args_is_help=True,
)  # fmt: skip
