"""`custodex check`: parse, schema, cross-record rules; every fault with its place, its words and its hint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from custodex.cli.scopes import Scope, scope
from custodex.cli.session import STAGED, WORKTREE, Session
from custodex.cli.verbs import argument, choice, option, verb
from custodex.errors import EXIT_FINDINGS, EXIT_OK, UsageFault
from custodex.findings import Finding
from custodex.reporters import FORMATS, render
from custodex.reporters.report import Report
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.catalog import Catalog


@verb(
    Text(
        "校验档案：语法、结构、跨档案规则。\n\n给出 PATH 时只报告这些文件或文件夹中的问题。",
        "Check the records: syntax, schema, rules across records.\n\n"
        "With PATH, only what is found in these files or folders is reported.",
    )
)
@argument("paths", nargs=-1, metavar="[PATH]...")
@option(
    "--staged", is_flag=True, help=Text("校验暂存区（提交钩子用）", "check what the next commit will hold")
)
@option("--rev", metavar="REV", help=Text("校验某个提交", "check a commit"))
@option("--fix", is_flag=True, help=Text("改正能安全改正的问题", "mend what is safe to mend"))
@option(
    "--format", "output", type=choice(*FORMATS), default="concise", show_default=True,
    help=Text("输出格式", "output format"),
)  # fmt: skip
@option(
    "--documents", is_flag=True,
    help=Text("只报告单个文件自身的问题", "only what single files show by themselves"),
)  # fmt: skip
def command(
    session: Session,
    paths: Sequence[str],
    *,
    staged: bool,
    rev: str | None,
    fix: bool,
    output: str,
    documents: bool,
) -> int:
    """Check, mend if asked to, report; the exit code tells whether an error is left."""
    source = _source(staged=staged, rev=rev, fix=fix)
    catalog = session.catalog(source)
    chosen = scope(session.root, session.start, paths, catalog.stands_at)
    found = _findings(session, catalog, documents=documents)
    if fix and _mend(session, catalog, chosen, found):
        catalog = session.catalog(source)
        found = _findings(session, catalog, documents=documents)
    report = _report(session, catalog, [finding for finding in found if chosen.holds(finding.path)])
    session.lines(render(output, report))
    if output in {"concise", "full", "github"}:
        session.err(_summary(session, report))
    _write_job_summary(session, output, report)
    return EXIT_FINDINGS if report.count("error") else EXIT_OK


def _source(*, staged: bool, rev: str | None, fix: bool) -> str:
    if staged and rev is not None:
        raise UsageFault(Text("--staged 与 --rev 只能用一个", "--staged and --rev exclude each other"))
    if fix and (staged or rev is not None):
        raise UsageFault(
            Text("--fix 只改工作区的文件", "--fix mends files of the worktree only"),
            Text("去掉 --staged 或 --rev", "leave out --staged or --rev"),
        )
    if rev is not None and (not rev or rev.startswith("-") or "\0" in rev):
        raise UsageFault(Text("版本名不合法", "that is no name of a revision"))
    return STAGED if staged else WORKTREE if rev is None else rev


def _findings(session: Session, catalog: Catalog, *, documents: bool) -> list[Finding]:
    if documents:
        return catalog.document_findings()
    from custodex.checks import run

    return sorted(run(catalog, catalog.synced, session.now))


def _report(session: Session, catalog: Catalog, found: Sequence[Finding]) -> Report:
    from custodex.cli.rulebook import all_rules

    records, documents = catalog.counts()
    return Report(
        found,
        records,
        documents,
        all_rules() if found else {},
        session.lang,
        catalog.content,
        session.git.prefix().decode("utf-8", "replace"),
        frozenset(change.path for change in catalog.synced.changes),
    )


def _summary(session: Session, report: Report) -> str:
    fixable = sum(report.rule(finding.code).fixable for finding in report.findings)
    if not fixable:
        return report.summary()
    more = session.say(f"；{fixable} 个可用 --fix 改正", f"; {fixable} can be mended with --fix")
    return f"{report.summary()}{more}"


def _write_job_summary(session: Session, output: str, report: Report) -> None:
    """GitHub shows only ten annotations of a kind; the summary of the job lists all."""
    target = session.environ.get("GITHUB_STEP_SUMMARY")
    if output != "github" or not target:
        return
    from custodex.reporters.github import summary

    try:
        with Path(target).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(summary(report))
    except OSError as error:
        session.err(session.say(f"写不了 {target}：{error}", f"cannot write {target}: {error}"))


def _mend(session: Session, catalog: Catalog, chosen: Scope, found: Sequence[Finding]) -> int:
    """Mend the files that have findings; return how many were written."""
    from custodex.fixing import fixed

    by_path: dict[str, list[Finding]] = {}
    for finding in found:
        by_path.setdefault(finding.path, []).append(finding)
    schemas = catalog.book.schemas
    return rewrite(
        session,
        [path for path in sorted(by_path) if chosen.holds(path)],
        lambda path, kind, data: fixed(data, kind, schemas, by_path[path]),
    )


def rewrite(session: Session, paths: Sequence[str], change: Callable[[str, str, bytes], bytes]) -> int:
    """Write what *change*(path, kind, content) returns for each record file where that is something else."""
    from custodex.files import current, inside, write_atomic
    from custodex.records import MAX_BYTES, locate

    written = 0
    for path in paths:
        place = locate(path)
        if place is None:
            continue
        data = current(session.root, path)
        if data is None or len(data) > MAX_BYTES or b"\0" in data:
            continue
        new = change(path, place.kind, data)
        if new != data:
            write_atomic(inside(session.root, path), new)
            written += 1
    return written
