"""What the records of a customer already say should be done next: each with its reason, none guessed.

Rules only, no model: the same records and the same day give the same suggestions. What the audience may not read
is not reasoned from. `until` says when the answer changes by the day alone, so that a page made earlier is known
to be out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from custodex.completeness import Completeness
from custodex.examining import Record
from custodex.hints import Node
from custodex.readers import Reader
from custodex.texts import Lang, Text

Act = Literal["note", "customer", "event", "group", "other"]
"""Where one acts on it: a new note, the customer's form, a document or fields, another customer."""

TEXTS: Mapping[str, Text] = {
    "task-late": Text("任务“{title}”已于{due}到期", "the task “{title}” was due on {due}"),
    "feedback-open": Text("{day}的{kind}还没有答复", "the {kind} of {day} has no answer yet"),
    "review-due": Text(
        "最近一次备注是{last}；等级“{grade}”要求每 {days} 天回访一次",
        "the last note is of {last}; the grade {grade} asks for one every {days} days",
    ),
    "never-noted": Text(
        "建档后还没有备注；等级“{grade}”要求每 {days} 天回访一次",
        "there is no note yet; the grade {grade} asks for one every {days} days",
    ),
    "end-near": Text("{kind}“{title}”将于{ends}到期", "the {kind} “{title}” ends on {ends}"),
    "policy-ends": Text(
        "{insured}的保单“{title}”将于{ends}到期", "the policy “{title}” of {insured} ends on {ends}"
    ),
    "consent-missing": Text(
        "没有“{purpose}”的同意或其他依据", "there is no consent or other basis for: {purpose}"
    ),
    "consent-ends": Text("“{purpose}”的同意将于{day}到期", "the consent for: {purpose} ends on {day}"),
    "consent-ended": Text("“{purpose}”的同意已于{day}到期", "the consent for: {purpose} ended on {day}"),
    "consent-withdrawn": Text(
        "“{purpose}”的同意已于{day}撤回", "the consent for: {purpose} was withdrawn on {day}"
    ),
    "may-be-one": Text("可能与{name}是同一客户：{why}", "may be the same customer as {name}: {why}"),
    "next-stage": Text("进入阶段“{stage}”还缺：{missing}", "the stage {stage} would still need: {missing}"),
}
SHARED: Mapping[str, Text] = {
    "number": Text("号码相同", "same number"),
    "phone": Text("电话相同", "same phone"),
    "email": Text("邮箱相同", "same e-mail"),
    "name": Text("名称相同", "same name"),
}
"""What two customers may share that makes one suppose they are one, by its code."""
_OPEN = ("open", "doing")
_OVER = ("lapsed", "ended")
_BEFORE_THE_END = 60
"""Days before a contract, policy or consent ends from which it is told; after the end of a consent until which."""
_COMMA = Text("、", ", ")


class Day(NamedTuple):
    """A day in a reason, 2026-03-02: whoever shows it writes it the way of the language."""

    iso: str


Params = Mapping[str, str | Text | Day]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to do; `about` names what it is about: the stem of an event, a group of fields, a customer's id."""

    code: str
    params: Params
    act: Act
    about: str = ""

    def reason(self, lang: Lang, day: Callable[[str], str] = str) -> str:
        """Return why; *day* writes a day of the form 2026-03-02 as the language does."""
        said = {name: _said(value, lang, day) for name, value in self.params.items()}
        return TEXTS[self.code].get(lang).format_map(said)


def _said(value: str | Text | Day, lang: Lang, day: Callable[[str], str]) -> str:
    if isinstance(value, Text):
        return value.get(lang)
    return day(value.iso) if isinstance(value, Day) else value


@dataclass(slots=True)
class Suggested:
    """The suggestions for one customer, and the first day on which there will be others ("" : never by itself)."""

    found: list[Suggestion] = field(default_factory=list)
    until: str = ""

    def add(self, suggestion: Suggestion, first: date, last: date | None, today: date) -> None:
        """Add what holds from *first* to *last*, if it holds *today*; note when that changes."""
        if first <= today and (last is None or today <= last):
            self.found.append(suggestion)
        change = first if today < first else _later(last, 1) if last and today <= last else None
        if change and (not self.until or change.isoformat() < self.until):
            self.until = change.isoformat()


