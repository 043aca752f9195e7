"""The decision on a change: what is forbidden, which approvals it needs, which it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custodex.policy.people import People
from custodex.policy.reading import Policy, Rule
from custodex.policy.touching import Touched
from custodex.texts import Text


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change may not be made at all, by whomever it was approved."""

    code: str
    message: Text


@dataclass(frozen=True, slots=True)
class Need:
    """One approval rule that applies: how many, by whom, because of what; and who gave it."""

    rule: str
    label: Text
    count: int
    roles: tuple[str, ...]
    candidates: tuple[str, ...]
    records: tuple[str, ...]
    given: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Tell whether enough of the right people have approved."""
        return len(self.given) >= self.count


@dataclass(frozen=True, slots=True)
class Decision:
    """All there is to say about one change."""

    authors: tuple[str, ...]
    approvers: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    needs: tuple[Need, ...]

    @property
    def allowed(self) -> bool:
        """Tell whether the change may land now."""
        return not self.refusals and all(need.met for need in self.needs)


def decide(
    policy: Policy, changed: Sequence[Touched], authors: Sequence[str], approvers: Sequence[str], day: str,
    written: Mapping[str, Sequence[Touched]] | None = None,
) -> Decision:  # fmt: skip
    """Judge a change on *day* by the policy before it; people are named by staff id or e-mail address.

    *written* tells who wrote what; without it, everybody is taken to have written everything.
    """
    people = policy.people
    wrote = list(dict.fromkeys(_name(people, one) for one in authors))
    approved = list(dict.fromkeys(_name(people, one) for one in approvers))
    refusals = [
        *_unfit(people, wrote, day),
        *_forbidden(policy, dict.fromkeys(wrote, changed) if written is None else written),
    ]
    # nobody approves what he wrote, nor after his time
    valid = [one for one in approved if one not in wrote and _fit(people, one, day)]
    needs = [need for rule in policy.rules() for need in _needs(policy, rule, changed, wrote, valid)]
    return Decision(tuple(wrote), tuple(approved), tuple(refusals), tuple(needs))


def _name(people: People, name: str) -> str:
    person = people.find(name)
    return person.id if person else name


def _fit(people: People, name: str, day: str) -> bool:
    person = people.find(name)
    return person is not None and person.unfit_on(day) is None


def _unfit(people: People, authors: Sequence[str], day: str) -> Iterator[Refusal]:
    for name in authors:
        person = people.find(name)
        if person is None:
            yield Refusal("author-unknown", Text(
                f"{name} 不在 records/staff 中", f"{name} is not in records/staff"
            ))  # fmt: skip
        elif reason := person.unfit_on(day):
            yield Refusal("author-unfit", Text(
                f"{name} 不能修改档案：{reason.zh}", f"{name} may not change records: {reason.en}"
            ))  # fmt: skip


def _forbidden(policy: Policy, written: Mapping[str, Sequence[Touched]]) -> Iterator[Refusal]:
    for who, changed in written.items():
        person = policy.people.find(who)
        if person is None:
            continue
        name = person.id
        allowed = policy.may_write(person.roles)
        for item in changed if policy.restricts_writing else ():
            if wrong := sorted(item.classes - allowed):
                classes = ", ".join(wrong)
                yield Refusal("class-not-writable", Text(
                    f"{name} 的角色不能写“{classes}”类：{item.path}",
                    f"the roles of {name} may not write the class {classes}: {item.path}",
                ))  # fmt: skip
        yield from _together(policy, name, changed)
        for kind, field, roles in policy.field_rules():
            for item in changed:
                if item.kind == kind and field in item.fields and not person.roles & roles:
                    listed = ", ".join(sorted(roles))
                    yield Refusal("field-not-writable", Text(
                        f"只有 {listed} 可以修改 {kind}.{field}，{name} 不可以：{item.path}",
                        f"{kind}.{field} may be changed by {listed} only, not by {name}: {item.path}",
                    ))  # fmt: skip


def _together(policy: Policy, name: str, changed: Sequence[Touched]) -> Iterator[Refusal]:
    """Yield a refusal where one person wrote what somebody else was to confirm, and the confirmation."""
    fields: dict[str, set[str]] = {}
    for item in changed:
        fields.setdefault(item.path, set()).update(item.fields)
    kinds = {item.path: item.kind for item in changed}
    for kind, field in policy.apart():
        for path, found in fields.items():
            if kinds[path] == kind and field in found and found - {field}:
                yield Refusal("written-together", Text(
                    f"{name} 不能既录入又核验：{kind}.{field} 由他人写：{path}",
                    f"{name} may not enter and confirm at once: somebody else writes {kind}.{field}: {path}",
                ))  # fmt: skip


def _needs(
    policy: Policy, rule: Rule, changed: Sequence[Touched], authors: Sequence[str], valid: Sequence[str]
) -> Iterator[Need]:
    matching = _matching(rule, changed)
    if not matching:
        return
    records = tuple(dict.fromkeys(item.record or item.path for item in matching))
    if rule.owner:
        yield from _owner_needs(policy, rule, matching, authors, valid)
        return
    able = {one.id for one in policy.people.in_roles(rule.roles)} if rule.roles else {*valid}
    given = tuple(one for one in valid if one in able)
    candidates = tuple(sorted(able - set(authors))) if rule.roles else ()
    yield Need(rule.id, rule.label, rule.count, tuple(sorted(rule.roles)), candidates, records, given)


def _owner_needs(
    policy: Policy, rule: Rule, matching: Sequence[Touched], authors: Sequence[str], valid: Sequence[str]
) -> Iterator[Need]:
    """Ask the owner of every account, or the lead of the owner's team; who wrote it as the owner has said yes."""
    owned: dict[str, list[str]] = {}
    for item in matching:
        for main in item.mains:
            if owner := str(main.get("owner") or ""):
                owned.setdefault(owner, []).append(item.record)
    for owner, records in sorted(owned.items()):
        able = policy.people.stand_in(owner)
        if owner in authors:
            continue
        given = tuple(one for one in valid if one in able)
        listed = tuple(dict.fromkeys(records))
        yield Need(rule.id, rule.label, rule.count, (), tuple(able), listed, given)


def _matching(rule: Rule, changed: Sequence[Touched]) -> list[Touched]:
    """Return what a rule is about; several conditions must hold of the same path."""
    when = rule.when
    found = [item for item in changed if _fits(when, item)]
    least = when.get("customers")
    if isinstance(least, int):
        customers = {item.record for item in found if item.record.startswith("customers/")}
        return found if len(customers) >= least else []
    return found


def _fits(when: Mapping[str, Any], item: Touched) -> bool:
    if "classes" in when and not item.classes & set(when["classes"]):
        return False
    if "paths" in when and not _below(item.path, when["paths"]):
        return False
    if "outside" in when and _below(item.path, when["outside"]):
        return False
    conditions = when.get("where") or ()
    return not conditions or any(_holds(condition, main) for condition in conditions for main in item.mains)


def _below(path: str, starts: Sequence[str]) -> bool:
    return any(path == start or (start.endswith("/") and path.startswith(start)) for start in starts)


def _holds(condition: Mapping[str, Any], main: Mapping[str, Any]) -> bool:
    value = main.get(str(condition.get("field")))
    found = value if isinstance(value, list) else [value]
    return any(one in found for one in condition.get("values") or ())
