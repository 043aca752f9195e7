"""From a stored value to what a page shows of it, decided by the hints of its schema and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from custodex.hints import Node
from custodex.locales import Formats
from custodex.site import addresses, phrases
from custodex.site.known import Known
from custodex.site.pieces import Field, FieldTable, Moment, Value
from custodex.site.reading import line
from custodex.site.regions import is_region, region_code
from custodex.site.words import Words
from custodex.texts import Text

Show = Callable[[Any, Mapping[str, Any]], Value]
_LONG, _SHORT = 500, 12
_KEPT = 4096


class Values:
    """Shows values in one language; what to do with a node is found out once."""

    def __init__(self, words: Words, formats: Formats, known: Known) -> None:
        self.words = words
        self.formats = formats
        self.known = known
        self._shows: dict[int, Show] = {}

    @cached_property
    def moment(self) -> Callable[[str], Moment]:
        """How a date or a time is shown; commits and notes share many."""
        return lru_cache(_KEPT)(self._moment)

    def _moment(self, said: str) -> Moment:
        if len(said) > 10:
            return Moment(self.formats.time(said), minute(said))
        return Moment(self.formats.date(said), said)

    def show(self, node: Node, value: Any, beside: Mapping[str, Any]) -> list[Value]:
        """Return a value as the parts to show; *beside* are its siblings (an amount needs its currency)."""
        if isinstance(value, list):
            items = node.items or node
            return [part for item in value for part in self.show(items, item, beside)]
        if value is None or value == "":
            return []
        if isinstance(value, dict):
            return self._mapping(node, value)
        show = self._shows.get(id(node))
        if show is None:
            show = self._shows[id(node)] = self._choose(node)
        return [show(value, beside)]

    def text(self, node: Node | None, value: Any, beside: Mapping[str, Any]) -> str:
        """Return a value as one text, for changes and tables."""
        if node is None:
            return line(value)
        return self.words.say(_COMMA).join(part.text for part in self.show(node, value, beside))

    def field(self, node: Node, name: str, value: Any, beside: Mapping[str, Any], pointer: str) -> Field:
        """Return a labelled field."""
        return Field(self.words.of(node, name), self.show(node, value, beside), f"{pointer}/{name}")

    def table(self, node: Node, name: str, rows: Sequence[Mapping[str, Any]]) -> FieldTable:
        """Return a list of objects: the columns that any row fills, in the order of the schema."""
        fields = node.items.fields if node.items else {}
        used = [field for field in fields if any(_filled(row.get(field)) for row in rows)]
        shown = [field for field in used if field != node.hint("key") or len(used) == 1 or not _is_id(field)]
        shown.sort(key=lambda field: fields[field].hint("format") == "checksum")  # for programs: at the end
        cells = [[self.show(fields[field], row.get(field), row) for field in shown] for row in rows]
        return FieldTable(
            self.words.of(node, name), [self.words.of(fields[field], field) for field in shown], cells
        )

    def _mapping(self, node: Node, value: Mapping[str, Any]) -> list[Value]:
        if is_region(node):
            return [self.region(value)]
        fields = node.fields
        return [
            Value(f"{self.words.of(fields.get(name), name)}: {self.text(fields.get(name), item, value)}")
            for name, item in value.items()
        ]

    def region(self, value: Mapping[str, Any]) -> Value:
        """Return country, province and city as one value that leads to the list."""
        return self._place(region_code(value))

    @cached_property
    def _place(self) -> Callable[[str], Value]:
        return lru_cache(_KEPT)(self._region)

    def _region(self, code: str) -> Value:
        labels = self.words.vocabulary("region")
        names: list[str] = []
        step = code
        while step and len(names) < 4:
            label, parent = labels.get(step, (step, ""))
            names.insert(0, label)
            step = parent
        if len(names) > 1 and names[0] == labels.get("CN", ("", ""))[0]:
            names = names[1:]  # within the home country the province says enough
        joined = " ".join(dict.fromkeys(names))
        return Value(joined, "text", addresses.filtered({"region": [code]}) if code else "", raw=code)

    def _size(self, value: Any) -> str:
        """Return a number of bytes in the unit people name it in, of which a thousand make the next."""
        if not isinstance(value, int):
            return line(value)
        size, units = float(value), ["B", "kB", "MB", "GB"]
        while size >= 1000 and len(units) > 1:
            size /= 1000
            del units[0]
        number = round(size, 1) if size < 10 and size % 1 else round(size)
        return f"{self.formats.number(number)} {units[0]}"

    def _choose(self, node: Node) -> Show:
        hint = node.hint
        if isinstance(ref := hint("ref"), str) and ref not in ("person", "event"):
            return self._reference(ref)
        if isinstance(name := hint("vocabulary"), str):
            return self._coded(name, "" if hint("facet") is None else name)
        if hint("enum"):
            return _kept(lambda value: Value(self.words.enum(node, value), raw=value))
        return self._by_format(node) or self._plain(node)

    def _by_format(self, node: Node) -> Show | None:
        shows: dict[str, Show] = {
            "phone": lambda value, _: Value(str(value), "phone", url=addresses.call(str(value))),
            "email": lambda value, _: Value(str(value), "email", url=addresses.mail(str(value))),
            "money": self._money,
            "rate": lambda value, _: Value(_percent(str(value)), "number", raw=str(value)),
            "uscc": lambda value, _: Value(str(value), "code"),
            "resident-id": lambda value, _: Value(str(value), "code"),
            "checksum": lambda value, _: Value(f"{str(value)[:_SHORT]}…", "code", raw=str(value)),
            "bytes": lambda value, _: Value(self._size(value), "number", raw=str(value)),
            "date": _kept(lambda value: Value(self.formats.date(value), "date", raw=value)),
            "date-time": lambda value, _: Value(
                self.formats.time(str(value)), "date", raw=minute(str(value))
            ),
            "uri": _link,
        }
        return shows.get(str(node.hint("format"))) or shows.get(str(node.schema.get("format")))

    def _plain(self, node: Node) -> Show:
        schema = node.schema
        if str(schema.get("pattern", "")).startswith("^https?:"):
            return _link
        if schema.get("maxLength", 0) > _LONG:
            return lambda value, _: Value(str(value), "long")
        if schema.get("type") == "boolean":
            return lambda value, _: Value(self.words.say(phrases.YES if value is True else phrases.NO))
        if schema.get("type") == "integer":
            return lambda value, _: Value(_grouped(value), "number", raw=str(value))
        if node.hint("search") == "number" or node.hint("unique"):
            return lambda value, _: Value(str(value), "code")
        return lambda value, _: Value(line(value))

    def _reference(self, ref: str) -> Show:
        kinds = ref.split("|")

        def show(value: Any, _beside: Mapping[str, Any]) -> Value:
            found = self.known.named(kinds, str(value))
            return Value(found.label, "link", found.href)

        return show

    def _coded(self, name: str, facet: str) -> Show:
        fields = {"stages": "stage", "grades": "grade", "industries": "industry", "tags": "tags"}

        def show(value: str) -> Value:
            label = self.words.vocabulary_label(name, value)
            href = addresses.filtered({fields[facet]: [value]}) if facet in fields else ""
            kind: Any = "badge" if name in ("stages", "tags", "grades") else "text"
            return Value(label, kind, href, raw=value)

        return _kept(show)

    def _money(self, value: Any, beside: Mapping[str, Any]) -> Value:
        currency = beside.get("currency")
        code = currency if isinstance(currency, str) else ""
        return Value(self.formats.money(str(value), code), "money", raw=f"{value} {code}".strip())


def _kept(show: Callable[[str], Value]) -> Show:
    """Return a way to show values of which there are few: each is made once."""
    made = lru_cache(_KEPT)(show)
    return lambda value, _: made(str(value))


_COMMA = Text("，", ", ")


def _link(value: Any, _beside: Mapping[str, Any]) -> Value:
    return Value(str(value), "url", url=addresses.outward(str(value)))


def _percent(rate: str) -> str:
    try:
        return f"{float(rate) * 100:.4f}".rstrip("0").rstrip(".") + "%"
    except ValueError:
        return rate


def _grouped(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else line(value)


def minute(moment: str) -> str:
    """Return a date-time without its seconds, its zone kept: 2026-03-02T09:30+08:00."""
    return moment[:16] + moment[19:].lstrip(".0123456789") if len(moment) > 19 else moment


def _filled(value: Any) -> bool:
    return value not in (None, "", [], {})


def _is_id(field: str) -> bool:
    return field == "id"
