"""The pages of the changed customers for a review, rendered by the site's own templates before and after."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from custodex.cli.session import Session

if TYPE_CHECKING:
    from custodex.catalog import Catalog
    from custodex.cli.spans import Span
    from custodex.findings import Finding
    from custodex.readers import Reader
    from custodex.site.job import Job
    from custodex.telling.review import Faces

_MOST = 12


class Painter:
    """Renders one side after the other: the catalog stands at one state at a time."""

    def __init__(self, session: Session, proposed: Span, *, sensitive: bool) -> None:
        from custodex.records import locate

        places = [place for change in proposed.changes if (place := locate(change.path))]
        keys = dict.fromkeys(place.record for place in places if place.record.startswith("customers/"))
        self._session = session
        self._sensitive = sensitive
        self._keys = sorted(keys)
        self._hidden: frozenset[str] = frozenset()
        self._sides: list[dict[str, str]] = []

    def paint(self, catalog: Catalog, findings: Sequence[Finding]) -> None:
        """Render the next side, before or after, from the catalog as it stands."""
        from custodex.readers import Reader
        from custodex.site.alone import Alone
        from custodex.telling import masked_classes

        if not self._sensitive:  # a proposal that unmasks a class is still read by the rules before it
            self._hidden |= masked_classes(catalog.book)
        reader = Reader(catalog, hidden=self._hidden)
        shown = [one for one in findings if reader.may_read_at(one.path, one.pointer)]
        alone = Alone(_job(self._session, reader), reader, shown)
        self._sides.append(dict(alone.pages(self._keys[:_MOST])))

    def faces(self) -> Faces:
        """Return both sides of every customer, changes marked."""
        from custodex.cli.build import folders
        from custodex.site.alone import style_of
        from custodex.site.facing import facing
        from custodex.telling.review import Face, Faces

        before, after = self._sides
        shown = tuple(
            Face(key, *facing(before.get(key, ""), after.get(key, ""))) for key in self._keys[:_MOST]
        )
        return Faces(style_of(folders(self._session)), shown, max(0, len(self._keys) - _MOST))


def _job(session: Session, reader: Reader) -> Job:
    from custodex import reports
    from custodex.cli.build import folders
    from custodex.cli.rulebook import all_rules
    from custodex.site.job import Job
    from custodex.site.sources import NoHistory

    return Job(
        out=Path(), state=Path(), connect=lambda: (reader, NoHistory()), folders=folders(session),
        rules=all_rules(), now=session.now, contributions=reports.contributions, languages=(session.lang,),
        prefix=session.git.prefix().decode("utf-8", "replace"), extras=False,
    )  # fmt: skip
