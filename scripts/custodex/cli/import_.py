"""`custodex import`: a spreadsheet becomes records, or says row by row why not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodex.cli.rulebook import all_rules
from custodex.cli.session import Session
from custodex.cli.verbs import argument, choice, option, verb
from custodex.errors import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE, UsageFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author, Judgement
    from custodex.catalog import Catalog
    from custodex.drafts import Draft
    from custodex.findings import Finding
    from custodex.imports.job import Job
    from custodex.imports.mapping import Plan
    from custodex.imports.opening import Opened
    from custodex.imports.planning import Planned
    from custodex.imports.results import Result
    from custodex.sheets import Table

_SHOWN = 20
_HELP = Text(
    """导入 CSV、XLSX、XLS 表格、vCard 联系人、邮件（eml、mbox）、日历（ics）和通话记录。

    表格的列名是字段路径或标签，或用映射文件；谷歌通讯录、Outlook、HubSpot、Salesforce 的导出可直接导入。

    再次导入同一文件不会重复：按键更新，只改映射到的字段。

    随包附带的映射：--mapping northwind-customers 等。""",
    """Import a CSV, XLSX or XLS table, vCards, mails (eml, mbox), a calendar (ics) or a call log.

    Headers are field paths or labels, or a mapping file says what they mean; exports of Google Contacts, Outlook,
    HubSpot and Salesforce need none.

    Importing a file again adds nothing: records are found by key and only mapped fields change.
    Mappings that come along: --mapping northwind-customers and others.""",
)


@verb(_HELP)
@argument("file", type=Path, required=False)
@option("--mapping", "mapping", metavar="M.yaml", default=None,
        help=Text("映射文件或附带的映射名", "mapping file, or name of one that comes along"))  # fmt: skip
@option("--example", metavar="NAME", default=None,
        help=Text("打印随包附带的映射，供参考", "print a mapping that comes along, to start from"))  # fmt: skip
@option("--kind", default="customer", show_default=True, metavar="KIND",
        help=Text("档案种类（无映射时）", "kind of record (without a mapping)"))  # fmt: skip
@option("--key", default="", metavar="FIELD",
        help=Text("识别一行的字段或列", "field or column that identifies a row"))  # fmt: skip
@option("--system", default="", metavar="NAME",
        help=Text("键是这个外部系统的编号", "the key is the id in this other system"))  # fmt: skip
@option("--set", "values", multiple=True, metavar="FIELD=VALUE",
        help=Text("新档案的固定取值", "a fixed value for new records"))  # fmt: skip
@option("--region", default="", metavar="CC",
        help=Text("电话缺国家码时的国家，如 CN", "country of phones without one"))  # fmt: skip
@option("--dry-run", is_flag=True, help=Text("只说会怎样，不写入", "tell what would happen, write nothing"))
@option("--commit", is_flag=True,
        help=Text("导入的内容作为一次提交", "make the import one commit, which can be reverted"))  # fmt: skip
@option("--allow-duplicates", is_flag=True,
        help=Text("号码或地址相同的客户也新建", "create customers that share a number or address as well"))  # fmt: skip
@option("--by", metavar="WHO", default=None,
        help=Text("邮件、日程和通话的记录人", "who imported mails, meetings and calls are by"))  # fmt: skip
@option("--save", is_flag=True,
        help=Text("记住这样读，以后同样表头的文件照此导入",
                  "remember this reading for files with the same headers"))  # fmt: skip
@option("--no-saved", is_flag=True, help=Text("不用记住的读法", "do not use a remembered reading"))
@option("--strict", is_flag=True, help=Text("有一行不行就全部不写", "write all rows or none"))
@option("--rejected", type=Path, default=None, metavar="OUT.csv|xlsx",
        help=Text("被拒绝的行连同原因写到这里", "write rejected rows and their reasons here"))  # fmt: skip
@option("--sheet", default=None, metavar="NAME", help=Text("工作表名", "name of the sheet"))
@option("--encoding", default=None, metavar="NAME", help=Text("CSV 的编码", "encoding of a CSV file"))
@option("--break-lock", is_flag=True,
        help=Text("解除已死进程留下的锁", "remove the lock of a process that is gone"))  # fmt: skip
@option("--format", "form", type=choice("text", "json"), default="text", show_default=True,
        help=Text("输出格式", "output format"))  # fmt: skip
def command(session: Session, *, file: Path | None, rejected: Path | None, form: str, **options: Any) -> int:
    """Import one table; exit code 1 if a row was rejected."""
    if options["example"]:
        session.out(_shipped(options["example"]).decode("utf-8").rstrip("\n"))
        return EXIT_OK
    if file is None:
        raise UsageFault(Text("没有给出文件", "no file was named"))
    from custodex.cli.importing import opened, recalled, save

    path = session.start / file
    source = opened(session, path, options)
    if not options["no_saved"]:
        source, options = recalled(session, path, source, options)
    result = _import(session, path, source, options)
    if options["save"]:
        save(session, source, options)
    if rejected is not None and result.count("rejected"):
        _write_rejected(session.start / rejected, result)
    if form == "json":
        session.out_json(result.as_json(session.lang))
    else:
        if options["dry_run"]:
            from custodex.cli.previewing import preview

            session.lines(preview(session, result))
        _tell(session, result, dry=options["dry_run"])
    return EXIT_FINDINGS if result.count("rejected") or result.count("withheld") else EXIT_OK


def _write_rejected(out: Path, result: Result) -> None:
    from custodex.files import replace_with, write_atomic
    from custodex.sheets import csv_bytes, write_xlsx

    if out.suffix.lower() != ".xlsx":
        write_atomic(out, csv_bytes(result.rejected()))
        return

    def write(path: Path) -> None:
        with path.open("wb") as file:
            write_xlsx(file, "rejected", result.rejected())

    replace_with(out, write)


def _import(session: Session, path: Path, source: Opened, options: dict[str, Any]) -> Result:
    from custodex.cli import importing
    from custodex.files import read_file
    from custodex.imports.job import Job
    from custodex.imports.results import Result
    from custodex.imports.running import settle
    from custodex.sheets import read_sheet
    from custodex.sheets.table import MAX_BYTES

    def beside(name: str) -> Table:
        return read_sheet(name, read_file(path.parent / name, MAX_BYTES), encoding=options["encoding"])

    session.git.prefix()  # no repository: say so before a state folder is made
    importing.refresh(session)
    dry, region = options["dry_run"], options["region"].upper()
    with session.author(dry=dry, break_lock=options["break_lock"]) as author:
        twins = importing.Twins(author, region)
        table = source.rows(twins.people(session, options["by"]))
        job = Job(
            author.catalog,
            table,
            _plan(session, author.catalog, path, table, _asked(source, options)),
            beside,
        )
        unmatched = _matched(job, strict=options["strict"])
        session.progress("正在核对各行…", "examining the rows …")

        def finish(entry: Planned) -> None:
            twins.judge(entry, allowed=options["allow_duplicates"])
            entry.keep_content(author.encoded)

        planned = job.run(session.now.tzinfo or UTC, region, finish)
        writer = _Writer(session, author, importing.subject(planned), commit=options["commit"])
        warnings, written = settle(planned, writer, _explain, strict=options["strict"], dry=dry)
    name = (
        importing.commit(session, writer.paths, importing.subject(planned))
        if written and options["commit"]
        else None
    )
    return Result(table, planned, unmatched, warnings, written, name, job.columns())


def _asked(source: Opened, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options with what the file itself says: mails are notes, an export has its ids."""
    found = {"system": options["system"] or source.system, "key": options["key"] or source.key, "once": False}
    if source.table is None:
        found |= {"kind": "note", "once": True}
    return {**options, **found}


