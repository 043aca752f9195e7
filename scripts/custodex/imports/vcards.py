"""vCard 2.1, 3.0 and 4.0 as real programs write them; pictures, sounds and keys are never kept."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from custodex.imports.contacts import Address, Contact, day_of, full_name, table_of, undated
from custodex.sheets import SheetFault, Table
from custodex.texts import Text

_PROPERTY = re.compile(
    rb"\s*(?:[A-Za-z0-9-]+\.)?(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;[^:\";]*(?:\"[^\"]*\"[^:\";]*)*)*):(?P<value>.*)",
    re.DOTALL,
)
_BASE64 = re.compile(rb"\s*[A-Za-z0-9+/=]*\s*")
_BINARY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY", "X-MS-OL-DESIGN", "X-MS-CARDPICTURE"})
_LONGEST_LINE = 200_000
_MOST_CARDS = 100_000
_PLAIN = frozenset({"VALUE", "URI", "TEXT", "TYPE", "PREF", "1"})
_PHONE_TYPES = (("FAX", "fax"), ("CELL", "mobile"), ("IPHONE", "mobile"), ("WORK", "work"), ("HOME", "home"))
_KNOWN = "N FN ORG TITLE ROLE TEL EMAIL ADR NOTE URL IMPP X-WECHAT BEGIN END VERSION PRODID UID REV KIND LABEL BDAY"
_TAKEN = frozenset(_KNOWN.split())


@dataclass(slots=True)
class _Property:
    """One line of a card: its name, its parameters as words in capitals, its value as text."""

    name: str
    words: frozenset[str]
    value: str


@dataclass(slots=True)
class _Reading:
    """What was left out while reading, told once at the end."""

    pictures: int = 0
    undated: int = 0
    skipped: dict[str, int] = field(default_factory=dict)


def looks_like_vcards(name: str, data: bytes) -> bool:
    """Tell whether a file holds vCards, by its content or its name."""
    start = data[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start[:11].upper() == b"BEGIN:VCARD" or name.lower().endswith((".vcf", ".vcard"))


def read_vcards(name: str, data: bytes) -> Table:
    """Return the contacts of a file as a table headed by field paths; one without a card is a `SheetFault`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode("utf-8")
    reading = _Reading()
    contacts = [
        contact for number, card in _cards(data, reading) if (contact := _contact(number, card, reading))
    ]
    if not contacts:
        raise SheetFault(
            Text(f"{name} 中没有联系人", f"{name} holds no contact"),
            Text("需要 BEGIN:VCARD … END:VCARD", "it needs BEGIN:VCARD … END:VCARD"),
        )
    return table_of(name, contacts, _notices(reading))


def _notices(reading: _Reading) -> list[Text]:
    notices = []
    if reading.pictures:
        notices.append(
            Text(
                f"{reading.pictures} 个照片、徽标、声音或密钥未导入",
                f"{reading.pictures} pictures, sounds or keys were dropped",
            )
        )
    if reading.undated:
        notices.append(undated(reading.undated))
    if reading.skipped:
        listed = ", ".join(sorted(reading.skipped)[:20])
        notices.append(Text(f"没有对应字段的属性：{listed}", f"properties without a field: {listed}"))
    return notices


# --- lines


def _cards(data: bytes, reading: _Reading) -> Iterator[tuple[int, list[_Property]]]:
    """Yield (line, properties) of every card; a card inside another one (an agent's) is left out."""
    depth, start, card = 0, 0, list[_Property]()
    count = 0
    for number, line in _logical(data.removeprefix(b"\xef\xbb\xbf")):
        found = _PROPERTY.fullmatch(line)
        if not found:
            continue
        name = found["name"].decode("ascii").upper()
        value = found["value"].strip().upper()
        if name == "BEGIN" and value == b"VCARD":
            depth += 1
            if depth == 1:
                start, card = number, []
        elif name == "END" and value == b"VCARD":
            depth = max(0, depth - 1)
            if not depth and card:
                count += 1
                if count > _MOST_CARDS:
                    raise SheetFault(
                        Text("联系人太多", "too many contacts"), Text("分成几个文件导入", "split the file")
                    )
                yield start, card
                card = []
        elif depth == 1:
            _take(name, found, card, reading)
    if card:
        yield start, card  # cut short: what is there counts


def _take(name: str, found: re.Match[bytes], card: list[_Property], reading: _Reading) -> None:
    if name in _BINARY:
        reading.pictures += bool(found["value"].strip())
        return
    params = found["params"].decode("utf-8", "replace")
    words = frozenset(word.strip('" ').upper() for word in re.split("[;,=]", params) if word)
    card.append(_Property(name, words, _text(found["value"], words)))
    if name not in _TAKEN and not name.startswith("X-"):
        reading.skipped[name] = reading.skipped.get(name, 0) + 1


