"""Filters: `field=value`, `field!=value`, `field=` for "has none"; the same engine with and without a query.

The same field twice means either value, different fields mean both. Values of dates are prefixes of days
(`last_note=2026-03`) or ranges (`next_due=[TO today]`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from custodex import postings
from custodex.errors import UsageFault
from custodex.hanzi import fold
from custodex.indexfiles import Segment
from custodex.search.cards import DATES
from custodex.search.fields import Fields
from custodex.search.rows import keyword_term, spelled_term
from custodex.texts import Text

_RANGE = re.compile(r"\[\s*(\S*?)\s*\bTO\b\s*(\S*?)\s*\]")
_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_RELATIVE = re.compile(r"today(?:([+-][0-9]{1,5})d)?")


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter; an empty value asks for records without any."""

    field: str
    value: str
    excluded: bool = False


Where = Sequence[str] | Mapping[str, Sequence[str]]


def conditions(where: Where, fields: Fields) -> list[Condition]:
    """Return the filters of `--where` options or of a saved view (`{field: [value, "!value"]}`)."""
    if isinstance(where, Mapping):
        pairs = [(field, str(value)) for field, values in where.items() for value in values]
        split = [(field, value.removeprefix("!"), value.startswith("!")) for field, value in pairs]
    else:
        split = [_split(option) for option in where]
    return [Condition(_known(field, fields), value, excluded) for field, value, excluded in split]


def _split(option: str) -> tuple[str, str, bool]:
    field, equals, value = option.partition("=")
    if not equals:
        raise UsageFault(
            Text(f"条件“{option}”里没有等号", f"the condition “{option}” has no equals sign"),
            Text("写成 字段=值、字段!=值 或 字段=", "write field=value, field!=value or field="),
        )
    value, excluded = value.strip(), field.endswith("!") or value.strip().startswith("!")
    return field.removesuffix("!").strip(), value.removeprefix("!"), excluded


def _known(field: str, fields: Fields) -> str:
    name = fields.keyword(field)
    if name is None:
        raise fields.unknown(field)
    return name


def matching(segment: Segment, wanted: Iterable[Condition], today: date | None) -> int:
    """Return the live documents of a segment that meet all conditions."""
    found = segment.live
    either: dict[str, int] = {}
    for condition in wanted:
        holding = having(segment, condition.field, condition.value, today)
        if condition.excluded:
            found &= ~holding
        else:
            either[condition.field] = either.get(condition.field, 0) | holding
    for holding in either.values():
        found &= holding
    return found


def having(segment: Segment, field: str, value: str, today: date | None) -> int:
    """Return the documents with a value in a keyword field or date."""
    if not value:
        return segment.live & ~segment.holding(keyword_term(field))
    bounds = _RANGE.fullmatch(value)
    if bounds:
        return within(segment, field, bounds[1], bounds[2], today)
    if field in DATES:
        return within(segment, field, value, value, today)
    return segment.holding(keyword_term(field, value))


def within(segment: Segment, field: str, first: str, last: str, today: date | None) -> int:
    """Return the documents with a value from *first* to *last*; a month at an end counts whole."""
    if field in DATES:
        first, last = day(first, today), day(last, today)
    prefix = keyword_term(field)
    found: set[int] = set()
    for term, data in segment.items(prefix):
        value = term[len(prefix) :]
        if value and value >= first and (not last or value[: len(last)] <= last):
            found.update(postings.decode(data))
    return postings.to_bits(sorted(found))


def day(text: str, today: date | None) -> str:
    """Return a day, month or year as written, `today-30d` as a day."""
    if not text or _DAY.fullmatch(text):
        return text
    match = _RELATIVE.fullmatch(text)
    if match is None or today is None:
        raise UsageFault(
            Text(f"“{text}”不是日期", f"“{text}” is not a day"),
            Text(
                "写成 2026-03-02、2026-03、2026 或 today-30d", "write 2026-03-02, 2026-03, 2026 or today-30d"
            ),
        )
    return (today + timedelta(days=int(match[1] or 0))).isoformat()


def counts(segment: Segment, field: str, among: int) -> dict[str, int]:
    """Return how many of the documents *among* have each value of a keyword field, wider values included."""
    prefix, spelled = keyword_term(field), spelled_term(field)
    spelling = {fold(term[len(spelled) :]): term[len(spelled) :] for term, _ in segment.items(spelled)}
    found = {
        term[len(prefix) :]: (postings.bits(data) & among).bit_count() for term, data in segment.items(prefix)
    }
    return {spelling.get(value, value): count for value, count in found.items() if value and count}
