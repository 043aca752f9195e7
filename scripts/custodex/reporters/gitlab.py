"""GitLab Code Quality: a JSON list, with fingerprints that survive moved lines.

Source of the format: GitLab documentation, "Code Quality report format".
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from custodex.reporters.report import Report, fingerprints

_SEVERITIES = {"error": "major", "warning": "minor"}


def render(report: Report) -> Iterator[str]:
    """Yield the JSON text."""
    names = fingerprints(report.findings)
    content = [
        {
            "description": report.message(finding),
            "check_name": finding.code,
            "fingerprint": name,
            "severity": _SEVERITIES[finding.severity],
            "location": {"path": report.prefix + finding.path, "lines": {"begin": finding.line}},
        }
        for finding, name in zip(report.findings, names, strict=True)
    ]
    yield json.dumps(content, ensure_ascii=False, indent=2)
