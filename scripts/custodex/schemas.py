"""The one place that asks whether a document fits its schema.

`jsonschema` is the authority and words the findings; the compiled validator only answers "is it valid?"
first, because almost every document is. Both are given the same formats, and the patterns are held to
what both understand alike (`schemalint`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from custodex.findings import Fault, Pointer
from custodex.hints import (
    Marks,
    Node,
    Resolver,
    Route,
    Schema,
    build_node,
    gather,
    order_of,
    roles_of,
    route,
)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_URI = re.compile(r"(?:https?|mailto|tel):[^\s<>\"\\^`{|}]+")


def is_date(value: object) -> bool:
    """Tell whether *value* is an existing day, `2026-11-22`."""
    if not isinstance(value, str):
        return True
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_date_time(value: object) -> bool:
    """Tell whether *value* is an existing time with its zone (RFC 3339): `2026-11-22T09:30:00+08:00`."""
    if not isinstance(value, str):
        return True
    if not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_uri(value: object) -> bool:
    """Tell whether *value* is a link that a page may offer; `javascript:` is not."""
    return not isinstance(value, str) or _URI.fullmatch(value) is not None


FORMATS: Mapping[str, Callable[[object], bool]] = {"date": is_date, "date-time": is_date_time, "uri": is_uri}


class Schemas:
    """The schemas of all kinds, ready to validate, to walk and to name fields by.

    *raw* maps the `$id` of every schema document to its content; a kind's `$id` is `custodex:<kind>`.
    """

    def __init__(self, raw: Mapping[str, Schema]) -> None:
        self._raw = raw
        self._resolver = Resolver(raw)
        self._fast: dict[str, Any] = {}
        self._slow: dict[str, Any] = {}
        self._nodes: dict[str, Node] = {}
        self._routes: dict[tuple[str, frozenset[str]], Route | None] = {}
        self._marked: dict[str, Route | None] = {}

    def has(self, kind: str) -> bool:
        """Tell whether there is a schema for *kind*."""
        return f"custodex:{kind}" in self._raw

    def raw(self, kind: str) -> Schema:
        """Return the schema document of *kind* as written."""
        return self._raw[f"custodex:{kind}"]

    def node(self, kind: str) -> Node:
        """Return the tree of fields of *kind*."""
        if kind not in self._nodes:
            self._nodes[kind] = build_node(self.raw(kind), f"custodex:{kind}", self._resolver)
        return self._nodes[kind]

    def order(self, kind: str) -> dict[str, Any]:
        """Return the canonical order of the keys of *kind*."""
        return order_of(self.node(kind))

    def walk(self, kind: str, value: Any, hints: frozenset[str]) -> Iterator[tuple[Pointer, Node, Any]]:
        """Return the values of a document whose node carries one of *hints* (full names, `x-ref`)."""
        way = self._way(kind, hints)
        found: Marks = defaultdict(list)
        if way is not None:
            gather(way, value, (), found)
        return iter(found[""])

    def marks(self, kind: str, value: Any) -> Marks:
        """Return the values of a document by their roles (`hints.roles_of`); empty for an unknown kind."""
        if kind not in self._marked:
            self._marked[kind] = route(self.node(kind), roles_of) if self.has(kind) else None
        way = self._marked[kind]
        found: Marks = defaultdict(list)
        if way is not None:
            gather(way, value, (), found)
        return found

    def hints_at(self, kind: str, hints: frozenset[str]) -> bool:
        """Tell whether a document of *kind* can have a value whose node carries one of *hints*."""
        return self._way(kind, hints) is not None

    def _way(self, kind: str, hints: frozenset[str]) -> Route | None:
        key = (kind, hints)
        if key not in self._routes:

            def wanted(node: Node) -> tuple[str, ...]:
                return () if hints.isdisjoint(node.schema) else ("",)

            self._routes[key] = route(self.node(kind), wanted) if self.has(kind) else None
        return self._routes[key]

    def is_valid(self, kind: str, value: Any) -> bool:
        """Tell whether *value* fits the schema of *kind* (compiled validator)."""
        return bool(self._compiled(kind).is_valid(value))

    def validate(self, kind: str, value: Any) -> list[Fault]:
        """Return what is wrong with *value* by the schema of *kind*; empty when it fits."""
        if self.is_valid(kind, value):
            return []
        from custodex.schemafaults import faults_of

        return list(faults_of(self._reference(kind).iter_errors(value), self.node(kind), self.raw(kind)))

    def _compiled(self, kind: str) -> Any:
        if kind not in self._fast:
            import jsonschema_rs

            self._fast[kind] = jsonschema_rs.Draft202012Validator(
                dict(self.raw(kind)),
                registry=self._registry_of(kind),
                validate_formats=True,
                formats=dict(FORMATS),
            )
        return self._fast[kind]

    def _registry_of(self, kind: str) -> Any:
        """Return the schemas that *kind* refers to, itself included: compiling all thirty takes longer."""
        import jsonschema_rs

        resources: list[tuple[str, Any]] = list(self.related([kind]).items())
        return jsonschema_rs.Registry(resources)

    def related(self, kinds: Iterable[str]) -> dict[str, Schema]:
        """Return the schema documents of *kinds* and all they refer to, by `$id`."""
        wanted = [f"custodex:{kind}" for kind in kinds]
        for name in wanted:  # grows while it is walked
            found = (ref.partition("#")[0] for ref in _references(self._raw.get(name)))
            wanted += [ref for ref in dict.fromkeys(found) if ref and ref not in wanted]
        return {name: self._raw[name] for name in wanted if name in self._raw}

    def _reference(self, kind: str) -> Any:
        """Return the authority's validator; it explains, so it is only built when something is wrong."""
        if kind not in self._slow:
            from jsonschema import FormatChecker
            from referencing import Registry
            from referencing.jsonschema import DRAFT202012

            raw = {name: _spelled_out(schema) for name, schema in self._raw.items()}
            registry = Registry().with_resources(
                (name, DRAFT202012.create_resource(schema)) for name, schema in raw.items()
            )
            checker = FormatChecker(formats=())
            for name, accepts in FORMATS.items():
                checker.checks(name)(accepts)
            validator = _strict_validator()
            self._slow[kind] = validator(raw[f"custodex:{kind}"], registry=registry, format_checker=checker)
        return self._slow[kind]


