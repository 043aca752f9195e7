"""What there is to report: the findings in their order, the words for them, the files they are about."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from custodex import rules
from custodex.findings import Finding, printable
from custodex.rules import Rule, Rulebook
from custodex.texts import Lang, Text

_MAX_PATH = 1000
_UNKNOWN = Text("没有说明", "no description")


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one check, sorted, over so many records and documents.

    `source` returns the content of a file as it was checked; `prefix` is where the record repository stands
    in its Git repository (`sub/` or empty), which is where forges look for files; `changed` are the paths
    that the change under review touches.
    """

    findings: Sequence[Finding]
    records: int
    documents: int
    rules: Rulebook
    lang: Lang = "en"
    source: Callable[[str], bytes | None] = lambda _path: None
    prefix: str = ""
    changed: frozenset[str] = field(default=frozenset())

    def rule(self, code: str) -> Rule:
        """Return the rule that owns *code*; one without words where there is none."""
        return self.rules.get(code) or Rule(code, Text(code, code), _UNKNOWN, Text(code, code), Text("", ""))

    def message(self, finding: Finding) -> str:
        """Return what is wrong, on one line."""
        return rules.message(self.rule(finding.code), finding, self.lang)

    def hint(self, finding: Finding) -> str:
        """Return how to mend it, on one line."""
        return rules.hint(self.rule(finding.code), finding, self.lang)

    def count(self, severity: str) -> int:
        """Return how many findings have this severity."""
        return sum(finding.severity == severity for finding in self.findings)

    def summary(self) -> str:
        """Return the last line for people: how many findings in how much."""
        if self.lang == "zh":
            scope = f"{self.records} 份档案、{self.documents} 个文件"
            found = "、".join(_counted_zh(self.count("error"), self.count("warning")))
            return f"{scope}中有 {found}" if found else f"{scope}，没有发现问题"
        scope = f"in {_plural(self.records, 'record')}, {_plural(self.documents, 'document')}"
        errors, warnings = self.count("error"), self.count("warning")
        counted = [_plural(errors, "error")] if errors else []
        counted += [_plural(warnings, "warning")] if warnings else []
        return f"{', '.join(counted) or 'no findings'} {scope}"


def shown_path(path: str) -> str:
    """Return a path fit for a terminal, never cut in practice."""
    return printable(path, _MAX_PATH)


def fingerprints(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a name for each finding that stays the same when lines above it come or go."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        same = (finding.path, finding.code, finding.pointer)
        seen[same] += 1
        text = "\0".join((*same, str(seen[same])))
        yield hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def used_rules(report: Report) -> Mapping[str, Rule]:
    """Return the rules of the report's findings by code, sorted."""
    return {code: report.rule(code) for code in sorted({finding.code for finding in report.findings})}


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _counted_zh(errors: int, warnings: int) -> Iterator[str]:
    if errors:
        yield f"{errors} 个错误"
    if warnings:
        yield f"{warnings} 个警告"
