"""`custodex doctor`: whether machine and repository are set up well, and the mend for what is not."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from custodex import __version__
from custodex.cli.mergesetup import is_registered, register
from custodex.cli.session import Session
from custodex.cli.verbs import format_option, option, verb
from custodex.cli.worktreecache import LARGE, is_on, turn_on
from custodex.errors import EXIT_ENVIRONMENT, EXIT_OK, CustodexError
from custodex.texts import Text

State = Literal["ok", "warn", "fail"]
_NAMED = 10
_OLDEST_GIT = (2, 30)
_OLDEST_PYTHON = (3, 11)
_WORDS = {"ok": Text("正常", "ok"), "warn": Text("注意", "warn"), "fail": Text("失败", "fail")}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at: how it is, what it is, and how to mend it."""

    name: str
    state: State
    text: Text
    fix: Text | None = None
    mend: Callable[[Session], object] | None = None


@verb(
    Text(
        "检查安装：git、钩子、Python、缓存、区域设置",
        "look at the installation: git, hooks, Python, catalog, locale",
    )
)
@option("--fix", "mends", is_flag=True, help=Text("改好能自动改好的", "mend what can be mended for you"))
@format_option("table", "json")
def command(session: Session, *, mends: bool, form: str) -> int:
    """Look at the installation."""
    lines = list(_look(session))
    wrong = [line.mend for line in lines if line.mend and line.state != "ok"]
    if mends and wrong:
        for mend in wrong:
            mend(session)
        lines = list(_look(session))
    if form == "json":
        session.out_json({"lines": [
            {"name": line.name, "state": line.state, "text": line.text.get(session.lang),
             "fix": line.fix.get(session.lang) if line.fix else ""} for line in lines
        ]})  # fmt: skip
    else:
        for line in lines:
            session.out(f"{_WORDS[line.state].get(session.lang):<5}{line.text.get(session.lang)}")
            if line.fix and line.state != "ok":
                session.out(f"     -> {line.fix.get(session.lang)}")
    return EXIT_ENVIRONMENT if any(line.state == "fail" for line in lines) else EXIT_OK


def _look(session: Session) -> Iterator[Line]:
    yield _python()
    yield _encoding()
    for examine in (
        _git,
        _repository,
        _schema,
        _hooks,
        _attributes,
        _merging,
        _identity,
        _depth,
        _catalog,
        _untracked,
        _attachments,
    ):
        line = _careful(examine, session)
        yield line
        if line.state == "fail":
            return  # what follows would fail for the same reason


def _careful(examine: Callable[[Session], Line], session: Session) -> Line:
    try:
        return examine(session)
    except CustodexError as error:
        return Line(examine.__name__.strip("_"), "fail", error.message, error.hint)


def _python() -> Line:
    version = platform.python_version()
    text = Text(f"custodex {__version__}，Python {version}", f"custodex {__version__}, Python {version}")
    fix = Text("安装 Python 3.11 或更新版本", "install Python 3.11 or newer")
    return Line("python", "ok" if sys.version_info >= _OLDEST_PYTHON else "fail", text, fix)


def _encoding() -> Line:
    name = sys.getfilesystemencoding().lower()
    fix = Text("设置 LANG=zh_CN.UTF-8 或 C.UTF-8", "set LANG to a UTF-8 locale, such as C.UTF-8")
    text = Text(f"文件名编码 {name}", f"file names are {name}")
    return Line("locale", "ok" if name == "utf-8" else "warn", text, fix)


def _git(session: Session) -> Line:
    said = session.git.run("--version").decode("utf-8", "replace").strip()
    numbers = tuple(map(int, re.findall(r"[0-9]+", said)[:2]))
    fix = Text("安装 git 2.30 或更新版本", "install git 2.30 or newer")
    return Line("git", "ok" if numbers >= _OLDEST_GIT else "fail", Text(said, said), fix)


def _repository(session: Session) -> Line:
    session.git.prefix()
    return Line("repository", "ok", Text(f"仓库 {session.root}", f"repository {session.root}"))


def _schema(session: Session) -> Line:
    book = session.catalog().book
    broken = len(book.findings)
    text = Text(f"schema/：{len(book.kinds())} 种文件", f"schema/: {len(book.kinds())} kinds of files")
    fix = Text("custodex check 列出 schema/ 中的问题", "custodex check lists what is wrong in schema/")
    return Line("schema", "fail" if broken else "ok", text, fix)


def _hooks(session: Session) -> Line:
    path = session.git.run("rev-parse", "--git-path", "hooks/pre-commit").decode("utf-8", "replace").strip()
    there = (session.root / path).is_file()
    text = Text(
        "提交钩子已安装" if there else "提交钩子未安装",
        f"commit hooks are {'' if there else 'not '}installed",
    )
    fix = Text("运行 pre-commit install", "run pre-commit install")
    return Line("hooks", "ok" if there else "warn", text, fix)


