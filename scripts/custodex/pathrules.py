"""What may stand below records/: regular files, at paths that a record can have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from custodex.examining import PathFault
from custodex.findings import Finding, printable
from custodex.git import GITLINK, REGULAR, SYMLINK, UNMERGED
from custodex.records import ROOT, SCHEMA_ROOT, Place
from custodex.rules import Rule
from custodex.snapshots import HARD_LINK, SPECIAL
from custodex.texts import Text

_MAX_PATH = 255
_DEVICE = re.compile(r"(?:^|/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)")
_WHAT = {
    SYMLINK: Text("符号链接", "a symbolic link"),
    GITLINK: Text("子模块或另一个仓库", "a submodule or another repository"),
    SPECIAL: Text("管道、套接字或设备", "a pipe, a socket or a device"),
    HARD_LINK: Text("硬链接，内容同时在别处", "a hard link whose content also stands elsewhere"),
}

RULES = (
    Rule(
        "path-not-a-file",
        Text("不是普通文件", "not a regular file"),
        Text(
            "链接和特殊文件会把别处的内容带进档案，或者让检查停住；档案只收普通文件",
            "links and special files would bring in content from elsewhere or hang the check",
        ),
        Text("这是{what}，不是普通文件", "this is {what}, not a regular file"),
        Text("用普通的 YAML 文件代替它", "put a plain YAML file in its place"),
    ),
    Rule(
        "path-executable",
        Text("文件可执行", "executable file"),
        Text("客户档案是数据，不是程序", "a record is data, not a program"),
        Text("文件带有可执行权限", "the file is marked executable"),
        Text("运行 chmod -x {path} 再 git add", "run chmod -x {path}, then git add"),
    ),
    Rule(
        "path-unknown",
        Text("路径不属于任何档案", "a path no record can have"),
        Text(
            "路径由编号决定，不含名称；放错位置的文件不会被检查、检索和显示，等于丢失",
            "a path follows from the id alone; a file in the wrong place would be neither checked nor shown",
        ),
        Text("records/ 下不能有 {path}", "{path} is not a path that records/ can hold"),
        Text(
            "客户放在 records/customers/<编号前两位>/<编号>/ 下，其他档案见 schema/README.md",
            "customers live in records/customers/<first two characters of id>/<id>/; see schema/README.md",
        ),
    ),
    Rule(
        "path-clash",
        Text(
            "路径只在大小写或字符形式上不同", "paths that differ only in case or in how letters are composed"
        ),
        Text(
            "在不区分大小写的磁盘上，两个文件会变成一个，其中一个会丢失",
            "on a disk that ignores case the two files become one and the other is lost",
        ),
        Text("{path} 与 {other} 在有些磁盘上是同一个文件", "{path} and {other} are one file on some disks"),
        Text(
            "保留小写的那个文件，合并内容后删除另一个",
            "keep the lower case file, merge the content, delete the other",
        ),
    ),
    Rule(
        "no-records",
        Text("没有任何档案", "no records at all"),
        Text(
            "空的仓库通过了校验，多半是因为站错了文件夹，或者档案没有取下来",
            "an empty repository that passes is most often the wrong folder or an incomplete clone",
        ),
        Text("records/ 中没有任何档案", "there is no record below records/"),
        Text(
            "若本来就还没有档案，放一个 records/.gitkeep 文件",
            "if there are none yet, say so with a file records/.gitkeep",
        ),
    ),
    Rule(
        "path-reserved",
        Text("路径中有系统保留名", "a name that Windows reserves"),
        Text("Windows 不能检出这样的文件", "Windows cannot check out a file with such a name"),
        Text("{path} 中的名称在 Windows 上是设备名", "{path} holds a name that is a device on Windows"),
        Text("换一个编号", "choose another id"),
    ),
    Rule(
        "path-unmerged",
        Text("合并冲突未解决", "unresolved merge"),
        Text(
            "暂存区里这个文件还没有确定的内容，无法判断将要提交什么",
            "the index holds no settled content for the file, so nobody can tell what would be committed",
        ),
        Text("这个文件的合并冲突还没有解决", "the merge of this file is not resolved"),
        Text("解决冲突后运行 git add {path}", "resolve the conflict, then run git add {path}"),
    ),
)


def path_fault(path: str, mode: str, place: Place | None) -> PathFault | None:
    """Return what is wrong with *path*, which means *place*, or with the kind of thing that stands there."""
    if place is not None and mode == REGULAR and not _DEVICE.search(path):
        return None
    shown = printable(path, _MAX_PATH)
    if mode == UNMERGED:
        return PathFault("path-unmerged", {"path": shown})
    if mode in _WHAT:
        what = _WHAT[mode]
        return PathFault("path-not-a-file", {"path": shown, "what_zh": what.zh, "what_en": what.en})
    if path in {ROOT, SCHEMA_ROOT}:
        return PathFault("path-unknown", {"path": shown})
    if not path.startswith(f"{ROOT}/"):
        return None
    if place is None and not path.endswith((".gitkeep", "/README.md")):
        return PathFault("path-unknown", {"path": shown})
    if _DEVICE.search(path):
        return PathFault("path-reserved", {"path": shown})
    return PathFault("path-executable", {"path": shown}) if mode != REGULAR else None


def with_clashes(found: Sequence[Finding], holds: Callable[[str], bool]) -> Iterable[Finding]:
    """Yield the findings, a path that clashes with another one named as such; *holds* knows all paths.

    A canonical path is lower case, so at least one of two clashing paths is already an unknown path.
    """
    strange: dict[str, list[str]] = {}
    for finding in found:
        if finding.code == "path-unknown":
            strange.setdefault(_folded(finding.path), []).append(finding.path)
    for finding in found:
        folded = _folded(finding.path) if finding.code == "path-unknown" else ""
        others = [path for path in strange.get(folded, ()) if path != finding.path]
        if folded and folded != finding.path and holds(folded):
            others.insert(0, folded)
        if others:
            params = {**finding.params, "other": printable(others[0], _MAX_PATH)}
            yield replace(finding, code="path-clash", params=params)
        else:
            yield finding


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", path).casefold())
