"""`custodex show`: all there is to know about one customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from custodex.cli.asof import as_of_option, source_at
from custodex.cli.session import Session
from custodex.cli.verbs import argument, audience_option, format_option, option, verb
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.examining import Record
    from custodex.readers import Reader
    from custodex.suggesting import Suggestion

EVENTS = {"notes": "note", "transactions": "transaction", "tasks": "task", "feedback": "feedback"}
_TWINS, _FEW = 3, 5000
_MODULES = ("customer", "contacts", "consents", "identity")


@verb(Text("显示一个客户", "show one customer"))
@argument("customer", metavar="ID")
@option(
    "--sensitive", is_flag=True, help=Text("也显示身份、证件与同意记录", "show identity and consents as well")
)
@as_of_option
@audience_option
@format_option("table", "json")
def command(
    session: Session, *, customer: str, sensitive: bool, as_of: str | None, audience: str | None, form: str
) -> None:
    """Show one customer."""
    from custodex.cli.picking import pick

    reader = session.reader(audience, source_at(session, as_of))
    found = pick(session, reader, customer)
    record = next(reader.select([f"customers/{found}"]))
    if form == "json":
        session.out_json(_json(session, reader, record, sensitive, as_of))
    else:
        session.lines(_lines(session, reader, record, sensitive, as_of))


def _json(
    session: Session, reader: Reader, record: Record, sensitive: bool, as_of: str | None
) -> dict[str, Any]:
    from custodex.cli.telling import teller
    from custodex.telling.asjson import as_json

    value: dict[str, Any] = {"id": record.id, "customer": record.main, "contacts": record.one("contacts")}
    if sensitive:
        value |= {kind: record.one(kind) for kind in ("identity", "consents")}
    for name, kind in EVENTS.items():
        value[name] = [{"id": document.stem, **document.value} for document in record.all(kind)]
    value["suggestions"] = [
        {
            "code": one.code,
            "zh": one.reason("zh"),
            "en": one.reason("en"),
            "document": one.about if one.act == "event" else None,
            "customer": one.about if one.act == "other" else None,
        }
        for one in _suggestions(session, reader, record, twins=not as_of)
    ]
    history = session.history(reader)
    told = teller(session, history, reader, sensitive=sensitive)
    value["history"] = [as_json(change, told) for change in history.for_record(record.key)]
    return value


def _suggestions(session: Session, reader: Reader, record: Record, *, twins: bool) -> Sequence[Suggestion]:
    from custodex.suggesting import Suggesting

    found = Suggesting(reader).of(record, session.today).found
    return [*found, *_twins(session, reader, record)] if twins else found


def _twins(session: Session, reader: Reader, record: Record) -> Iterator[Suggestion]:
    """Yield the customers this one may be; of a large book only once `duplicates`, `new` or an import looked at it."""
    from custodex.duplicates import Duplicates
    from custodex.duplicates.index import documents_of, is_kept
    from custodex.duplicates.wording import summary
    from custodex.suggesting import Params, Suggestion

    if not {"merged_into", "erased"}.isdisjoint(record.main):
        return
    catalog = session.catalog()
    if is_kept(catalog) or len(reader.keys("customer")) <= _FEW:
        for match in Duplicates(catalog, reader).like(documents_of(record), limit=_TWINS):
            params: Params = {"name": f"{match.name} ({match.id})", "why": summary(match, reader.book)}
            yield Suggestion("may-be-one", params, "other", match.id)


def _lines(
    session: Session, reader: Reader, record: Record, sensitive: bool, as_of: str | None
) -> Iterator[str]:
    from custodex.cli.sheet import Sheet

    sheet = Sheet(reader.book, session.lang)
    for kind in _MODULES if sensitive else _MODULES[:2]:
        if value := record.one(kind):
            yield sheet.kind(kind)
            yield from sheet.document(kind, value)
    if suggestions := _suggestions(session, reader, record, twins=not as_of):
        yield session.say("建议", "Suggestions")
        yield from (f"  {one.reason(session.lang)}" for one in suggestions)
    for kind in EVENTS.values():
        for document in reversed(record.all(kind)):
            yield f"{sheet.kind(kind)} {document.stem}"
            yield from sheet.document(kind, document.value)
