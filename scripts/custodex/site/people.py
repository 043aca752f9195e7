"""People, ways to reach them, addresses and preferences of a customer: its contacts document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from custodex.hints import Node
from custodex.site import addresses, phrases
from custodex.site.customermodels import Address, Person, Preferences, Reach
from custodex.site.fields import Facts
from custodex.site.origins import Origins
from custodex.site.pieces import Badge, Field
from custodex.site.reading import Value, child, items, text
from custodex.site.values import Values

_PERSON = frozenset(
    {"id", "name", "name_en", "pinyin", "title", "department", "role", "left", "phones", "emails", "wechat", "note"}
)  # fmt: skip
_ADDRESS = ("country", "province", "city", "district", "street", "postal_code")
_ROOT = Node({})


class Contacts:
    """The contacts document of one customer, as its page shows it."""

    def __init__(self, value: Value, node: Node | None, values: Values, origins: Origins) -> None:
        self._value = value
        self._node = node or _ROOT
        self._values = values
        self._origins = origins
        self._facts = Facts(values, "contacts", origins)

    def people(self, cards: Mapping[str, tuple[str, str]]) -> list[Person]:
        """Return the people, those who left come last; *cards* are a vCard and a QR code by person."""
        found = [self._person(person, cards) for person in items(self._value, "people")]
        return sorted(found, key=lambda person: person.left)

    def reaches(self) -> list[Reach]:
        """Return the ways to reach the customer itself: switchboard, shared mailbox."""
        return list(self._reaches(self._value, self._node, ()))

    def _person(self, value: Value, cards: Mapping[str, tuple[str, str]]) -> Person:
        node = self._items("people")
        name, name_en = text(value, "name"), text(value, "name_en")
        place = ("people", f"[{text(value, 'id')}]")
        role = text(value, "role")
        extra = self._facts.whole(node, value, _PERSON)
        vcard, qr = cards.get(text(value, "id"), ("", ""))
        return Person(
            id=text(value, "id"),
            anchor=f"p-{text(value, 'id')}",
            name=name or name_en,
            other_name=name_en if name else "",
            title=text(value, "title"),
            department=text(value, "department"),
            role=Badge(role, self._values.words.enum(node.fields.get("role", _ROOT), role)) if role else None,
            left=value.get("left") is True,
            reaches=list(self._reaches(value, node, place)),
            note=text(value, "note"),
            extra=extra.fields if extra else (),
            initials=initials(name or name_en),
            vcard=vcard,
            qr=qr,
        )

    def _items(self, name: str) -> Node:
        return self._node.fields.get(name, _ROOT).items or _ROOT

    def _reaches(self, value: Value, node: Node, place: tuple[str, ...]) -> Iterator[Reach]:
        for phone in _primary_first(items(value, "phones")):
            yield self._phone(phone, node, (*place, "phones", f"[{text(phone, 'number')}]"))
        for email in _primary_first(items(value, "emails")):
            address = text(email, "address")
            yield Reach(
                "email", address, addresses.mail(address), address, self._type(node, "emails", email),
                email.get("primary") is True, "",
                self._origins.since("contacts", (*place, "emails", f"[{address}]", "address")),
            )  # fmt: skip
        if wechat := text(value, "wechat"):
            origin = self._origins.since("contacts", (*place, "wechat"))
            yield Reach("wechat", wechat, "", wechat, origin=origin)

    def _phone(self, phone: Value, node: Node, place: tuple[str, ...]) -> Reach:
        number, extension = text(phone, "number"), text(phone, "extension")
        written = self._values.words.say(phrases.EXTENSION)
        shown = written.format(number=number, extension=extension) if extension else number
        return Reach(
            "phone", shown, addresses.call(number), number, self._type(node, "phones", phone),
            phone.get("primary") is True, text(phone, "note"),
            self._origins.since("contacts", (*place, "number")),
        )  # fmt: skip

    def _type(self, node: Node, name: str, value: Value) -> str:
        item = node.fields.get(name, _ROOT).items or _ROOT
        kind = text(value, "type")
        return self._values.words.enum(item.fields.get("type", _ROOT), kind) if kind else ""

    def addresses(self) -> list[Address]:
        """Return the postal addresses, the primary one first."""
        return [self._address(value) for value in _primary_first(items(self._value, "addresses"))]

    def _address(self, value: Value) -> Address:
        node = self._items("addresses")
        kind = text(value, "type")
        label = self._values.words.enum(node.fields.get("type", _ROOT), kind) if kind else ""
        country = self._values.words.vocabulary_label("countries", text(value, "country"))
        written = postal(value, country)
        origin = self._origins.since("contacts", ("addresses", f"[{text(value, 'id')}]"))
        return Address(
            label or self._values.words.of(node), written, value.get("primary") is True, written, origin
        )

    def preferences(self) -> Preferences | None:
        """Return how the customer wants to be reached, None if nothing is said."""
        value = child(self._value, "preferences")
        if not value:
            return None
        node = self._node.fields.get("preferences", _ROOT)
        shown: list[Field] = []
        group = self._facts.whole(node, value, {"do_not_contact", "note"})
        if group:
            shown = list(group.fields)
        return Preferences(value.get("do_not_contact") is True, shown, text(value, "note"))

    def rest(self) -> Mapping[str, Any]:
        """Return what a schema with further fields adds to the document."""
        shown = {"people", "phones", "emails", "addresses", "preferences"}
        return {name: found for name, found in self._value.items() if name not in shown}


def _primary_first(values: list[Value]) -> list[Value]:
    return sorted(values, key=lambda value: value.get("primary") is not True)


def postal(value: Value, country: str) -> str:
    """Return an address the way its country writes it: large to small in China, the street first elsewhere."""
    said = {name: text(value, name) for name in _ADDRESS}
    if said["country"] in ("CN", "TW", "HK", "MO") or _is_han(said["street"] + said["city"]):
        places = dict.fromkeys(said[name] for name in ("province", "city", "district", "street"))
        lines = [said["postal_code"], "".join(places)]
    else:
        town = " ".join(part for part in (said["postal_code"], said["city"]) if part)
        lines = [said["street"], said["district"], town, said["province"], country]
    return "\n".join(line for line in lines if line)


def _is_han(written: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in written)


def initials(name: str) -> str:
    """Return one Chinese character or up to two letters for an avatar."""
    if _is_han(name[:1]):
        return name[0]
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"
