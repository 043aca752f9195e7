"""`custodex pre-receive`: the hook of a bare repository; what does not hold is not taken, whoever pushes."""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from custodex.cli.session import Session, current_folder
from custodex.cli.verbs import option, verb
from custodex.errors import EXIT_FINDINGS, EXIT_OK, EXIT_REFUSED, CustodexError, EnvironmentFault
from custodex.findings import Finding, printable
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.enforcing import Update
    from custodex.git import Git

_HELP = Text(
    """裸仓库的 pre-receive 钩子：推送的每个分支、提交、文件都合规才接受。

    安装：custodex pre-receive --install /srv/git/book.git
    Git 会忽略不可执行的钩子：--status 检查安装是否仍然有效。""",
    """the pre-receive hook of a bare repository: every branch, commit and file of a push must hold.

    Set up: custodex pre-receive --install /srv/git/book.git
    Git ignores a hook that is not executable: --status tells whether the set-up still holds.""",
)
SETTINGS: Mapping[str, str] = {
    "receive.fsckObjects": "true",
    "receive.denyDeleteCurrent": "true",
    "receive.shallowUpdate": "false",
    "receive.maxInputSize": "50m",
    "receive.advertiseAtomic": "true",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "core.fsync": "all",
    "core.logAllRefUpdates": "always",
    "uploadpack.allowAnySHA1InWant": "false",
}
"""What a bare repository has to be set to; without it the hook refuses every push."""
_MEMORY, _SECONDS, _PATIENCE, _FILE_BYTES = 2 << 30, 60, 180, 1 << 30
_GRAFTS = ("info/grafts", "shallow")
_SHOWN = 50
_KEPT = ("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")


@verb(_HELP)
@option("--install", metavar="REPO", type=Path, default=None,
        help=Text("设置这个裸仓库并安装钩子", "set this bare repository up and install the hook"))  # fmt: skip
@option("--status", metavar="REPO", type=Path, default=None,
        help=Text("检查这个裸仓库的设置与钩子", "look whether settings and hook of this repository hold"))  # fmt: skip
def command(session: Session, *, install: Path | None, status: Path | None) -> int:
    """Judge a push (as the hook), set a repository up, or look at one."""
    if install is not None:
        return _install(session, install)
    if status is not None:
        return _status(session, current_folder() / status)
    root = (current_folder() / session.environ.get("GIT_DIR", "")).resolve()
    lines = sys.stdin.readlines()
    return _supervised(session, lambda: _judge(session, root, lines))


def _install(session: Session, target: Path) -> int:
    target = current_folder() / target
    git = _bare(session, target)
    for name, value in SETTINGS.items():
        git.run("config", name, value)
    hook = target / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    program = f'"{sys.executable}" -I -m custodex'
    hook.write_text(
        f"#!/bin/sh\n# made by: custodex pre-receive --install\nexec {program} pre-receive\n", "utf-8"
    )
    hook.chmod(0o755)
    gate = target / "custodex-gate"
    gate.write_text(_GATE.format(hook=hook, gate=gate, target=target), "utf-8")
    gate.chmod(0o755)
    _read_once(session, git, target)
    session.err(session.say(f"已设置 {target}", f"{target} is set up"))
    return EXIT_OK


def _bare(session: Session, target: Path) -> Git:
    from custodex.git import Git

    git = Git.bare(target, session.environ)
    if git.run("rev-parse", "--is-bare-repository", allowed=(0, 128)).strip() != b"true":
        raise EnvironmentFault(Text(f"{target} 不是裸仓库", f"{target} is no bare repository"))
    return git


def _status(session: Session, target: Path) -> int:
    """Tell whether a push would be judged at all: settings, hook, gate, the branch that counts."""
    git = _bare(session, target)
    there = _settings(git)
    head = git.run("symbolic-ref", "--quiet", "HEAD", allowed=(0, 1)).decode("utf-8", "replace").strip()
    looked = [
        *((f"{name} = {value}", there.get(name.casefold()) == value) for name, value in SETTINGS.items()),
        *((name, not (target / name).exists()) for name in _GRAFTS),
        *((name, os.access(target / name, os.X_OK)) for name in ("hooks/pre-receive", "custodex-gate")),
        ("core.hooksPath", "core.hookspath" not in there),
        (f"HEAD: {head}", git.commit("HEAD") is not None or not git.run("for-each-ref", "--count=1")),
    ]
    for name, holds in looked:
        session.out(f"{'✓' if holds else '✗'} {printable(name, 200)}")
    if all(holds for _, holds in looked):
        return EXIT_OK
    session.err(session.say(
        f"运行 custodex pre-receive --install {target}", f"run custodex pre-receive --install {target}"
    ))  # fmt: skip
    return EXIT_FINDINGS


