"""`custodex new`: a customer that was not there yet; likely duplicates are shown first."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import argument, choice, option, verb
from custodex.cli.writing import Plan, Way, carry_out, converter, reader_of, writing
from custodex.errors import EXIT_FINDINGS, CustodexError, UsageFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.books import Book
    from custodex.duplicates import Match
    from custodex.hints import Node

_LISTED = 20
_SINGLES = ("staff", "team", "product", "view")
Documents = dict[str, dict[str, Any]]


class LikelyDuplicate(CustodexError):
    """A customer that is there already, by a number or address of its own."""

    exit_code = EXIT_FINDINGS


@verb(
    Text(
        """新建客户。在终端上会逐项询问缺少的字段；疑似重复的客户先列出。

        例：custodex new 远峤船务有限公司 region.country=CN 'people+=王一' --commit""",
        """Make a new customer; at a terminal what is missing is asked for, likely duplicates are shown first.

        Example: custodex new "Harbor Shipping Ltd" region.country=GB 'people+=Ada Example' --commit""",
    )
)
@argument("name", required=False)
@argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@option("--person", is_flag=True, help=Text("个人客户", "the customer is a person"))
@option("--kind", type=choice("customer", *_SINGLES), default="customer", show_default=True,
        help=Text("档案种类；customer 以外写 id=编号", "kind of record; others than customer need id=…"))  # fmt: skip
@option("--from", "file", type=Path, default=None, metavar="FILE",
        help=Text("从 YAML 文件读字段", "take the fields from a YAML file"))  # fmt: skip
@option("--anyway", is_flag=True, help=Text("疑似重复也新建", "also if it may be a duplicate"))
@writing
def command(
    session: Session, name: str | None, fields: Sequence[str], *, way: Way, file: Path | None, **said: Any
) -> int:
    """Make a new record."""
    if name and "=" in name:
        fields, name = (name, *fields), None
    given = _given(session, file)
    if name:
        fields = (f"name={name}", *fields)
    if said["kind"] == "customer" and session.interactive and file is None:
        fields = (*fields, *_asked(session, fields, person=said["person"]))

    if said["kind"] == "customer" and not said["anyway"]:
        _keep_keys(session)

    def plan(author: Author) -> Plan:
        return _plan(session, author, (said["kind"], given, fields), said)

    return carry_out(session, way, "new", plan)


def _keep_keys(session: Session) -> None:
    """Have the keys of duplicates made for good where there are none: a refusal would throw them away each time."""
    from custodex.cli.importing import refresh
    from custodex.duplicates.index import is_kept

    if not is_kept(session.opened()):
        refresh(session)


def _plan(
    session: Session, author: Author, wanted: tuple[str, Documents, Sequence[str]], said: Mapping[str, Any]
) -> Plan:
    from custodex.authoring.fields import assigned, assignment
    from custodex.cli.set import kinds_of
    from custodex.drafts import Draft
    from custodex.ids import new_id
    from custodex.records import path_of

    kind, documents, fields = wanted
    schemas, convert = author.catalog.book.schemas, converter(session, author)
    for text in fields:
        one = assignment(schemas, kinds_of(kind), text)
        documents[one.field.kind] = assigned(documents.get(one.field.kind, {}), one, convert)
    main = documents.setdefault(kind, {})
    if kind == "customer":
        _refuse_id(main)
        main["id"] = new_id()
        _fill(session, author, main, person=said["person"])
    lacking = "id" if not main.get("id") else "name" if not main.get("name") else ""
    if lacking:
        raise UsageFault(
            Text(f"没有 {lacking}", f"it has no {lacking}"),
            Text("写成 custodex new 名称 字段=值", "write custodex new NAME FIELD=VALUE"),
        )
    asks = None if said["anyway"] or kind != "customer" else _look_for_duplicates(session, author, documents)
    record = str(main["id"])
    drafts = [Draft(path_of(name, record), name, value) for name, value in documents.items() if value]
    done = Text(f"已新建 {record}", f"made {record}")
    return Plan(drafts, f"new {kind} {record}", done, asks, told={"id": record})


def _refuse_id(said: Container[str]) -> None:
    """Refuse a customer that comes with an id of its own, as a file copied from another customer does."""
    if "id" in said:
        raise UsageFault(
            Text(
                "新客户的编号由程序给出，不能指定 id",
                "the program gives a new customer its id, none can be chosen",
            ),
            Text("去掉 id", "leave id out"),
        )


def _look_for_duplicates(session: Session, author: Author, documents: Documents) -> Text | None:
    """Show whom the new customer may be; one with the same number is refused, a near name is asked about."""
    from custodex.cli.tables import table
    from custodex.duplicates import Duplicates
    from custodex.duplicates.wording import summary

    book = author.catalog.book
    found: list[Match] = Duplicates(author.catalog, reader_of(author)).like(documents)
    rows = [[match.id, match.name, summary(match, book).get(session.lang)] for match in found]
    if not rows:
        return None
    heads = [session.say("可能已有", "may be"), session.say("名称", "name"), session.say("原因", "why")]
    for line in table(heads, rows, None):
        session.err(line)
    if any(match.level == "same" for match in found):
        raise LikelyDuplicate(
            Text(
                "这个客户多半已经有了，没有新建",
                "this customer is most likely there already, nothing was made",
            ),
            Text("补充现有客户，或加 --anyway", "add to the one there is, or say --anyway"),
        )
    if not session.interactive:
        session.err(session.say(
            "若是同一客户，用 custodex undo 撤回，再补充已有的；若不是，custodex distinct 记下来",
            "if it is one of them, take it back with custodex undo and add to the one there is; if not, say so"
            " with custodex distinct",
        ))  # fmt: skip
    return Text("仍然新建？", "make it all the same?") if session.interactive else None


def _fill(session: Session, author: Author, main: dict[str, Any], *, person: bool) -> None:
    """Fill what a new customer has to have and nobody said."""
    from custodex.cli.who import writer

    stages = author.catalog.book.vocabulary("stages").get("stages", ())
    main.setdefault("type", "person" if person else "organization")
    main.setdefault("stage", next((one["id"] for one in stages if one.get("initial")), "lead"))
    try:
        me = writer(session, reader_of(author), None)
    except UsageFault:
        me = ""
    if me:
        main.setdefault("owner", me)
    main.setdefault(
        "source", {"channel": "other", **({"by": me} if me else {}), "at": session.today.isoformat()}
    )


def _given(session: Session, file: Path | None) -> Documents:
    """Return the documents of a file: the fields of a customer, or its documents by kind."""
    if file is None:
        return {}
    from custodex.files import read_file
    from custodex.records import KIND, MAX_BYTES
    from custodex.yamlfile import parse

    parsed = parse(read_file(session.start / file, MAX_BYTES))
    if parsed.value is None:
        first = parsed.findings[0]
        where = Text(
            f"{file} 第 {first.line} 行读不出来：{first.code}",
            f"{file}:{first.line} cannot be read: {first.code}",
        )
        raise UsageFault(where)
    whole = all(name in KIND and isinstance(value, dict) for name, value in parsed.value.items())
    return (
        {name: dict(value) for name, value in parsed.value.items()}
        if whole
        else {"customer": dict(parsed.value)}
    )


# --- asking


def _asked(session: Session, fields: Sequence[str], *, person: bool) -> list[str]:
    """Ask for what a new customer needs and was not given; return it as `field=value`."""
    from custodex.authoring.fields import assignment
    from custodex.cli.set import kinds_of

    book = session.catalog().book
    known = {assignment(book.schemas, kinds_of("customer"), text).field.steps[0].name for text in fields}
    _refuse_id(known)
    known |= {"type"} if person else set()
    return [text for field in _Form(session, book).fields(known) if (text := field)]


class _Form:
    """The questions for a new customer, from the schema."""

    def __init__(self, session: Session, book: Book) -> None:
        self._session = session
        self._book = book
        self._ranks = {one["id"]: one.get("rank", 0) for one in book.vocabulary("stages").get("stages", ())}

    def fields(self, known: set[str]) -> Iterator[str]:
        """Yield `field=value` for everything that is asked and answered."""
        rank = self._ranks.get(next((one for one in self._ranks), ""), 0)
        for kind in ("customer", "contacts"):
            for name, node in self._book.schemas.node(kind).fields.items():
                needed = self._ranks.get(str(node.hint("required-from")), 99)
                if name in known or name == "id" or not (node.hint("required") or needed <= rank + 1):
                    continue
                yield from self._field(name, node, must=bool(node.hint("required")))

    def _field(self, name: str, node: Node, *, must: bool) -> Iterator[str]:
        if node.items is not None:
            yield self._answer(f"{name}+", node, must=False)
        elif node.fields:
            for inner in node.schema.get("required", ()):
                yield self._answer(f"{name}.{inner}", node.fields[inner], must=False)
        else:
            yield self._answer(name, node, must=must)

    def _answer(self, name: str, node: Node, *, must: bool) -> str:
        import click

        session = self._session
        label = node.label.get(session.lang) if node.label else name
        known = self._choices(node)
        if known:
            listed = ", ".join(f"{code} {text.get(session.lang)}" for code, text in known.items())
            session.err(f"  {listed}")
        default = next(iter(known), None) if must and known else ""
        answer = str(click.prompt(label, default=default, show_default=bool(default), err=True)).strip()
        while must and not answer:
            answer = str(click.prompt(label, err=True)).strip()
        return f"{name}={answer}" if answer else ""

    def _choices(self, node: Node) -> dict[str, Text]:
        from custodex.vocabularies import labels

        vocabulary = node.hint("vocabulary")
        if vocabulary:
            found = dict(labels(self._book, str(vocabulary)))
            return found if len(found) <= _LISTED else {}
        values = [str(value) for value in node.schema.get("enum", ())]
        return {value: node.enum_label(value) or Text(value, value) for value in values}
