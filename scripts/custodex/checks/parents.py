"""Nobody is their own parent, and the chain of parents (or of merges) comes to an end."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.sight import Sight
from custodex.findings import Fault
from custodex.records import record_key
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "relation-self",
        Text("客户与自己有关系", "relation to oneself"),
        Text(
            "客户不能是自己的上级、合作方或合并对象，多半是抄错了编号。",
            "A customer is neither its own parent nor its own partner; most likely the wrong id was copied.",
        ),
        Text("{field} 指向客户自己", "{field} points at the customer itself"),
        Text("改成另一个客户的编号，或删掉", "write another customer's id, or remove it"),
        bad="id: cwkzke65ffj\nrelations:\n  - type: partner\n    to: cwkzke65ffj",
        good="id: cwkzke65ffj\nrelations:\n  - type: partner\n    to: rrr3qxjya2d",
    ),
    Rule(
        "parent-cycle",
        Text("上级关系没有尽头", "chain of parents without end"),
        Text(
            "沿着上级（或合并）一路往上，应当到达最顶层的单位。绕成圈的关系画不成集团图，也算不出合计。",
            "Going up from parent to parent (or from merge to merge) must end at the top. A circle can "
            "neither be drawn as a group nor summed up.",
        ),
        Text("{field} 的关系没有尽头：{chain}", "the chain of {field} never ends: {chain}"),
        Text("改正其中一个客户的 {field}", "correct {field} of one of these customers"),
        bad="# customer A\nparent: B\n# customer B\nparent: A",
        good="# customer A\nparent: B\n# customer B has no parent",
    ),
)

MAX_CHAIN = 32
"""Above so many levels a chain counts as endless: what a record depends on stays small, even in a "
"huge circle."""
_SHOWN = 8


def check(sight: Sight) -> Iterator[Fault]:
    """Yield a fault for each reference to the customer itself, and for each chain without end."""
    if sight.record.kind != "customer" or sight.main is None:
        return
    for reference in sight.references:
        if reference.kind == "customer" and reference.value == sight.record.id:
            field = ".".join(str(part) for part in reference.pointer)
            yield Fault("relation-self", reference.pointer, {"field": field}, path=reference.document.path)
    for field in ("parent", "merged_into"):
        chain = _endless(sight, field)
        if chain:
            yield Fault("parent-cycle", (field,), {"field": field, "chain": chain}, path=sight.main.path)


def _endless(sight: Sight, field: str) -> str:
    """Return the chain from the record upwards if it never ends, else an empty text."""
    own = sight.record.id
    passed, current = [own], sight.value.get(field)
    while isinstance(current, str) and current != passed[-1]:
        passed.append(current)
        if current == own or len(passed) > MAX_CHAIN:
            return _shown(passed)
        if current in passed[:-1]:
            return ""  # a circle further up, reported for its own members
        current = sight.context.main(record_key("customer", current)).get(field)
    return ""


def _shown(passed: list[str]) -> str:
    if len(passed) <= _SHOWN:
        return " → ".join(passed)
    return " → ".join([*passed[: _SHOWN - 2], "…", passed[-1]])
