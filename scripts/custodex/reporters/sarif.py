"""SARIF 2.1.0 (OASIS), which code scanning of forges and editors reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from custodex import __version__
from custodex.findings import Finding
from custodex.reporters.report import Report, fingerprints, used_rules
from custodex.rules import Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: Report) -> Iterator[str]:
    """Yield the JSON text."""
    used = used_rules(report)
    index = {code: number for number, code in enumerate(used)}
    names = fingerprints(report.findings)
    run = {
        "tool": {
            "driver": {
                "name": "custodex",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(report, rule) for rule in used.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "the root of the Git repository"}}},
        "results": [
            _result(report, finding, index[finding.code], name)
            for finding, name in zip(report.findings, names, strict=True)
        ],
    }
    yield json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(report: Report, rule: Rule) -> dict[str, Any]:
    why, hint = rule.why.get(report.lang), rule.hint.get(report.lang)
    text = f"{why}\n{hint}"
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title.get(report.lang)},
        "fullDescription": {"text": why},
        "help": {"text": text, "markdown": f"{text}\n\n```yaml\n{rule.good}\n```" if rule.good else text},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(report: Report, finding: Finding, index: int, fingerprint: str) -> dict[str, Any]:
    hint = report.hint(finding)
    message = report.message(finding)
    uri = quote((report.prefix + finding.path).encode("utf-8", "surrogateescape"))
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": f"{message}\n{hint}" if hint else message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri, "uriBaseId": "SRCROOT"},
                    "region": {"startLine": finding.line, "startColumn": finding.column},
                }
            }
        ],
        "partialFingerprints": {"custodexFinding/v1": fingerprint},
    }
