"""The one module that writes files a person owns: whole or not at all, never through a link.

One file: a temporary file beside it, flushed, then renamed over it. Many files: all are staged in the
state folder first, a manifest marks the point of no return, and a run that was killed after it is
finished by the next writer (`recover`), so that a batch is old or new but never half.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from custodex.errors import EnvironmentFault
from custodex.texts import Text

TEMPORARY = ".tmp-"
_STAGE = "writing-"
_MANIFEST = "manifest.json"
_THREADS = 16
_WORTH_THREADS = 8
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)


def read_file(path: Path, limit: int) -> bytes:
    """Return the content of a file a person named; a folder, a pipe or more than *limit* bytes is refused."""
    try:
        # without O_NONBLOCK a named pipe would hang the program for ever
        descriptor = os.open(path, os.O_RDONLY | _NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _not_a_file(path)
            data = file.read(limit + 1)
    except OSError as error:
        raise _trouble(Text("读不了", "cannot read"), path, error) from error
    if len(data) > limit:
        raise EnvironmentFault(
            Text(f"{path} 超过 {limit // 1_000_000} MB", f"{path} is larger than {limit // 1_000_000} MB"),
            Text("把文件分成几份", "split the file"),
        )
    return data


def current(root: Path, relative: str) -> bytes | None:
    """Return what stands at *relative* below *root* now, None if nothing does; never follows a link."""
    target = inside(root, relative)
    try:
        descriptor = os.open(target, os.O_RDONLY | _NOFOLLOW | _NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _trouble(Text("读不了", "cannot read"), target, error) from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _not_a_file(target)
        return file.read()


def inside(root: Path, relative: str) -> Path:
    """Return the path of *relative* below *root* after making sure that no link leads elsewhere."""
    target = root
    parts = relative.split("/")
    for part in parts:
        if part in {"", ".", ".."} or "\0" in part:
            raise EnvironmentFault(
                Text(f"路径不合法：{relative}", f"not a path inside the folder: {relative}")
            )
        target /= part
        if target.is_symlink():
            raise EnvironmentFault(
                Text(f"{target} 是链接，不能写入", f"{target} is a link and is not written through"),
                Text("用普通的文件或文件夹代替它", "put a plain file or folder in its place"),
            )
    return target


def write_atomic(path: Path, data: bytes) -> None:
    """Write *data* to *path*: afterwards the old file or the new one stands there, whatever happens."""
    replace_with(path, lambda temporary: _write_new(temporary, data, path))


def make_folder(path: Path) -> None:
    """Make a folder, with those above it, where there is none."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _trouble(Text("写不了", "cannot write"), path, error) from error


