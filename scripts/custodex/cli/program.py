"""The program: finds the verb, runs it, and turns every way it can end into words and an exit code."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from custodex.cli import chinese
from custodex.cli.session import ReaderGone, Session, language
from custodex.errors import EXIT_BUG, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, CustodexError
from custodex.texts import Text

if TYPE_CHECKING:
    import click

EXIT_BROKEN_PIPE = 141  # 128 + SIGPIPE, what a shell reports for a program whose reader went away


def run(arguments: Sequence[str]) -> int:
    """Run the command line *arguments* and return the exit code; nothing is ever raised."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a C locale must not turn a name into a crash
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    session = Session(os.environ, language(arguments, os.environ))
    chinese.teach_gettext(lambda: session.lang)
    try:
        code = _ended(session, lambda: _invoke(session, arguments))
        sys.stdout.flush()
    except (BrokenPipeError, ReaderGone):
        _drop_output()
        return EXIT_BROKEN_PIPE
    finally:
        session.close()
    return code


def _invoke(session: Session, arguments: Sequence[str]) -> int:
    from custodex.cli.verbs import program

    result = program.main(list(arguments), prog_name="custodex", standalone_mode=False, obj=session)
    return result if isinstance(result, int) else EXIT_OK


def _ended(session: Session, invoke: Callable[[], int]) -> int:
    import click

    try:
        return invoke()
    except CustodexError as error:
        return _explain(session, error)
    except click.exceptions.NoArgsIsHelpError as error:
        session.out(error.format_message())
        return EXIT_USAGE
    except click.ClickException as error:
        message = chinese.told(error.format_message(), session.lang)
        return _explain_usage(session, message, getattr(error, "ctx", None))
    except (click.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else EXIT_OK
    except (BrokenPipeError, ReaderGone):
        raise
    except Exception as error:  # noqa: BLE001 - the last resort: one line for the person, the rest to a log
        return _report_bug(session, error)


def _explain(session: Session, error: CustodexError) -> int:
    session.err(f"{session.say('错误：', 'error: ')}{error.describe(session.lang)}")
    return error.exit_code


def _explain_usage(session: Session, message: str, context: click.Context | None) -> int:
    session.err(f"{session.say('错误：', 'error: ')}{message}")
    if context is not None:
        command = f"{context.command_path} --help"
        session.err(session.say(f"  用法见 {command}", f"  {command} shows how to use it"))
    return EXIT_USAGE


def _report_bug(session: Session, error: Exception) -> int:
    from custodex.cli.crashes import write_crash

    name = type(error).__name__
    log = None
    with contextlib.suppress(CustodexError):  # the clock may be what is wrong
        log = write_crash(error, session.state_folder(), session.now)
    message = Text(f"程序内部错误（{name}）", f"this is a bug in custodex ({name})")
    where = Text(f"；详情见 {log}", f"; details are in {log}") if log else Text("", "")
    session.err(f"{session.say('错误：', 'error: ')}{message.get(session.lang)}{where.get(session.lang)}")
    return EXIT_BUG


def _drop_output() -> None:
    """Point stdout at nothing, so that the interpreter's last flush stays quiet as well."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
