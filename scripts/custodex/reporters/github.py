"""Annotations of GitHub Actions (Gitea and Forgejo read them too), and the summary of a job as Markdown.

GitHub shows ten errors and ten warnings a step and drops the rest without a word, so what the change under
review touches comes first and the job summary lists everything.
Source of the format: GitHub documentation, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Iterator

from custodex.findings import Finding
from custodex.reporters.report import Report, shown_path

SUMMARY_BYTES = 1_000_000
"""GitHub refuses a summary above 1 MiB."""


def render(report: Report) -> Iterator[str]:
    """Yield one workflow command a finding."""
    ordered = sorted(
        report.findings,
        key=lambda found: (found.path not in report.changed, found.severity != "error", found),
    )
    return (_annotation(report, finding) for finding in ordered)


def _annotation(report: Report, finding: Finding) -> str:
    properties = {
        "file": report.prefix + finding.path,
        "line": str(finding.line),
        "col": str(finding.column),
        "title": finding.code,
    }
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    hint = report.hint(finding)
    message = f"{report.message(finding)}\n{hint}" if hint else report.message(finding)
    return f"::{finding.severity} {written}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(report: Report) -> str:
    """Return all findings as a Markdown table, cut where GitHub would refuse it."""
    lines = [f"### custodex: {report.summary()}", ""]
    if report.findings:
        lines += ["| | | |", "|---|---|---|"]
    used = sum(len(line.encode()) + 1 for line in lines)
    for index, finding in enumerate(report.findings):
        place = f"{shown_path(finding.path)}:{finding.line}:{finding.column}"
        row = f"| {_cell(place)} | {finding.code} | {_cell(report.message(finding))} |"
        used += len(row.encode("utf-8", "replace")) + 1
        if used > SUMMARY_BYTES:
            return "\n".join([*lines, "", f"… {len(report.findings) - index}"]) + "\n"
        lines.append(row)
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Return text that Markdown shows as it is: records are no source of links or markup."""
    escaped = "".join(f"\\{char}" if char in "\\`*_[]|~#@!$" else char for char in text)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
