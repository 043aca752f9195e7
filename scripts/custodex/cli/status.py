"""`custodex status`: how the data are: how many, what is wrong, what is overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import format_option, verb
from custodex.records import SINGLE_KINDS
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.readers import Reader

_OPEN = ("open", "doing")
_SHOWN = 20


@verb(Text("数据概况：数量、问题、逾期任务", "the data at a glance: counts, findings, overdue tasks"))
@format_option("table", "json")
def command(session: Session, *, form: str) -> None:
    """Tell how the data are."""
    catalog = session.catalog()
    reader = session.reader()
    records, documents = catalog.counts()
    severities = Counter(finding.severity for finding in reader.findings())
    overdue = sorted(
        _overdue(session, reader), key=lambda task: (task["due"], task["customer"], task["task"])
    )
    kinds = {kind: len(reader.keys(kind)) for kind in SINGLE_KINDS}
    # stubs of merged customers and tombstones of erased ones are records, but nobody's customers
    kinds = {"customer": session.index(reader).search(limit=0).total, **kinds}
    value = {
        "records": records, "documents": documents, "kinds": kinds,
        "errors": severities["error"], "warnings": severities["warning"], "overdue": overdue,
    }  # fmt: skip
    if form == "json":
        session.out_json(value)
    else:
        session.lines(_lines(session, reader, value))


def _overdue(session: Session, reader: Reader) -> Iterator[dict[str, str]]:
    yesterday = (session.today - timedelta(days=1)).isoformat()
    late = session.index(reader).search(where=[f"next_due=[TO {yesterday}]"], today=session.today)
    for record in reader.select([f"customers/{hit.id}" for hit in late.hits]):
        for task in record.all("task"):
            due = task.value.get("due")
            if task.value.get("state") in _OPEN and isinstance(due, str) and due <= yesterday:
                yield {
                    "due": due, "customer": record.id, "name": str(record.main.get("name", "")),
                    "task": task.stem, "title": str(task.value.get("title", "")),
                    "assignee": str(task.value.get("assignee", "")),
                }  # fmt: skip


def _lines(session: Session, reader: Reader, value: dict[str, Any]) -> Iterator[str]:
    from custodex.cli.sheet import Sheet
    from custodex.cli.tables import table

    sheet = Sheet(reader.book, session.lang)
    joiner = session.say("，", ", ")
    counts = joiner.join(f"{sheet.kind(kind)} {count}" for kind, count in value["kinds"].items())
    yield session.say(f"{value['documents']} 个文件：{counts}", f"{value['documents']} files: {counts}")
    errors, warnings = value["errors"], value["warnings"]
    yield session.say(
        f"问题：{errors} 个错误，{warnings} 个警告（custodex check 列出）",
        f"findings: {errors} errors, {warnings} warnings (custodex check lists them)",
    )
    overdue = value["overdue"]
    yield session.say(f"逾期任务：{len(overdue)} 个", f"overdue tasks: {len(overdue)}")
    if overdue:
        titles = (("到期", "Due"), ("客户", "Customer"), ("", ""), ("任务", "Task"), ("负责人", "Assignee"))
        headings = [session.say(*pair) for pair in titles]
        rows = [
            [task["due"], task["customer"], task["name"], task["title"], task["assignee"]]
            for task in overdue[:_SHOWN]
        ]
        yield from table(headings, rows, session.width)
    if len(overdue) > _SHOWN:
        yield session.say(f"另有 {len(overdue) - _SHOWN} 个", f"and {len(overdue) - _SHOWN} more")
