"""The sentences click says itself, in Chinese.

click asks `gettext` for every one of them; a table in memory answers instead of a compiled catalogue.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping

from custodex.texts import Lang

SENTENCES: Mapping[str, str] = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "default: {default}": "默认：{default}",
    "env var: {var}": "环境变量：{var}",
    "required": "必填",
    "Show this message and exit.": "显示本说明。",
    "Missing command.": "缺少命令",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Invalid value: {message}": "取值无效：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的取值无效：{message}",
    "No such option {name!r}.": "没有选项 {name!r}。",
    "No such option: {name}": "没有选项 {name}",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "Did you mean {possibility}?": "是不是 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "是不是其中之一：{possibilities}？",
    "(Possible options: {possibilities})": "（相近的选项：{possibilities}）",
    "Could not open file {filename!r}: {message}": "打不开文件 {filename!r}：{message}",
    "Argument {name!r} takes {nargs} values.": "参数 {name!r} 需要 {nargs} 个值。",
    "Option {name!r} does not take a value.": "选项 {name!r} 不带取值。",
    "Option {name!r} requires an argument.": "选项 {name!r} 缺少取值。",
    "Option {name!r} requires {nargs} arguments.": "选项 {name!r} 需要 {nargs} 个取值。",
    "Got unexpected extra argument ({args})": "多余的参数（{args}）",
    "Got unexpected extra arguments ({args})": "多余的参数（{args}）",
    "Choose from:\n\t{choices}": "可选：\n\t{choices}",
    "{value!r} is not {choice}.": "{value!r} 不是 {choice}。",
    "{value!r} is not one of {choices}.": "{value!r} 不在可选值 {choices} 之中。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是有效的整数。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 之内。",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是文件。",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是文件夹。",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 不能读取。",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 不能写入。",
    "file": "文件",
    "File": "文件",
    "directory": "文件夹",
    "Directory": "文件夹",
    "path": "路径",
    "Path": "路径",
}


_QUOTED = re.compile(r""" ?(?<![\w"])'([^']*)'(?!\w) ?""")
_STOP_INSIDE = re.compile("。 *(?=.)")


def told(message: str, lang: Lang) -> str:
    """Return what click says of a mistake as our own messages are written: no full stop, quotes of the language."""
    message = message.rstrip().removesuffix(".").removesuffix("。")
    if lang != "zh":
        return f"{message[:1].lower()}{message[1:]}".replace(". Did you mean", "; did you mean")
    message = _STOP_INSIDE.sub("；", _QUOTED.sub(r"“\1”", message))
    return message.replace("”,“", "”、“").replace("”/“", "”或“")


def teach_gettext(lang: Callable[[], Lang]) -> None:
    """Answer what click asks in the language *lang* gives; to be called before click is imported."""

    def one(message: str) -> str:
        return SENTENCES.get(message, message) if lang() == "zh" else message

    def many(singular: str, plural: str, n: int) -> str:
        return one(singular if n == 1 else plural)

    gettext.gettext = one
    gettext.ngettext = many  # type: ignore[assignment]
