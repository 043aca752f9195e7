"""How every verb that writes does it: judged first, then left in the worktree, committed or proposed."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from custodex.cli.session import Session
from custodex.cli.verbs import Function, choice, option
from custodex.cli.worktreecache import help_writers
from custodex.errors import EXIT_FINDINGS, EXIT_OK, CustodexError, UsageFault
from custodex.ids import is_id
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author, Judgement
    from custodex.authoring.committing import Message, Proposal
    from custodex.authoring.fields import Convert
    from custodex.drafts import Draft
    from custodex.findings import Finding
    from custodex.readers import Reader

_OPTIONS = (
    option("--dry-run", "-n", is_flag=True,
           help=Text("只显示改动，不写入", "show the change, write nothing")),
    option("--commit", is_flag=True, help=Text("只提交这次改动", "commit this change and nothing else")),
    option("--propose", is_flag=True,
           help=Text("放到新分支并推送，供评审", "put it on a new branch and push it for review")),
    option("--strict", is_flag=True,
           help=Text("有新的警告也不写入", "write nothing if it brings a new warning either")),
    option("--reason", type=choice("correction", "change"), default=None,
           help=Text("提交的原因：更正还是实际变化", "why, for the commit: it was wrong, or it has changed")),
    option("--break-lock", is_flag=True,
           help=Text("解除已死进程留下的锁", "remove the lock of a process that is gone")),
    option("--format", "form", type=choice("text", "json"), default="text", show_default=True,
           help=Text("输出格式", "output format")),
)  # fmt: skip


yes_option = option("--yes", "-y", is_flag=True, help=Text("不再询问", "do not ask"))
"""The option of verbs that ask before they change many records."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a change is to be carried out, as the options of every writing verb say."""

    dry_run: bool
    commit: bool
    propose: bool
    strict: bool
    reason: str | None
    break_lock: bool
    form: str


UNCHANGED = Text("没有变化，档案已经如此", "nothing to change: the records say so already")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a verb wants: the drafts, the commit's subject (ids and fields only), what is told when it is done.

    `asks` is the question before a change of many records; `journal` tells whether this write can be taken back
    or took back the last one, at the paths *undone*; `none` is told where nothing changes.
    """

    drafts: Sequence[Draft]
    subject: str
    done: Text
    asks: Text | None = None
    undoes: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    journal: Literal["add", "drop"] = "add"
    undone: Collection[str] = ()
    none: Text = UNCHANGED


def writing(function: Function) -> Function:
    """Add the options of every writing verb; the function is given them as `way`."""
    import functools

    @functools.wraps(function)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        names = ("dry_run", "commit", "propose", "strict", "reason", "break_lock", "form")
        way = Way(**{name: options.pop(name) for name in names})
        if way.commit and way.propose:
            raise UsageFault(
                Text("--commit 与 --propose 只能用一个", "--commit and --propose exclude each other")
            )
        return function(*arguments, way=way, **options)

    decorated: Function = wrapped
    for decorate in reversed(_OPTIONS):
        decorated = decorate(decorated)
    return decorated


def carry_out(
    session: Session, way: Way, verb: str, plan: Callable[[Author], Plan], about: Sequence[str] = ()
) -> int:
    """Make the plan under the writers' lock, judge it, and do what the options say; return the exit code.

    *about* is what the person called the customers that alone are changed: where these are ids, the rest of
    the book need not be looked at first. The plan may then be made twice: it asks nobody and tells nothing.
    """
    near = bool(about) and all(map(is_id, about))
    with session.author(dry=way.dry_run, break_lock=way.break_lock, near=near) as author:
        if not way.dry_run:
            help_writers(session, author.catalog)
        wanted, verdict = _judged(author, plan)
        # an error is never written; a new warning is told, and written unless somebody asked otherwise
        if verdict.refused or verdict.errors or (way.strict and verdict.findings):
            return _refuse(session, way, verdict)
        if not verdict.changed:
            return _unchanged(session, way, wanted)
        return _Finish(session, way, verb, wanted, author, verdict).run()


def _judged(author: Author, plan: Callable[[Author], Plan]) -> tuple[Plan, Judgement]:
    """Return the plan and what comes of it; only what is sound beyond doubt is judged by what was seen last."""
    if author.is_near:
        with contextlib.suppress(CustodexError):  # a name unknown to the catalog may stand in a new file
            wanted = plan(author)
            verdict = author.judge(wanted.drafts)
            if author.is_sure:
                return wanted, verdict
        author.look_at_all()
    wanted = plan(author)
    return wanted, author.judge(wanted.drafts)


def reader_of(author: Author) -> Reader:
    """Return the records as they stand, everything readable: who writes has the clone."""
    from custodex.readers import Reader

    return Reader(author.catalog)


def converter(session: Session, author: Author) -> Convert:
    """Return what turns what a person typed into a field's value: labels into codes, names into ids."""
    from datetime import UTC

    from custodex.imports.converting import Converter
    from custodex.imports.finding import Finder
    from custodex.imports.mapping import Rule
    from custodex.imports.taking import RowFault

    made = Converter(author.catalog.book, session.now.tzinfo or UTC, Finder(author.catalog))

    def convert(node: Any, text: str) -> Any:
        if node.schema.get("format") == "date":
            text = spoken_day(session, text)
        try:
            return made.convert(node, text, Rule())
        except RowFault as fault:
            raise UsageFault(fault.reason) from fault

    return convert


