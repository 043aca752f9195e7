"""`custodex tag`: tags of a customer, and of the whole book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.verbs import argument, family, option
from custodex.cli.writing import Plan, Way, carry_out, reader_of, writing
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.drafts import Draft
    from custodex.examining import Record

command = family(
    "tag", Text("标签：加上、去掉、改名、合并、停用、新建", "tags: add, rm, rename, merge, retire, create")
)


@command.below(
    "add",
    Text(
        "给客户加标签；只能有一个的维度会替换",
        "give a customer tags; of a dimension with one value, it is replaced",
    ),
)
@argument("customer", metavar="ID")
@argument("tags", nargs=-1, required=True, metavar="TAG...")
@writing
def add(session: Session, customer: str, tags: Sequence[str], *, way: Way) -> int:
    """Give a customer tags."""
    from custodex.authoring.tagging import with_tag

    def change(author: Author, known: list[str], wanted: list[str]) -> list[str]:
        for tag in wanted:
            known = with_tag(author.catalog.book.vocabulary("tags"), known, tag)
        return known

    return _of_customer(session, way, customer, tags, change)


@command.below("rm", Text("去掉客户的标签", "take tags from a customer"))
@argument("customer", metavar="ID")
@argument("tags", nargs=-1, required=True, metavar="TAG...")
@writing
def rm(session: Session, customer: str, tags: Sequence[str], *, way: Way) -> int:
    """Take tags from a customer."""
    return _of_customer(
        session,
        way,
        customer,
        tags,
        lambda _author, known, wanted: [tag for tag in known if tag not in wanted],
    )


@command.below(
    "rename", Text("改标签的编号，所有用到的档案一起改", "give a tag another id, wherever it is used")
)
@argument("old", metavar="TAG")
@argument("new", metavar="NEW")
@writing
def rename(session: Session, old: str, new: str, *, way: Way) -> int:
    """Rename a tag everywhere."""
    from custodex.authoring.tagging import renamed

    new = new if ":" in new else f"{old.partition(':')[0]}:{new}"
    return _of_book(
        session, way, f"tag rename {old}: {new}", lambda author: renamed(author.catalog, old, new)
    )


@command.below(
    "merge", Text("把标签并入另一个，旧名称成为同义词", "bring a tag into another, its words become synonyms")
)
@argument("old", metavar="TAG")
@argument("new", metavar="INTO")
@writing
def merge(session: Session, old: str, new: str, *, way: Way) -> int:
    """Merge two tags."""
    from custodex.authoring.tagging import merged

    return _of_book(session, way, f"tag merge {old}: {new}", lambda author: merged(author.catalog, old, new))


@command.below(
    "retire", Text("停用标签：旧档案保留，不再可选", "retire a tag: records keep it, nobody is offered it")
)
@argument("tag", metavar="TAG")
@option("--back", is_flag=True, help=Text("重新启用", "take it back into use"))
@writing
def retire(session: Session, tag: str, *, way: Way, back: bool) -> int:
    """Retire a tag."""
    from custodex.authoring.tagging import retired

    return _of_book(session, way, f"tag retire {tag}", lambda author: retired(author.catalog, tag, back=back))


@command.below("create", Text("在词表里新建标签", "add a tag to the vocabulary"))
@argument("tag", metavar="DIMENSION:TAG")
@option("--zh", required=True, help=Text("中文名", "its Chinese name"))
@option("--en", required=True, help=Text("英文名", "its English name"))
@writing
def create(session: Session, tag: str, *, way: Way, zh: str, en: str) -> int:
    """Add a tag to the vocabulary."""
    from custodex.authoring.tagging import created

    return _of_book(session, way, f"tag create {tag}", lambda author: created(author.catalog, tag, zh, en))


def _of_customer(
    session: Session, way: Way, customer: str, tags: Sequence[str],
    change: Callable[[Author, list[str], list[str]], list[str]],
) -> int:  # fmt: skip
    def plan(author: Author) -> Plan:
        from custodex.cli.picking import pick_record
        from custodex.cli.set import path_in
        from custodex.drafts import Draft

        record: Record = pick_record(session, reader_of(author), customer)
        known = change(author, list(record.main.get("tags", ())), _codes(session, author, tags))
        value = {**record.main, "tags": known}
        draft = Draft(path_in(record, "customer"), "customer", {k: v for k, v in value.items() if v != []})
        listed = " ".join(known) or "–"
        done = Text(f"{record.id} 的标签：{listed}", f"tags of {record.id}: {listed}")
        return Plan([draft], f"tag {record.id}", done, told={"id": record.id, "tags": known})

    return carry_out(session, way, "tag", plan, [customer])


def _codes(session: Session, author: Author, tags: Sequence[str]) -> list[str]:
    """Return the ids of tags that were named by id or label."""
    from custodex.authoring.tagging import full_id
    from custodex.cli.writing import converter

    node = author.catalog.book.schemas.node("customer").fields["tags"].items
    assert node is not None  # noqa: S101 - a list by its schema
    convert = converter(session, author)
    vocabulary = author.catalog.book.vocabulary("tags")
    return [full_id(vocabulary, convert(node, tag)) for tag in tags]


def _of_book(session: Session, way: Way, subject: str, drafts: Callable[[Author], list[Draft]]) -> int:
    def plan(author: Author) -> Plan:
        made = drafts(author)
        number = sum(draft.path.startswith("records/") for draft in made)
        done = Text(
            f"已改词表和 {number} 份档案",
            f"changed the vocabulary and {number} record{'' if number == 1 else 's'}",
        )
        return Plan(made, subject, done, told={"records": number})

    return carry_out(session, way, "tag", plan)
