"""One run of the program: the folder it works in, the person's language, the terminal, the clock.

The clock, the environment and the terminal are read here and nowhere else; everything below the shell
takes what it needs of them as arguments.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from custodex.errors import CustodexError, EnvironmentFault, IntegrityFault, UsageFault
from custodex.texts import Lang, Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.catalog import Catalog
    from custodex.git import Git
    from custodex.history import History
    from custodex.readers import Reader
    from custodex.search import Searcher
    from custodex.snapshots import Snapshot

_PATIENCE = 60.0
WORKTREE, STAGED = "worktree", "staged"
_MARKERS = ("records", "schema")
_ZONE = re.compile(r"""^timezone: *["']?([A-Za-z0-9_+/-]+)["']? *(?:#.*)?$""", re.MULTILINE)


def language(arguments: Sequence[str], environ: Mapping[str, str]) -> Lang:
    """Return the language asked for by `--lang`, else by the locale; English unless the locale is Chinese."""
    for index, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            value = value if equals else next(iter(arguments[index + 1 : index + 2]), "")
            return "zh" if value == "zh" else "en"
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environ[name] for name in names if environ.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


class ReaderGone(Exception):
    """Whoever read our output stopped reading: `custodex list | head`."""


def current_folder() -> Path:
    """Return the folder the program was started in; a fault where it was deleted since."""
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise EnvironmentFault(
            Text(
                "当前文件夹已不存在，可能已被删除或移走",
                "the current folder is gone: deleted, or moved elsewhere",
            ),
            Text(
                "先用 cd 进入另一个文件夹，或用 -C 指定客户档案仓库的完整路径",
                "change to another one with cd, or name a record repository by its whole path with -C",
            ),
        ) from error


def _in_this_repository(folder: Path) -> bool:
    """Tell whether *folder* is of the repository a hook runs in: below here, no other one between."""
    try:
        here = current_folder()
    except EnvironmentFault:  # no hook runs in a folder that is gone
        return False
    if not folder.is_relative_to(here):
        return False
    below = [folder, *folder.parents]
    return not any((path / ".git").exists() for path in below[: below.index(here)])


class Session:
    """What a verb is given (`click.pass_obj`); everything costly is made when first asked for."""

    def __init__(
        self,
        environ: Mapping[str, str],
        lang: Lang = "en",
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.environ = dict(environ)
        self.lang: Lang = lang
        self.colour = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        self.folder: Path | None = None
        self._stdout = stdout
        self._stderr = stderr
        self._catalog: Catalog | None = None
        self._closing: list[Callable[[], None]] = []
        self._told: set[str] = set()
        self.past: str | None = None

    # --- the folder

    def work_in(self, folder: Path) -> None:
        """Work in *folder* (`-C`): what Git was told about another repository does not hold there."""
        if not folder.is_absolute():
            folder = current_folder() / folder
        if not folder.is_dir():
            raise UsageFault(Text(f"没有这个文件夹：{folder}", f"no such folder: {folder}"))
        self.folder = folder
        if not _in_this_repository(self.folder):
            self.environ = {
                name: value for name, value in self.environ.items() if not name.startswith("GIT_")
            }

    @property
    def start(self) -> Path:
        """The folder the person stands in."""
        return self.folder or current_folder()

    @cached_property
    def root(self) -> Path:
        """The record repository: the nearest folder, from here upwards, that holds records/ or schema/."""
        for folder in (self.start, *self.start.parents):
            if any((folder / name).is_dir() for name in _MARKERS):
                return folder
        raise EnvironmentFault(
            Text(f"{self.start} 不在客户档案仓库中", f"{self.start} is not inside a record repository"),
            Text(
                "进入客户档案仓库，或用 -C 指定；新建仓库用 custodex init",
                "change to a record repository or name it with -C; custodex init makes a new one",
            ),
        )

    def state_folder(self) -> Path | None:
        """Return the folder of everything derived, None where there is no repository to keep it in."""
        from custodex.store import state_folder

        try:
            return state_folder(self.root)
        except CustodexError:
            return None

    # --- the records

    @cached_property
    def git(self) -> Git:
        """Git in the record repository, with the environment this process was started with."""
        from custodex.git import Git

        return Git(self.root, self.environ)

    def snapshot(self, source: str = WORKTREE) -> Snapshot:
        """Return the state of the records: `worktree`, `staged` or a revision."""
        from custodex import snapshots

        if source == WORKTREE:
            return snapshots.worktree(self.git)
        return snapshots.staged(self.git) if source == STAGED else snapshots.commit(self.git, source)

    def catalog(self, source: str = WORKTREE) -> Catalog:
        """Return the catalog, moved to the asked state of the records."""
        self.git.prefix()  # no repository: say so before a state folder is made
        return self.catalog_at(self.snapshot(source))

    def catalog_at(self, snapshot: Snapshot) -> Catalog:
        """Return the catalog, moved to *snapshot*."""
        from custodex.checks import EXAMINER

        catalog = self.opened()
        catalog.sync(snapshot, EXAMINER)
        catalog.book.require()
        return catalog

    def opened(self) -> Catalog:
        """Return the catalog as the last command left it."""
        from custodex.catalog import Catalog

        self._refuse_foreign_state()  # no repository: it says so before a state folder is made
        if self._catalog is None:
            self._catalog = Catalog(self.root)
            self._closing.append(self._catalog.close)
        return self._catalog

    def author(self, *, dry: bool = False, break_lock: bool = False, near: bool = False) -> Author:
        """Return the one writer of records, a context; *dry* takes no lock and never writes, *near* looks at few."""
        from custodex import checks
        from custodex.authoring import Author
        from custodex.locks import Lock
        from custodex.store import state_folder

        catalog = self.opened()
        self.git.look_again()  # waiting for the lock may take a while
        state = state_folder(self.root)
        lock = None if dry else Lock(state, self.now, wait=_PATIENCE, break_dead=break_lock)
        return Author(
            catalog, self.git, checks.EXAMINER, lambda known, found: checks.run(known, found, self.now), lock,
            near=near,
        )  # fmt: skip

    def _refuse_foreign_state(self) -> None:
        """Refuse derived files that came with a commit: they could say "checked" of what nobody checked."""
        from custodex.store import FOLDER

        if self.git.head_holds(FOLDER) and (self.root / FOLDER).exists():
            raise IntegrityFault(
                Text(f"{FOLDER}/ 被提交到了 Git 中", f"{FOLDER}/ is committed to Git"),
                Text(
                    f"这个文件夹只能在本机生成；运行 git rm -r --cached {FOLDER}，删除它并提交",
                    f"it may only be made on this machine; git rm -r --cached {FOLDER}, delete it and commit",
                ),
            )

    def catalog_of(self, root: Path, snapshot: Snapshot, processes: int) -> Catalog:
        """Return the catalog of a bare repository, moved to *snapshot*."""
        from custodex.catalog import Catalog
        from custodex.checks import EXAMINER

        if self._catalog is None:
            self._catalog = Catalog(root)
            self._closing.append(self._catalog.close)
        self._catalog.sync(snapshot, EXAMINER, processes)
        return self._catalog

    def reader(self, audience: str | None = None, source: str = WORKTREE) -> Reader:
        """Return the records as *audience* may read them; None reads everything."""
        from custodex.readers import Reader

        return Reader(self.catalog(source), audience)

    def index(self, reader: Reader) -> Searcher:
        """Return the search index of the reader's audience, brought up to date."""
        from custodex.search import folder_of, open_index

        return open_index(reader, folder_of(self.root, reader.audience))

    def history(self, reader: Reader) -> History:
        """Return what happened to the records up to HEAD, as far as the reader's audience may know."""
        from custodex.history import History, Ledger

        ledger = Ledger(self.root, self.git)
        self._closing.append(ledger.close)
        ledger.sync()
        if self.past:
            ledger.look_back(self.past)
        return History(self.git, ledger, reader, self._known_values)

    def _known_values(self, documents: Collection[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
        """Yield the documents the catalog has read; one that only stands on disk is in no Git object."""
        names = {(blob.removeprefix("local:"), kind) for blob, kind in documents}
        known = {row[:2]: row[2] for row in self._catalog.document_values(names)} if self._catalog else {}
        for blob, kind in documents:
            name = blob.removeprefix("local:")
            text = known.get((name, kind)) or ("{}" if name != blob else None)
            if text is not None:
                yield blob, kind, text

    def close(self) -> None:
        """Let go of every file."""
        while self._closing:
            self._closing.pop()()
        self._catalog = None

    # --- the clock

    def look_back(self, commit: str, moment: datetime) -> None:
        """Answer as on a past day: history ends with *commit*, and that *moment* is now."""
        self.past = commit
        self.now = moment

    @cached_property
    def now(self) -> datetime:
        """The time this run began, in the time zone of `schema/settings.yaml` (else of the machine).

        `CUSTODEX_NOW` (RFC 3339) stands in for the clock where a run has to be repeatable.
        """
        fixed = self.environ.get("CUSTODEX_NOW")
        if not fixed:
            return datetime.now(self._zone())
        try:
            return datetime.fromisoformat(fixed).astimezone(self._zone())
        except ValueError as error:
            raise UsageFault(
                Text(f"CUSTODEX_NOW 不是时间：{fixed}", f"CUSTODEX_NOW is not a time: {fixed}"),
                Text("写成 2026-11-22T09:00:00+08:00", "write 2026-11-22T09:00:00+08:00"),
            ) from error

    @property
    def today(self) -> date:
        """The day this run began."""
        return self.now.date()

    def _zone(self) -> Any:
        from zoneinfo import ZoneInfo

        try:
            settings = (self.root / "schema" / "settings.yaml").read_text(encoding="utf-8")
            # one line of one file: loading the YAML library for it would double the time of a small check
            match = _ZONE.search(settings)
            return ZoneInfo(match[1] if match else "")
        except (CustodexError, OSError, KeyError, ValueError):
            return datetime.now().astimezone().tzinfo

    # --- the terminal

    @property
    def stdout(self) -> TextIO:
        """Where data goes."""
        return self._stdout or sys.stdout

    @property
    def stderr(self) -> TextIO:
        """Where everything but data goes."""
        return self._stderr or sys.stderr

    def stdin(self) -> str:
        """Return all that stands on the standard input."""
        return sys.stdin.read()

    @property
    def interactive(self) -> bool:
        """Tell whether a person can be asked."""
        return sys.stdin.isatty() and self.stderr.isatty()

    @property
    def paints(self) -> bool:
        """Tell whether output may be coloured."""
        return self.colour and (self.stdout.isatty() or bool(self.environ.get("FORCE_COLOR")))

    @property
    def width(self) -> int | None:
        """The columns of the terminal, None where the output is no terminal and lines stay whole."""
        if not self.stdout.isatty():
            return None
        try:
            return os.get_terminal_size(self.stdout.fileno()).columns
        except OSError:
            return None

    def say(self, zh: str, en: str) -> str:
        """Return the one of two texts that is in the person's language."""
        return zh if self.lang == "zh" else en

    def out(self, text: str) -> None:
        """Write a line of data."""
        self.stdout.write(f"{text}\n")

    def lines(self, texts: Iterable[str]) -> None:
        """Write lines of data."""
        self.stdout.writelines(f"{text}\n" for text in texts)

    def write(self, pieces: Iterable[str]) -> None:
        """Write pieces of data as they are."""
        self.stdout.writelines(pieces)

    def out_json(self, value: Any) -> None:
        """Write *value* as JSON."""
        json.dump(value, self.stdout, ensure_ascii=False, indent=2)
        self.stdout.write("\n")

    def err(self, text: str) -> None:
        """Write a line for the person, after the data so far."""
        self.stdout.flush()
        self.stderr.write(f"{text}\n")

    def err_once(self, text: str) -> None:
        """Write a line that was not written yet: a plan that is made twice finds the same things twice."""
        if text not in self._told:
            self._told.add(text)
            self.err(text)

    def progress(self, zh: str, en: str) -> None:
        """Tell the person at a terminal what is going on; a pipe, a log or a hook is told nothing."""
        if self.stderr.isatty():
            self.err(self.say(zh, en))
