"""A stand-in for `gh api`: takes what GitHub's published description takes, and answers as it says.

Run as a program by the scripts of the workflows. `tests/data/forges/github.json` is the contract; what the forge
knows is a JSON file named by DOUBLE, and every call is noted in it. A request that the description does not allow
ends with 1, as does an answer of ours that it would not give.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft202012Validator

CONTRACT = Path(__file__).resolve().parent.parent / "data" / "forges" / "github.json"
Schema = Mapping[str, Any]


class Refused(Exception):
    """The description does not allow this."""


class Contract:
    """The published description, as far as it is kept."""

    def __init__(self, path: Path = CONTRACT) -> None:
        self.whole: dict[str, Any] = json.loads(path.read_text("utf-8"))

    def find(self, method: str, path: str) -> tuple[str, Schema, dict[str, str]]:
        """Return the template of a path, its operation, and what stands for its parameters."""
        for template, methods in self.whole["paths"].items():
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
            if (match := re.fullmatch(pattern, path)) and method in methods:
                return template, methods[method], match.groupdict()
        raise Refused(f"no operation {method} {path}")

    def follow(self, value: Any) -> Any:
        """Return a parameter or schema, references of its own resolved."""
        while isinstance(value, Mapping) and "$ref" in value:
            found: Any = self.whole
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            value = found
        return value

    def plain(self, schema: Any) -> Any:
        """Return a schema of OpenAPI 3.0 as JSON Schema: references resolved, `nullable` as a type."""
        schema = self.follow(schema)
        if isinstance(schema, list):
            return [self.plain(item) for item in schema]
        if not isinstance(schema, Mapping):
            return schema
        told = {name: self.plain(item) for name, item in schema.items() if name != "nullable"}
        if isinstance(schema.get("properties"), Mapping):
            told["properties"] = {name: self.plain(item) for name, item in schema["properties"].items()}
        return {"anyOf": [told, {"type": "null"}]} if schema.get("nullable") is True else told

    def require(self, schema: Any, value: Any, what: str) -> None:
        """Refuse a value that the schema does not allow."""
        error = next(iter(Draft202012Validator(self.plain(schema)).iter_errors(value)), None)
        if error is not None:
            raise Refused(f"{what}: {error.message[:300]}")

    def sample(self, schema: Any) -> Any:
        """Return the smallest value that a schema allows."""
        schema = self.follow(schema)
        if "enum" in schema:
            return schema["enum"][0]
        for name in ("oneOf", "anyOf"):
            if name in schema:
                return self.sample(schema[name][0])
        if "allOf" in schema:
            return {key: item for part in schema["allOf"] for key, item in self.sample(part).items()}
        kind = schema.get("type", "object")
        if kind == "object":
            known = schema.get("properties", {})
            return {name: self.sample(known[name]) for name in schema.get("required", ()) if name in known}
        samples = {"string": "x", "integer": 1, "number": 1, "boolean": False, "array": []}
        told = {"uri": "https://example.com/x", "date-time": "2026-11-22T09:00:00Z"}
        return told.get(str(schema.get("format")), samples[kind])


@dataclass(frozen=True)
class Call:
    """One call: method, path, query, the fields of its body."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]
    paginate: bool
    jq: str


def read(arguments: list[str]) -> Call:
    parser = argparse.ArgumentParser(prog="gh", exit_on_error=False)
    parser.add_argument("command", choices=["api"])
    parser.add_argument("endpoint")
    parser.add_argument("--method")
    parser.add_argument("--paginate", action="store_true")
    parser.add_argument("--jq", default="")
    parser.add_argument("-f", dest="raw", action="append", default=[])
    parser.add_argument("-F", dest="typed", action="append", default=[])
    told = parser.parse_args(arguments)
    fields: dict[str, Any] = dict(field.split("=", 1) for field in told.raw)
    for name, value in (field.split("=", 1) for field in told.typed):
        fields[name] = Path(value[1:]).read_text("utf-8") if value.startswith("@") else json.loads(value)
    path, _, query = told.endpoint.partition("?")
    method = (told.method or ("POST" if fields else "GET")).lower()
    return Call(method, "/" + path.lstrip("/"), dict(parse_qsl(query)), fields, told.paginate, told.jq)


def answer(contract: Contract, call: Call, known: dict[str, Any]) -> Iterator[Any]:
    """Yield the pages of the answer, one where nothing is listed."""
    template, operation, place = contract.find(call.method, call.path)
    parameters = [contract.follow(one) for one in operation["parameters"]]
    for one in parameters:
        value = (place if one["in"] == "path" else call.query).get(one["name"])
        if value is None and one.get("required"):
            raise Refused(f"{one['name']} is missing")
        if value is not None:
            numeric = contract.follow(one["schema"]).get("type") == "integer" and value.isdecimal()
            contract.require(one["schema"], int(value) if numeric else value, one["name"])
    if unknown := call.query.keys() - {one["name"] for one in parameters}:
        raise Refused(f"unknown: {', '.join(unknown)}")
    if body := operation.get("requestBody"):
        contract.require(body["content"]["application/json"]["schema"], call.body, "body")
    elif call.body:
        raise Refused("no body is taken")
    status, told = next(iter(operation["responses"].items()))
    schema = told["content"]["application/json"]["schema"]
    if contract.follow(schema).get("type") != "array":
        yield made(contract, schema, {"body": call.body.get("body", "")} if "body" in call.body else {})
        return
    rows = [made(contract, contract.follow(schema)["items"], row) for row in known.get(template, [])]
    size = int(call.query.get("per_page", 30))
    pages = [rows[start : start + size] for start in range(0, len(rows), size)] or [[]]
    for page in pages if call.paginate else pages[:1]:
        contract.require(schema, page, f"answer {status}")
        yield page


def made(contract: Contract, schema: Any, row: Mapping[str, Any]) -> Any:
    """Return the smallest answer the description allows that says *row*."""

    def over(base: Any, said: Any) -> Any:
        if isinstance(base, dict) and isinstance(said, Mapping):
            return {**base, **{name: over(base.get(name), item) for name, item in said.items()}}
        return said

    value = over(contract.sample(schema), row)
    contract.require(schema, value, "answer")
    return value


def main() -> int:
    path = Path(os.environ["DOUBLE"])
    known = json.loads(path.read_text("utf-8"))
    try:
        call = read(sys.argv[1:])
        pages = list(answer(Contract(), call, known))
    except (Refused, argparse.ArgumentError, ValueError) as refusal:
        known["calls"].append(f"refused: {refusal}")
        path.write_text(json.dumps(known), "utf-8")
        sys.stderr.write(f"gh: {refusal}\n")
        return 1
    known["calls"].append(f"{call.method} {call.path} {json.dumps(call.body, ensure_ascii=False)}")
    path.write_text(json.dumps(known), "utf-8")
    for page in pages:
        text = json.dumps(page)
        if call.jq:  # as gh does it: page by page, strings as they are
            text = subprocess.run(
                ["jq", "-r", call.jq], input=text, capture_output=True, text=True, check=True
            ).stdout
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