def _logical(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file put together again, each with the number of its first one.

    Three ways to go on: a blank in front (all versions), `=` at the end (quoted-printable), bare base 64.
    """
    start, pieces, size, head = 0, list[bytes](), 0, b""
    quoted = coded = False
    for number, raw in enumerate(re.split(rb"\r\n|\n|\r", data), 1):
        line = raw
        goes_on = bool(pieces) and (
            line[:1] in (b" ", b"\t")
            or (quoted and pieces[-1].endswith(b"="))
            or (coded and bool(line.strip()) and _BASE64.fullmatch(line) is not None)
        )
        if goes_on:
            if quoted and pieces[-1].endswith(b"="):
                pieces[-1] = pieces[-1][:-1]
            elif line[:1] in (b" ", b"\t"):
                line = raw[1:]
            if size < _LONGEST_LINE and not coded:
                pieces.append(line)
                size += len(line)
            continue
        if pieces:
            yield start, b"".join(pieces)
        start, pieces, size = number, ([line] if line.strip() else []), len(line)
        head = line.partition(b":")[0].upper()
        quoted = b"QUOTED-PRINTABLE" in head
        coded = b"BASE64" in head or b"ENCODING=B" in head
    if pieces:
        yield start, b"".join(pieces)


def _text(value: bytes, words: frozenset[str]) -> str:
    if "QUOTED-PRINTABLE" in words:
        value = quopri.decodestring(value)
    for charset in (*sorted(words & _CHARSETS), "UTF-8", "GB18030"):
        try:
            return value.decode(charset.lower())
        except (UnicodeDecodeError, LookupError):
            continue
    return value.decode("cp1252", "replace")


_NAMES = """UTF-8 GBK GB2312 GB18030 BIG5 SHIFT_JIS ISO-8859-1 ISO-8859-15 WINDOWS-1252 WINDOWS-1251 EUC-KR"""
_CHARSETS = frozenset(_NAMES.split())


# --- values


def _split(text: str, separator: str = ";") -> list[str]:
    """Return the parts of a structured value, their escapes resolved."""
    parts, piece, escaped = [], [], False
    for char in text:
        if escaped:
            piece.append("\n" if char in "nN" else char)
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == separator:
            parts.append("".join(piece).strip())
            piece = []
        else:
            piece.append(char)
    return [*parts, "".join(piece).strip()]


def _plain(text: str) -> str:
    return _split(text, "\0")[0]


def _contact(number: int, card: Sequence[_Property], reading: _Reading) -> Contact | None:
    contact = Contact(number)
    names: list[str] = []
    for found in card:
        if found.name == "N":
            names = _split(found.value)
        elif found.name == "FN" and not contact.person:
            contact.person = " ".join(_plain(found.value).split())
        elif found.name == "ORG" and not contact.company:
            contact.company, *rest = [*_split(found.value)]
            contact.department = " ".join(filter(None, rest))
        elif found.name in _READERS:
            _READERS[found.name](contact, found)
        elif found.name == "BDAY" and not contact.birthday:
            contact.birthday = day_of(_plain(found.value))
            reading.undated += not contact.birthday and bool(found.value.strip())
    family, given, middle = [*names, "", "", ""][:3]
    own = full_name(given, family, middle)
    if own and (not contact.person or _same_letters(own, contact.person)):
        contact.person = own
    _name_company(contact, card)
    if contact.birthday and not contact.person:
        reading.skipped["BDAY"] = 1
    if not contact.person and not contact.company:
        contact.person = next(
            iter([*(mail for mail, _ in contact.emails), *(tel for tel, _ in contact.phones)]), ""
        )
    return contact if contact.person or contact.company else None


def _same_letters(one: str, other: str) -> bool:
    """Tell whether two names are the same but for the order: 小明王 and 王小明."""
    return sorted(one.replace(" ", "")) == sorted(other.replace(" ", "")) and not one.isascii()


def _name_company(contact: Contact, card: Sequence[_Property]) -> None:
    """A card of a company has its name twice, or says what it is."""
    kinds = {found.value.strip().upper() for found in card if found.name in {"KIND", "X-ABSHOWAS"}}
    if kinds & {"ORG", "ORGANIZATION", "COMPANY"}:
        contact.company = contact.company or contact.person
    if contact.company and contact.person == contact.company:
        contact.person = ""


def _phone(contact: Contact, found: _Property) -> None:
    number = _plain(found.value).removeprefix("tel:").partition(";")[0]
    sort = next(
        (name for word, name in _PHONE_TYPES if word in found.words), "other" if found.words - _PLAIN else ""
    )
    if number:
        contact.phones.append((number, sort))


def _email(contact: Contact, found: _Property) -> None:
    address = _plain(found.value).removeprefix("mailto:")
    if address and "@" not in address:
        contact.note = "\n\n".join(
            filter(None, (contact.note, f"e-mail: {address}"))
        )  # kept, for a person to read
    elif address:
        contact.emails.append(
            (address, "work" if "WORK" in found.words else "private" if "HOME" in found.words else "")
        )


def _address(contact: Contact, found: _Property) -> None:
    box, more, street, city, province, code, country = [*_split(found.value), *[""] * 7][:7]
    line = ", ".join(part for part in (street, more, "" if "^" in box else box) if part)
    if line or city:
        sort = "home" if "HOME" in found.words else "office" if found.words - _PLAIN else ""
        contact.addresses.append(Address(sort, line, city, province, code, country))


def _website(contact: Contact, found: _Property) -> None:
    url = _plain(found.value).replace("\\", "")
    if url.startswith(("http://", "https://")) and not contact.website:
        contact.website = url


def _messenger(contact: Contact, found: _Property) -> None:
    scheme, colon, account = found.value.partition(":")
    if found.name == "X-WECHAT" or (colon and scheme.lower() in {"weixin", "wechat"}):
        contact.wechat = contact.wechat or (account if colon else found.value).strip()


def _note(contact: Contact, found: _Property) -> None:
    contact.note = "\n\n".join(filter(None, (contact.note, _plain(found.value))))


def _title(contact: Contact, found: _Property) -> None:
    contact.title = contact.title or _plain(found.value)


_READERS = {
    "TEL": _phone, "EMAIL": _email, "ADR": _address, "URL": _website, "NOTE": _note, "TITLE": _title, "ROLE": _title,
    "IMPP": _messenger, "X-WECHAT": _messenger,
}  # fmt: skip
