"""The schema folder of one snapshot, opened: schemas, vocabularies, access, settings.

A book is made from bytes, not from a folder, so that a staged schema judges staged records.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any

from custodex import __version__
from custodex.errors import EnvironmentFault
from custodex.findings import Finding
from custodex.hints import Schema, repeated_items
from custodex.records import KIND
from custodex.schemas import Schemas
from custodex.texts import Text

FORMAT = "2"
"""Raised when documents must be read again although no file and no version changed."""


class Book:
    """What rules one snapshot. *files* maps paths below schema/ to (blob name, content).

    *blobs* names the same blobs without reading the files; *known* is what is wrong with exactly these files,
    when that was found out before, and *values* returns what its YAML files say, by path: judging and reading
    thirty files takes longer than everything else in a small book.
    """

    def __init__(
        self,
        files: Mapping[str, tuple[str, bytes]],
        *,
        blobs: Mapping[str, str] | None = None,
        known: Sequence[Finding] | None = None,
        values: Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        self.files = files
        self._known = known
        self._values = values
        names = {path: blob for path, (blob, _) in files.items()} if blobs is None else blobs
        digest = hashlib.sha256(f"{__version__}/{FORMAT}".encode())
        for path in sorted(names):
            digest.update(f"\0{path}\0{names[path]}".encode())
        self.fingerprint = digest.hexdigest()[:32]

    @cached_property
    def _read(self) -> tuple[dict[str, Schema], list[Finding]]:
        raw: dict[str, Schema] = {}
        sources: dict[str, tuple[str, bytes]] = {}
        findings: list[Finding] = []
        for path, (_, data) in sorted(self.files.items()):
            if path.endswith(".schema.json"):
                try:
                    schema = json.loads(data.decode("utf-8"))
                except (ValueError, RecursionError) as error:
                    line = getattr(error, "lineno", 1)
                    column = getattr(error, "colno", 1)
                    params: dict[str, str | int] = {"problem": str(error).split("\n")[0]}
                    findings.append(Finding(path, line, column, "schema-file", params=params))
                    continue
                name = schema.get("$id") if isinstance(schema, dict) else None
                raw[name if isinstance(name, str) else path] = schema if isinstance(schema, dict) else {}
                sources[name if isinstance(name, str) else path] = (path, data)
        if self._known is None:
            from custodex.schemalint import lint

            findings.extend(lint(raw, sources))
        else:
            findings = [finding for finding in self._known if finding.path.endswith(".schema.json")]
        bad_paths = {finding.path for finding in findings}
        sound = {name: schema for name, schema in raw.items() if sources[name][0] not in bad_paths}
        return sound, findings

    @cached_property
    def schemas(self) -> Schemas:
        """The sound schemas; documents of a kind whose schema is broken are not validated."""
        return Schemas(self._read[0])

    @cached_property
    def findings(self) -> list[Finding]:
        """What is wrong with the schema folder itself."""
        if self._known is not None:
            return sorted(self._known)
        found = list(self._read[1])
        for path, (_, data) in sorted(self.files.items()):
            if path.endswith(".yaml"):
                found.extend(self._check_yaml(path, data))
        return sorted(found)

    def _check_yaml(self, path: str, data: bytes) -> list[Finding]:
        from custodex.placing import place
        from custodex.yamlfile import parse

        parsed = parse(data)
        if parsed.value is None:
            return [_with_path(finding, path) for finding in parsed.findings]
        kind = path.removeprefix("schema/").removesuffix(".yaml")
        if not self.schemas.has(kind):
            return []
        faults = self.schemas.validate(kind, parsed.value)
        return place(faults or repeated_items(self.schemas.marks(kind, parsed.value)), data, path)

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """What the YAML files of the folder say, by path; files that cannot be read are left out."""
        if self._values is not None:
            return self._values()
        from custodex.yamlfile import parse

        parsed = {path: parse(data).value for path, (_, data) in self.files.items() if path.endswith(".yaml")}
        return {path: value for path, value in parsed.items() if value is not None}

    def _yaml(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.values.get(f"schema/{name}.yaml", {})
        return found

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """`schema/settings.yaml`; empty when there is none."""
        return self._yaml("settings")

    @cached_property
    def zone(self) -> tzinfo:
        """The time zone of the settings, in which days are counted and commits are shown; UTC without one."""
        from zoneinfo import ZoneInfo

        try:
            return ZoneInfo(str(self.settings.get("timezone") or "UTC"))
        except (OSError, ValueError):  # no such zone, or one that is a path: the settings have a finding
            return UTC

    def local(self, moment: str) -> str:
        """Return an RFC 3339 moment in the zone of the book; what is no moment comes back as it is."""
        try:
            found = datetime.fromisoformat(moment)
            return found.astimezone(self.zone).isoformat() if found.tzinfo else moment
        except (ValueError, OverflowError):
            return moment

    @cached_property
    def access(self) -> Mapping[str, Any]:
        """`schema/access.yaml`: roles and the reading classes of each."""
        return self._yaml("access")

    @cached_property
    def _vocabularies(self) -> dict[str, Mapping[str, Any]]:
        return {}

    def vocabulary(self, name: str) -> Mapping[str, Any]:
        """Return `schema/vocabulary/<name>.yaml`; empty when there is none."""
        if name not in self._vocabularies:
            self._vocabularies[name] = self._yaml(f"vocabulary/{name}")
        return self._vocabularies[name]

    def require(self) -> None:
        """Refuse to go on where there is no schema at all: that is no record repository."""
        if not any(path.endswith(".schema.json") for path in self.files):
            raise EnvironmentFault(
                Text("这里没有 schema/ 文件夹", "there is no schema/ folder here"),
                Text(
                    "进入客户档案仓库，或用 -C 指定；新建仓库用 custodex init",
                    "change to a record repository or name it with -C; custodex init makes a new one",
                ),
            )

    def prepare(self) -> None:
        """Open everything now: a process that is forked or started next takes it along."""
        for kind in self.kinds():
            self.schemas.is_valid(kind, {})
            self.schemas.marks(kind, {})
        _ = self.values  # read from the catalog, which stays with this process

    def __reduce__(self) -> tuple[Any, ...]:
        """A book goes to another process as its files, with what is known to be wrong with them."""
        return _opened, (dict(self.files), self.findings)

    def kinds(self) -> list[str]:
        """Return the kinds that have a sound schema, in canonical order."""
        return [name for name in KIND if self.schemas.has(name)]


def _opened(files: Mapping[str, tuple[str, bytes]], known: Sequence[Finding]) -> Book:
    return Book(files, known=known)


def _with_path(finding: Finding, path: str) -> Finding:
    from dataclasses import replace

    return replace(finding, path=path)
