"""Pages of single customers without a site around them: nothing is kept, written or asked of a history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from custodex.findings import Finding
from custodex.readers import Reader
from custodex.records import locate
from custodex.site.cards import Card
from custodex.site.engine import Engine, by_record
from custodex.site.job import Job
from custodex.site.known import Cards, Incoming
from custodex.site.sources import NoHistory
from custodex.templating import Templates, read_messages

BARE = Path("review")
"""The folder of templates whose layout is the page's own part and nothing around it."""
_STYLES = ("site.css", "icons.css")


class Alone:
    """Renders the first page of customers of one state of the records in `job.languages[0]`."""

    def __init__(self, job: Job, reader: Reader, findings: Sequence[Finding]) -> None:
        lang = job.languages[0]
        folders = [job.folders[-1] / BARE, *job.folders]
        messages = read_messages(job.folders)[lang]
        templates = Templates(folders, messages, lang, None)
        self._reader = reader
        self._engine = Engine(
            job, reader, NoHistory(), Cards(self._card, self._incoming), {lang: (messages, templates)},
            by_record(findings),
        )  # fmt: skip

    def pages(self, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield (key, HTML of the page's own part) of those of these customers that exist."""
        for record, card in self._engine.read(keys):
            files, _ = self._engine.customer(record, card)
            yield record.key, files[0][1].decode()

    def _card(self, key: str) -> Card | None:
        record = self._reader.record(key)
        return self._engine.card(record) if record else None

    def _incoming(self, key: str) -> Sequence[Incoming]:
        """Return what others say of this customer, as the site's own list of edges would have it."""
        places = (locate(path) for path, _ in self._reader.referrers(key))
        others = sorted({place.record for place in places if place and place.kind == "customer"})
        cards = (self._card(other) for other in others)
        return [(card.key, edge) for card in cards if card for edge in card.edges if edge.target == key]


def style_of(folders: Sequence[Path]) -> str:
    """Return the style sheets of the site and of reviews as one that asks for no other file."""
    bases = [next(base for base in folders if (base / "assets" / name).is_file()) for name in _STYLES]
    paths = [
        *(base / "assets" / name for base, name in zip(bases, _STYLES, strict=True)),
        folders[-1] / BARE / "review.css",
    ]
    lines = "\n".join(path.read_text(encoding="utf-8") for path in paths).splitlines()
    return "\n".join(line for line in lines if "url(" not in line or 'url("data:' in line)