def _references(node: Any) -> Iterator[str]:
    children = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for child in children:
        yield from _references(child)
    if isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
        yield node["$ref"]


def _spelled_out(schema: Any) -> Any:
    """Return *schema* with `false` as `{"not": {}}`: under `false` the library forgets the path of an error."""
    if isinstance(schema, Mapping):
        return {
            key: {"not": {}} if value is False and key != "additionalProperties" else _spelled_out(value)
            for key, value in schema.items()
        }
    return [_spelled_out(item) for item in schema] if isinstance(schema, list) else schema


def _strict_validator() -> Any:
    from jsonschema import Draft202012Validator, validators

    return validators.extend(  # type: ignore[no-untyped-call]
        Draft202012Validator,
        {"pattern": _pattern, "multipleOf": _multiple_of, "uniqueItems": _unique_items},
    )


def python_pattern(pattern: str) -> re.Pattern[str]:
    r"""Return a schema pattern with the meaning JSON Schema gives it.

    Python's `$` accepts a newline after the end and its `\\d` takes every script's digits; neither may pass.
    """
    return re.compile(re.sub(r"(?<!\\)((?:\\\\)*)\$(?![^\[]*\])", r"\1\\Z", pattern), re.ASCII)


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Schema) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(instance, str) and not python_pattern(pattern).search(instance):
        yield ValidationError(f"does not match {pattern}")


def _multiple_of(_validator: Any, divisor: float, instance: Any, _schema: Schema) -> Iterator[Any]:
    from decimal import Decimal

    from jsonschema import ValidationError

    number = isinstance(instance, (int, float)) and not isinstance(instance, bool)
    # binary floats would call 19.99 no multiple of 0.01
    if number and Decimal(str(instance)) % Decimal(str(divisor)) != 0:
        yield ValidationError(f"is not a multiple of {divisor}")


def _unique_items(_validator: Any, wanted: bool, instance: Any, _schema: Schema) -> Iterator[Any]:
    import json

    from jsonschema import ValidationError

    if not wanted or not isinstance(instance, list):
        return
    seen: dict[str, int] = {}
    for index, item in enumerate(instance):
        # one pass over a canonical form: comparing every pair takes minutes on a few thousand items
        first = seen.setdefault(json.dumps(item, sort_keys=True), index)
        if first != index:
            yield ValidationError(f"item {index} repeats item {first}", path=(index,))
