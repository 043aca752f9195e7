"""What `custodex serve --edit` does with a change from a form: a branch for review, or a reason why not.

Nothing in the worktree is touched. A file that changed since the form was opened is never overwritten: both
changes are shown field by field, and put together only where they do not meet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from custodex import diffing, threeway
from custodex.authoring import Author, encode
from custodex.authoring.committing import Message, propose
from custodex.authoring.encoding import Refused
from custodex.cli.session import Session
from custodex.drafts import Draft
from custodex.errors import CustodexError, UsageFault
from custodex.files import current
from custodex.findings import Finding
from custodex.hints import Node
from custodex.records import locate
from custodex.snapshots import blob_name
from custodex.store import state_folder
from custodex.texts import Text
from custodex.yamlfile import parse

Answer = dict[str, Any]
_BLOB = re.compile(r"[0-9a-f]{40}")
_VERBS = {"customer": "edit", "contacts": "edit", "note": "note", "task": "task"}
"""The kinds that the site has forms for, and the verb that would write each from the command line."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file as a form hands it in: *base* is the blob the form began with, *before* its text."""

    path: str
    base: str
    before: str
    text: str


def hand_in(session: Session, asked: Mapping[str, Any]) -> Answer:
    """Return what became of a change: `proposed`, `changed` meanwhile, stopped by `findings`, or `refused`."""
    try:
        change = _read(asked)
        with session.author(dry=True) as author:
            return _judged(session, author, change)
    except CustodexError as error:
        return {"outcome": "refused", "message": error.describe(session.lang)}


def _read(asked: Mapping[str, Any]) -> Change:
    words = [asked.get(name, "") for name in ("path", "base", "before", "text")]
    if not all(isinstance(word, str) for word in words):
        raise UsageFault(Text("请求格式不对", "that is no change of a record"))
    change = Change(*words)
    place = locate(change.path)
    if place is None or place.kind not in _VERBS:
        raise UsageFault(Text("这里不能用表单修改", "there is no form for this file"))
    return change


def _judged(session: Session, author: Author, change: Change) -> Answer:
    place = locate(change.path)
    assert place is not None  # noqa: S101 - _read has looked
    wanted = _value(change.text)
    now = current(session.root, change.path)
    if now is not None and blob_name(now) != change.base:
        return _meanwhile(session, author, change, now, wanted)
    if now is None and change.base:
        raise UsageFault(Text("这个文件已被删除", "the file has been deleted meanwhile"))
    verdict = author.judge([Draft(change.path, place.kind, wanted)])
    if verdict.refused or verdict.errors:
        reasons = [text.get(session.lang) for text in verdict.refused.values()]
        told = _told(session, verdict.errors)
        message = "；".join(reasons) or session.say("校验没有通过：", "the check found something to mend:")
        return {"outcome": "findings", "message": message, "findings": told}
    if not verdict.changed:
        raise UsageFault(Text("没有任何改动", "nothing was changed"))
    verb = _VERBS[place.kind]
    message_ = Message(verb, f"{verb} {place.id}: {place.kind}")
    made = propose(session.git, state_folder(session.root), author.contents(), message_)
    return {"outcome": "proposed", "branch": made.branch, "commit": made.commit, "pushed": bool(made.remote),
            "findings": _told(session, list(verdict.findings))}  # fmt: skip


def _value(text: str) -> dict[str, Any]:
    parsed = parse(text.encode("utf-8", "surrogatepass")) if text.strip() else None
    if parsed is None or parsed.value is None:
        raise UsageFault(Text("内容读不出来", "the new text cannot be read as a record"))
    return parsed.value


def _meanwhile(
    session: Session, author: Author, change: Change, now: bytes, wanted: Mapping[str, Any]
) -> Answer:
    """Return both changes of a file field by field, and the file with both where they do not meet."""
    place = locate(change.path)
    assert place is not None  # noqa: S101 - _read has looked
    schemas = author.catalog.book.schemas
    node, order = schemas.node(place.kind), schemas.order(place.kind)
    base = _began_with(session, change)
    standing = parse(now).value
    if standing is None:  # taken for empty, every field would seem to have been deleted
        raise UsageFault(
            Text("文件已被改动，现在读不出来", "the file was changed meanwhile and cannot be read now"),
            Text("先运行 custodex check 改好", "mend it first, see custodex check"),
        )
    merged = threeway.merge(node, base, standing, wanted)
    answer = {
        "outcome": "changed", "fields": _fields(node, base, standing, wanted),
        "base": blob_name(now), "now": now.decode("utf-8", "replace"), "text": "",
    }  # fmt: skip
    if not merged.conflicts:
        try:
            answer["text"] = encode(now, merged.value, order).decode()
        except Refused as refusal:
            raise UsageFault(refusal.reason) from refusal
    return answer


def _began_with(session: Session, change: Change) -> Mapping[str, Any]:
    """Return what the form began with: as Git has it, else as the form says, if that is the blob it names."""
    said = change.before.encode("utf-8", "surrogatepass")
    if not change.base:
        return {}
    if blob_name(said) != change.base:
        is_name = _BLOB.fullmatch(change.base)
        said = session.git.run("cat-file", "blob", change.base, allowed=(0, 128)) if is_name else b""
        if blob_name(said) != change.base:
            raise UsageFault(
                Text("表单的原文对不上，不知道改了什么", "it is not known what the form began with"),
                Text("重新打开页面再改", "open the page anew and change it there"),
            )
    return parse(said).value or {}


def _fields(node: Node, base: Any, now: Any, yours: Any) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for side, value in (("now", now), ("yours", yours)):
        for one in diffing.diff(base, value, node):
            row = found.setdefault(one.written, {"base": _shown(one.old), "now": "", "yours": ""})
            row[side] = _shown(one.new) or "—"
    for row in found.values():
        row["now"], row["yours"] = row["now"] or row["base"], row["yours"] or row["base"]
    return [{"place": place, **row} for place, row in found.items()]


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _told(session: Session, findings: list[Finding]) -> list[dict[str, Any]]:
    from custodex.cli.rulebook import all_rules
    from custodex.reporters.as_json import value
    from custodex.reporters.report import Report

    report = Report(findings, 0, 0, all_rules(), session.lang)
    return [value(report, finding) for finding in findings]
