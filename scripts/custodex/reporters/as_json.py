"""Findings for programs: `{"findings": [...], "records": n, "documents": n}`, an API like any other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from custodex.findings import Finding
from custodex.reporters.report import Report


def value(report: Report, finding: Finding) -> dict[str, Any]:
    """Return one finding as JSON data."""
    return {
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "pointer": finding.pointer,
        "code": finding.code,
        "severity": finding.severity,
        "message": report.message(finding),
        "hint": report.hint(finding),
    }


def render(report: Report) -> Iterator[str]:
    """Yield the JSON text."""
    content = {
        "findings": [value(report, finding) for finding in report.findings],
        "records": report.records,
        "documents": report.documents,
    }
    yield json.dumps(content, ensure_ascii=False, indent=2)
