"""`custodex attach`: a file goes into the store outside Git, its checksum into the record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import argument, option, verb
from custodex.cli.writing import Plan, Way, carry_out, reader_of, writing
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author


@verb(
    Text(
        """给客户附一个文件：文件存到 Git 之外的文件夹（schema/settings.yaml 的 attachments.store），档案里只记校验和。

        例：custodex attach 远峤港口 合同.pdf --note 2026年框架合同""",
        """Attach a file to a customer: it goes to a folder outside Git (attachments.store of schema/settings.yaml),
        the record holds its checksum.

        Example: custodex attach harbor contract.pdf --note "framework 2026" """,
    )
)
@argument("customer", metavar="ID")
@argument("file", type=Path)
@option("--note", default=None, metavar="TEXT", help=Text("说明", "a remark"))
@option(
    "--by",
    metavar="WHO",
    default=None,
    help=Text("添加人，默认按 Git 身份", "who, by Git's identity unless said"),
)
@writing
def command(session: Session, customer: str, file: Path, *, way: Way, **said: Any) -> int:
    """Attach one file."""

    def plan(author: Author) -> Plan:
        from custodex.authoring import attaching
        from custodex.cli.picking import pick_record
        from custodex.cli.set import path_in
        from custodex.cli.who import writer
        from custodex.drafts import Draft
        from custodex.files import read_file

        reader = reader_of(author)
        record = pick_record(session, reader, customer)
        settings = attaching.settings_of(author.catalog.book.settings)
        store = attaching.store_of(session.root, settings)
        data = read_file(session.start / file, attaching.limit(settings))
        attaching.require_type(file.name, data, settings)
        digest = attaching.checksum(data)
        if not way.dry_run:
            # before the record: an entry without its file would be a promise that nobody keeps
            attaching.keep(store, data)
        entry = {"name": file.name, "sha256": digest, "bytes": len(data), "added_on": session.today.isoformat(),
                 "by": writer(session, reader, said["by"]), "note": said["note"]}  # fmt: skip
        value = _with_entry(dict(record.main), {name: found for name, found in entry.items() if found})
        place = attaching.place_of(store, digest)
        return Plan(
            [Draft(path_in(record, "customer"), "customer", value)], f"attach {record.id}: {digest[:12]}",
            Text(f"文件在 {place}", f"the file is kept at {place}"), told={"id": record.id, "sha256": digest},
        )  # fmt: skip

    return carry_out(session, way, "attach", plan)


def _with_entry(value: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    from custodex.authoring.fields import free_id

    known = list(value.get("attachments", ()))
    if any(one["sha256"] == entry["sha256"] for one in known):
        return value
    return {**value, "attachments": [*known, {"id": free_id(known, "f"), **entry}]}
