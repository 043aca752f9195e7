"""Which customer is meant: an id, the beginning of an id, or a query that finds exactly one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.errors import UsageFault
from custodex.findings import printable
from custodex.ids import ALPHABET
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.examining import Record
    from custodex.readers import Reader

_SHORTEST_PREFIX = 3
_SHOWN = 10
_MOST_MERGES = 20


def pick(session: Session, reader: Reader, wanted: str) -> str:
    """Return the id of the one customer that *wanted* means; a merged duplicate leads to what it became."""
    wanted = wanted.strip()
    if reader.record(f"customers/{wanted}") is not None:
        return _follow(session, reader, wanted)
    by_prefix = _by_prefix(reader, wanted)
    if len(by_prefix) == 1:
        return _follow(session, reader, by_prefix[0])
    total, found = _by_query(session, reader, wanted)
    exact = [one for one, name in found if name.casefold() == wanted.strip().casefold()]
    if total == 1 or (len(exact) == 1 and total == len(found)):
        return exact[0] if exact else found[0][0]
    if not found and by_prefix:
        total, found = len(by_prefix), [(one, _name(reader, one)) for one in by_prefix[:_SHOWN]]
    raise _unclear(wanted, total, found)


def pick_record(session: Session, reader: Reader, wanted: str) -> Record:
    """Return the one record that *wanted* means: a customer, or `staff/<id>`, `products/<id>` and the like."""
    record = reader.record(wanted.strip()) if "/" in wanted else None
    return record or next(reader.select([f"customers/{pick(session, reader, wanted)}"]))


def _by_prefix(reader: Reader, wanted: str) -> list[str]:
    if len(wanted) < _SHORTEST_PREFIX or not set(wanted) <= set(ALPHABET):
        return []
    start = f"customers/{wanted}"
    return [key.partition("/")[2] for key in reader.keys("customer") if key.startswith(start)]


def _by_query(session: Session, reader: Reader, wanted: str) -> tuple[int, list[tuple[str, str]]]:
    result = session.index(reader).search(wanted, limit=_SHOWN, today=session.today)
    return result.total, [(hit.id, hit.name) for hit in result.hits]


def _name(reader: Reader, customer: str) -> str:
    record = reader.record(f"customers/{customer}")
    return str(record.main.get("name", "")) if record else ""


def _follow(session: Session, reader: Reader, customer: str) -> str:
    current = customer
    for _ in range(_MOST_MERGES):
        record = reader.record(f"customers/{current}")
        target = record.main.get("merged_into") if record else None
        if not isinstance(target, str) or reader.record(f"customers/{target}") is None:
            break
        current = target
    if current != customer:
        session.err_once(session.say(f"{customer} 已并入 {current}", f"{customer} was merged into {current}"))
    return current


def _unclear(wanted: str, total: int, found: list[tuple[str, str]]) -> UsageFault:
    shown = printable(wanted)
    if not found:
        return UsageFault(
            Text(f"没有客户符合“{shown}”", f"no customer matches “{shown}”"),
            Text(
                "给出编号、编号开头（至少 3 个字符）或只命中一个客户的查询",
                "give an id, the first 3 or more characters of one, or a query that finds one customer",
            ),
        )
    listed = "\n  ".join(f"{customer}  {printable(name)}" for customer, name in found)
    more = "\n  …" if total > len(found) else ""
    return UsageFault(
        Text(f"“{shown}”符合 {total} 个客户", f"“{shown}” matches {total} customers"),
        Text(f"选其中一个编号：\n  {listed}{more}", f"take the id of one of them:\n  {listed}{more}"),
    )
