"""The page of changes: what the last seven days brought, and the newest commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from custodex.facts import moment
from custodex.site.commits import commit_of, grouped
from custodex.site.overseemodels import Author, Week
from custodex.site.pagemodels import ChangesPage
from custodex.site.sources import Edit
from custodex.site.stock import Stock

_COMMITS, _EDITS = 100, 1500
_DAYS = 7


def changes_page(stock: Stock) -> ChangesPage:
    """Return the newest commits."""
    context = stock.context
    edits = stock.history.recent(_EDITS)
    by_commit = grouped(edits)
    commits = [commit_of(context, found) for found in by_commit[:_COMMITS]]
    title = context.messages.plain("nav.changes")
    frame = context.frame(title, "changes.html", "changes")
    return ChangesPage(frame, _week(stock, edits), commits, len(by_commit), stock.history.shallow)


def _week(stock: Stock, edits: Sequence[Edit]) -> Week | None:
    """Return what the seven days up to the commit that is built brought, None without commits of records.

    The day of the commit counts, not the clock: the same commit gives the same page.
    """
    if not stock.version.at or not edits:
        return None
    context, until = stock.context, stock.version.at[:10]
    since = (datetime.fromisoformat(stock.version.at) - timedelta(days=_DAYS)).isoformat()
    found = [edit for edit in edits if moment(edit.at) > moment(since)]
    return Week(
        since=context.moment(since[:10]),
        until=context.moment(until),
        commits=len({edit.commit for edit in found}),
        customers=len(_touched(found)),
        created=len(_touched([edit for edit in found if (edit.kind, edit.action) == ("customer", "added")])),
        authors=_authors(found),
        part=len(found) == _EDITS,
    )


def _authors(edits: Sequence[Edit]) -> list[Author]:
    by_name: dict[str, list[Edit]] = {}
    for edit in edits:
        by_name.setdefault(edit.who, []).append(edit)
    rows = [
        Author(name, len({edit.commit for edit in found}), len(_touched(found)))
        for name, found in by_name.items()
    ]
    return sorted(rows, key=lambda row: (-row.commits, -row.customers, row.name))


def _touched(edits: Sequence[Edit]) -> set[str]:
    return {edit.record for edit in edits if edit.record.startswith("customers/")}