def _matched(job: Job, *, strict: bool) -> list[str]:
    from custodex.sheets import SheetFault

    unmatched = job.unmatched()
    if unmatched and strict:
        raise SheetFault(
            Text(
                f"没有对应字段的列：{'、'.join(unmatched)}",
                f"columns without a field: {', '.join(unmatched)}",
            ),
            Text("在映射里写明，或列入 ignore", "map them, or list them under `ignore` in a mapping"),
        )
    return unmatched


class _Writer:
    """The one writer of records as an import needs it: what is left in the worktree can be undone."""

    def __init__(self, session: Session, author: Author, subject: str, *, commit: bool) -> None:
        self._session = session
        self._author = author
        self._subject = subject
        self._commit = commit
        self.paths: list[str] = []

    def judge(self, drafts: Iterable[Draft]) -> Judgement:
        """Say what would come of a batch."""
        return self._author.judge(drafts)

    def write(self) -> list[str]:
        """Write the batch judged last."""
        from custodex.authoring.committing import require_committable
        from custodex.cli.importing import keep

        if self._commit:
            require_committable(self._session.git, self._author.contents())
        else:
            keep(self._session, self._author.contents(), self._subject)
        self.paths = self._author.write()
        return self.paths


def _plan(session: Session, catalog: Catalog, path: Path, table: Table, options: dict[str, Any]) -> Plan:
    if options["mapping"]:
        return _mapping(session, catalog, options["mapping"])
    from custodex.imports.converting import Converter
    from custodex.imports.finding import Finder
    from custodex.imports.headers import Request, plan_of_headers
    from custodex.imports.taking import Source

    stages = catalog.book.vocabulary("stages").get("stages", ())
    first = next((str(stage["id"]) for stage in stages if stage.get("initial")), "")
    values = {}
    if options["kind"] == "customer":
        values = {"source.channel": "import", "source.at": session.today.isoformat(), "source.ref": path.name}
        values |= {"stage": first} if first else {}
    for text in options["values"]:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageFault(Text(f"--set 写成 字段=取值：{text}", f"write --set FIELD=VALUE: {text}"))
        values[name] = value
    request = Request(options["kind"], options["key"], options["system"], values, options["once"])
    accepts = Converter(catalog.book, session.now.tzinfo or UTC, Finder(catalog)).accepts
    return plan_of_headers(catalog.book.schemas, Source(table), request, accepts)


