"""What an import did or would do, row by row, as people and programs are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from custodex.imports.planning import Planned
from custodex.imports.taking import REASON_HEADERS
from custodex.sheets import Refused, Row, Table
from custodex.texts import Lang, Text


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one import; `warnings` counts findings that do not stand in the way."""

    table: Table
    planned: Sequence[Planned]
    unmatched: Sequence[str]
    warnings: int
    written: bool
    commit: str | None = None
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def count(self, outcome: str) -> int:
        """Return how many rows had this outcome."""
        return sum(1 for entry in self.planned if entry.outcome == outcome)

    def as_json(self, lang: Lang) -> Mapping[str, Any]:
        """Return the documented JSON shape, with reasons in *lang*."""
        return {
            "created": self.count("created"),
            "updated": self.count("updated"),
            "unchanged": self.count("unchanged"),
            "rejected": self.count("rejected"),
            "written": self.written,
            "commit": self.commit,
            "warnings": self.warnings,
            "unmatched": list(self.unmatched),
            "notices": [notice.get(lang) for notice in self.table.notices],
            "rows": [
                {
                    "row": row.number,
                    "id": entry.id,
                    "outcome": entry.outcome,
                    "reason": entry.reason.get(lang),
                    **({"similar": entry.similar.get(lang)} if entry.similar.en else {}),
                }
                for entry in self.planned
                for row in entry.rows
            ],
        }

    def rejected(self) -> list[list[str]]:
        """Return the rejected rows below their headers, as they came, with the reason beside each."""
        kept = [at for at, header in enumerate(self.table.headers) if header not in REASON_HEADERS]
        rows = [[*(self.table.headers[at] for at in kept), *REASON_HEADERS]]
        for entry in self.planned:
            if entry.outcome == "rejected":
                for row in entry.rows:
                    cells = [_cell(row, at) for at in kept]
                    rows.append([*cells, entry.reason.zh, entry.reason.en])
        return rows


def _cell(row: Row, at: int) -> str:
    text = row.cells[at] if at < len(row.cells) else ""
    return Refused(text) if at in row.marks else text


def withheld() -> Text:
    """Return the reason of a sound row that is not written because another one is not sound."""
    return Text("有其他行被拒绝（--strict）", "another row was rejected (--strict)")
