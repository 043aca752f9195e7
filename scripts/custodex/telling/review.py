"""The one document a reviewer reads: verdict, findings, approvals, customers, what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from custodex.findings import Finding, printable
from custodex.history import Change
from custodex.policy import Decision
from custodex.reporters.report import Report
from custodex.telling.ashtml import html_changes, page
from custodex.telling.asjson import as_json
from custodex.telling.astext import escaped, markdown_change
from custodex.telling.policy import policy_lines
from custodex.telling.words import Teller

MOST_BYTES = 64_000
"""What GitHub takes as a comment is 65 536 characters."""
_MOST_FINDINGS = 50
_TAIL_BYTES = 1500


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Two customers that may be one, and why."""

    one: str
    other: str
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """All there is to say about a proposal."""

    span: str
    old: str
    new: str
    merged: bool
    conflicts: tuple[str, ...]
    changes: tuple[Change, ...]
    others: tuple[str, ...]
    """Changed paths that are no records: schema, hooks, workflows."""
    fresh: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    standing: tuple[Finding, ...]
    suspicions: tuple[Suspicion, ...]
    decision: Decision
    report: Report
    left_out: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        """How many new errors block the proposal; those that were there before do not."""
        return sum(finding.severity == "error" for finding in self.fresh)

    @property
    def outcome(self) -> str:
        """`conflict`, `findings`, `refused`, `waiting` or `ready`."""
        if self.conflicts:
            return "conflict"
        if self.errors:
            return "findings"
        if self.decision.refusals:
            return "refused"
        return "ready" if self.decision.allowed else "waiting"


def verdict(review: Review, teller: Teller) -> str:
    """Return the first line: may it land, and if not, why."""
    say = teller.say
    waiting = sum(not need.met for need in review.decision.needs)
    records = len({change.record for change in review.changes})
    told = {
        "conflict": say("✗ 合不进去：有冲突", "✗ cannot land: it conflicts with the main line"),
        "findings": say(
            f"✗ 不能合并：{review.errors} 个新错误", f"✗ cannot land: {_n(review.errors, 'new error')}"
        ),
        "refused": say("✗ 规则不允许", "✗ not allowed by the policy"),
        "waiting": say(
            f"… 没有新错误，还差 {waiting} 项批准", f"… no new errors; {_n(waiting, 'approval')} missing"
        ),
        "ready": say("✓ 可以合并", "✓ ready to land"),
    }[review.outcome]
    return say(f"{told}（涉及 {records} 份档案）", f"{told} ({_n(records, 'record')} touched)")


