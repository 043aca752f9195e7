"""What a schema error means in words: which field, what was found, what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from custodex.findings import Fault, Pointer
from custodex.hints import Node, Schema, find

_TYPE_ZH = {
    "string": "文字", "integer": "整数", "number": "数字", "boolean": "true 或 false",
    "object": "一组字段", "array": "列表", "null": "空值",
}  # fmt: skip
_TYPE_EN = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "object": "a group of fields", "array": "a list", "null": "nothing",
}  # fmt: skip

_MASKED = "identity"
"""The reading class whose values no message repeats."""

Params = dict[str, str | int]


def faults_of(errors: Iterable[Any], root: Node, raw: Schema) -> Iterator[Fault]:
    """Yield a fault for every error of the `jsonschema` library, most telling first within a document."""
    for error in _leaves(errors):
        pointer = tuple(error.absolute_path)
        keyword = str(error.validator)
        build = _BUILDERS.get(keyword, _other)
        message = _branch_message(raw, error.absolute_schema_path)
        for fault in build(error, pointer, root):
            yield _worded(fault, message) if message else fault


def _leaves(errors: Iterable[Any]) -> Iterator[Any]:
    for error in errors:
        if error.validator in {"anyOf", "oneOf"} and error.context:
            best = min(
                error.context, key=lambda sub: (-len(sub.absolute_path), str(sub.absolute_schema_path))
            )
            yield from _leaves([best])
        else:
            yield error


def _branch_message(raw: Schema, path: Iterable[str | int]) -> Mapping[str, str] | None:
    """Return the `x-message` of the innermost condition that the error came out of."""
    node: Any = raw
    found: Mapping[str, str] | None = None
    for part in path:
        if isinstance(node, Mapping) and "x-message" in node:
            found = node["x-message"]
        node = node.get(part) if isinstance(node, Mapping) else _item(node, part)
        if node is None:
            break
    return found


def _item(node: Any, part: str | int) -> Any:
    return node[part] if isinstance(node, list) and isinstance(part, int) else None


def _worded(fault: Fault, message: Mapping[str, str]) -> Fault:
    params = {**fault.params, "reason_zh": message["zh"], "reason_en": message["en"]}
    return Fault("schema-condition", fault.pointer, params, on_key=fault.on_key)


def _name(pointer: Pointer, root: Node) -> Params:
    """Return the field's name as parameters: its label in both languages, its path if it has none."""
    path = ".".join(str(part) for part in pointer) or "document"
    node = find(root, pointer)
    label = node.label if node else None
    return {
        "field": path,
        "name_zh": f"{label.zh}（{path}）" if label else path,
        "name_en": f"{label.en} ({path})" if label else path,
    }


def _found(error: Any, pointer: Pointer, root: Node) -> str:
    """Return the value an error is about; what identifies a person goes into no log and no pull request."""
    nodes = (find(root, pointer[:length]) for length in range(len(pointer) + 1))
    if any(node is not None and node.hint("class") == _MASKED for node in nodes):
        return "…"
    return _shown(error.instance)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f'"{value[:60]}"'
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, (dict, list)):
        return "{…}" if isinstance(value, dict) else "[…]"
    return str(value)[:60]


def _type(error: Any, pointer: Pointer, root: Node) -> Iterator[Fault]:
    wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    params = {
        **_name(pointer, root),
        "found": _found(error, pointer, root),
        "expected_zh": "、".join(_TYPE_ZH[name] for name in wanted),
        "expected_en": " or ".join(_TYPE_EN[name] for name in wanted),
    }
    if error.instance is None:
        yield Fault("schema-null", pointer, params)
    elif "string" in wanted and isinstance(error.instance, (int, float)):
        yield Fault("schema-unquoted", pointer, params)
    else:
        yield Fault("schema-type", pointer, params)


