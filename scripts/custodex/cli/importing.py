"""What an import does between the file and the records: whom it means, what looks like a duplicate, the commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.errors import CustodexError, EnvironmentFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.duplicates import Duplicates
    from custodex.imports.interactions import People
    from custodex.imports.opening import Opened
    from custodex.imports.planning import Planned

_JOURNALLED = 2_000
"""A write of more files is not kept for `undo`: commit it, a commit can be reverted whatever its size."""


def opened(session: Session, path: Path, options: Mapping[str, Any]) -> Opened:
    """Read the file that is imported."""
    from custodex.files import read_file
    from custodex.imports.opening import open_file
    from custodex.sheets.table import MAX_BYTES

    plain = bool(options["mapping"]) or options["kind"] != "customer"
    return open_file(
        path.name, read_file(path, MAX_BYTES), session.now.tzinfo or UTC,
        sheet=options["sheet"], encoding=options["encoding"], plain=plain,
    )  # fmt: skip


_SAVED = ("mapping", "key", "system", "values", "region", "kind")


def save(session: Session, source: Opened, options: Mapping[str, Any]) -> None:
    """Remember how a table was read, for others with the same headers; a mapping file is kept whole."""
    from custodex.files import write_atomic

    if source.table is None:
        return
    kept = {name: options[name] for name in _SAVED}
    mapping = session.start / str(options["mapping"] or "")
    kept["text"] = mapping.read_text(encoding="utf-8") if options["mapping"] and mapping.is_file() else ""
    place = _place(session, source)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    write_atomic(place, json.dumps(kept, ensure_ascii=False, indent=2).encode())


def recalled(
    session: Session, path: Path, source: Opened, options: dict[str, Any]
) -> tuple[Opened, dict[str, Any]]:
    """Return the file and the options as they were remembered for its headers, where nothing else was asked."""
    asked = (
        any(options[name] for name in ("mapping", "key", "system", "values")) or options["kind"] != "customer"
    )
    if source.table is None or asked or not (place := _place(session, source)).is_file():
        return source, options
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
        found = {name: kept[name] for name in _SAVED}
        if kept["text"]:
            place.with_suffix(".yaml").write_text(kept["text"], encoding="utf-8")
            found["mapping"] = str(place.with_suffix(".yaml"))
    except (OSError, ValueError, KeyError, TypeError):
        return source, options
    session.err(
        session.say("按记住的读法导入（--no-saved 不用）", "read as it was remembered (--no-saved does not)")
    )
    merged = {
        **options,
        **found,
        "region": options["region"] or found["region"],
        "values": tuple(found["values"]),
    }
    return opened(session, path, merged), merged


def _place(session: Session, source: Opened) -> Path:
    """Return where the reading of such headers is kept; the order of columns does not count."""
    from custodex.imports.taking import loose
    from custodex.store import state_folder

    headers = source.table.headers if source.table else ()
    digest = hashlib.sha256("\0".join(sorted(map(loose, headers))).encode("utf-8", "replace")).hexdigest()[
        :20
    ]
    return state_folder(session.root) / "readings" / f"{digest}.json"


def refresh(session: Session) -> None:
    """Bring the keys of likely duplicates up to date for good: what is read within a write that fails is lost."""
    from custodex.duplicates import Duplicates
    from custodex.readers import Reader

    catalog = session.catalog()
    Duplicates(catalog, Reader(catalog))


class Twins:
    """Likely duplicates of what an import would create; the catalog stands as it was before the import."""

    def __init__(self, author: Author, region: str) -> None:
        from custodex.duplicates import Duplicates
        from custodex.readers import Reader

        self._author = author
        self._region = region or None
        self._reader = Reader(author.catalog)
        self._found: Duplicates | None = None
        self._new: dict[str, int] = {}
        self._make = Duplicates

    @property
    def finder(self) -> Duplicates:
        """The finder, made when it is first asked."""
        if self._found is None:
            self._found = self._make(self._author.catalog, self._reader)
        return self._found

    def people(self, session: Session, by: str | None) -> People:
        """Return who is who by the addresses and numbers that records hold."""
        from custodex.cli.who import writer
        from custodex.imports.interactions import People

        staff = {
            str(record.main[name]).casefold(): record.id
            for record in self._reader.records("staff")
            for name in ("email",)
            if record.main.get(name)
        }

        def customers(address: str) -> list[tuple[str, str]]:
            sort = "email" if "@" in address else "phone"
            found = self.finder.holders(sort, address, self._region)
            return [(customer, self._person(customer, place)) for customer, place in found]

        chosen: list[str] = []

        def who() -> str:
            chosen.extend([] if chosen else [writer(session, self._reader, by)])
            return chosen[0]

        return People(customers, lambda address: staff.get(address.casefold(), ""), who)

    def _person(self, customer: str, place: str) -> str:
        """Return the id of the person whose field a place is: `contacts/people/0/emails/0/address`."""
        parts = place.split("/")
        record = self._reader.record(f"customers/{customer}")
        if record is None or parts[1:2] != ["people"]:
            return ""
        return str(record.one("contacts")["people"][int(parts[2])].get("id", ""))

    def judge(self, entry: Planned, *, allowed: bool) -> None:
        """Refuse a new customer that is there already by a number or address; note names that come close."""
        kinds = {draft.kind for draft in entry.drafts[:1]}
        if entry.outcome != "created" or not kinds & {"customer", "contacts"}:
            return
        documents = {draft.kind: draft.value or {} for draft in entry.drafts}
        matches = self.finder.like(documents, limit=3)
        told = [_told(match, self._author) for match in matches]
        if any(match.level == "same" for match in matches) and not allowed:
            entry.reject(_or_allow(_joined(told)))
        elif told:
            entry.similar = _joined(told)


def _told(match: Any, author: Author) -> Text:
    from custodex.duplicates.wording import summary
    from custodex.findings import printable

    why = summary(match, author.catalog.book)
    name = printable(match.name, 60)
    return Text(f"{match.id} {name}（{why.zh}）", f"{match.id} {name} ({why.en})")


def _joined(texts: Sequence[Text]) -> Text:
    return Text("、".join(text.zh for text in texts), ", ".join(text.en for text in texts))


def _or_allow(found: Text) -> Text:
    return Text(
        f"已有客户：{found.zh}；确实不同用 --allow-duplicates",
        f"there is a customer already: {found.en}; --allow-duplicates if they are not one",
    )


def subject(planned: Sequence[Planned]) -> str:
    """Return the subject of the commit: counts only, a file's name may be a person's."""
    counts = {name: sum(entry.outcome == name for entry in planned) for name in ("created", "updated")}
    return f"import: {counts['created']} created, {counts['updated']} updated"


def keep(session: Session, contents: Mapping[str, tuple[bytes | None, bytes | None]], said: str) -> None:
    """Remember a write for `undo`, before it is made."""
    from custodex.authoring.journal import Journal
    from custodex.store import state_folder

    if len(contents) <= _JOURNALLED:
        Journal(state_folder(session.root)).add(said, session.git.commit("HEAD") or "", contents)


def commit(session: Session, paths: Sequence[str], said: str) -> str | None:
    """Commit what was imported, as one commit; a hook that refuses leaves the files where they are."""
    from custodex.authoring.committing import Message
    from custodex.authoring.committing import commit as make

    try:
        return make(session.git, paths, Message("import", said))
    except CustodexError as fault:
        why = fault.message
        raise EnvironmentFault(
            Text(f"已写入但没有提交：{why.zh}", f"written, but not committed: {why.en}"),
            Text(
                "解决后运行 git add records 和 git commit",
                "mend that, then run git add records and git commit",
            ),
        ) from fault
