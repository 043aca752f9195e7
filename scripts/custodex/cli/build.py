"""`custodex build`: the site of one audience in a folder that opens by double click."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from custodex.cli.asof import as_of_option, source_at
from custodex.cli.session import STAGED, WORKTREE, Session, current_folder
from custodex.cli.verbs import choice, option, verb
from custodex.errors import CustodexError, UsageFault
from custodex.texts import LANGS, Lang, Text

if TYPE_CHECKING:
    from custodex.books import Book
    from custodex.cli.bookhistory import BookHistory
    from custodex.readers import Reader
    from custodex.search import Searcher
    from custodex.site.context import Audience
    from custodex.site.job import Built, Job
    from custodex.site.stock import Version

_OUT = Path("build/site")


@verb(
    Text(
        "建立网站：打开 build/site/index.html 即可浏览", "build the site: a folder that opens by double click"
    )
)
@option(
    "--audience",
    metavar="ROLE",
    default=None,
    help=Text(
        "只含该角色可读的内容（schema/access.yaml）", "only what this role may read (schema/access.yaml)"
    ),
)
@option(
    "--out",
    "-o",
    type=Path,
    metavar="DIR",
    default=None,
    help=Text("输出文件夹（默认 build/site）", "the folder to write (build/site unless given)"),
)
@option(
    "--lang",
    "languages",
    multiple=True,
    type=choice(*LANGS),
    help=Text("网站的语言，可重复（默认两种）", "a language of the site, repeatable (both unless given)"),
)
@option(
    "--rev",
    metavar="REV",
    default=None,
    help=Text("建立某个版本，而不是当前文件", "build a commit instead of the files as they are"),
)
@as_of_option
@option(
    "--pages-only", is_flag=True,
    help=Text(
        "只要页面和查找，不要名片、订阅、日历和数据接口",
        "pages and search alone: no contact cards, feeds, calendars and API",
    ),
)  # fmt: skip
@option(
    "--zip", "packed", type=Path, metavar="FILE", default=None,
    help=Text("另存为一个 zip 文件，便于放到共享盘", "the site as a zip file as well, for a shared folder"),
)  # fmt: skip
@option("--anew", is_flag=True, help=Text("全部重做", "make everything anew"))
@option("--format", "form", type=choice("text", "json"), default="text",
        help=Text("输出格式", "output format"))  # fmt: skip
def command(
    session: Session, *, audience: str | None, out: Path | None, languages: tuple[Lang, ...], rev: str | None,
    as_of: str | None, pages_only: bool, packed: Path | None, anew: bool, form: str,
) -> None:  # fmt: skip
    """Build the site and say where it is."""
    from custodex.site.building import build

    if rev and as_of:
        raise UsageFault(Text("--rev 与 --as-of 只能用一个", "--rev and --as-of exclude each other"))
    if rev:
        session.past = session.git.commit(rev)
    source = rev or source_at(session, as_of)
    job = prepare(session, audience=audience, out=out, languages=languages, source=source, anew=anew,
                  extras=not pages_only, past=as_of is not None)  # fmt: skip
    built = build(job)
    if packed is not None:
        _pack(session, job, current_folder() / packed)
    if form == "json":
        session.out_json(_as_json(job, built))
        return
    _tell(session, job, built)


def prepare(
    session: Session, *, audience: str | None = None, out: Path | None = None, languages: Sequence[Lang] = (),
    source: str = WORKTREE, anew: bool = False, extras: bool = True, past: bool = False,
) -> Job:  # fmt: skip
    """Bring the catalog up to date and return the build that is left to do."""
    from custodex import reports
    from custodex.cli.rulebook import all_rules
    from custodex.duplicates.strong import strong
    from custodex.search.unindexed import all_files, changed_files
    from custodex.site.job import Job

    session.progress("正在校验…", "checking …")
    wait = _beside(session, tuple(languages) or LANGS)
    reader = session.reader(audience, source)
    wait()
    session.progress("正在生成页面…", "rendering …")
    folder = (current_folder() / out).resolve() if out else session.root / _OUT
    return Job(
        out=folder,
        state=_state_folder(session, audience, folder),
        connect=Connection(session, reader),
        folders=folders(session),
        rules=all_rules(),
        now=session.now,
        contributions=reports.contributions,
        strong=lambda reader, record: strong(reader.book.schemas, record),
        version=_version(session, source, reader.book, past),
        audience=_audience(reader),
        languages=tuple(dict.fromkeys(languages)) or LANGS,
        prefix=session.git.prefix().decode("utf-8", "replace"),
        find=Find(session, reader),
        tiers=all_files,
        patch_tiers=changed_files,
        processes=min(os.cpu_count() or 1, 4),
        anew=anew,
        extras=extras,
    )


def _beside(session: Session, languages: Sequence[Lang]) -> Callable[[], None]:
    """Begin what a first build needs and no record decides; return what waits for it."""
    from custodex.git import Git
    from custodex.history import Ledger
    from custodex.site.precompiling import byte_code, precompile
    from custodex.workers import beside

    session.opened()  # refuses derived files of others before anything is kept beside them
    cache = byte_code(_state_folder(session, None, session.root))
    if cache.exists():
        return lambda: None

    def work() -> None:
        precompile(folders(session), languages, cache)
        Ledger(session.root, Git(session.root, session.environ)).sync()

    return beside(work)


class Connection:
    """Opens the records and their history for one process."""

    def __init__(self, session: Session, reader: Reader) -> None:
        self._session = session
        self._audience = reader.audience
        self._book = reader.book
        self._snapshot = reader.snapshot
        session.history(reader)  # brings the ledger up to date before any process forks

    def __call__(self) -> tuple[Reader, BookHistory]:
        """Return a reader and a history with connections of their own."""
        from custodex.catalog import Catalog
        from custodex.cli.bookhistory import BookHistory
        from custodex.history import Ledger
        from custodex.readers import Reader

        catalog = Catalog(self._session.root)
        catalog.book, catalog.snapshot = self._book, self._snapshot
        reader = Reader(catalog, self._audience)
        ledger = Ledger(self._session.root, self._session.git)
        if self._session.past:
            ledger.look_back(self._session.past)
        return reader, BookHistory(self._session.git, ledger, reader, catalog, self._session.past or "")


class Find:
    """Answers saved queries from the search index, made for the first; one that cannot be read finds nothing."""

    def __init__(self, session: Session, reader: Reader) -> None:
        self._session = session
        self._reader = reader

    @cached_property
    def _searcher(self) -> Searcher:
        return self._session.index(self._reader)

    def __call__(self, query: str, where: Mapping[str, Sequence[str]]) -> Sequence[str]:
        """Return the ids of all customers that fit, by name."""
        try:
            found = self._searcher.search(query, where=where, sort="name", today=self._session.today)
        except CustodexError:
            return ()
        return [hit.id for hit in found.hits]


def _state_folder(session: Session, audience: str | None, folder: Path) -> Path:
    """Return where a build remembers what it made: one place for every audience and output folder."""
    from custodex.store import state_folder

    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return state_folder(session.root) / "site" / f"{audience or 'all'}-{name}"


def folders(session: Session) -> Sequence[Path]:
    """Return the folders of templates, assets and texts: those of the repository before those of the program."""
    from custodex.starter import starter_root

    own, packaged = session.root / "site", starter_root() / "site"
    return [own, packaged] if own.is_dir() and own.resolve() != packaged.resolve() else [packaged]


def _version(session: Session, source: str, book: Book, past: bool) -> Version:
    from custodex.site.stock import Version

    commit = session.git.commit("HEAD" if source in (WORKTREE, STAGED) else source)
    if commit is None:
        return Version()
    made = book.local(session.git.run("log", "-1", "--format=%cI", commit).decode().strip())
    return Version(commit, made, session.now.date().isoformat() if past else "")


def _audience(reader: Reader) -> Audience:
    from custodex.site.context import Audience

    if reader.audience is None:
        return Audience()
    roles = reader.book.access.get("roles") or ()
    label = next((role.get("label") for role in roles if role.get("id") == reader.audience), None)
    return Audience(reader.audience, label if isinstance(label, dict) else None)


def _pack(session: Session, job: Job, target: Path) -> None:
    from custodex.site.archive import pack
    from custodex.site.output import fault

    try:
        pack(job.out, target)
    except OSError as error:
        raise fault(target.parent, error) from error
    session.err(session.say(f"已打包：{target}", f"packed: {target}"))


def _as_json(job: Job, built: Built) -> dict[str, object]:
    said = {name: getattr(built, name) for name in built.__slots__}
    return {
        "out": str(job.out),
        "index": str(job.out / "index.html"),
        "audience": job.audience.id or None,
        **said,
    }


def _tell(session: Session, job: Job, built: Built) -> None:
    """Say what was done and which file to open; findings do not stop a site, but they are told."""
    say = session.say
    done = say("重新建立了网站", "built the site") if built.full else say("更新了网站", "updated the site")
    session.out(say(
        f"{done}：客户 {built.customers}，写入文件 {built.written}，删除 {built.removed}",
        f"{done}: {built.customers} customers, {built.written} files written, {built.removed} removed",
    ))  # fmt: skip
    session.out(say(f"打开 {job.out / 'index.html'}", f"open {job.out / 'index.html'}"))
    if built.errors or built.warnings:
        session.err(say(
            f"提示：数据中有 {built.errors} 处错误、{built.warnings} 处警告，见网站的“数据质量”页或 custodex check",
            f"note: the data have {built.errors} errors and {built.warnings} warnings;"
            " see the page Data health or custodex check",
        ))  # fmt: skip