def may_be_one(customer: str, name: str, codes: Collection[str]) -> Suggestion:
    """Return the suggestion that a customer may be another one, called *name*, by what they share (`SHARED`)."""
    words = [text for code, text in SHARED.items() if code in codes]
    why = Text(_COMMA.zh.join(one.zh for one in words), _COMMA.en.join(one.en for one in words))
    return Suggestion("may-be-one", {"name": name, "why": why}, "other", customer)


class Suggesting:
    """Knows the rules of one book, for one audience."""

    def __init__(self, reader: Reader) -> None:
        book = reader.book
        self._schemas = book.schemas
        self._notes = reader.may_read("note")
        self._consenting = self._schemas.has("consents") and reader.may_read("consents")
        self._judge = Completeness(reader)
        stages = [row for row in book.vocabulary("stages").get("stages") or () if isinstance(row, Mapping)]
        self._stages = {str(row.get("id")): row for row in stages}
        self._grades = {
            (str(kind.get("type")), str(grade.get("id"))): grade
            for kind in book.vocabulary("grades").get("types") or ()
            for grade in kind.get("grades") or ()
        }

    def of(self, record: Record, today: date) -> Suggested:
        """Return what there is to do for a customer; nothing for one that is gone, lost or put away."""
        main, found = record.main, Suggested()
        rank = self._rank(str(main.get("stage")))
        if "merged_into" in main or "erased" in main or not rank:
            return found
        for suggestion, first, last in self._all(record, rank):
            found.add(suggestion, first, last, today)
        return found

    def _rank(self, stage: str) -> int:
        rank = self._stages.get(stage, {}).get("rank")
        return rank if isinstance(rank, int) else 0

    def _all(self, record: Record, rank: int) -> Iterator[tuple[Suggestion, date, date | None]]:
        yield from self._late(record)
        yield from self._unanswered(record)
        yield from self._review(record)
        yield from self._ends(record)
        yield from self._policies(record)
        yield from self._consents(record)
        yield from self._next_stage(record, rank)

    def _late(self, record: Record) -> Iterator[tuple[Suggestion, date, None]]:
        for task in record.all("task"):
            due = _day(task.value.get("due"))
            if due and task.value.get("state") in _OPEN:
                params: Params = {"title": str(task.value.get("title") or ""), "due": Day(due.isoformat())}
                yield Suggestion("task-late", params, "event", task.stem), _later(due, 1), None

    def _unanswered(self, record: Record) -> Iterator[tuple[Suggestion, date, None]]:
        for feedback in record.all("feedback"):
            day = _day(feedback.value.get("occurred_at"))
            if day and feedback.value.get("state") == "open":
                params: Params = {
                    "kind": self._label("feedback", feedback.value),
                    "day": Day(day.isoformat()),
                }
                yield Suggestion("feedback-open", params, "event", feedback.stem), date.min, None

    def _review(self, record: Record) -> Iterator[tuple[Suggestion, date, None]]:
        main = record.main
        grade = self._grades.get((str(main.get("type")), str(main.get("grade"))), {})
        days = grade.get("review_days")
        if not self._notes or not isinstance(days, int):
            return
        notes = sorted(str(note.value.get("occurred_at") or "")[:10] for note in record.all("note"))
        last = _day(notes[-1] if notes else main.get("since"))
        if last is None:
            return
        params: Params = {"last": Day(last.isoformat()), "grade": _label(grade), "days": str(days)}
        code = "review-due" if notes else "never-noted"
        yield Suggestion(code, params, "note"), _later(last, days + 1), None

    def _ends(self, record: Record) -> Iterator[tuple[Suggestion, date, date]]:
        for deal in record.all("transaction"):
            ends = _day(deal.value.get("ends_on"))
            if ends is not None:
                title = str(deal.value.get("title") or deal.value.get("number") or deal.stem)
                params: Params = {
                    "kind": self._label("transaction", deal.value), "title": title, "ends": Day(ends.isoformat()),
                }  # fmt: skip
                first = _later(ends, -_BEFORE_THE_END)
                yield Suggestion("end-near", params, "event", deal.stem), first, ends

    def _policies(self, record: Record) -> Iterator[tuple[Suggestion, date, date]]:
        for policy in _items(_child(record.main, "insurance"), "policies"):
            ends = _day(policy.get("ends_on"))
            if ends is not None and policy.get("state") not in _OVER:
                title = str(policy.get("title") or policy.get("number") or policy.get("id"))
                insured = str(policy.get("insured") or record.main.get("name") or record.id)
                params: Params = {"insured": insured, "title": title, "ends": Day(ends.isoformat())}
                yield (
                    Suggestion("policy-ends", params, "group", "insurance"),
                    _later(ends, -_BEFORE_THE_END),
                    ends,
                )

    def _consents(self, record: Record) -> Iterator[tuple[Suggestion, date, date | None]]:
        """Tell what no consent covers any more, or soon; of a person, what none ever covered."""
        if not self._consenting:
            return
        given: dict[str, list[Mapping[str, Any]]] = {}
        for one in _items(record.one("consents"), "consents"):
            given.setdefault(str(one.get("purpose")), []).append(one)
        if record.main.get("type") == "person":
            needed = ("service", "sensitive") if record.one("identity") else ("service",)
            for purpose in needed:
                if purpose not in given:
                    params: Params = {"purpose": self._purpose(purpose)}
                    yield Suggestion("consent-missing", params, "group", "consents"), date.min, None
        for purpose, ones in given.items():
            yield from self._covered(purpose, ones)

    def _covered(
        self, purpose: str, ones: Sequence[Mapping[str, Any]]
    ) -> Iterator[tuple[Suggestion, date, date]]:
        def told(code: str, day: date) -> Suggestion:
            params: Params = {"purpose": self._purpose(purpose), "day": Day(day.isoformat())}
            return Suggestion(code, params, "group", "consents")

        standing = [one for one in ones if "withdrawn_at" not in one]
        if not standing:
            if last := max(filter(None, (_day(one["withdrawn_at"]) for one in ones)), default=None):
                yield told("consent-withdrawn", last), last, _later(last, _BEFORE_THE_END)
        elif all("expires_on" in one for one in standing) and (
            last := max(filter(None, (_day(one["expires_on"]) for one in standing)), default=None)
        ):
            yield told("consent-ends", last), _later(last, -_BEFORE_THE_END), last
            yield told("consent-ended", last), _later(last, 1), _later(last, _BEFORE_THE_END)

    def _purpose(self, code: str) -> Text:
        item = (self._schemas.node("consents").fields.get("consents") or Node({})).items or Node({})
        names = (item.fields.get("purpose") or Node({})).schema.get("x-enum")
        return _label({"label": names.get(code) if isinstance(names, Mapping) else None, "id": code})

    def _next_stage(self, record: Record, rank: int) -> Iterator[tuple[Suggestion, date, None]]:
        stage = next((row for name, row in self._stages.items() if self._rank(name) == rank + 1), None)
        moves = self._stages.get(str(record.main.get("stage")), {}).get("moves") or ()
        if stage is None or stage.get("id") not in moves:
            return
        missing = [one for one in self._judge.of(record, rank + 1).missing if one.rank == rank + 1]
        labels = [one.node.label or Text(one.place[-1], one.place[-1]) for one in missing]
        if labels:
            said = Text(
                _COMMA.zh.join(label.zh for label in labels), _COMMA.en.join(label.en for label in labels)
            )
            yield (
                Suggestion("next-stage", {"stage": _label(stage), "missing": said}, "customer"),
                date.min,
                None,
            )

    def _label(self, kind: str, value: Mapping[str, Any]) -> Text:
        """Return what the type of a document is called, in the middle of a sentence."""
        code = str(value.get("type") or "")
        schema = self._schemas.node(kind) if self._schemas.has(kind) else Node({})
        names = (schema.fields.get("type") or Node({})).schema.get("x-enum")
        found = _label({"label": names.get(code) if isinstance(names, Mapping) else None, "id": code or kind})
        return Text(found.zh, found.en.lower())


def _label(row: Mapping[str, Any]) -> Text:
    label = row.get("label")
    if isinstance(label, Mapping) and isinstance(label.get("zh"), str) and isinstance(label.get("en"), str):
        return Text(label["zh"], label["en"])
    return Text(str(row.get("id")), str(row.get("id")))


def _child(value: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    found = value.get(field)
    return found if isinstance(found, dict) else {}


def _items(value: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    found = value.get(field)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _day(said: Any) -> date | None:
    try:
        return date.fromisoformat(str(said)[:10])
    except ValueError:
        return None


def _later(day: date, days: int) -> date:
    """Return the day so many days later, as far as the calendar goes: 9999-12-31 is how people write never."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
