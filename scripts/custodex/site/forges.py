"""Links to the forge where the records live: edit, history, new note, report; none of them is required."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from custodex.forgelinks import forge_of, patterns
from custodex.site import addresses
from custodex.site.pieces import Forge

_NOTE = "type: call\noccurred_at: \nby: \ndirection: outgoing\nduration_minutes: 0\nsummary: \n"


@dataclass(frozen=True, slots=True)
class HandOver:
    """Patterns of links in which `{path}`, `{folder}`, `{value}`, `{title}` and `{body}` are still to fill in."""

    edit: str
    new: str
    report: str
    prefix: str


class Forges:
    """Makes links by the `forge` of the settings; `prefix` is where records/ stands in the Git repository."""

    def __init__(self, settings: Mapping[str, Any], prefix: str = "") -> None:
        forge = forge_of(settings)
        self._base = addresses.outward(str(forge.get("url") or "")).rstrip("/")
        self._branch = str(forge.get("branch") or "main")
        self._prefix = prefix
        self._patterns = patterns(settings) if self._base else {}

    def _link(self, name: str, path: str = "", **params: str) -> str:
        pattern = self._patterns.get(name)
        if pattern is None:
            return ""
        full = quote(self._prefix + path)
        escaped = {key: quote(value, safe="") for key, value in params.items()}
        folder = full.rpartition("/")[0]
        return self._base + pattern.format(branch=quote(self._branch), path=full, folder=folder, **escaped)

    def hand_over(self) -> HandOver:
        """Return the patterns that the forms fill in themselves."""
        edit, new, report = (
            self._base + self._patterns[name].replace("{branch}", quote(self._branch))
            if self._patterns
            else ""
            for name in ("edit", "new", "report")
        )
        return HandOver(edit, new, report, self._prefix)

    @property
    def known(self) -> bool:
        """Tell whether there is a forge to link to."""
        return bool(self._patterns)

    def commit(self, name: str) -> str:
        """Return the page of a commit."""
        return self._link("commit", commit=name) if name else ""

    def at(self, path: str, line: int) -> str:
        """Return the edit page of a file at a line."""
        edit = self._link("edit", path)
        return f"{edit}{self._patterns['line'].format(line=line)}" if edit else ""

    def file(self, path: str, command: str = "") -> Forge:
        """Return the links of one file."""
        return Forge(self._link("edit", path), self._link("history", path), path=path, command=command)

    def customer(self, folder: str, name: str, title: str) -> Forge:
        """Return the links of a customer; a report names the record by its id alone."""
        return Forge(
            edit=self._link("edit", f"{folder}/customer.yaml"),
            history=self._link("history", folder),
            report=self._link("report", title=title, body=f"`{folder}`\n\n"),
            add_note=self._link("new", f"{folder}/notes/", value=_NOTE),
            path=folder,
            command=f"custodex note {name}",
        )