def _required(error: Any, pointer: Pointer, root: Node) -> Iterator[Fault]:
    missing = [name for name in error.validator_value if name not in error.instance]
    # the library yields one error a missing name; its message is the only place that tells which
    for name in [name for name in missing if error.message.startswith(repr(name))] or missing[:1]:
        yield Fault("schema-required", pointer, _name((*pointer, name), root), on_key=True)


def _additional(error: Any, pointer: Pointer, root: Node) -> Iterator[Fault]:
    node = find(root, pointer)
    known = list(node.fields) if node else list(error.schema.get("properties") or {})
    for name in error.instance:
        if name in (error.schema.get("properties") or {}):
            continue
        near = difflib.get_close_matches(str(name).strip().lower(), known, n=1, cutoff=0.6)
        params = {"key": str(name), "near": near[0] if near else "", "known": ", ".join(known[:12])}
        code = "schema-misspelt" if near else "schema-unknown"
        yield Fault(code, (*pointer, name), params, on_key=True)


def _property_names(error: Any, pointer: Pointer, _root: Node) -> Iterator[Fault]:
    yield Fault("schema-unknown", (*pointer, error.instance), {"key": str(error.instance)}, on_key=True)


def _enum(error: Any, pointer: Pointer, root: Node) -> Iterator[Fault]:
    allowed = (
        [str(value) for value in error.validator_value]
        if error.validator == "enum"
        else [str(error.validator_value)]
    )
    near = difflib.get_close_matches(str(error.instance), allowed, n=1)
    listed = ", ".join(near + [value for value in allowed if value not in near][:12])
    yield Fault(
        "schema-enum",
        pointer,
        {**_name(pointer, root), "found": _found(error, pointer, root), "allowed": listed},
    )


def _pattern(error: Any, pointer: Pointer, root: Node) -> Iterator[Fault]:
    pattern = str(error.validator_value)
    yield Fault(
        "schema-pattern",
        pointer,
        {**_name(pointer, root), "found": _found(error, pointer, root), "pattern": pattern},
    )


def _format(error: Any, pointer: Pointer, root: Node) -> Iterator[Fault]:
    params = {
        **_name(pointer, root),
        "found": _found(error, pointer, root),
        "format": str(error.validator_value),
    }
    yield Fault("schema-format", pointer, params)


def _false(_error: Any, pointer: Pointer, root: Node) -> Iterator[Fault]:
    yield Fault("schema-not-allowed", pointer, _name(pointer, root), on_key=True)


def _limit(error: Any, pointer: Pointer, root: Node) -> Iterator[Fault]:
    size = len(error.instance) if hasattr(error.instance, "__len__") else _found(error, pointer, root)
    params = {**_name(pointer, root), "size": size, "limit": str(error.validator_value)}
    yield Fault(
        f"schema-{'too-small' if error.validator.startswith('min') else 'too-large'}", pointer, params
    )


def _unique(error: Any, pointer: Pointer, root: Node) -> Iterator[Fault]:
    yield Fault("schema-repeated", pointer, _name(pointer, root))


def _depends(error: Any, pointer: Pointer, root: Node) -> Iterator[Fault]:
    for cause, needed in error.validator_value.items():
        if cause in error.instance:
            for name in needed:
                if name not in error.instance:
                    yield Fault("schema-required", pointer, _name((*pointer, name), root), on_key=True)


def _other(error: Any, pointer: Pointer, root: Node) -> Iterator[Fault]:
    yield Fault("schema-other", pointer, {**_name(pointer, root), "detail": str(error.validator)})


_BUILDERS: Mapping[str, Callable[[Any, Pointer, Node], Iterator[Fault]]] = {
    "type": _type,
    "required": _required,
    "additionalProperties": _additional,
    "unevaluatedProperties": _additional,
    "propertyNames": _property_names,
    "enum": _enum,
    "const": _enum,
    "pattern": _pattern,
    "format": _format,
    "not": _false,
    "uniqueItems": _unique,
    "dependentRequired": _depends,
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems",
         "maxItems", "minProperties", "maxProperties"),
        _limit,
    ),
}  # fmt: skip
