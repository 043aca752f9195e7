"""The one module that runs git: plumbing commands, a whole snapshot or a whole change at a time.

Git is never asked about one file. What a path listing prints is relative to the record repository's own
folder, which may be a subfolder of a Git repository.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import IO, NamedTuple

from custodex.errors import EnvironmentFault
from custodex.gitchanges import (
    EMPTY_TREE,
    GITLINK,
    REGULAR,
    SYMLINK,
    UNMERGED,
    Change,
    is_below,
    pathspec,
    raw_changes,
    readable,
    status_changes,
)
from custodex.texts import Text

__all__ = [
    "EMPTY_TREE", "GITLINK", "REGULAR", "SYMLINK", "UNMERGED", "Blob", "Change", "Git", "MergedTree", "pathspec",
    "readable",
]  # fmt: skip
_AT_ONCE = 90
_MOST_FOLDERS = 100
_MOST_CONFLICTS = 127
"""git merge-file exits with the number of conflicts, up to this."""
_OBJECT = re.compile(rb"[0-9a-f]{40,} [0-9a-f]{40,}")
_NOT_HERE = ("not a git repository", "dubious", "work tree", "ambiguous argument")


class MergedTree(NamedTuple):
    """The tree two commits merge into, the paths in conflict, what the merge drivers said about them."""

    tree: str
    conflicts: tuple[str, ...]
    said: str


class Blob(NamedTuple):
    """One blob; `data` is None when it is larger than was asked for."""

    name: str
    size: int
    data: bytes | None


class Git:
    """Git in one folder. *environ* is what the process was started with (hooks rely on `GIT_INDEX_FILE`).

    *lasting* keeps the process that reads blobs for the next time, until this process ends; then the blobs
    of one question must have been taken before the next one is asked.
    """

    def __init__(self, root: Path, environ: Mapping[str, str], *, lasting: bool = False) -> None:
        self.root = root
        self._reader: subprocess.Popen[bytes] | None = None
        self._lasting = lasting
        self.environ = environ
        self._environ = {
            **_absolute(environ),
            "GIT_OPTIONAL_LOCKS": "0",
            "LC_ALL": "C",
            "GIT_NO_REPLACE_OBJECTS": "1",
            # neither may a local file of grafts cut history off: the name of a file that is not there
            "GIT_GRAFT_FILE": f"{os.devnull}-no-grafts",
        }
        self._prefix: bytes | None = None
        self._head_tree = ""
        self._just_looked = False

    @classmethod
    def bare(cls, root: Path, environ: Mapping[str, str]) -> Git:
        """Return Git in the bare repository *root*: no worktree, no settings but the repository's own."""
        alone = {
            **{name: value for name, value in environ.items() if name != "GIT_WORK_TREE"},
            "GIT_DIR": str(root), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
        }  # fmt: skip
        git = cls(root, alone)
        del git._environ["GIT_WORK_TREE"]
        git._prefix = b""
        return git

    def run(
        self, *arguments: str, stdin: bytes | None = None, allowed: Sequence[int] = (0,), locks: bool = False
    ) -> bytes:
        """Return what git prints; a failure becomes an `EnvironmentFault` that says why.

        Only with *locks* git writes down what it found out about the files while it looked.
        """
        result = self._start(arguments, stdin, {"GIT_OPTIONAL_LOCKS": "1"} if locks else {})
        if result.returncode not in allowed:
            reason = result.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
            raise EnvironmentFault(
                Text(f"git {arguments[0]} 失败：{reason}", f"git {arguments[0]} failed: {reason}"),
                _hint_for(reason),
            )
        return result.stdout

    def outcome(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Return how a git command ended, whatever it had to say."""
        return self._start(arguments, None)

    def _start(
        self, arguments: Sequence[str], stdin: bytes | None, more: Mapping[str, str] = MappingProxyType({})
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ["git", *arguments], cwd=self.root, env={**self._environ, **more}, input=stdin,
                capture_output=True, check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            if not self.root.is_dir():
                raise EnvironmentFault(
                    Text(f"没有这个文件夹：{self.root}", f"no such folder: {self.root}")
                ) from error
            raise EnvironmentFault(
                Text("找不到 git 程序", "the git program is missing"),
                Text("安装 git 2.30 或更新版本", "install git 2.30 or newer"),
            ) from error

    def prefix(self) -> bytes:
        """Return where the folder stands inside its Git repository, `b"sub/"` or `b""`."""
        if self._prefix is None:
            self._look_around()
        return self._prefix or b""

    def _look_around(self, name: str = ".") -> bool:
        """Learn the prefix, HEAD's tree and whether HEAD holds *name*, all by one process.

        Starting git costs more than what it answers. It stops at the first thing that is not there.
        """
        asked = ["--is-inside-work-tree", "--show-prefix", "HEAD^{commit}", "HEAD:./", f"HEAD:./{name}"]
        result = self._start(["rev-parse", *asked], None)
        lines = result.stdout.split(b"\n")
        if len(lines) < 2 or lines[0] != b"true":
            raise self._not_here(result.stderr.decode("utf-8", "replace").strip())
        self._prefix = lines[1]
        self._head_tree = lines[3].decode() if _OBJECT.fullmatch(b" ".join(lines[2:4])) else ""
        self._just_looked = True
        return result.returncode == 0

    def head_holds(self, name: str) -> bool:
        """Tell whether there is something called *name* in the folder at HEAD."""
        return self._look_around(name)

    def look_again(self) -> None:
        """Forget where HEAD was: others may move it from here on."""
        self._just_looked = False

    def _not_here(self, reason: str) -> EnvironmentFault:
        if reason and not any(known in reason for known in _NOT_HERE):
            return EnvironmentFault(Text(f"git 失败：{reason}", f"git failed: {reason}"), _hint_for(reason))
        return EnvironmentFault(
            Text(f"{self.root} 不在 Git 仓库中", f"{self.root} is not in a Git repository"),
            Text(reason, reason) if "dubious" in reason else Text(
                "进入客户档案仓库，或用 -C 指定；新建仓库用 custodex init",
                "change to a record repository or name it with -C; custodex init makes a new one",
            ),
        )  # fmt: skip

    def head_tree(self) -> str:
        """Return the tree of the folder at HEAD; the empty tree before the first commit."""
        if not self._just_looked:  # HEAD may have moved since
            self._look_around()
        self._just_looked = False
        return self._head_tree or self.tree("HEAD") or EMPTY_TREE

    def tree(self, revision: str) -> str | None:
        """Return the tree of the folder at *revision*, None if there is no such revision."""
        commit = self.commit(revision)
        if commit is None:
            return None
        name = f"{commit}:./" if self.prefix() else f"{commit}^{{tree}}"
        found = self._start(["rev-parse", "--quiet", "--verify", "--end-of-options", name], None)
        return found.stdout.decode().strip() if found.returncode == 0 else EMPTY_TREE

    def commit(self, revision: str) -> str | None:
        """Return the full name of a commit, or None."""
        name = f"{revision}^{{commit}}"
        result = self._start(["rev-parse", "--quiet", "--verify", "--end-of-options", name], None)
        return result.stdout.decode().strip() if result.returncode == 0 else None

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Tell whether the commit *older* is part of the history of *newer*."""
        return self._start(["merge-base", "--is-ancestor", older, newer], None).returncode == 0

    def has_tree(self, tree: str) -> bool:
        """Tell whether the object *tree* is there (it may have been collected, or the clone be shallow)."""
        return tree == EMPTY_TREE or self._start(["cat-file", "-e", tree], None).returncode == 0

    def tree_changes(self, old: str, new: str, paths: Sequence[str]) -> Iterator[Change]:
        """Yield what differs between two trees of the folder, below *paths*."""
        if old == new:
            return iter(())
        # "top": a path inside the tree, wherever in the repository the command runs
        specs = [path if path.startswith(":") else f":(top){path}" for path in paths]
        output = self.run("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new, "--", *specs)
        return raw_changes(output, b"")

    def index_changes(self, paths: Sequence[str]) -> Iterator[Change]:
        """Yield what the index says differently from HEAD, below *paths*."""
        base = "HEAD" if self._head_tree or self.commit("HEAD") else EMPTY_TREE
        output = self.run("diff-index", "--cached", "-z", "--raw", "--no-renames", base, "--", *paths)
        return raw_changes(output, self.prefix())

    def worktree_changes(self, paths: Sequence[str]) -> Iterator[Change]:
        """Yield what the worktree says differently from HEAD, untracked and unignored files included."""
        prefix = self.prefix()
        # Git's cache of untracked files answers only where it is asked for no paths and no single new files
        limits = ["--", *paths] if prefix else []
        output = self.run(
            "status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=normal",
            "--ignore-submodules=none", *limits,
        )  # fmt: skip
        found = [one for one in status_changes(output, prefix) if is_below(one.path, paths)]
        folders = [one.path for one in found if one.path.endswith("/")]
        if folders:
            found = [one for one in found if not one.path.endswith("/")]
            found += self._new_files(folders if len(folders) <= _MOST_FOLDERS else paths)
        return iter(sorted(found))

    def worktree_changes_at(self, paths: Sequence[str]) -> Iterator[Change]:
        """Yield what the worktree says differently from HEAD at *paths*; the cost is theirs alone."""
        output = self.run(
            "status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all",
            "--ignore-submodules=none", "--", *map(pathspec, paths),
        )  # fmt: skip
        return iter(sorted(status_changes(output, self.prefix())))

    def _new_files(self, folders: Sequence[str]) -> Iterator[Change]:
        literal = [f":(literal){folder}" for folder in folders]
        output = self.run("ls-files", "-z", "--others", "--exclude-standard", "--", *literal)
        for path in output.split(b"\0")[:-1]:
            yield Change(os.fsdecode(path), "000000", "", REGULAR, None)

    def merge_text(
        self, ours: bytes, base: bytes, theirs: bytes, labels: Sequence[str], marker_size: int = 7
    ) -> tuple[bytes, bool]:
        """Return three texts merged line by line with markers, and whether there was no conflict.

        *labels* name ours, base and theirs behind the markers.
        """
        import tempfile  # most commands merge nothing

        with tempfile.TemporaryDirectory(prefix="custodex-") as folder:
            paths = [Path(folder) / name for name in ("ours", "base", "theirs")]
            for path, data in zip(paths, (ours, base, theirs), strict=True):
                path.write_bytes(data)
            named = [part for label in labels for part in ("-L", label)]
            size = f"--marker-size={marker_size}"
            result = self._start(["merge-file", "-p", "--diff3", size, *named, *map(str, paths)], None)
        if result.returncode not in range(_MOST_CONFLICTS + 1):
            raise EnvironmentFault(Text("git merge-file 失败", "git merge-file failed"))
        return result.stdout, result.returncode == 0

    def merge_trees(self, ours: str, theirs: str, settings: Mapping[str, str]) -> MergedTree:
        """Return what a merge of two commits would hold, without a worktree; *settings* hold for this merge.

        Merge drivers run; with conflicts the tree holds their markers. Needs git 2.38.
        """
        chosen = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # the messages of merge drivers come on stderr, those of git among the fields
        result = self._start([*chosen, "merge-tree", "--write-tree", "--name-only", "-z", ours, theirs], None)
        said = result.stderr.decode("utf-8", "replace").strip()
        if result.returncode not in {0, 1}:
            raise EnvironmentFault(
                Text(f"git merge-tree 失败：{said}", f"git merge-tree failed: {said}"),
                Text("需要 git 2.38 或更新版本", "git 2.38 or newer is needed"),
            )
        tree, *rest = result.stdout.split(b"\0")
        paths = rest[: rest.index(b"")] if b"" in rest else rest
        conflicts = tuple(readable(os.fsdecode(path)) for path in paths) if result.returncode else ()
        return MergedTree(tree.decode(), conflicts, said)

    def commit_tree(self, tree: str, parents: Sequence[str], message: str) -> str:
        """Return the name of a new commit; no branch is moved. Signed where `commit.gpgSign` says so."""
        said = self.run("config", "--type=bool", "--get", "commit.gpgsign", allowed=(0, 1)).strip()
        signed = ["-S"] if said == b"true" else []
        named = [part for parent in parents for part in ("-p", parent)]
        return (
            self.run("commit-tree", *signed, *named, "-F", "-", tree, stdin=message.encode()).decode().strip()
        )

    def blobs(self, names: Iterable[str], limit: int) -> Iterator[Blob]:
        """Yield the blobs in the order asked for, through one process; above *limit* bytes without data."""
        return self._blobs_lasting(names, limit) if self._lasting else self._blobs(names, limit)

    def _blobs_lasting(self, names: Iterable[str], limit: int) -> Iterator[Blob]:
        if self._reader is None:
            self._reader = subprocess.Popen(
                ["git", "cat-file", "--batch"], cwd=self.root, env=self._environ,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        process, wanted = self._reader, list(names)
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            _ask(process.stdin, part)
            yield from [_read_blob(process.stdout, name, limit) for name in part]

    def _blobs(self, names: Iterable[str], limit: int) -> Iterator[Blob]:
        process = subprocess.Popen(
            ["git", "cat-file", "--batch", "--buffer"], cwd=self.root, env=self._environ,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wanted = list(names)
        # a writer of its own: with both pipes full, git and this process would wait for each other
        writer = threading.Thread(target=_feed, args=(process.stdin, wanted), daemon=True)
        writer.start()
        try:
            for name in wanted:
                yield _read_blob(process.stdout, name, limit)
        finally:
            process.kill()
            writer.join()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None and not pipe.closed:
                    _close(pipe)


def _absolute(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what Git told a hook in words that hold in any folder: it names files from the current one."""
    if not {"GIT_INDEX_FILE", "GIT_DIR"} & environ.keys():
        return dict(environ)  # the current folder may be gone, and nothing is named from it
    here = Path.cwd()
    settled = {
        name: str(here / value) if name in {"GIT_INDEX_FILE", "GIT_DIR"} else value
        for name, value in environ.items()
    }
    if "GIT_DIR" in settled:  # alone it would make a subfolder the whole worktree
        settled.setdefault("GIT_WORK_TREE", str(here))
    return settled


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return


def _ask(pipe: IO[bytes] | None, names: Sequence[str]) -> None:
    """Ask for blobs; for no more at once than fit any pipe, so that neither side ever waits for the other."""
    try:
        if pipe is not None:
            pipe.write("".join(f"{name}\n" for name in names).encode())
            pipe.flush()
    except (BrokenPipeError, ValueError):
        return


def _feed(pipe: IO[bytes] | None, names: Sequence[str]) -> None:
    try:
        if pipe is not None:
            pipe.write("".join(f"{name}\n" for name in names).encode())
            pipe.close()
    except (BrokenPipeError, ValueError):
        return


def _read_blob(stream: IO[bytes] | None, name: str, limit: int) -> Blob:
    header = stream.readline().split() if stream else []
    if stream is None or len(header) != 3:
        raise EnvironmentFault(
            Text(f"Git 对象 {name[:12]} 读不出来", f"the Git object {name[:12]} cannot be read"),
            Text("运行 git fsck 检查仓库", "run git fsck to examine the repository"),
        )
    size = int(header[2])
    if size <= limit:
        data = stream.read(size)
        stream.read(1)
        return Blob(name, size, data)
    left = size + 1
    while left:
        left -= len(stream.read(min(left, 1 << 20)))
    return Blob(name, size, None)


def _hint_for(reason: str) -> Text | None:
    if "index.lock" in reason:
        return Text(
            "另一个 git 进程正在使用仓库；等它结束。若确定没有，再删除 .git/index.lock",
            "another git process is using the repository; wait for it; if none runs, delete .git/index.lock",
        )
    return None
