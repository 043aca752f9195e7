"""How findings are shown: one module a format, all from the same report."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from custodex.reporters.report import Report

FORMATS = {
    "concise": "concise",
    "full": "full",
    "json": "as_json",
    "github": "github",
    "gitlab": "gitlab",
    "sarif": "sarif",
}
"""What `--format` takes, and the module that writes it."""


def render(name: str, report: Report) -> Iterator[str]:
    """Return the lines of *report* in the format *name*."""
    lines: Iterator[str] = importlib.import_module(f"{__name__}.{FORMATS[name]}").render(report)
    return lines
