"""`custodex verify-history`: prove offline that nobody changed the history behind everybody's back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import argument, format_option, option, verb
from custodex.errors import EXIT_INTEGRITY, EXIT_OK, UsageFault
from custodex.findings import printable
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.cli.stamping import Stamped
    from custodex.policy.chain import Verdict
    from custodex.proving import Proof

_HELP = Text(
    """证明历史没有被改动：每一步都有签名、经他人合并、合并内容不多不少、按当时的规则获得批准。

    不需要网络。输出最后一行是锚点：抄下、打印或寄给他人；以后用 --since 核对，历史被改写就会发现。
    验证某个客户的身份请用 custodex verify。""",
    """Prove that nobody changed the history: every step is signed, merged by somebody else, holds what was merged
    and nothing more, and was approved by the rules of its time.

    Needs no network. The last line is the anchor: note it down, print it, send it to somebody. Later --since tells
    whether the history was rewritten. To verify the identity of a customer see custodex verify.""",
)
_HASH = re.compile(r"[0-9a-f]{40}")


@verb(_HELP)
@argument("revision", metavar="[REV]", default="HEAD")
@option("--since", "since", multiple=True, metavar="ANCHOR",
        help=Text("这个提交必须仍在主线上", "this commit must still be part of the main line"))  # fmt: skip
@option("--anchors", type=Path, metavar="FILE", default=None,
        help=Text("锚点文件，每行一个提交", "a file of anchors, a commit each line"))  # fmt: skip
@option("--stamps", type=Path, metavar="DIR", default=None,
        help=Text("时间戳所在的文件夹", "the folder of time stamps"))  # fmt: skip
@option("--stamp", "address", metavar="URL", default=None,
        help=Text("请时间戳机构（RFC 3161）给锚点盖时间戳，存入 --stamps",
                  "have the anchor stamped by an authority (RFC 3161), kept in --stamps"))  # fmt: skip
@option("--authority", type=Path, metavar="CA.pem", default=None,
        help=Text("离线核对 --stamps 中的时间戳：机构的根证书",
                  "verify --stamps offline: the authority's root certificates"))  # fmt: skip
@option("--fresh", is_flag=True, help=Text("不用以前的结论", "believe no earlier proof"))
@option("--all", "everything", is_flag=True, help=Text("列出每一步", "list every step"))
@format_option("text", "json")
def command(
    session: Session, *, revision: str, since: Sequence[str], anchors: Path | None, stamps: Path | None,
    address: str | None, authority: Path | None, fresh: bool, everything: bool, form: str,
) -> int:  # fmt: skip
    """Prove the history and say what breaks it."""
    from custodex.cli.stamping import ask
    from custodex.proving import Memory, prove

    head = session.git.commit(revision)
    if head is None:
        raise UsageFault(Text(f"没有版本 {revision}", f"there is no revision {revision}"))
    stamped = _stamped(stamps, authority, asks=bool(address))
    memory = Memory(session.root)
    try:
        wanted = [*since, *_from_file(anchors), *([memory.anchor] if memory.anchor else [])]
        wanted += [one.head for one in stamped if one.fault is None]
        if fresh:
            memory.forget()
        proof = prove(session.git, memory, head, [_full(session, anchor) for anchor in dict.fromkeys(wanted)])
        broken = tuple(_broken(one) for one in stamped if one.fault is not None)
        proof = replace(proof, faults=(*proof.faults, *broken))
        if proof.holds:
            memory.set_anchor(head)
    finally:
        memory.close()
    if proof.holds and address and stamps is not None:
        session.err(str(ask(head, address, stamps)))
    if form == "json":
        session.out_json({**_as_json(proof), "stamps": [{"head": one.head, "at": one.at} for one in stamped]})
    else:
        for one in stamped:
            session.out(
                f"{'✗' if one.fault else '✓'} {one.head[:12]} {session.say('时间戳', 'stamped')} {one.at}"
            )
        _tell(session, proof, everything=everything)
    return EXIT_OK if proof.holds else EXIT_INTEGRITY


def _stamped(folder: Path | None, authority: Path | None, *, asks: bool) -> list[Stamped]:
    from custodex.cli.stamping import read

    if folder is None:
        if asks or authority is not None:
            raise UsageFault(Text("还要用 --stamps 给出文件夹", "name the folder by --stamps, too"))
        return []
    if authority is None and not asks:
        raise UsageFault(
            Text(
                "还要用 --authority 给出机构的根证书，或用 --stamp",
                "name the authority's certificates by --authority, or use --stamp",
            )
        )
    return list(read(folder, authority)) if authority is not None else []


def _broken(one: Stamped) -> Text:
    why = one.fault or Text("", "")
    return Text(f"{one.head[:12]}：{why.zh}", f"{one.head[:12]}: {why.en}")


def _from_file(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        return _HASH.findall(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageFault(Text(f"读不出 {path}", f"cannot read {path}")) from error


def _full(session: Session, anchor: str) -> str:
    """Return the whole name of an anchor; one that is not here any more stays as it was written."""
    return session.git.commit(anchor) or anchor


def _tell(session: Session, proof: Proof, *, everything: bool) -> None:
    for fault in proof.faults:
        session.out(f"✗ {printable(fault.get(session.lang), 200)}")
    for verdict in proof.verdicts:
        if verdict.breaches or everything:
            session.out(
                f"{'✗' if verdict.breaches else '✓'} {verdict.commit[:12]} {_about(session, verdict)}"
            )
        for breach in verdict.breaches:
            at = "" if breach.commit == verdict.commit else f"{breach.commit[:12]}: "
            session.out(f"    {at}{breach.code}: {printable(breach.message.get(session.lang), 300)}")
    ruled = sum(verdict.required for verdict in proof.verdicts)
    session.out(session.say(
        f"{'✓ 历史完好' if proof.holds else '✗ 历史不可信'}：{proof.commits} 个提交，主线 {proof.steps} 步，"
        f"其中 {ruled} 步按签名规则核对",
        f"{'✓ the history holds' if proof.holds else '✗ the history does not hold'}: {proof.commits} commits, "
        f"{proof.steps} steps of the main line, {ruled} of them under the rule of signatures",
    ))  # fmt: skip
    if proof.holds:
        session.out(f"{session.say('锚点', 'anchor')}: {proof.head} {proof.commits}")


def _about(session: Session, verdict: Verdict) -> str:
    if not verdict.required:
        return session.say("在签名规则之前", "before the rule of signatures")
    wrote, approved = ", ".join(verdict.authors) or "–", ", ".join(verdict.approvers) or "–"
    return session.say(f"{wrote} 写，{approved} 批准", f"written by {wrote}, approved by {approved}")


def _as_json(proof: Proof) -> dict[str, Any]:
    return {
        "holds": proof.holds, "head": proof.head, "commits": proof.commits, "steps": proof.steps,
        "judged": proof.judged, "faults": [fault.en for fault in proof.faults],
        "verdicts": [
            {
                "commit": verdict.commit, "required": verdict.required, "authors": list(verdict.authors),
                "approvers": list(verdict.approvers),
                "breaches": [
                    {"commit": one.commit, "code": one.code, "message": one.message.en}
                    for one in verdict.breaches
                ],
            }
            for verdict in proof.verdicts
        ],
    }  # fmt: skip