def _read_once(session: Session, git: Git, target: Path) -> None:
    """Read the whole book before the first push: a push has seconds for it, this has not."""
    from custodex.snapshots import Snapshot

    tree = git.tree("HEAD")
    if tree is not None:
        session.catalog_of(target, Snapshot(git, "commit", tree, {}, tree, ()), min(os.cpu_count() or 1, 4))


_GATE = """#!/bin/sh
# made by: custodex pre-receive --install
# Git ignores a hook that is not executable: serve this repository through this file, and it refuses instead.
#   ssh:  command="{gate} git-shell -c \\"$SSH_ORIGINAL_COMMAND\\"" in authorized_keys
#   http: the CGI program is this file with git http-backend as arguments
[ -x "{hook}" ] && [ -z "$(git --git-dir="{target}" config core.hooksPath)" ] || {{
  echo "custodex: the pre-receive hook is missing, not executable or passed over by core.hooksPath" >&2; exit 1; }}
exec "$@"
"""


def _supervised(session: Session, work: Callable[[], int]) -> int:
    """Run *work* in a child with limits of memory and time; whatever happens to it, the push is refused."""
    if not hasattr(os, "fork"):
        return work()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os._exit(_in_child(session, work))
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    session.err(session.say(
        f"拒绝：校验程序被信号 {os.WTERMSIG(status)} 结束，推送没有被接受",
        f"refused: the check was ended by signal {os.WTERMSIG(status)}, nothing was taken",
    ))  # fmt: skip
    return EXIT_REFUSED


def _in_child(session: Session, work: Callable[[], int]) -> int:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    signal.alarm(_PATIENCE)  # a busy machine is no attack
    try:
        code = work()
    except CustodexError as error:
        session.err(f"{session.say('拒绝：', 'refused: ')}{printable(error.describe(session.lang), 500)}")
        code = EXIT_REFUSED
    except BaseException as error:  # noqa: BLE001 - fail closed: what nobody foresaw is no reason to take a push
        session.err(
            f"{session.say('拒绝：校验程序出错', 'refused: the check failed')} ({type(error).__name__})"
        )
        code = EXIT_REFUSED
    finally:
        session.close()
        sys.stderr.flush()
    return code


def _judge(session: Session, root: Path, lines: Iterable[str]) -> int:
    from custodex.cli.receiving import problems
    from custodex.enforcing import updates
    from custodex.git import Git

    environ = {name: session.environ[name] for name in (*_KEPT, "PATH", "HOME") if name in session.environ}
    git = Git.bare(root, environ)
    _require_settings(git, root)
    found: Sequence[Update] = updates(lines)
    shown = list(_written(session, problems(session, git, root, found)))
    for line in shown[:_SHOWN]:
        session.err(line)
    if len(shown) > _SHOWN:
        left = len(shown) - _SHOWN
        session.err(session.say(f"… 另有 {left} 处", f"… and {left} more"))
    if shown:
        session.err(session.say("拒绝：推送没有被接受", "refused: nothing of this push was taken"))
    return EXIT_FINDINGS if shown else EXIT_OK


def _require_settings(git: Git, root: Path) -> None:
    there = _settings(git)
    missing = [name for name, value in SETTINGS.items() if there.get(name.casefold()) != value]
    grafts = [name for name in _GRAFTS if (root / name).exists()]
    if missing or grafts:
        named = ", ".join((*missing, *grafts))
        raise EnvironmentFault(
            Text(f"仓库没有设置好：{named}", f"the repository is not set up: {named}"),
            Text("运行 custodex pre-receive --install", "run custodex pre-receive --install"),
        )
    if os.name == "posix" and (root / "config").stat().st_mode & stat.S_IWOTH:
        raise EnvironmentFault(Text("任何人都能改仓库设置", "everybody may write the repository's settings"))


def _settings(git: Git) -> Mapping[str, str]:
    text = git.run("config", "--local", "--list", "-z").decode("utf-8", "replace")
    return {
        name.casefold(): value for entry in text.split("\0") for name, _, value in [entry.partition("\n")]
    }


def _written(session: Session, found: Iterable[tuple[str, object]]) -> Iterator[str]:
    from custodex.cli.rulebook import all_rules
    from custodex.reporters.report import Report

    report = Report((), 0, 0, {}, session.lang)
    for commit, problem in found:
        at = f"{commit[:10]}: " if commit else ""
        if isinstance(problem, Finding):
            report = report if report.rules else Report((), 0, 0, all_rules(), session.lang)
            place = f"{printable(problem.path, 200)}:{problem.line}:{problem.column}"
            hint = report.hint(problem)
            yield f"{at}{place}: {problem.code}: {report.message(problem)} — {hint}"
        elif isinstance(problem, tuple):
            where, code, message = problem
            yield f"{at}{printable(where, 200)}: {code}: {printable(message.get(session.lang), 300)}"
