"""Judges planned rows by the whole pipeline, takes out those it refuses, and has the rest written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from custodex.drafts import Draft
from custodex.findings import Finding
from custodex.imports.planning import Planned
from custodex.imports.results import withheld
from custodex.records import locate
from custodex.texts import Text

_ROUNDS = 25
Explain = Callable[[Finding], Text]


class Verdict(Protocol):
    """What the writer says of a batch."""

    @property
    def findings(self) -> Sequence[Finding]:
        """The findings the batch would add."""

    @property
    def refused(self) -> Mapping[str, Text]:
        """The paths that cannot be written, with the reason."""


class Writer(Protocol):
    """The one writer of records, as far as an import needs it."""

    def judge(self, drafts: Iterable[Draft]) -> Verdict:
        """Say what would come of a batch."""

    def write(self) -> Sequence[str]:
        """Write the batch judged last."""


def settle(
    planned: Sequence[Planned], writer: Writer, explain: Explain, *, strict: bool, dry: bool
) -> tuple[int, bool]:
    """Judge until nothing stands in the way, then write; return the number of new warnings, and if it wrote.

    The outcomes of the rows are set. With *strict* one rejected row withholds all others; a warning is no reason to.
    """
    warnings = _judge(planned, writer, explain)
    if strict and any(entry.outcome == "rejected" for entry in planned):
        for entry in planned:
            if entry.drafts:
                entry.outcome, entry.reason, entry.drafts = "withheld", withheld(), []
        return warnings, False
    if dry:
        for entry in planned:
            if entry.outcome == "created":
                entry.id = ""  # the id is drawn when the record is written
        return warnings, False
    if not any(entry.drafts for entry in planned):
        return warnings, False
    writer.write()
    return warnings, True


def _judge(planned: Sequence[Planned], writer: Writer, explain: Explain) -> int:
    for _ in range(_ROUNDS):
        active = [entry for entry in planned if entry.drafts]
        verdict = writer.judge(draft for entry in active for draft in entry.drafts)
        errors = [finding for finding in verdict.findings if finding.severity == "error"]
        if not errors and not verdict.refused:
            return len(verdict.findings)
        reasons = _by_path(errors, verdict.refused, explain)
        drafted = {draft.path for entry in active for draft in entry.drafts}
        elsewhere = {path: texts for path, texts in reasons.items() if path not in drafted}
        hit = [entry for entry in active if _reject(entry, reasons, elsewhere)]
        if not hit:
            _reject_all(active, reasons)
    active = [entry for entry in planned if entry.drafts]
    _reject_all(active, {"": [Text("各行互相冲突", "the rows contradict each other")]})
    writer.judge(())
    return 0


def _by_path(
    errors: Sequence[Finding], refused: Mapping[str, Text], explain: Explain
) -> dict[str, list[Text]]:
    reasons = {path: [reason] for path, reason in refused.items()}
    for finding in errors:
        reasons.setdefault(finding.path, []).append(explain(finding))
    return reasons


def _reject(
    entry: Planned, reasons: Mapping[str, Sequence[Text]], elsewhere: Mapping[str, Sequence[Text]]
) -> bool:
    found = [text for draft in entry.drafts for text in reasons.get(draft.path, ())]
    if not found:
        # a fault seen in a file of the same record that no row writes is this row's doing as well
        records = {place.record for draft in entry.drafts if (place := locate(draft.path))}
        for path, texts in elsewhere.items():
            place = locate(path)
            if place and place.record in records:
                found.extend(texts)
    if found:
        entry.reject(_joined(found))
    return bool(found)


def _reject_all(active: Sequence[Planned], reasons: Mapping[str, Sequence[Text]]) -> None:
    texts = [text for found in reasons.values() for text in found][:3]
    for entry in active:
        entry.reject(_joined(texts))


def _joined(texts: Sequence[Text]) -> Text:
    unique = list(dict.fromkeys(texts))
    return Text("；".join(text.zh for text in unique), "; ".join(text.en for text in unique))