def _mapping(session: Session, catalog: Catalog, name: str) -> Plan:
    """Return the plan of a mapping file, or of one that comes along; mistakes are told by line and column."""
    from custodex.files import read_file
    from custodex.imports.mapping import read_mapping
    from custodex.records import MAX_BYTES

    path = session.start / name
    data = (
        _shipped(name)
        if name.isascii() and not path.exists() and "." not in name
        else read_file(path, MAX_BYTES)
    )
    plan, findings = read_mapping(name, data, catalog.book.schemas)
    if plan is None:
        first, *others = [
            Text(
                *(
                    f"{found.path}:{found.line}:{found.column}: {_explain(found).get(lang)}"
                    for lang in ("zh", "en")
                )
            )
            for found in findings
        ]
        for text in others:
            session.err(text.get(session.lang))
        raise _MappingFault(first)
    return plan


def _shipped(name: str) -> bytes:
    """Return a mapping that comes with the program."""
    from importlib.resources import files

    folder = files("custodex.imports").joinpath("examples")
    known = sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )
    if name not in known:
        raise UsageFault(
            Text(f"没有映射 {name}", f"there is no mapping {name}"),
            Text("附带的映射：" + " ".join(known), "mappings that come along: " + ", ".join(known)),
        )
    return folder.joinpath(f"{name}.yaml").read_bytes()


class _MappingFault(UsageFault):
    """A mapping that cannot be used."""

    exit_code = EXIT_USAGE


def _explain(finding: Finding) -> Text:
    from custodex.imports.mapping import RULE
    from custodex.rules import hint, message

    rule = RULE if finding.code == RULE.code else all_rules()[finding.code]
    where = finding.pointer.removeprefix("/").replace("/", ".")
    where = f" {where}" if where else ""
    return Text(
        f"{finding.code}{where}：{message(rule, finding, 'zh')}（{hint(rule, finding, 'zh')}）",
        f"{finding.code}{where}: {message(rule, finding, 'en')} ({hint(rule, finding, 'en')})",
    )


def _tell(session: Session, result: Result, *, dry: bool) -> None:
    say = session.say
    for notice in result.table.notices:
        session.err(f"{say('注意：', 'note: ')}{notice.get(session.lang)}")
    if result.unmatched:
        listed = ", ".join(result.unmatched)
        session.err(say(f"注意：没有对应字段的列：{listed}", f"note: columns without a field: {listed}"))
    bad = [entry for entry in result.planned if entry.outcome == "rejected"]
    for entry in bad[:_SHOWN]:
        number = entry.rows[0].number
        session.err(say(f"第 {number} 行：", f"row {number}: ") + entry.reason.get(session.lang))
    if len(bad) > _SHOWN:
        rest = len(bad) - _SHOWN
        session.err(say(f"还有 {rest} 行，见 --rejected", f"{rest} more rows, see --rejected"))
    near = [entry for entry in result.planned if entry.similar.en and entry.outcome == "created"]
    for entry in near[:_SHOWN]:
        number, similar = entry.rows[0].number, entry.similar.get(session.lang)
        session.err(say(f"第 {number} 行与现有客户相近：{similar}", f"row {number} is close to {similar}"))
    if result.warnings:
        session.err(
            say(
                f"新增 {result.warnings} 条警告，见 custodex check",
                f"{result.warnings} new warnings, see custodex check",
            )
        )
    created, updated, same = (result.count(name) for name in ("created", "updated", "unchanged"))
    session.out(
        say(
            f"新建 {created}，更新 {updated}，未变 {same}，拒绝 {len(bad)}",
            f"created {created}, updated {updated}, unchanged {same}, rejected {len(bad)}",
        )
        + (say("（试运行，未写入）", " (dry run, nothing written)") if dry else "")
        + (
            say(f"，提交 {str(result.commit)[:12]}", f", commit {str(result.commit)[:12]}")
            if result.commit
            else ""
        )
        + (say("（--strict：未写入）", " (--strict: nothing written)") if result.count("withheld") else "")
    )
    if created + updated and not (dry or result.commit):
        session.err(say("未提交；撤销：custodex undo", "not committed yet; custodex undo takes it back"))
