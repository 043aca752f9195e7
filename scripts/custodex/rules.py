"""What owns a finding code: its severity, its texts, its short good and bad example."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from custodex.findings import Finding, Params, Severity, printable
from custodex.texts import Lang, Text


@dataclass(frozen=True, slots=True)
class Rule:
    """One finding code and all that people read about it.

    `message` and `hint` are `str.format` templates over the parameters of the finding.
    """

    code: str
    title: Text
    why: Text
    message: Text
    hint: Text
    bad: str = ""
    good: str = ""
    severity: Severity = "error"
    fixable: bool = False


Rulebook = Mapping[str, Rule]


def rulebook(*groups: Iterable[Rule]) -> Rulebook:
    """Return all rules by code; a code owned twice is a fault of the program."""
    book: dict[str, Rule] = {}
    for rule in (rule for group in groups for rule in group):
        if rule.code in book:
            raise ValueError(f"finding code {rule.code} is owned twice")
        book[rule.code] = rule
    return book


def _render(template: Text, finding: Finding, lang: Lang) -> str:
    params = {
        name: printable(value, 300) if isinstance(value, str) else value
        for name, value in finding.params.items()
    }
    # a rule may word a parameter in each language: `what_zh`, `what_en` fill `{what}`
    for name in [name for name in params if name.endswith(f"_{lang}")]:
        params[name.removesuffix(f"_{lang}")] = params[name]
    return template.get(lang).format(**params)


def message(rule: Rule, finding: Finding, lang: Lang) -> str:
    """Return what is wrong, in *lang*, fit for a terminal."""
    return _render(rule.message, finding, lang)


def hint(rule: Rule, finding: Finding, lang: Lang) -> str:
    """Return how to mend it, in *lang*, fit for a terminal."""
    return _render(rule.hint, finding, lang)


@cache
def examples() -> Mapping[str, Params]:
    """Return the parameters of one finding a code, taken from the case that each code is tested by."""
    text = files("custodex").joinpath("examples.json").read_text(encoding="utf-8")
    found: Mapping[str, Params] = json.loads(text)
    return found


def example(rule: Rule) -> Finding:
    """Return a finding of *rule* to show its message and hint by; its place means nothing."""
    return Finding("", 1, 1, rule.code, params=examples().get(rule.code, {}))
