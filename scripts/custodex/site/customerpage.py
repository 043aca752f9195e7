"""The page of one customer: from its record, its changes and its findings to the models of its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from custodex.completeness import Complete
from custodex.examining import Record
from custodex.findings import Finding, parse_pointer
from custodex.hints import Node, find
from custodex.records import customer_folder, locate
from custodex.rules import Rulebook, hint, message
from custodex.site import addresses, pieces
from custodex.site.cards import Card
from custodex.site.context import Context
from custodex.site.customermodels import (
    Completeness,
    CustomerPage,
    Event,
    Person,
    StubPage,
    Suggested,
    TagGroup,
)
from custodex.site.extras import NO_LINKS, Links
from custodex.site.fields import Facts
from custodex.site.grouptree import drawn
from custodex.site.modelling import replaced
from custodex.site.origins import Origins
from custodex.site.parting import divided
from custodex.site.people import Contacts, initials
from custodex.site.pieces import Badge, Field, FieldGroup, Link
from custodex.site.reading import Value, child, strings, text
from custodex.site.sources import Edit
from custodex.suggesting import Suggestion

_HEADER = ("stage", "grade", "owner", "team", "since", "tags")
_NAMES = ("name", "name_en", "short_name", "aliases")
_ELSEWHERE = frozenset(
    {"id", "type", "pinyin", "merged_into", "erased", "parent", "relations", *_HEADER, *_NAMES}
)
_MAX_FEATURED = 6
_MAX_FINDINGS = 50
_MAX_TASKS, _MAX_RELATIONS, _MAX_ALIKE = 100, 200, 5
"""Of so many a customer may have any number: tasks, relations, suggestions of one kind."""
_EXTRA_KINDS = ("identity", "consents")


@dataclass(frozen=True, slots=True)
class Subject:
    """One customer and what is known about it beside its record."""

    record: Record
    card: Card
    edits: Sequence[Edit] = ()
    findings: Sequence[Finding] = ()
    links: Links = NO_LINKS
    suggestions: Sequence[Suggestion] = ()
    complete: Complete | None = None


class CustomerPages:
    """Makes the models of customer pages in one language."""

    def __init__(self, context: Context, rules: Rulebook) -> None:
        self._context = context
        self._rules = rules
        schemas = context.book.schemas
        self._node = schemas.node("customer") if schemas.has("customer") else Node({})
        self._featured = sorted(_featured(self._node, ()), key=lambda row: row[0])

    def stub(self, subject: Subject) -> StubPage:
        """Return the small page of a merged or erased customer."""
        main, name = subject.record.main, subject.record.id
        erased = child(main, "erased")
        title = self._context.messages.plain(f"stub.{subject.card.state}")
        merged = text(main, "merged_into")
        node = self._node.fields.get("erased", Node({})).fields.get("basis", Node({}))
        basis = text(erased, "basis")
        return StubPage(
            frame=self._context.frame(title, addresses.customer(name), "customers"),
            id=name,
            kind="merged" if merged else "erased",
            target=self._context.known.link(f"customers/{merged}") if merged else None,
            when=self._context.moment(text(erased, "at")) if text(erased, "at") else None,
            reason=text(erased, "reason"),
            basis=self._context.words.enum(node, basis) if basis else "",
            forge=self._context.forges.file(f"{customer_folder(name)}/customer.yaml"),
        )

    def pages(self, subject: Subject) -> Iterator[CustomerPage]:
        """Yield the page of a customer and the further parts of its timeline."""
        context, record = self._context, subject.record
        origins = Origins(subject.edits, context.values, context.forges, context.book.schemas)
        contacts = Contacts(record.one("contacts"), self._kind_node("contacts"), context.values, origins)
        people = contacts.people(subject.links.cards.people)
        names = {person.id: person.name for person in people}
        events = context.timelines.events(record, names, origins)
        parts = divided(events, record.id)
        homes = {event.anchor: number for number, part in enumerate(parts) for event in part}
        for number, part in enumerate(parts):
            page = self._page(subject, origins, (contacts, people), part, events, number, len(parts))
            yield (
                page if number else replaced(page, suggestions=self._suggestions(subject, homes, page.groups))
            )

    def _page(
        self, subject: Subject, origins: Origins, reached: tuple[Contacts, Sequence[Person]], part: Sequence[Event],
        events: Sequence[Event], number: int, count: int,
    ) -> CustomerPage:  # fmt: skip
        context, main, card = self._context, subject.record.main, subject.card
        contacts, people = reached
        first = number == 0
        tasks = context.timelines.open_tasks(subject.record)
        tree = context.relations.tree(card) if first else ()
        relations = context.relations.of(card) if first else []
        return CustomerPage(
            frame=context.frame(card.name, addresses.customer(card.id, number), "customers"),
            id=card.id,
            name=card.name,
            type="person" if card.type == "person" else "organization",
            type_label=self._type_label(card.type),
            initials=initials(card.short or card.name),
            other_names=[name for name in _other_names(main) if name != card.name],
            stage=context.badge("stage", card.one("stage")),
            grade=context.badge("grade", card.one("grade")),
            owner=context.known.person(text(main, "owner")),
            team=context.known.named(("team",), text(main, "team")) if text(main, "team") else None,
            # an older part says nothing that every new event would change
            last_note=context.moment(card.last_note) if card.last_note and first else None,
            next_due=context.moment(card.next_due) if card.next_due and first else None,
            since=context.moment(card.since) if card.since else None,
            featured=self._shown_featured(main),
            people=people if first else (),
            addresses=contacts.addresses() if first else (),
            preferences=contacts.preferences(),
            groups=self._groups(subject, origins, contacts) if first else (),
            tags=self._tags(main) if first else (),
            tree=tree,
            graph=drawn(tree),
            relations=relations[:_MAX_RELATIONS],
            relations_total=len(relations),
            tasks=tasks[:_MAX_TASKS] if first else (),
            tasks_total=len(tasks),
            events=part,
            counts=_counts(events if first else part),
            completeness=self._completeness(subject) if first else None,
            findings=[self.finding(one) for one in subject.findings[:_MAX_FINDINGS]] if first else (),
            findings_total=len(subject.findings),
            forge=context.forges.customer(customer_folder(card.id), card.id, card.id),
            merged_ids=context.relations.merged(card) if first else (),
            part=number,
            newer="" if first else addresses.customer(card.id, (number + 1) % count),
            older=addresses.customer(card.id, (number or count) - 1) if count > 1 and number != 1 else "",
            reaches=contacts.reaches() if first else (),
            vcard=subject.links.cards.all,
            feed=subject.links.feed,
            api=subject.links.api,
        )

    def _suggestions(
        self, subject: Subject, homes: Mapping[str, int], groups: Sequence[FieldGroup]
    ) -> list[Suggested]:
        """Return what there is to do, each with the place to do it; *homes* say on which part an event stands."""
        context, name = self._context, subject.record.id
        found: list[Suggested] = []
        alike = Counter(one.code for one in subject.suggestions)
        told = Counter[str]()
        for one in subject.suggestions:
            told[one.code] += 1
            if told[one.code] > _MAX_ALIKE:
                if told[one.code] == alike[one.code]:
                    more = context.messages.plain("suggestion.more", n=str(alike[one.code] - _MAX_ALIKE))
                    found.append(Suggested(one.code, more, Link("")))
                continue
            reason = one.reason(context.lang, context.formats.date)
            anchor = f"e-{one.about}"
            if one.act == "event":
                home = addresses.customer(name, homes[anchor]) if homes.get(anchor) else ""
                href, act = f"{home}#{anchor}", "suggestion.look"
            elif one.act == "group":
                # who has no such fields yet has no place of them
                there = any(group.id == one.about for group in groups)
                href, act = f"#g-{one.about}" if there else "", "suggestion.look"
            elif one.act == "other":
                href, act = addresses.customer(one.about), "suggestion.look"
            else:
                href = f"form/{one.act}.html#c={name}" if one.act in context.forms else ""
                act = f"suggestion.{one.act}"
            found.append(Suggested(one.code, reason, Link(context.messages.plain(act), href)))
        return found

    def _kind_node(self, kind: str) -> Node | None:
        schemas = self._context.book.schemas
        return schemas.node(kind) if schemas.has(kind) else None

    def _type_label(self, value: str) -> str:
        node = self._node.fields.get("type")
        return self._context.words.enum(node, value) if node and value else value

    def _shown_featured(self, main: Value) -> list[Field]:
        found: list[Field] = []
        for _, place, node in self._featured:
            beside = main
            for part in place[:-1]:
                beside = child(beside, part)
            if place[-1] in beside and len(found) < _MAX_FEATURED:
                pointer = "".join([f"/{part}" for part in place[:-1]])
                field = self._context.values.field(node, place[-1], beside[place[-1]], beside, pointer)
                if field.values:
                    found.append(field)
        return found

    def _groups(self, subject: Subject, origins: Origins, contacts: Contacts) -> list[FieldGroup]:
        values, record = self._context.values, subject.record
        shown = {place[0] if len(place) == 1 else ".".join(place) for _, place, _ in self._featured}
        found = list(Facts(values, "customer", origins).groups(self._node, record.main, _ELSEWHERE | shown))
        for kind in _EXTRA_KINDS:
            value, node = record.one(kind), self._kind_node(kind)
            if value and node and (group := Facts(values, kind, origins).whole(node, value)):
                found.append(group)
        rest, node = contacts.rest(), self._kind_node("contacts")
        if rest and node and (group := Facts(values, "contacts", origins).whole(node, rest)):
            found.append(group)
        return found

    def _tags(self, main: Value) -> list[TagGroup]:
        by_dimension: dict[str, list[Badge]] = {}
        for value in strings(main, "tags"):
            badge = self._context.timelines.tag(value)
            by_dimension.setdefault(value.partition(":")[0], []).append(badge)
        labels = self._context.words.dimensions
        return [TagGroup(labels.get(name, name), tags) for name, tags in by_dimension.items()]

    def _completeness(self, subject: Subject) -> Completeness | None:
        found = subject.complete
        if found is None or found.percent < 0:
            return None
        missing = [Link(self._context.words.of(one.node, one.place[-1])) for one in found.missing]
        return Completeness(found.percent, missing)

    def finding(self, finding: Finding) -> pieces.Finding:
        """Return a finding with its texts; the rules' own page explains it."""
        rule = self._rules.get(finding.code)
        place = f"{finding.path}:{finding.line}:{finding.column}"
        return pieces.Finding(
            code=finding.code,
            severity=finding.severity,
            message=message(rule, finding, self._context.lang) if rule else finding.code,
            hint=hint(rule, finding, self._context.lang) if rule else "",
            href=f"rules/{finding.code}.html",
            place=place,
            field=self._field_label(finding),
            url=self._context.forges.at(finding.path, finding.line),
        )

    def _field_label(self, finding: Finding) -> str:
        place = locate(finding.path)
        node = self._kind_node(place.kind) if place else None
        labels: list[str] = []
        for part in parse_pointer(finding.pointer):
            if node is None:
                break
            node = find(node, (int(part),)) if part.isdecimal() else node.fields.get(part)
            if node is not None and not part.isdecimal():
                labels.append(self._context.words.of(node, part))
        return " · ".join(labels)


def _featured(node: Node, place: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...], Node]]:
    for name, part in node.fields.items():
        order = part.hint("featured")
        if isinstance(order, int) and name not in (*_HEADER, *_NAMES, "type"):
            yield order, (*place, name), part
        elif part.fields and order is None:
            yield from _featured(part, (*place, name))


def _other_names(main: Value) -> list[str]:
    single = [text(main, name) for name in _NAMES if name != "aliases"]
    return list(dict.fromkeys(name for name in (*single, *strings(main, "aliases")) if name))


def _counts(events: Sequence[Event]) -> dict[pieces.EventKind, int]:
    found: dict[pieces.EventKind, int] = dict.fromkeys(
        ("note", "transaction", "feedback", "task", "change"), 0
    )
    for event in events:
        found[event.kind] += 1
    return found
