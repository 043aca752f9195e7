"""What may stand below records/: regular files, at paths that a record can have."""

from __future__ import annotations

import re

from custodex.examining import PathFault
from custodex.findings import printable
from custodex.git import GITLINK, REGULAR, SYMLINK
from custodex.records import ROOT, locate
from custodex.rules import Rule
from custodex.snapshots import SPECIAL
from custodex.texts import Text

_MAX_PATH = 255
_SURROGATE = re.compile("[\ud800-\udfff]")
_WHAT = {
    SYMLINK: Text("符号链接", "a symbolic link"),
    GITLINK: Text("子模块或另一个仓库", "a submodule or another repository"),
    SPECIAL: Text("管道、套接字或设备", "a pipe, a socket or a device"),
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
)


def path_fault(path: str, mode: str) -> PathFault | None:
    """Return what is wrong with *path* or with the kind of thing that stands there."""
    if not path.startswith(f"{ROOT}/"):
        return None
    shown = printable(_SURROGATE.sub("�", path), _MAX_PATH)
    if mode in _WHAT:
        what = _WHAT[mode]
        return PathFault("path-not-a-file", {"path": shown, "what_zh": what.zh, "what_en": what.en})
    if locate(path) is None and not path.endswith((".gitkeep", "/README.md")):
        return PathFault("path-unknown", {"path": shown})
    return PathFault("path-executable", {"path": shown}) if mode != REGULAR else None
