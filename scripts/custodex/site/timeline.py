"""The one timeline of a customer: notes, transactions, feedback, finished tasks and data changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from custodex.examining import Document, Record
from custodex.hints import Node
from custodex.site import addresses, phrases
from custodex.site.cards import OPEN
from custodex.site.customermodels import Event, Line, Text
from custodex.site.forges import Forges
from custodex.site.origins import Origins
from custodex.site.pieces import Badge, EventKind, Field, Forge, Link, Task
from custodex.site.reading import Value, items, strings, text
from custodex.site.values import Values

_TIMES: Mapping[EventKind, str] = {
    "note": "occurred_at",
    "transaction": "occurred_on",
    "feedback": "occurred_at",
}
_ELSEWHERE = frozenset(
    {"type", "occurred_at", "occurred_on", "by", "people", "title", "subject", "state", "amount", "currency",
     "lines", "tags", "corrects", "due", "assignee", "created_by", "created_at", "closed_at", "priority", "note"}
)  # fmt: skip
_LONG = 500
_MAX_CHANGES = 20
_TAGS_KEPT = 1024


@dataclass(frozen=True, slots=True)
class _Plan:
    """How to show the documents of one kind: the fields that are texts and facts, with labels, and their order."""

    node: Node
    texts: Mapping[str, str]
    facts: Mapping[str, tuple[Node, str]]
    order: Sequence[str]

    def shown(self, value: Value) -> list[str]:
        """Return the texts and facts that a document has, in the order of the schema."""
        return [name for name in self.order if name in value]


class Timelines:
    """Makes timelines in one language."""

    def __init__(self, values: Values, forges: Forges) -> None:
        self._values = values
        self._forges = forges
        self._plans: dict[str, _Plan] = {}

    def _plan(self, kind: str) -> _Plan:
        if kind not in self._plans:
            schemas = self._values.words.book.schemas
            node = schemas.node(kind) if schemas.has(kind) else Node({})
            texts, facts = dict[str, str](), dict[str, tuple[Node, str]]()
            for name, part in node.fields.items():
                if part.schema.get("maxLength", 0) > _LONG:
                    texts[name] = self._values.words.of(part, name)
                elif name not in _ELSEWHERE:
                    facts[name] = (part, self._values.words.of(part, name))
            order = [name for name in node.fields if name in texts or name in facts]
            self._plans[kind] = _Plan(node, texts, facts, order)
        return self._plans[kind]

    def events(self, record: Record, people: Mapping[str, str], origins: Origins) -> list[Event]:
        """Return all events, newest first; *people* names the contacts of the customer by id."""
        found = [*self._documents(record, people), *self._changes(origins)]
        # stable: changes of the same minute stay in the order of their commits, newest first
        found.sort(key=lambda event: event.when.iso[:16], reverse=True)
        return found

    def _documents(self, record: Record, people: Mapping[str, str]) -> Iterator[Event]:
        fixed = {
            text(document.value, "corrects"): document.stem
            for document in record.documents
            if document.kind in _TIMES
        }
        for document in record.documents:
            if document.kind == "task":
                if text(document.value, "state") not in OPEN:
                    yield self._task(document)
            elif document.kind in _TIMES:
                yield self._event(document, people, fixed.get(document.stem, ""))

    def _event(self, document: Document, people: Mapping[str, str], corrected: str) -> Event:
        value, plan = document.value, self._plan(document.kind)
        kind: EventKind = document.kind  # type: ignore[assignment]
        when = self._values.moment(text(value, _TIMES[kind]) or document.stem[:10])
        state, corrects = text(value, "state"), text(value, "corrects")
        title = text(value, "title") or text(value, "subject")
        shown = plan.shown(value)
        return Event(
            kind=kind,
            icon=_icon(plan.node, text(value, "type")),
            label=self._enum(plan.node, "type", text(value, "type")) or self._values.words.kind(kind),
            when=when,
            month=self._values.formats.month(when.iso[:7]),
            anchor=f"e-{document.stem}",
            title=title,
            by=self._values.known.person(text(value, "by")),
            people=[Link(people[name], f"#p-{name}") for name in strings(value, "people") if name in people],
            texts=_texts(plan, value, shown),
            facts=self._facts(plan, value, shown),
            state=Badge(state, self._enum(plan.node, "state", state)) if state else None,
            amount=self._amount(plan.node, value),
            lines=[self._line(plan.node, line, value) for line in items(value, "lines")],
            tags=[self.tag(name) for name in strings(value, "tags")],
            corrects=Link(corrects, f"#e-{corrects}") if corrects else None,
            corrected_by=Link(corrected, f"#e-{corrected}") if corrected else None,
            forge=self._forge(document.path),
        )

    def _forge(self, path: str) -> Forge | None:
        if not self._forges.known:
            return None
        forge = self._forges.file(path)
        return forge if forge.edit or forge.history else None

    def _enum(self, node: Node, name: str, value: str) -> str:
        part = node.fields.get(name)
        return self._values.words.enum(part, value) if part and value else value

    def _facts(self, plan: _Plan, value: Value, names: Sequence[str]) -> list[Field]:
        found = []
        for name in names:
            if name in plan.facts:
                node, label = plan.facts[name]
                if shown := self._values.show(node, value[name], value):
                    found.append(Field(label, shown))
        return found

    def _amount(self, node: Node, value: Value):  # type: ignore[no-untyped-def]
        part = node.fields.get("amount")
        shown = self._values.show(part, value["amount"], value) if part and "amount" in value else []
        return shown[0] if shown else None

    def _line(self, node: Node, line: Value, beside: Value) -> Line:
        lines = node.fields.get("lines")
        fields = lines.items.fields if lines and lines.items else {}
        money = {"currency": beside.get("currency")}
        said = {
            name: self._values.text(fields.get(name), line.get(name), money)
            for name in ("quantity", "unit_price", "discount", "amount")
            if name in line
        }
        title = text(line, "title") or self._values.known.named(("product",), text(line, "product")).label
        return Line(title, *(said.get(name, "") for name in ("quantity", "unit_price", "discount", "amount")))

    @cached_property
    def tag(self) -> Callable[[str], Badge]:
        """How a tag is shown: with a link to its page, if the vocabulary knows it."""
        return lru_cache(_TAGS_KEPT)(self._tag)

    def _tag(self, value: str) -> Badge:
        known = value in self._values.words.vocabulary("tags")
        label = self._values.words.vocabulary_label("tags", value)
        return Badge(value, label, addresses.tag(value) if known else "")

    def _task(self, document: Document) -> Event:
        value, plan = document.value, self._plan("task")
        when = self._values.moment(text(value, "closed_at") or text(value, "due") or document.stem[:10])
        state = text(value, "state")
        return Event(
            kind="task",
            icon="task",
            label=self._values.words.kind("task"),
            when=when,
            month=self._values.formats.month(when.iso[:7]),
            anchor=f"e-{document.stem}",
            title=text(value, "title"),
            by=self._values.known.person(text(value, "assignee")),
            texts=_texts(plan, value, plan.shown(value)),
            state=Badge(state, self._enum(plan.node, "state", state)) if state else None,
            forge=self._forge(document.path),
        )

    def open_tasks(self, record: Record) -> list[Task]:
        """Return what is still to be done for a customer, by due date."""
        found = [
            self.task(document.value, document.stem, self._forge(document.path))
            for document in record.all("task")
            if text(document.value, "state") in OPEN
        ]
        return sorted(found, key=lambda task: (task.due.iso if task.due else "9", task.anchor))

    def task(
        self,
        value: Value,
        stem: str,
        forge: Forge | None = None,
        customer: Link | None = None,
        today: str = "",
    ) -> Task:
        """Return one task; *today* tells whether it is late, on pages that may know the clock."""
        node = self._plan("task").node
        due, state, priority = (text(value, name) for name in ("due", "state", "priority"))
        known = priority if priority in ("low", "high") else "normal"
        return Task(
            title=text(value, "title"),
            due=self._values.moment(due) if due else None,
            state=Badge(state, self._enum(node, "state", state)),
            priority=known,  # type: ignore[arg-type]
            priority_label=self._enum(node, "priority", known),
            assignee=self._values.known.person(text(value, "assignee")),
            anchor=f"e-{stem}",
            customer=customer,
            detail=text(value, "detail"),
            overdue=bool(today and due and due < today),
            forge=forge,
        )

    def _changes(self, origins: Origins) -> Iterator[Event]:
        say = self._values.words.say
        for step in origins.steps():
            when = self._values.moment(step.edit.at)
            yield Event(
                kind="change",
                icon="change",
                label=say(phrases.CREATED if step.created else phrases.CHANGED),
                when=when,
                month=self._values.formats.month(when.iso[:7]),
                anchor=f"h-{step.edit.commit[:10]}",
                title=step.edit.subject,
                by=Link(step.edit.who),
                changes=() if step.created else step.changes[:_MAX_CHANGES],
                url=self._forges.commit(step.edit.commit),
            )


def _texts(plan: _Plan, value: Value, names: Sequence[str]) -> list[Text]:
    said = ((name, text(value, name).strip()) for name in names if name in plan.texts)
    return [Text(name, plan.texts[name], what) for name, what in said if what]


def _icon(node: Node, value: str) -> str:
    part = node.fields.get("type")
    return value if part and value in (part.schema.get("enum") or ()) else "other"