def _attributes(session: Session) -> Line:
    said = session.git.run("check-attr", "eol", "--", "records/customers/x.yaml").decode("utf-8", "replace")
    good = said.strip().endswith(": lf")
    text = Text(
        f".gitattributes {'固定' if good else '未固定'}记录的换行符",
        f".gitattributes {'fixes' if good else 'does not fix'} the line ends of records",
    )
    fix = Text(
        "在 .gitattributes 中加入：records/** text eol=lf",
        "add this line to .gitattributes: records/** text eol=lf",
    )
    return Line("attributes", "ok" if good else "warn", text, fix)


def _merging(session: Session) -> Line:
    said = session.git.run("check-attr", "merge", "--", "records/customers/x.yaml").decode("utf-8", "replace")
    named, there = said.strip().endswith(": custodex"), is_registered(session.git)
    text = Text(
        "合并按字段进行" if named and there else "合并按文本行进行",
        f"records are merged {'field by field' if named and there else 'line by line'}",
    )
    fix = Text(
        "运行 custodex doctor --fix" if named else "在 .gitattributes 中加入：records/**/*.yaml merge=custodex",
        "run custodex doctor --fix" if named
        else "add this line to .gitattributes: records/**/*.yaml merge=custodex",
    )  # fmt: skip
    return Line("merging", "ok" if named and there else "warn", text, fix, lambda to: register(to.git))


def _identity(session: Session) -> Line:
    said = session.git.run("config", "user.email", allowed=(0, 1)).decode("utf-8", "replace").strip()
    text = Text(f"提交署名 {said or '未设置'}", f"commits are signed as {said or 'nobody'}")
    fix = Text("运行 git config user.name 和 user.email", "set git config user.name and user.email")
    return Line("identity", "ok" if said else "warn", text, fix)


def _depth(session: Session) -> Line:
    shallow = session.git.run("rev-parse", "--is-shallow-repository").strip() == b"true"
    text = Text("浅克隆：历史不完整", "shallow clone: the history is cut") if shallow else Text(
        "历史完整", "the whole history is here"
    )  # fmt: skip
    fix = Text("运行 git fetch --unshallow", "run git fetch --unshallow")
    return Line("depth", "warn" if shallow else "ok", text, fix)


def _catalog(session: Session) -> Line:
    records, documents = session.catalog().counts()
    text = Text(
        f"目录缓存：{records} 条记录，{documents} 个文件", f"catalog: {records} records, {documents} files"
    )
    fix = Text(
        "records/ 是空的：custodex new 或 import 添加记录",
        "records/ is empty: add with custodex new or import",
    )
    return Line("catalog", "ok" if records else "warn", text, fix)


def _attachments(session: Session) -> Line:
    """Look whether the store outside Git still has every attached file; where it is not mounted, say so."""
    from custodex.authoring import attaching

    catalog = session.catalog()
    if "attachments" not in catalog.book.settings:
        return Line(
            "attachments",
            "ok",
            Text("不收附件（attachments 未设置）", "no files are attached (no attachments set)"),
        )
    store = attaching.store_of(session.root, attaching.settings_of(catalog.book.settings))
    fix = Text(
        f"从备份恢复到 {store}，或重新 custodex attach",
        f"restore them to {store}, or custodex attach them anew",
    )
    found = list(attaching.amiss(catalog, store))
    if not store.is_dir() and found:
        text = Text(
            f"附件文件夹 {store} 不在这台机器上", f"the folder of attached files, {store}, is not here"
        )
        return Line(
            "attachments", "warn", text, Text("挂载它，附件才能核对", "mount it to have them looked at")
        )
    if not found:
        return Line(
            "attachments", "ok", Text("附件都在，内容未变", "attached files are all there, unchanged")
        )
    words = {"missing": Text("缺失", "missing"), "altered": Text("被改动", "altered")}
    zh, en = (
        "、".join(f"{one} {number} {words[how].get(lang)}" for one, number, how in found[:_NAMED])
        for lang in ("zh", "en")
    )
    count = len(found)
    return Line(
        "attachments",
        "warn",
        Text(f"{count} 个附件有问题：{zh}", f"attached files amiss, {count}: {en}"),
        fix,
    )


def _untracked(session: Session) -> Line:
    on, large = is_on(session.git), session.catalog().counts()[1] >= LARGE
    text = Text(
        f"Git {'记得' if on else '不记得'}哪些文件夹没有新文件（core.untrackedCache）",
        f"Git {'remembers' if on else 'does not remember'} which folders hold nothing new (core.untrackedCache)",
    )
    fix = Text(
        "运行 custodex doctor --fix；磁盘须记录文件夹的时间",
        "run custodex doctor --fix; the disk has to keep the times of folders",
    )
    return Line("untracked", "warn" if large and not on else "ok", text, fix, lambda to: turn_on(to.git))
