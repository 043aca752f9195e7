"""Who writes: the colleague whose address Git knows, or the one who was named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.errors import CustodexError, UsageFault
from custodex.findings import printable
from custodex.texts import Lang, Text

if TYPE_CHECKING:
    from custodex.examining import Record
    from custodex.readers import Reader

_MENTION = re.compile(r"@(?![a-z])(\S{2,12})")


def names_of_staff(reader: Reader, lang: Lang) -> dict[str, str]:
    """Return what the members of staff are called in *lang*, by id."""
    own = "name_en" if lang == "en" else "name"
    return {
        one.id: str(one.main.get(own) or one.main.get("name") or one.id) for one in reader.records("staff")
    }


def writer(session: Session, reader: Reader, named: str | None) -> str:
    """Return the id of the colleague *named*, else of the one Git's identity belongs to."""
    if named:
        return colleague(reader, named)
    address = identity(session)
    for record in reader.records("staff"):
        if address and str(record.main.get("email", "")).casefold() == address:
            return record.id
    shown = printable(address) or "–"
    known = printable(", ".join(key.partition("/")[2] for key in reader.keys("staff")), 200) or "–"
    me = f"id=… email={shown} active=true"
    raise UsageFault(
        Text(f"不知道你是谁：没有员工的邮箱是 {shown}", f"who are you? no colleague has the address {shown}"),
        Text(
            f"用 --by 给出员工（现有：{known}），或设置 git config user.email\n"
            f"  添加自己：custodex new 姓名 --kind staff {me}",
            f"name one with --by (there are: {known}), or set git config user.email\n"
            f"  add yourself: custodex new NAME --kind staff {me}",
        ),
    )


def identity(session: Session) -> str:
    """Return the mail address Git would commit with, folded; empty where it has none."""
    try:
        told = session.git.run("var", "GIT_AUTHOR_IDENT").decode("utf-8", "replace")
    except CustodexError:
        return ""
    return told.partition("<")[2].partition(">")[0].casefold()


def colleague(reader: Reader, text: str, *, teams: bool = False) -> str:
    """Return the id of the colleague (or team) that *text* means: an id, or a name that one of them has."""
    text = text.strip().removeprefix("@")
    kinds = ("staff", "team") if teams else ("staff",)
    for key in (f"{kind}s".replace("staffs", "staff") + f"/{text}" for kind in kinds):
        if reader.record(key) is not None:
            return text
    found = [record for kind in kinds for record in reader.records(kind) if text.casefold() in _names(record)]
    if len(found) == 1:
        return found[0].id
    known = ", ".join(key.partition("/")[2] for kind in kinds for key in reader.keys(kind))
    shown = printable(text)
    raise UsageFault(
        Text(f"没有员工或团队“{shown}”" if teams else f"没有员工“{shown}”",
             f"there is no colleague{' or team' if teams else ''} “{shown}”"),
        Text(f"可用：{printable(known, 400)}", f"there are: {printable(known, 400)}"),
    )  # fmt: skip


def _names(record: Record) -> set[str]:
    name = record.main.get("name")
    told = list(name.values()) if isinstance(name, dict) else [name, record.main.get("name_en")]
    return {str(one).casefold() for one in told if one}


def with_mentions(reader: Reader, text: str) -> str:
    """Return *text* with `@` and a colleague's name as `@` and the id: people write names, records hold ids."""
    if "@" not in text or not _MENTION.search(text):
        return text
    ids = {name: record.id for record in reader.records("staff") for name in _names(record)}

    def spelled(match: re.Match[str]) -> str:
        word = match[1]
        for end in range(len(word), 1, -1):
            if found := ids.get(word[:end].casefold()):
                gap = " " if word[end:] and word[end].isalnum() else ""
                return f"@{found}{gap}{word[end:]}"
        return match[0]

    return _MENTION.sub(spelled, text)