_DAYS = {"today": 0, "tomorrow": 1, "yesterday": -1, "今天": 0, "明天": 1, "后天": 2, "昨天": -1}


def spoken_day(session: Session, text: str) -> str:
    """Return the date of `today`, `明天`, `+3d`, `+2w`; any other text as it is."""
    import re
    from datetime import timedelta

    match = re.fullmatch(r"([+-][0-9]{1,4})([dw天周])", text)
    if match:
        days = int(match[1]) * (7 if match[2] in "w周" else 1)
    elif text.casefold() in _DAYS:
        days = _DAYS[text.casefold()]
    else:
        return text
    return (session.today + timedelta(days=days)).isoformat()


# --- outcomes


def _refuse(session: Session, way: Way, verdict: Judgement) -> int:
    if way.form == "json":
        refused = {path: text.get(session.lang) for path, text in verdict.refused.items()}
        findings = _as_json(session, verdict.findings)
        session.out_json({"written": False, "changed": [], "findings": findings, "refused": refused})
    for path, reason in verdict.refused.items():
        session.err(f"{path}: {reason.get(session.lang)}")
    _tell_findings(session, verdict.findings)
    session.err(session.say("没有写入；先改正上面的问题", "nothing was written; mend the above first"))
    return EXIT_FINDINGS


def _unchanged(session: Session, way: Way, wanted: Plan) -> int:
    if way.form == "json":
        session.out_json({"written": False, "changed": [], "findings": []})
    session.err(wanted.none.get(session.lang))
    return EXIT_OK


def _tell_findings(session: Session, findings: Sequence[Finding]) -> None:
    from custodex.cli.rulebook import all_rules
    from custodex.reporters.concise import line
    from custodex.reporters.report import Report

    report = Report(findings, 0, 0, all_rules(), session.lang)
    for finding in findings:
        session.err(line(report, finding))
        if hint := report.hint(finding):
            session.err(f"  {hint}")


