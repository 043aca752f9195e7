"""`custodex review`: the one document to read before a proposal is approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.telling import FORMATS, sensitive_option
from custodex.cli.verbs import argument, format_option, option, verb
from custodex.errors import EXIT_FINDINGS, EXIT_OK, EXIT_REFUSED
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.catalog import Catalog
    from custodex.cli.reviewfaces import Painter
    from custodex.cli.spans import Span
    from custodex.findings import Finding
    from custodex.readers import Reader
    from custodex.telling.review import Review, Suspicion

_HELP = Text(
    """评审一个提案：结论、每个客户的改动、新旧问题、疑似重复、需要的批准。

    主线已经前进时，校验的是合并结果；不动工作区。原来就有的问题不阻止合并，新问题阻止。""",
    """Review a proposal: verdict, what changes for which customer, findings new and fixed, suspected duplicates,
    approvals needed.

    Where the main line has moved on, the merge result is what is checked, without touching the worktree. Findings
    that were there before do not block; new ones do.""",
)
_MOST_SUSPECTS = 200
_CODES = {"waiting": EXIT_OK, "ready": EXIT_OK, "refused": EXIT_REFUSED}


@verb(_HELP)
@argument("span", metavar="A..B")
@option("--merge", is_flag=True, help=Text("总是校验合并结果", "always check the merge result"))
@option("--author", "authors", multiple=True, metavar="WHO", help=Text("作者", "an author"))
@option("--approved-by", "approvers", multiple=True, metavar="WHO", help=Text("批准人", "who approved"))
@sensitive_option
@format_option(*FORMATS)
def command(
    session: Session, *, span: str, merge: bool, authors: Sequence[str], approvers: Sequence[str],
    sensitive: bool, form: str,
) -> int:  # fmt: skip
    """Write the review; new errors and conflicts are exit code 1, what the policy forbids 6."""
    from custodex.cli.policy import as_json
    from custodex.cli.reviewfaces import Painter
    from custodex.cli.spans import span as spanned
    from custodex.cli.telling import teller
    from custodex.telling import astext, review

    proposed = spanned(session, span, merge=merge)
    painter = Painter(session, proposed, sensitive=sensitive) if form == "html" else None
    found, reader = reviewed(session, proposed, authors, approvers, painter)
    told = teller(session, session.history(reader), reader, sensitive=sensitive)
    if form == "json":
        session.out_json(review.json_of(found, told, as_json(found.decision)))
    elif painter is not None:
        session.write(review.html(found, told, painter.faces()))
    elif form == "markdown":
        session.write([review.markdown(found, told)])
    else:
        session.lines(review.text(found, told, astext.grouped_lines(found.changes, told)))
    return _CODES.get(found.outcome, EXIT_FINDINGS)


def reviewed(
    session: Session, proposed: Span, authors: Sequence[str] = (), approvers: Sequence[str] = (),
    painter: Painter | None = None,
) -> tuple[Review, Reader]:  # fmt: skip
    """Return the review of a proposal, and the records as it would leave them; *painter* is shown both states."""
    from custodex.cli.policy import decision_on
    from custodex.readers import Reader
    from custodex.records import locate
    from custodex.reporters.report import Report
    from custodex.telling.review import Review

    before, after = proposed.snapshots(session)
    catalog = session.catalog_at(before)
    old = findings_by_identity(session, catalog)
    if painter is not None:
        painter.paint(catalog, list(old.values()))
    catalog = session.catalog_at(after)
    new = findings_by_identity(session, catalog)
    if painter is not None:
        painter.paint(catalog, list(new.values()))
    reader = Reader(catalog)
    changes = session.history(reader).between(proposed.changes)
    others = tuple(change.path for change in proposed.changes if locate(change.path) is None)
    touched = sorted({change.record for change in changes if change.record.startswith("customers/")})
    fresh = tuple(finding for key, finding in new.items() if key not in old)
    review = Review(
        proposed.text, proposed.old, proposed.new, proposed.merged, proposed.conflicts, changes, others, fresh,
        tuple(finding for key, finding in old.items() if key not in new),
        tuple(finding for key, finding in new.items() if key in old),
        tuple(_suspicions(catalog, reader, touched, session)),
        decision_on(session, proposed, authors, approvers),
        Report(fresh, 0, 0, _rules(), session.lang),
        _left_out(session, touched),
    )  # fmt: skip
    return review, reader


def _rules() -> Any:
    from custodex.cli.rulebook import all_rules

    return all_rules()


def findings_by_identity(session: Session, catalog: Catalog) -> Mapping[Any, Finding]:
    """Return all findings by what makes them the same one when lines have moved."""
    from custodex.checks import run

    found: dict[Any, Finding] = {}
    for finding in run(catalog, catalog.synced, session.now):
        key: tuple[Any, ...] = (
            finding.path,
            finding.code,
            finding.pointer,
            tuple(sorted(finding.params.items())),
        )
        while key in found:
            key = (*key, None)
        found[key] = finding
    return found


def _suspicions(
    catalog: Catalog, reader: Reader, touched: Sequence[str], session: Session
) -> list[Suspicion]:
    """Return pairs of customers of which the proposal touches one."""
    from custodex.duplicates import Duplicates
    from custodex.duplicates.index import documents_of
    from custodex.duplicates.wording import summary
    from custodex.telling.review import Suspicion

    finder = Duplicates(catalog, reader) if touched else None
    found: dict[tuple[str, str], Suspicion] = {}
    for record in reader.select(list(touched[:_MOST_SUSPECTS])) if finder else ():
        for match in finder.like(documents_of(record), limit=5) if finder else ():
            one, other = sorted((record.id, match.id))
            reason = summary(match, reader.book).get(session.lang)
            found.setdefault((one, other), Suspicion(one, other, reason))
    return [found[pair] for pair in sorted(found)]


def _left_out(session: Session, touched: Sequence[str]) -> tuple[str, ...]:
    if len(touched) <= _MOST_SUSPECTS:
        return ()
    left = len(touched) - _MOST_SUSPECTS
    return (session.say(f"{left} 个客户没有查重", f"{left} customers were not searched for duplicates"),)
