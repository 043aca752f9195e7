"""One line a finding, as editors and people read it: `path:line:column: CODE message`."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.findings import Finding
from custodex.reporters.report import Report, shown_path


def line(report: Report, finding: Finding) -> str:
    """Return the one line of a finding."""
    place = f"{shown_path(finding.path)}:{finding.line}:{finding.column}"
    mark = "" if finding.severity == "error" else " [警告]" if report.lang == "zh" else " [warning]"
    return f"{place}: {finding.code}{mark} {report.message(finding)}"


def render(report: Report) -> Iterator[str]:
    """Yield the line of every finding."""
    return (line(report, finding) for finding in report.findings)
