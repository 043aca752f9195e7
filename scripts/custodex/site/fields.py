"""Facts of a record as groups of labelled fields, read off the schema: a new field needs no code here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from custodex.hints import Node
from custodex.site import phrases
from custodex.site.origins import Origins
from custodex.site.pieces import Field, FieldGroup, FieldTable
from custodex.site.regions import is_region
from custodex.site.values import Values


@dataclass(slots=True)
class _Group:
    id: str
    title: str
    fields: list[Field] = field(default_factory=list)
    tables: list[FieldTable] = field(default_factory=list)

    def done(self) -> FieldGroup:
        return FieldGroup(self.id, self.title, self.fields, self.tables)


class Facts:
    """Makes the groups of one document; *left_out* are the fields shown elsewhere on the page."""

    def __init__(self, values: Values, kind: str, origins: Origins) -> None:
        self._values = values
        self._kind = kind
        self._origins = origins

    def groups(self, node: Node, main: Mapping[str, Any], left_out: Collection[str]) -> Iterator[FieldGroup]:
        """Yield the plain fields as one group, then one group per object of the document."""
        plain = _Group("facts", self._values.words.say(phrases.FACTS))
        others: list[_Group] = []
        for name, part in node.fields.items():
            if name in left_out or name not in main:
                continue
            if part.fields and not is_region(part) and isinstance(main[name], dict):
                group = _Group(name, self._values.words.of(part, name))
                self._fill(group, part, main[name], (name,), "", left_out)
                others.append(group)
            else:
                self._put(plain, part, name, main, (), "")
        yield from (group.done() for group in (plain, *others) if group.fields or group.tables)

    def whole(
        self, node: Node, value: Mapping[str, Any], left_out: Collection[str] = ()
    ) -> FieldGroup | None:
        """Return a whole document as one group, None when it has nothing to show."""
        group = _Group(self._kind, self._values.words.of(node, self._kind))
        self._fill(group, node, value, (), "", left_out)
        return group.done() if group.fields or group.tables else None

    def _fill(
        self, group: _Group, node: Node, value: Mapping[str, Any], place: tuple[str, ...], prefix: str,
        left_out: Collection[str],
    ) -> None:  # fmt: skip
        for name, part in node.fields.items():
            if name not in value or ".".join((*place, name)) in left_out:
                continue
            found = value[name]
            if part.fields and not is_region(part) and isinstance(found, dict):
                label = f"{prefix}{self._values.words.of(part, name)} · "
                self._fill(group, part, found, (*place, name), label, left_out)
            else:
                self._put(group, part, name, value, place, prefix)

    def _put(
        self,
        group: _Group,
        node: Node,
        name: str,
        beside: Mapping[str, Any],
        place: tuple[str, ...],
        prefix: str,
    ) -> None:
        if name == "currency" and any(other != name and node_is_money(other, beside) for other in beside):
            return  # it stands with its amounts
        found = beside[name]
        if node.items and node.items.fields and isinstance(found, list):
            rows = [item for item in found if isinstance(item, dict)]
            if rows:
                group.tables.append(self._values.table(node, name, rows))
            return
        shown = self._values.show(node, found, beside)
        if shown:
            pointer = "/" + "/".join((*place, name))
            origin = self._origins.changed(self._kind, (*place, name))
            label = prefix + self._values.words.of(node, name)
            help_text = node.schema.get("x-help")
            lang = self._values.words.lang
            explained = str(help_text.get(lang, "")) if isinstance(help_text, Mapping) else ""
            group.fields.append(Field(label, shown, pointer, explained, origin))


def node_is_money(name: str, beside: Mapping[str, Any]) -> bool:
    """Tell whether a sibling looks like an amount, so that the currency need not be repeated."""
    value = beside[name]
    return isinstance(value, str) and value.replace(".", "", 1).removeprefix("-").isdecimal()
