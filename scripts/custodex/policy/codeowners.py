"""CODEOWNERS for GitHub, GitLab and Gitea, made from the policy: as far as a list of paths can say it.

What follows from the data (the owner of an account, the grade of a customer, the number of customers) no such
list can express; `custodex policy check` decides that.
"""

from __future__ import annotations

from collections.abc import Iterator

from custodex.policy.reading import Policy, Rule
from custodex.records import KINDS, Kind

_HEAD = "# made by: custodex policy codeowners (from schema/access.yaml and records/staff); do not edit\n"


def codeowners(policy: Policy) -> str:
    """Return the file; the last line that matches a path counts, so the broadest come first."""
    rules = [(rule, " ".join(_owners(policy, rule))) for rule in policy.rules() if _is_about_paths(rule)]
    lines = [_HEAD.rstrip("\n")]
    for rule, owners in rules:
        if owners and "outside" in rule.when:
            lines.append(f"* {owners}")
            lines.extend(f"/{path}" for path in rule.when["outside"])  # nobody's by name
    for rule, owners in rules:
        lines.extend(f"{pattern} {owners}" for pattern in _patterns(policy, rule) if owners)
    return "\n".join(lines) + "\n"


def _is_about_paths(rule: Rule) -> bool:
    return not {"where", "customers"} & rule.when.keys()


def _owners(policy: Policy, rule: Rule) -> Iterator[str]:
    for person in policy.people.in_roles(rule.roles):
        if person.forge or person.email:
            yield f"@{person.forge}" if person.forge else person.email


def _patterns(policy: Policy, rule: Rule) -> Iterator[str]:
    yield from (f"/{path}" for path in rule.when.get("paths") or ())
    wanted = set(rule.when.get("classes") or ())
    schemas = policy.book.schemas
    for kind in KINDS:
        if schemas.has(kind.name) and schemas.raw(kind.name).get("x-class") in wanted:
            yield _pattern(kind)


def _pattern(kind: Kind) -> str:
    if kind.shape == "single":
        return f"/records/{kind.folder}/"
    inside = f"{kind.folder}.yaml" if kind.shape == "module" else f"{kind.folder}/"
    return f"/records/customers/*/*/{inside}"
