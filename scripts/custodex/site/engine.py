"""Renders customers: one engine a process, with its own connection to the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from custodex.completeness import Completeness
from custodex.examining import Record
from custodex.findings import Finding
from custodex.readers import Reader
from custodex.records import locate
from custodex.site import past
from custodex.site.cards import Card, card_of
from custodex.site.context import Context
from custodex.site.customerpage import CustomerPages, Subject
from custodex.site.extras import Extras, Files
from custodex.site.formdata import open_kinds
from custodex.site.job import Job
from custodex.site.known import Cards
from custodex.site.sources import HistorySource
from custodex.suggesting import Suggesting, Suggestion, may_be_one
from custodex.templating import Messages, Templates
from custodex.texts import Lang

TEMPLATES = ("customer", "stub")
_TWINS = 3


@dataclass(slots=True)
class Tongue:
    """What renders one language."""

    context: Context
    customers: CustomerPages
    templates: Templates

    def render(self, template: str, page: object) -> bytes:
        """Return a page."""
        return self.templates.render(template, page)


class Engine:
    """Reads customers and renders their pages."""

    def __init__(
        self,
        job: Job,
        reader: Reader,
        history: HistorySource,
        cards: Cards,
        templates: Mapping[Lang, tuple[Messages, Templates]],
        findings: Mapping[str, Sequence[Finding]],
    ) -> None:
        self.job = job
        self.reader = reader
        self.history = history
        self.cards = cards
        self._findings = findings
        self.judge = Completeness(reader)
        self._suggesting = Suggesting(reader)
        self._today = date.fromisoformat(job.today)
        self.tongues: dict[Lang, Tongue] = {}
        for lang in job.languages:
            messages, compiled = templates[lang]
            context = Context(
                reader.book, lang, messages, cards, job.audience, job.prefix, open_kinds(reader),
                policies=reader.book.schemas.has("policy") and reader.may_read("policy"),
                figures=past.is_open(reader), extras=job.extras,
            )  # fmt: skip
            pages = CustomerPages(context, job.rules)
            self.tongues[lang] = Tongue(context, pages, compiled)
        self._extras = Extras(first_context(self.tongues) if job.extras else None)

    def read(self, keys: Sequence[str]) -> Iterator[tuple[Record, Card]]:
        """Yield these records with their cards, as far as they exist."""
        for record in self.reader.select(list(keys)):
            yield record, self.card(record)

    def card(self, record: Record) -> Card:
        """Return the card of a record."""
        figures = self.job.contributions(record) if record.kind == "customer" else {}
        strong = self.job.strong(self.reader, record) if record.kind == "customer" else ((), ())
        return card_of(record, self.reader.book, self.judge, figures, strong)

    def customer(self, record: Record, card: Card) -> tuple[Files, list[str]]:
        """Return the files of one customer and what its pages asked for."""
        self.cards.taken()
        edits = () if card.state else self.history.for_record(card.key)
        files, links = self._extras.of(record, card, edits)
        suggested = self._suggesting.of(record, self._today)
        if suggested.until:
            self.cards.asked.add(f"day {suggested.until}")
        findings = self._findings.get(card.key, ())
        suggestions = [*suggested.found, *self._twins(card)]
        subject = Subject(record, card, edits, findings, links, suggestions, self.judge.of(record))
        for lang, tongue in self.tongues.items():
            if card.state:
                stub = tongue.customers.stub(subject)
                files.append((f"{lang}/{stub.frame.path}", tongue.render("stub", stub)))
                continue
            for page in tongue.customers.pages(subject):
                files.append((f"{lang}/{page.frame.path}", tongue.render("customer", page)))
        own = f"card {card.key}"
        return files, [what for what in self.cards.taken() if what != own]

    def _twins(self, card: Card) -> Iterator[Suggestion]:
        """Yield the first few customers that this one may be."""
        codes: dict[str, set[str]] = {}
        for token in card.twins:
            for key in self.cards.sharing(token):
                codes.setdefault(key, set()).add(token.partition(":")[0])
        codes.pop(card.key, None)
        for key, shared in sorted(codes.items(), key=lambda item: (-len(item[1]), item[0]))[:_TWINS]:
            other = self.cards.card(key)
            if other and other.id not in card.known and card.id not in other.known:
                yield may_be_one(other.id, other.name, shared)


def first_context(tongues: Mapping[Lang, Tongue]) -> Context:
    """Return the context of the book's own language: files that exist once speak it."""
    contexts = {lang: tongue.context for lang, tongue in tongues.items()}
    first = next(iter(contexts.values()))
    own = str(first.book.settings.get("default_language", "zh"))
    return next((context for lang, context in contexts.items() if lang == own), first)


def by_record(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Return the findings by the record they are about."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        place = locate(finding.path)
        if place is not None:
            found.setdefault(place.record, []).append(finding)
    return found
