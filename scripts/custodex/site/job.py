"""What a build is asked to do, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from custodex.examining import Record
from custodex.readers import Reader
from custodex.rules import Rulebook
from custodex.site.context import EVERYONE, Audience
from custodex.site.sources import Finder, HistorySource
from custodex.site.stock import NO_VERSION, Version
from custodex.texts import LANGS, Lang

Old = Callable[[str], bytes | None]
"""Returns a search file, by its name below `search/`, as the site in place has it."""

Connect = Callable[[], tuple[Reader, HistorySource]]
"""Opens the records and their history anew: every process needs its own."""


Strong = tuple[Sequence[str], Collection[str]]
"""Tokens of what a customer hardly shares with another by chance, and the ids of those it names itself."""


def nothing_strong(_reader: Reader, _record: Record) -> Strong:
    """Look for no duplicates."""
    return (), ()


@dataclass(frozen=True, slots=True)
class Job:
    """One build.

    `folders` hold templates/, assets/ and locale/, the first one wins; `tiers` yields name and content of the
    search files, `patch_tiers` those that change with the customers it is given (None: make all anew);
    `contributions` says what a customer adds to the figures, `strong` by what it may be taken for another one;
    `processes` 1 forks nothing; `extras` are the files beside the pages: vCards, QR codes, feeds, calendars,
    tables of charts, the API.
    """

    out: Path
    state: Path
    connect: Connect
    folders: Sequence[Path]
    rules: Rulebook
    now: datetime
    contributions: Callable[[Record], Mapping[str, Mapping[str, int]]]
    strong: Callable[[Reader, Record], Strong] = nothing_strong
    version: Version = NO_VERSION
    audience: Audience = EVERYONE
    languages: tuple[Lang, ...] = LANGS
    prefix: str = ""
    find: Finder | None = None
    tiers: Callable[[Reader], Iterable[tuple[str, bytes]]] | None = None
    patch_tiers: Callable[[Reader, Iterable[str], Old], Mapping[str, bytes] | None] | None = None
    processes: int = 1
    anew: bool = False
    extras: bool = True

    @property
    def today(self) -> str:
        """The day of the build: what is due and late on the home page and the page of tasks."""
        return self.now.date().isoformat()


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: everything anew or only what changed, files written, removed and left alone."""

    full: bool
    customers: int
    written: int
    removed: int
    unchanged: int
    rendered: int
    errors: int
    warnings: int
