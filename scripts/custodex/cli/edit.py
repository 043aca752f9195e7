"""`custodex edit`: a file in the person's own editor, judged when it is saved, never lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import argument, option, verb
from custodex.cli.writing import Plan, Way, carry_out, writing
from custodex.errors import EXIT_FINDINGS, EXIT_OK, CustodexError, UsageFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author


class EditConflict(CustodexError):
    """Somebody changed the same fields while the editor was open."""

    exit_code = EXIT_FINDINGS


@verb(
    Text(
        """用自己的编辑器（EDITOR）修改一个文件，保存时校验。

        有问题时可回到编辑器；写下的内容不会丢：--resume 接着改。""",
        """Change one file in your own editor ($EDITOR), checked when it is saved.

        If something is wrong the editor opens again; what you typed is never lost: --resume goes on.""",
    )
)
@argument("record", metavar="ID")
@argument("part", metavar="[PART]", required=False)
@option(
    "--resume",
    type=Path,
    default=None,
    metavar="FILE",
    help=Text("接着改没有存入的内容", "go on with what was not taken"),
)
@writing
def command(session: Session, record: str, part: str | None, *, way: Way, resume: Path | None) -> int:
    """Edit one file; PART is contacts, identity, consents, or the name of a note or task."""
    from custodex.cli.editing import edited
    from custodex.cli.picking import pick_record

    found = pick_record(session, session.reader(), record)
    path = _path(found, part or found.kind)
    place, base = _begun(session, path, resume)
    while True:
        text = edited(session, place)
        if text.encode() == base and resume is None:
            _forget(place)
            session.err(session.say("没有改动", "nothing was changed"))
            return EXIT_OK
        code = _carry(session, way, (path, base, text.encode()), place)
        if code != EXIT_FINDINGS:
            _forget(place)
            return code
        if not _again(session, place, f"custodex edit {record} {part or ''}".strip()):
            return code


def _begun(session: Session, path: str, resume: Path | None) -> tuple[Path, bytes]:
    """Return the text to edit and what the file held when that was begun, kept beside it for later."""
    from custodex.cli.editing import draft
    from custodex.files import current

    base = current(session.root, path) or b""
    if resume is None:
        place = draft(session, base.decode("utf-8", "replace"), ".yaml")
        place.with_suffix(".base").write_bytes(base)
        return place, base
    place = session.start / resume
    if not place.is_file():
        raise UsageFault(Text(f"没有这个文件：{resume}", f"there is no file {resume}"))
    kept = place.with_suffix(".base")
    return place, kept.read_bytes() if kept.is_file() else base


def _forget(place: Path) -> None:
    place.unlink(missing_ok=True)
    place.with_suffix(".base").unlink(missing_ok=True)


def _carry(session: Session, way: Way, change: tuple[str, bytes, bytes], place: Path) -> int:
    path, base, new = change

    def plan(author: Author) -> Plan:
        from custodex.authoring.undoing import kind_at
        from custodex.drafts import Draft
        from custodex.files import current
        from custodex.yamlfile import parse

        kind = kind_at(path)
        now = current(session.root, path) or b""
        data: bytes | None = new
        value: dict[str, Any] = parse(new).value or {}
        if now != base:
            value, data = _merged(author, kind, (base, now, new), place), None
        name = path.rpartition("/")[2]
        done = Text(f"已保存 {path}", f"saved {path}")
        return Plan([Draft(path, kind, value, data)], f"edit {path.split('/')[-2]}: {name}", done)

    return carry_out(session, way, "edit", plan)


def _merged(author: Author, kind: str, sides: tuple[bytes, bytes, bytes], place: Path) -> dict[str, Any]:
    """Return what both changes make together: somebody saved the file while the editor was open."""
    from custodex.threeway import merge
    from custodex.yamlfile import parse

    base, now, new = (parse(side).value or {} for side in sides)
    result = merge(author.catalog.book.schemas.node(kind), base, now, new)
    if result.conflicts:
        listed = ", ".join(".".join(conflict.place) or "–" for conflict in result.conflicts)
        raise EditConflict(
            Text(f"同时有人改了 {listed}", f"somebody changed {listed} meanwhile"),
            Text(f"写下的内容在 {place}", f"what you typed is in {place}"),
        )
    merged: dict[str, Any] = result.value
    return merged


def _again(session: Session, place: Path, command: str) -> bool:
    import click

    if session.interactive and click.confirm(
        session.say("回到编辑器？", "back to the editor?"), default=True, err=True
    ):
        return True
    session.err(
        session.say(
            f"写下的内容还在：{command} --resume {place}",
            f"what you typed is kept: {command} --resume {place}",
        )
    )
    return False


def _path(record: Any, part: str) -> str:
    known = {document.kind if document.stem == document.path.rpartition("/")[2][:-5] and _is_module(document.kind)
             else document.stem: document.path for document in record.documents}  # fmt: skip
    if part in known:
        return str(known[part])
    for stem, path in known.items():
        if stem.endswith(part) and len(part) >= 6:
            return str(path)
    if _is_module(part) and record.kind == "customer":
        from custodex.records import path_of

        return path_of(part, record.id)
    listed = ", ".join(known)
    raise UsageFault(
        Text(f"没有 {part}", f"there is no {part}"), Text(f"有：{listed}", f"there are: {listed}")
    )


def _is_module(kind: str) -> bool:
    from custodex.records import KIND

    return kind in KIND and KIND[kind].shape in {"module", "single"}