def replace_with(path: Path, write: Callable[[Path], None]) -> None:
    """Put what *write* makes at the place it is given at *path*, when it is whole.

    A device or a pipe, such as /dev/null, is written to: a rename would put a file in its place.
    """
    if path.is_symlink():
        raise EnvironmentFault(
            Text(f"{path} 是链接，不能写入", f"{path} is a link and is not written through"),
            Text("用普通的文件代替它", "put a plain file in its place"),
        )
    if path.is_char_device() or path.is_fifo():
        _write_through(path, write)
        return
    temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(6)}")
    try:
        write(temporary)
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
    except OSError as error:
        raise _trouble(Text("写不了", "cannot write"), path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write_through(path: Path, write: Callable[[Path], None]) -> None:
    import tempfile

    try:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / path.name
            write(made)
            with made.open("rb") as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
    except OSError as error:
        raise _trouble(Text("写不了", "cannot write"), path, error) from error


def replace_all(root: Path, state: Path, contents: Mapping[str, bytes | None]) -> None:
    """Write every file of *contents* (paths below *root*) or none; None takes a file away.

    *state* is on the same file system.
    """
    if not contents:
        return
    targets = [inside(root, relative) for relative in contents]
    stage = state / f"{_STAGE}{secrets.token_hex(6)}"
    try:
        _prepare(stage, targets, contents)
    except OSError as error:
        shutil.rmtree(stage, ignore_errors=True)
        raise _trouble(Text("写不了", "cannot write"), stage, error) from error
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    _carry_out(stage, targets)
    shutil.rmtree(stage, ignore_errors=True)


def recover(root: Path, state: Path) -> int:
    """Finish or clear away what killed writers left in *state*; return how many files were finished.

    Call it only while holding the lock. A file that someone changed since is not overwritten: that is an
    `EnvironmentFault`.
    """
    finished = 0
    for stage in sorted(state.glob(f"{_STAGE}*")):
        if (stage / _MANIFEST).is_file():
            finished += _finish(root, stage)
        shutil.rmtree(stage, ignore_errors=True)
    for left in state.glob(f"{TEMPORARY}*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    return finished


def _prepare(stage: Path, targets: Sequence[Path], contents: Mapping[str, bytes | None]) -> None:
    """Stage every content durably; the manifest comes last and makes the batch final."""
    stage.mkdir(mode=0o700)
    rows = []
    for number, (target, (relative, data)) in enumerate(zip(targets, contents.items(), strict=True)):
        # a file that is to go is moved onto its placeholder's place and swept away with the stage
        _write_new(stage / f"{'gone' if data is None else 'new'}-{number}", data or b"", target)
        old = _digest(target)
        if old:
            _keep_old(target, stage / f"old-{number}")
        rows.append([relative, old])
    _flush_all(sorted(path for path in stage.iterdir() if not path.name.startswith("old-")))
    write_atomic(stage / _MANIFEST, json.dumps(rows).encode())


def _carry_out(stage: Path, targets: Sequence[Path]) -> None:
    done: list[tuple[int, Path]] = []
    made: list[Path] = []
    try:
        for number, target in enumerate(targets):
            # noted first: a Ctrl-C may come between the rename and the next statement
            done.append((number, target))
            _put(stage, number, target, made)
        folders = {target.parent for target in targets} | {path.parent for path in made}
        _flush_all(sorted(folder for folder in folders if folder.is_dir()))
    except BaseException as error:
        _undo(stage, done, made)
        if isinstance(error, OSError):
            raise _trouble(Text("写不了", "cannot write"), targets[max(len(done) - 1, 0)], error) from error
        raise


def _put(stage: Path, number: int, target: Path, made: list[Path]) -> None:
    gone = stage / f"gone-{number}"
    if not gone.exists():
        _make_folders(target.parent, made)
        (stage / f"new-{number}").replace(target)
    elif target.exists():
        target.replace(gone)


def _undo(stage: Path, done: Sequence[tuple[int, Path]], made: Sequence[Path]) -> None:
    """Put everything back; if that fails too, the stage stays and `recover` completes the batch."""
    for number, target in reversed(done):
        old = stage / f"old-{number}"
        if (stage / f"new-{number}").exists():
            continue  # it was not put there yet
        if old.exists():
            old.replace(target)
        else:
            target.unlink(missing_ok=True)
    for folder in reversed(made):
        with contextlib.suppress(OSError):
            folder.rmdir()
    shutil.rmtree(stage, ignore_errors=True)


def _finish(root: Path, stage: Path) -> int:
    rows = json.loads((stage / _MANIFEST).read_text(encoding="utf-8"))
    waiting = [
        (number, inside(root, relative), old)
        for number, (relative, old) in enumerate(rows)
        if (stage / f"new-{number}").exists() or _still_stands(root, relative, stage / f"gone-{number}")
    ]
    for _, target, old in waiting:
        if _digest(target) != old:
            raise EnvironmentFault(
                Text(
                    f"上次写入中断，之后 {target} 又被改动",
                    f"a write was cut short and {target} was changed since",
                ),
                Text(f"比较后删除 {stage}", f"compare it with {stage}, then delete that folder"),
            )
    for number, target, _ in waiting:
        _put(stage, number, target, [])
        _flush(target.parent)
    return len(waiting)


def _still_stands(root: Path, relative: str, gone: Path) -> bool:
    """Tell whether a file that is to go is there; moved away, it stands in the place of its placeholder."""
    return gone.exists() and inside(root, relative).exists()


def _make_folders(folder: Path, made: list[Path]) -> None:
    """Make *folder* and what is missing above it; add what was made to *made*, outermost first."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _keep_old(target: Path, place: Path) -> None:
    try:
        os.link(target, place, follow_symlinks=False)
    except OSError:  # a file system without hard links
        shutil.copy2(target, place, follow_symlinks=False)


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def _write_new(path: Path, data: bytes, like: Path) -> None:
    """Write a file that must not exist yet, with the mode of *like* if that exists."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        with contextlib.suppress(FileNotFoundError):
            path.chmod(stat.S_IMODE(like.stat().st_mode))


def _flush_all(paths: Sequence[Path]) -> None:
    """Bring many files to the disk: several at once share one commit of the file system's journal."""
    if len(paths) < _WORTH_THREADS:
        for path in paths:
            _flush(path)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(_flush, paths):
            pass


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keeps_folder_times(state: Path) -> bool:
    """Tell whether the disk below *state* dates a folder anew when a name in it comes or goes, and only then."""
    place = state / f"{TEMPORARY}{secrets.token_hex(6)}"
    inner = place / "folder"
    try:
        inner.mkdir(parents=True)
        steps: list[tuple[Callable[[], object], bool]] = [
            ((place / "file").touch, True),
            (lambda: (place / "file").write_bytes(b"x"), False),
            ((inner / "file").touch, False),
            ((place / "file").unlink, True),
        ]
        return all(_is_dated_by(place, step) is expected for step, expected in steps)
    except OSError:
        return False
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _is_dated_by(folder: Path, step: Callable[[], object]) -> bool:
    os.utime(folder, ns=(0, 0))  # a long time ago: no waiting for the next tick of the disk's clock
    step()
    return folder.stat().st_mtime_ns != 0


def leftovers(state: Path) -> Iterator[Path]:
    """Yield what killed writers left and `recover` would settle."""
    yield from sorted(state.glob(f"{_STAGE}*"))


def _not_a_file(path: Path) -> EnvironmentFault:
    return EnvironmentFault(Text(f"{path} 不是普通文件", f"{path} is not a regular file"))


def _trouble(what: Text, path: Path, error: OSError) -> EnvironmentFault:
    reason = error.strerror or type(error).__name__
    return EnvironmentFault(
        Text(f"{what.zh} {path}：{reason}", f"{what.en} {path}: {reason}"),
        Text("检查路径、权限和剩余空间", "check the path, the permissions and the free space"),
    )