def _as_json(session: Session, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    from custodex.cli.rulebook import all_rules
    from custodex.reporters.as_json import value
    from custodex.reporters.report import Report

    report = Report(findings, 0, 0, all_rules(), session.lang)
    return [value(report, finding) for finding in findings]


class _Finish:
    """A judged change on its way: shown, written, committed or proposed, told."""

    def __init__(
        self, session: Session, way: Way, verb: str, plan: Plan, author: Author, verdict: Judgement
    ) -> None:
        self._session = session
        self._way = way
        self._verb = verb
        self._plan = plan
        self._author = author
        self._verdict = verdict
        self._contents = author.contents()

    def run(self) -> int:
        """Do it and tell; return the exit code."""
        way, session = self._way, self._session
        _tell_findings(session, self._verdict.findings)
        if way.dry_run or (self._plan.asks and not self._agreed(self._plan.asks)):
            self._show(self._plan.asks if not way.dry_run else None)
            return EXIT_OK
        if way.propose:
            self._tell_proposal(self._propose())
            return EXIT_OK
        self._write()
        name = self._commit() if way.commit else None
        self._tell(name)
        return EXIT_OK

    def _agreed(self, question: Text) -> bool:
        import click

        if not self._session.interactive:
            return False
        self._session.lines(diff_lines(self._author))
        return click.confirm(question.get(self._session.lang), default=False, err=True)

    def _show(self, question: Text | None) -> None:
        session = self._session
        if self._way.form == "json":
            session.out_json(self._json(written=False))
            return
        if not (question and session.interactive):
            session.lines(diff_lines(self._author))
        number = len(self._contents)
        files = f"{number} file{'' if number == 1 else 's'}"
        session.err(
            session.say(f"会改 {number} 个文件；没有写入", f"{files} would change; nothing was written")
        )
        if question and not session.interactive:
            session.err(f"{question.get(session.lang)} {session.say('加 --yes 执行', 'add --yes to do it')}")

    def _message(self) -> Message:
        from custodex.authoring.committing import Message

        return Message(self._verb, self._plan.subject, self._way.reason or "", self._plan.undoes)

    def _write(self) -> None:
        from custodex.authoring.journal import Journal
        from custodex.store import state_folder

        journal = Journal(state_folder(self._session.root))
        if self._plan.journal == "add" and not self._way.commit:
            # before the write: after a crash in between, it names content that is not there and is passed over
            head = self._session.git.commit("HEAD") or ""
            journal.add(self._plan.subject, head, self._contents)
        if self._way.commit:
            from custodex.authoring.committing import require_committable

            require_committable(self._session.git, self._contents)
        self._author.write()
        if self._plan.journal == "drop":
            journal.drop_last(self._plan.undone)

    def _commit(self) -> str | None:
        from custodex.authoring.committing import commit
        from custodex.errors import EnvironmentFault

        try:
            return commit(self._session.git, list(self._contents), self._message())
        except EnvironmentFault as fault:
            why = fault.message
            raise EnvironmentFault(
                Text(f"已写入但没有提交：{why.zh}", f"written, but not committed: {why.en}"),
                Text("解决后运行 git commit -- records", "mend that, then run git commit -- records"),
            ) from fault

    def _propose(self) -> Proposal:
        from custodex.authoring.committing import propose
        from custodex.store import state_folder

        return propose(self._session.git, state_folder(self._session.root), self._contents, self._message())

    def _json(self, *, written: bool, **more: Any) -> dict[str, Any]:
        changed = [
            {"path": path, "action": "added" if old is None else "removed" if new is None else "changed"}
            for path, (old, new) in self._contents.items()
        ]
        findings = _as_json(self._session, self._verdict.findings)
        return {"written": written, "changed": changed, "findings": findings, **self._plan.told, **more}

    def _tell(self, commit: str | None) -> None:
        session = self._session
        if self._way.form == "json":
            session.out_json(self._json(written=True, commit=commit))
            return
        session.lines(self._contents)
        session.err(self._plan.done.get(session.lang))
        if self._plan.journal == "drop":
            return
        zh, en = (
            (f"已提交 {commit[:12]}", f"committed as {commit[:12]}")
            if commit
            else ("未提交", "not committed yet")
        )
        session.err(session.say(f"{zh}；撤销：custodex undo", f"{en}; custodex undo takes it back"))

    def _tell_proposal(self, made: Proposal) -> None:
        from custodex.forgelinks import proposal_link

        session = self._session
        url = proposal_link(self._author.catalog.book.settings, made.branch) if made.remote else ""
        if self._way.form == "json":
            session.out_json(self._json(written=False, commit=made.commit, branch=made.branch, url=url))
            return
        session.out(url or made.branch)
        head = made.branch
        zh, en = f"已推送分支 {head}，等待评审", f"pushed the branch {head} for review"
        if not made.remote:
            push = f"git push origin {head}"
            zh = f"改动在分支 {head} 上，没有远程仓库可推送；git remote add origin URL 之后运行 {push}"
            en = f"the change is on the branch {head}; no remote to push to: git remote add origin URL, then {push}"
        session.err(session.say(zh, en))


def diff_lines(author: Author) -> Iterator[str]:
    """Yield the unified diff of the batch judged last."""
    for path, (old, new) in author.contents().items():
        before, after = (
            (data or b"").decode("utf-8", "backslashreplace").splitlines() for data in (old, new)
        )
        names = ("/dev/null" if old is None else f"a/{path}", "/dev/null" if new is None else f"b/{path}")
        yield from difflib.unified_diff(before, after, *names, lineterm="")
