"""The decision of the policy in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from custodex.findings import printable
from custodex.policy import Decision, Need
from custodex.texts import Lang

_SHOWN = 5

Called = Callable[[str], str]
"""Returns what people call a record, by its key: `customers/a2…`, `staff/li-wen`."""


def policy_lines(decision: Decision, lang: Lang, called: Called | None = None) -> Iterator[str]:
    """Yield what is forbidden, then every approval that is needed, with what is there."""
    zh = lang == "zh"
    for refusal in decision.refusals:
        yield f"✗ {printable(refusal.message.get(lang), 300)}"
    for need in decision.needs:
        yield need_line(need, lang, called)
    if not decision.refusals and not decision.needs:
        yield "✓ 不需要批准" if zh else "✓ no approval is needed"


def need_line(need: Need, lang: Lang, called: Called | None = None) -> str:
    """Return one needed approval: whether it is there, who may give it, because of what."""
    zh = lang == "zh"
    given = f"（{', '.join(need.given)}）" if zh else f" ({', '.join(need.given)})"
    count = f"{len(need.given)}/{need.count}" if zh else f"{len(need.given)} of {need.count}"
    said = f"{need.label.get(lang)}{'：' if zh else ': '}{count}{given if need.given else ''}"
    people = [called(f"staff/{one}") for one in need.candidates] if called else need.candidates
    may = "" if need.met else _listed(people or need.roles, zh)
    if may:
        said += f"，可由 {may} 批准" if zh else f", {may} can give it"
    what = _listed([called(key) for key in need.records] if called else need.records, zh)
    return f"{'✓' if need.met else '…'} {said}{f'；{what}' if zh else f' — {what}'}"


def _listed(names: Sequence[str], zh: bool) -> str:
    shown = ", ".join(printable(name) for name in names[:_SHOWN])
    left = len(names) - _SHOWN
    more = (f" 等 {len(names)} 个" if zh else f" and {left} more") if left > 0 else ""
    return shown + more
