"""What is wrong with a schema itself: it must be closed, local, finite and cheap to check.

A schema is input like any other: a remote reference would reach the network, an endless one or a pattern
with nested repeats would hang the check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from re import _constants as regex_constants  # type: ignore[attr-defined]
from re import _parser as regex_parser  # type: ignore[attr-defined]
from typing import Any

from custodex.findings import Finding, Pointer, json_pointer
from custodex.hints import Resolver, Schema
from custodex.yamlfile import positions

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
_IN_PLACE = ("if", "then", "else", "not")
_KEYWORDS = frozenset({
    "$schema", "$id", "$ref", "$defs", "$comment", "$anchor", "title", "description", "default", "examples",
    "deprecated", "readOnly", "writeOnly", "type", "enum", "const", "properties", "patternProperties",
    "additionalProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems", "required",
    "dependentRequired", "dependentSchemas", "minProperties", "maxProperties", "items", "prefixItems",
    "contains", "minContains", "maxContains", "minItems", "maxItems", "uniqueItems", "minLength",
    "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
})  # fmt: skip
_MAPS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_SCHEMAS = ("additionalProperties", "propertyNames", "items", "contains", "unevaluatedProperties",
            "unevaluatedItems", *_IN_PLACE)  # fmt: skip
_LISTS = ("prefixItems", *_IN_PLACE_LISTS)
_MAX_DEPTH = 64


def lint(raw: Mapping[str, Schema], sources: Mapping[str, tuple[str, bytes]]) -> Iterator[Finding]:
    """Yield what is wrong with each schema; *sources* maps `$id` to path and content."""
    resolver = Resolver(raw)
    for name, schema in raw.items():
        path, data = sources[name]
        faults = list(_faults(name, schema, resolver))
        if faults:
            spots = positions(data)
            for pointer, code, params in faults:
                known = pointer
                while known and known not in spots:
                    known = known[:-1]
                spot = spots.get(known)
                line, column = (spot.key_line, spot.key_column) if spot else (1, 1)
                yield Finding(path, line, column, code, json_pointer(pointer), params=params)


Found = tuple[Pointer, str, dict[str, str | int]]


def _faults(name: str, schema: Schema, resolver: Resolver) -> Iterator[Found]:
    if schema.get("$schema") != DRAFT:
        yield ("$schema",), "schema-draft", {"found": str(schema.get("$schema"))[:80], "wanted": DRAFT}
        return
    metaschema = list(_metaschema_faults(schema))
    yield from metaschema
    if metaschema:
        return
    for pointer, node in _subschemas(schema, ()):
        yield from _node_faults(pointer, node, name, resolver)


def _metaschema_faults(schema: Schema) -> Iterator[Found]:
    import jsonschema_rs

    try:
        for error in jsonschema_rs.Draft202012Validator({"$ref": DRAFT}).iter_errors(schema):
            yield tuple(error.instance_path), "schema-file", {"problem": error.message.split("\n")[0][:200]}
    except (ValueError, RecursionError) as error:
        yield (), "schema-file", {"problem": str(error)[:200]}


def _subschemas(node: Any, pointer: Pointer) -> Iterator[tuple[Pointer, Schema]]:
    if not isinstance(node, Mapping) or len(pointer) > _MAX_DEPTH:
        return
    yield pointer, node
    for key in _MAPS:
        for name, child in (node.get(key) or {}).items():
            yield from _subschemas(child, (*pointer, key, name))
    for key in _SCHEMAS:
        yield from _subschemas(node.get(key), (*pointer, key))
    for key in _LISTS:
        for index, child in enumerate(node.get(key) or ()):
            yield from _subschemas(child, (*pointer, key, index))


def _node_faults(pointer: Pointer, node: Schema, base: str, resolver: Resolver) -> Iterator[Found]:
    for key in node:
        if key not in _KEYWORDS and not key.startswith("x-"):
            yield (*pointer, key), "schema-keyword", {"key": str(key)}
    ref = node.get("$ref")
    if isinstance(ref, str):
        if resolver.target(ref, base) is None:
            yield (*pointer, "$ref"), "schema-reference", {"ref": ref[:120]}
        elif _is_endless(node, base, resolver):
            yield (*pointer, "$ref"), "schema-endless", {"ref": ref[:120]}
    pattern = node.get("pattern")
    if isinstance(pattern, str) and (problem := pattern_problem(pattern)):
        yield (*pointer, "pattern"), "schema-slow-pattern", {"pattern": pattern[:120], "problem": problem}


def _is_endless(node: Schema, base: str, resolver: Resolver) -> bool:
    """Tell whether following the schema without stepping into the instance comes back to itself."""
    seen: set[int] = set()
    waiting: list[tuple[Any, str]] = [(node, base)]
    while waiting:
        current, where = waiting.pop()
        ref = current.get("$ref") if isinstance(current, Mapping) else None
        found = resolver.target(ref, where) if isinstance(ref, str) else None
        if found:
            if found[0] is node or _contains_in_place(found[0], node):
                return True
            if id(found[0]) not in seen:
                seen.add(id(found[0]))
                waiting.append(found)
                waiting.extend((child, found[1]) for child in _in_place(found[0]))
    return False


def _in_place(node: Any) -> Iterator[Any]:
    if isinstance(node, Mapping):
        yield from (node[key] for key in _IN_PLACE if key in node)
        for key in _IN_PLACE_LISTS:
            yield from node.get(key) or ()


def _contains_in_place(node: Any, wanted: Any) -> bool:
    return any(child is wanted or _contains_in_place(child, wanted) for child in _in_place(node))


def pattern_problem(pattern: str) -> str:
    """Return why *pattern* may not be used: broken, or a repeat within a repeat; empty when it is sound."""
    try:
        tree = regex_parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return str(error)[:100]
    return "a repeat inside a repeat" if _nested_repeat(tree, inside=False) else ""


def _nested_repeat(tree: Any, *, inside: bool) -> bool:
    for operation, argument in tree:
        if operation in {regex_constants.MAX_REPEAT, regex_constants.MIN_REPEAT}:
            unbounded = argument[1] is regex_constants.MAXREPEAT or argument[1] > 1000
            if inside and unbounded:
                return True
            if _nested_repeat(argument[2], inside=inside or unbounded):
                return True
        elif operation is regex_constants.SUBPATTERN:
            if _nested_repeat(argument[3], inside=inside):
                return True
        elif operation is regex_constants.BRANCH and any(
            _nested_repeat(branch, inside=inside) for branch in argument[1]
        ):
            return True
    return False