def _n(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def sections(review: Review, teller: Teller) -> Iterator[tuple[str, list[str]]]:
    """Yield heading and lines of everything but the customers themselves."""
    say = teller.say
    if review.conflicts:
        yield say("冲突", "Conflicts"), [printable(path, 200) for path in review.conflicts[:_MOST_FINDINGS]]
    if review.fresh:
        yield say("新问题", "New findings"), list(_findings(review, review.fresh, teller))
    if review.suspicions:
        yield (
            say("疑似重复", "Suspected duplicates"),
            [
                f"{_customer(teller, pair.one)} ↔ {_customer(teller, pair.other)}: {pair.reason}"
                for pair in review.suspicions
            ],
        )
    yield say("批准", "Approvals"), list(policy_lines(review.decision, teller.lang, teller.called))
    if review.others:
        yield (
            say("档案以外的文件", "Files that are no records"),
            [printable(path, 200) for path in review.others[:_MOST_FINDINGS]],
        )
    if review.fixed:
        yield say("已改正", "Fixed"), list(_findings(review, review.fixed, teller))
    if review.standing:
        counts = Counter(finding.code for finding in review.standing)
        yield (
            say("原来就有（不阻止合并）", "There before (do not block)"),
            [f"{code}: {count}" for code, count in counts.most_common()],
        )


def _customer(teller: Teller, name: str) -> str:
    return teller.heading(f"customers/{name}")


def _findings(review: Review, found: Sequence[Finding], teller: Teller) -> Iterator[str]:
    for finding in found[:_MOST_FINDINGS]:
        place = f"{printable(finding.path, 200)}:{finding.line}:{finding.column}"
        mark = "" if finding.severity == "error" else f" [{teller.say('警告', 'warning')}]"
        yield f"{place}: {finding.code}{mark} {review.report.message(finding)}"
    if len(found) > _MOST_FINDINGS:
        left = len(found) - _MOST_FINDINGS
        yield teller.say(f"… 另有 {left} 条", f"… and {left} more")


def tail(review: Review, teller: Teller) -> list[str]:
    """Return what was left out, and how to see it all."""
    checked = teller.say("校验的是合并结果", "what was checked is the merge result")
    alone = teller.say(
        "校验的是提案本身，它已包含主线", "what was checked is the proposal, which holds the main line"
    )
    masked = teller.say(
        "敏感类别的值已遮盖（--sensitive 显示）",
        "values of sensitive classes are masked (--sensitive shows them)",
    )
    again = teller.say("重现", "to reproduce")
    command = f"custodex review {review.old[:12]}..{review.new[:12]}"
    return [checked if review.merged else alone, masked, *review.left_out, f"{again}: {command}"]


def markdown(review: Review, teller: Teller, most: int = MOST_BYTES) -> str:
    """Return the document as Markdown of at most *most* bytes: customers that do not fit are named as left out."""
    lines = [f"**{escaped(verdict(review, teller))}**", ""]
    for heading, rows in sections(review, teller):
        lines += [f"#### {escaped(heading)}", "", *(f"- {escaped(row)}" for row in rows), ""]
    text = "\n".join(lines) + "\n"
    budget = most - len(text.encode()) - _TAIL_BYTES
    shown, left = [], 0
    for _, heading, changes in teller.by_record(review.changes):
        rows = [line for change in changes for line in markdown_change(change, teller)]
        block = "\n".join([f"### {escaped(heading)}", "", *rows]) + "\n"
        if left or len(block.encode()) > budget:
            left += 1
            continue
        budget -= len(block.encode())
        shown.append(block)
    end = list(tail(review, teller))
    if left:
        end.insert(0, teller.say(f"还有 {left} 份档案没有列出", f"{_n(left, 'record')} left out"))
    closing = "\n".join(["---", *(f"<sub>{escaped(row)}</sub>  " for row in end)]) + "\n"
    whole = text + "".join(shown) + closing
    return whole if len(whole.encode()) <= most else whole.encode()[:most].decode("utf-8", "ignore")


@dataclass(frozen=True, slots=True)
class Face:
    """The page of a customer before and after, as HTML that is safe; an absent side is empty.

    `equal` events of the timeline were left out on both sides.
    """

    key: str
    before: str
    after: str
    equal: int = 0


@dataclass(frozen=True, slots=True)
class Faces:
    """The pages of the changed customers, their style sheet, and how many customers had no place."""

    style: str
    shown: tuple[Face, ...]
    left: int = 0


def html(review: Review, teller: Teller, faces: Faces) -> Iterator[str]:
    """Yield the document as a page that opens by itself."""

    def body() -> Iterator[str]:
        yield '<div class="told">\n'
        yield f'<p class="verdict">{escape(verdict(review, teller))}</p>\n'
        for heading, rows in sections(review, teller):
            listed = "".join(f"<li>{escape(row)}</li>\n" for row in rows)
            yield f"<h2>{escape(heading)}</h2>\n<ul>\n{listed}</ul>\n"
        yield from html_changes(review.changes, teller)
        yield "</div>\n"
        yield from _faces(faces, teller)
        told = "<br>".join(escape(row) for row in tail(review, teller))
        yield f'<div class="told"><hr>\n<p class="dim">{told}</p></div>\n'

    title = teller.say(f"评审 {review.span}", f"Review {review.span}")
    yield from page(title, body(), teller.lang, faces.style)


def _faces(faces: Faces, teller: Teller) -> Iterator[str]:
    say = teller.say
    if faces.shown:
        yield f"<div class=told><h2>{say('页面：修改前与修改后', 'Pages before and after')}</h2></div>\n"
    for face in faces.shown:
        equal = say(
            f"时间线中未变的 {face.equal} 条没有列出",
            f"{_n(face.equal, 'equal event')} of the timeline left out",
        )
        yield f'<section class="face"><h3>{escape(teller.heading(face.key))}</h3>\n'
        yield from _sides(face, teller)
        yield f"{f'<p class=dim>{equal}</p>' if face.equal else ''}</section>\n"
    if faces.left:
        text = say(
            f"还有 {faces.left} 个客户的页面没有列出", f"the pages of {_n(faces.left, 'customer')} left out"
        )
        yield f"<div class=told><p class=dim>{text}</p></div>\n"


def _sides(face: Face, teller: Teller) -> Iterator[str]:
    say = teller.say
    if not face.before and not face.after:
        text = say(
            "页面看起来没有变化：改动已遮盖，或不在页面上",
            "its page looks the same: what changed is masked or not shown there",
        )
        yield f"<p class=dim>{text}</p>\n"
        return
    yield '<div class="sides">\n'
    for name, shown in ((say("修改前", "Before"), face.before), (say("修改后", "After"), face.after)):
        inner = shown or f"<p class=dim>{say('没有这个客户', 'there is no such customer')}</p>"
        yield f'<div class="side-of"><p class="which">{name}</p>\n{inner}</div>\n'
    yield "</div>\n"


def text(review: Review, teller: Teller, changed: Iterable[str]) -> Iterator[str]:
    """Yield the document as lines for a terminal; *changed* are the lines about the customers."""
    yield verdict(review, teller)
    for heading, rows in sections(review, teller):
        yield from ("", heading, *(f"  {row}" for row in rows))
    yield ""
    yield from changed
    yield from ("", *tail(review, teller))


def json_of(review: Review, teller: Teller, decision: Any) -> dict[str, Any]:
    """Return the documented JSON shape of a review; *decision* is that of the policy."""

    def rows(found: Sequence[Finding]) -> list[dict[str, Any]]:
        return [
            {
                "path": one.path, "line": one.line, "column": one.column, "pointer": one.pointer,
                "code": one.code, "severity": one.severity, "message": review.report.message(one),
            }
            for one in found
        ]  # fmt: skip

    return {
        "verdict": review.outcome, "old": review.old, "new": review.new, "merged": review.merged,
        "conflicts": list(review.conflicts),
        "changes": [as_json(change, teller) for change in review.changes],
        "others": list(review.others),
        "findings": {
            "new": rows(review.fresh), "fixed": rows(review.fixed), "standing": len(review.standing),
        },
        "duplicates": [
            {"one": pair.one, "other": pair.other, "reason": pair.reason} for pair in review.suspicions
        ],
        "policy": decision,
    }  # fmt: skip
