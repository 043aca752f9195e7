"""`custodex format`: every record in its one canonical layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from custodex.cli.check import rewrite
from custodex.cli.scopes import scope
from custodex.cli.session import Session
from custodex.cli.verbs import argument, option, verb
from custodex.errors import EXIT_FINDINGS, EXIT_OK
from custodex.findings import Finding
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.catalog import Catalog
    from custodex.yamlwriter import Order


@verb(
    Text(
        "把档案写成标准格式。\n\n改了文件就以 1 退出，让提交停下来等待 git add。"
        "带注释的文件保留排版，只整理行尾。",
        "Write records in canonical form.\n\n"
        "Exits with 1 if a file was changed, so that a commit stops for git add. "
        "Files with comments keep their layout; only line ends are tidied.",
    )
)
@argument("files", nargs=-1, metavar="[FILE]...")
@option("--check", "only_check", is_flag=True, help=Text("只报告，不改文件", "report only, change nothing"))
def command(session: Session, files: Sequence[str], *, only_check: bool) -> int:
    """Rewrite the files, or say which are not canonical."""
    catalog = session.catalog()
    chosen = scope(session.root, session.start, files, catalog.stands_at)
    different: list[str] = []
    orders = _Orders(catalog)

    def change(path: str, kind: str, data: bytes) -> bytes:
        from custodex.fixing import formatted

        new = formatted(data, orders.of(kind))
        if new != data:
            different.append(path)
        return data if only_check else new

    rewrite(session, [path for path in catalog.paths() if chosen.holds(path)], change)
    if only_check:
        _report(session, different)
    elif different:
        session.err(session.say(f"已整理 {len(different)} 个文件", f"rewrote {len(different)} of the files"))
        session.lines(different)
    return EXIT_FINDINGS if different else EXIT_OK


class _Orders:
    """The canonical order of keys by kind; none for a kind whose schema is broken."""

    def __init__(self, catalog: Catalog) -> None:
        self._schemas = catalog.book.schemas
        self._known: dict[str, Order] = {}

    def of(self, kind: str) -> Order:
        """Return the order of the keys of *kind*."""
        if kind not in self._known:
            self._known[kind] = self._schemas.order(kind) if self._schemas.has(kind) else {}
        return self._known[kind]


def _report(session: Session, paths: Sequence[str]) -> None:
    from custodex.cli.rulebook import all_rules
    from custodex.reporters.concise import render
    from custodex.reporters.report import Report

    found = [Finding(path, 1, 1, "not-canonical", params={"path": path}) for path in paths]
    session.lines(render(Report(found, 0, 0, all_rules(), session.lang)))
