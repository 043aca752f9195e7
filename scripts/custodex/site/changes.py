"""The page of changes: the newest commits."""

from __future__ import annotations

from custodex.site.commits import commit_of, grouped
from custodex.site.pagemodels import ChangesPage
from custodex.site.stock import Stock

_COMMITS, _EDITS = 100, 1500


def changes_page(stock: Stock) -> ChangesPage:
    """Return the newest commits."""
    context = stock.context
    by_commit = grouped(stock.history.recent(_EDITS))
    commits = [commit_of(context, edits) for edits in by_commit[:_COMMITS]]
    title = context.messages.plain("nav.changes")
    frame = context.frame(title, "changes.html", "changes")
    return ChangesPage(frame, commits, len(by_commit), stock.history.shallow)
