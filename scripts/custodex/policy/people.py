"""Staff as the policy knows them: roles, keys, whether they may act on a day."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from custodex.texts import Text


def fingerprint(key: str) -> str:
    """Return the fingerprint of a public key line (`ssh-ed25519 AAAA…`) as ssh-keygen prints it, else empty."""
    try:
        blob = base64.b64decode(key.split()[1], validate=True)
    except (IndexError, binascii.Error, ValueError):
        return ""
    return f"SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key of a person; days are `YYYY-MM-DD`, empty where there is no bound."""

    text: str
    fingerprint: str
    since: str
    until: str

    def holds_on(self, day: str) -> bool:
        """Tell whether signatures of this key count on *day*; on the day of `until` they still do."""
        return self.since <= day and (not self.until or day <= self.until)


@dataclass(frozen=True, slots=True)
class Person:
    """One member of staff."""

    id: str
    name: str
    email: str
    roles: frozenset[str]
    team: str
    active: bool
    forge: str
    terms: tuple[tuple[Text, str], ...]
    """What must not have ended, with its last day (empty: open): employment, confidentiality, training."""
    keys: tuple[Key, ...]

    def unfit_on(self, day: str) -> Text | None:
        """Return why this person may not act on *day*, None if nothing stands in the way."""
        if not self.active:
            return Text("已停用", "no longer active")
        for what, last in self.terms:
            if last and last < day:
                return Text(f"{what.zh}已于 {last} 到期", f"{what.en} ended on {last}")
        return None


class People:
    """All members of staff of one state of the records."""

    def __init__(self, staff: Iterable[Mapping[str, Any]], teams: Iterable[Mapping[str, Any]] = ()) -> None:
        self.all = tuple(sorted((_person(value) for value in staff), key=lambda person: person.id))
        self._by_id = {person.id: person for person in self.all}
        self._by_email = {person.email.casefold(): person for person in self.all if person.email}
        self._by_forge = {person.forge.casefold(): person for person in self.all if person.forge}
        self._leads = {str(team.get("id")): str(team.get("lead") or "") for team in teams}

    def find(self, name: str) -> Person | None:
        """Return who has this id, this e-mail address or, written `@name`, this account at the forge."""
        if name.startswith("@"):
            return self._by_forge.get(name[1:].casefold())
        return self._by_id.get(name) or self._by_email.get(name.casefold())

    def signer(self, fingerprint_: str) -> Person | None:
        """Return whose key this is."""
        return next((one for one in self.all for key in one.keys if key.fingerprint == fingerprint_), None)

    def key(self, fingerprint_: str) -> Key | None:
        """Return the key with this fingerprint."""
        return next((key for one in self.all for key in one.keys if key.fingerprint == fingerprint_), None)

    def in_roles(self, roles: Iterable[str]) -> list[Person]:
        """Return the active people who have one of *roles*, by id."""
        wanted = frozenset(roles)
        return [person for person in self.all if person.active and person.roles & wanted]

    def stand_in(self, owner: str) -> list[str]:
        """Return who may speak for the owner of an account: the owner, and the lead of the owner's team."""
        person = self._by_id.get(owner)
        lead = self._leads.get(person.team, "") if person else ""
        return [one for one in dict.fromkeys((owner, lead)) if one]

    def allowed_signers(self) -> Iterator[str]:
        """Yield the lines of an `allowed_signers` file (ssh-keygen(1)), each key with its time bounds."""
        for person in self.all:
            for key in person.keys:
                bounds = [f'valid-after="{key.since.replace("-", "")}"'] if key.since else []
                bounds += [f'valid-before="{key.until.replace("-", "")}235959"'] if key.until else []
                options = ",".join(['namespaces="git"', *bounds])
                yield f"{person.email or person.id} {options} {' '.join(key.text.split()[:2])}"


def _person(value: Mapping[str, Any]) -> Person:
    terms = (
        (Text("聘用", "employment"), _last(value.get("until"))),
        (Text("保密协议", "the confidentiality agreement"), _last(_below(value, "nda").get("expires_on"))),
        (Text("培训", "the training"), _last(_below(value, "training").get("expires_on"))),
    )
    return Person(
        id=str(value.get("id") or ""),
        name=str(value.get("name") or ""),
        email=str(value.get("email") or ""),
        roles=frozenset(str(role) for role in _list(value.get("roles"))),
        team=str(value.get("team") or ""),
        active=value.get("active") is True,
        forge=str(value.get("forge") or ""),
        terms=terms,
        keys=tuple(_key(key) for key in _list(value.get("keys")) if isinstance(key, Mapping)),
    )


def _key(value: Mapping[str, Any]) -> Key:
    text = str(value.get("key") or "")
    return Key(text, fingerprint(text), _last(value.get("since")), _last(value.get("until")))


def _last(day: Any) -> str:
    return day if isinstance(day, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _below(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}
