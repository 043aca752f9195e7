"""The exports of other programs, known by their headers: no mapping is needed for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from custodex.imports.contacts import Address, Contact, day_of, full_name, table_of, undated
from custodex.sheets import Row, Table
from custodex.texts import Text

Cells = Mapping[str, str]
_NONE = " 0/"
"""Outlook writes 0/0/00 for a birthday that nobody entered."""


class Known(NamedTuple):
    """A table whose source was recognised: as rows headed by field paths, and what identifies a row."""

    source: str
    table: Table
    system: str = ""
    key: str = ""


def recognise(table: Table) -> Known | None:
    """Return *table* as its source meant it, None where its headers are of no program known here."""
    headers = frozenset(table.headers)
    for source, telling, read in _LISTS:
        if telling <= headers:
            contacts = [contact for row in table.rows if (contact := read(row.number, _cells(table, row)))]
            notice = Text(f"按 {source} 的导出读取", f"read as an export of {source}")
            marked = sum(1 for row in table.rows if row.marks)
            unclear = sum(1 for row in table.rows if _is_unclear(_cells(table, row)))
            told = [notice, *table.notices, *([undated(unclear)] if unclear else ())]
            if marked:
                told.append(
                    Text(
                        f"{marked} 行有可疑单元格，其内容未导入",
                        f"doubtful cells of {marked} rows were left out",
                    )
                )
            return Known(source, table_of(table.name, contacts, told))
    for source, system, telling, columns in _ACCOUNTS:
        if telling <= headers:
            renamed = (*(columns.get(header, header) for header in table.headers), "type")
            rows = [_with_type(row, len(table.headers)) for row in table.rows if not _is_deleted(table, row)]
            notice = Text(f"按 {source} 的导出读取", f"read as an export of {source}")
            accounts = Table(table.name, renamed, tuple(rows), (notice, *table.notices))
            return Known(source, accounts, system, _KEYS[system])
    return None


def _cells(table: Table, row: Row) -> Cells:
    return {
        header: row.cells[at]
        for at, header in enumerate(table.headers)
        if at < len(row.cells) and row.cells[at] and at not in row.marks
    }


def _is_deleted(table: Table, row: Row) -> bool:
    return _cells(table, row).get("IsDeleted", "").lower() in {"true", "1"}


def _is_unclear(cells: Cells) -> bool:
    born = cells.get("Birthday", "") or cells.get("Birthdate", "")
    return bool(born.strip(_NONE)) and not day_of(born)


def _with_type(row: Row, width: int) -> Row:
    """Add what the other program takes for granted: an account is an organization."""
    cells = [*row.cells[:width], *[""] * (width - len(row.cells)), "organization", *row.cells[width:]]
    return Row(row.number, tuple(cells), row.marks)


# --- Google


def _google(number: int, cells: Cells) -> Contact | None:
    """Both forms of Google's export; `:::` stands between several values, `* ` before the first choice."""
    get = cells.get
    contact = Contact(
        number,
        full_name(
            get("First Name", "") or get("Given Name", ""), get("Last Name", "") or get("Family Name", ""),
            get("Middle Name", "") or get("Additional Name", ""),
        ) or get("Name", "") or get("File As", ""),
        get("Organization Name", "") or get("Organization 1 - Name", ""),
        get("Organization Department", "") or get("Organization 1 - Department", ""),
        get("Organization Title", "") or get("Organization 1 - Title", ""),
        website=_web(get("Website 1 - Value", "")),
        note=get("Notes", ""),
        birthday=day_of(get("Birthday", "")),
    )  # fmt: skip
    contact.phones = [(value, _phone_type(label)) for label, value in _numbered(cells, "Phone", "Value")]
    contact.emails = [(value, _email_type(label)) for label, value in _numbered(cells, "E-mail", "Value")]
    for at in range(1, 10):
        place = f"Address {at} - "
        sort = "home" if "home" in get(f"{place}Label", get(f"{place}Type", "")).lower() else "office"
        city = get(f"{place}City", "")
        _place(contact, sort, get(f"{place}Street", ""), city, get(f"{place}Region", ""),
               get(f"{place}Postal Code", ""), get(f"{place}Country", ""))  # fmt: skip
    return _sound(contact)


def _numbered(cells: Cells, what: str, value: str) -> Iterator[tuple[str, str]]:
    for at in range(1, 20):
        label = cells.get(f"{what} {at} - Label", "") or cells.get(f"{what} {at} - Type", "")
        for one in cells.get(f"{what} {at} - {value}", "").split(":::"):
            if one.strip():
                yield label.lstrip("* "), one.strip()


# --- Outlook


def _outlook(number: int, cells: Cells) -> Contact | None:
    get = cells.get
    contact = Contact(
        number,
        full_name(get("First Name", ""), get("Last Name", ""), get("Middle Name", "")),
        get("Company", ""), get("Department", ""), get("Job Title", ""),
        website=_web(get("Web Page", "") or get("Personal Web Page", "")), note=get("Notes", ""),
        birthday=day_of(get("Birthday", "")),
    )  # fmt: skip
    contact.phones = [(cells[name], sort) for name, sort in _OUTLOOK_PHONES if name in cells]
    contact.emails = [(cells[name], "") for name in _OUTLOOK_EMAILS if name in cells]
    for place, sort in (("Business", "office"), ("Home", "home"), ("Other", "other")):
        _place(contact, sort, get(f"{place} Street", ""), get(f"{place} City", ""), get(f"{place} State", ""),
               get(f"{place} Postal Code", ""),
               get(f"{place} Country/Region", "") or get(f"{place} Country", ""))  # fmt: skip
    return _sound(contact)


_OUTLOOK_PHONES = (
    ("Business Phone", "work"), ("Business Phone 2", "work"), ("Company Main Phone", "work"),
    ("Mobile Phone", "mobile"),
    ("Home Phone", "home"), ("Home Phone 2", "home"), ("Primary Phone", "other"), ("Other Phone", "other"),
    ("Car Phone", "other"), ("Business Fax", "fax"), ("Home Fax", "fax"), ("Other Fax", "fax"),
)  # fmt: skip
_OUTLOOK_EMAILS = ("E-mail Address", "E-mail 2 Address", "E-mail 3 Address")


# --- HubSpot, Salesforce


def _hubspot(number: int, cells: Cells) -> Contact | None:
    get = cells.get
    contact = Contact(
        number, full_name(get("First Name", ""), get("Last Name", "")),
        get("Company Name", "") or get("Associated Company", ""), "", get("Job Title", ""),
        website=_web(get("Website URL", "")),
    )  # fmt: skip
    phones = (("Phone Number", "work"), ("Mobile Phone Number", "mobile"))
    contact.phones = [(cells[name], sort) for name, sort in phones if name in cells]
    contact.emails = [(cells["Email"], "")] if "Email" in cells else []
    _place(contact, "office", get("Street Address", ""), get("City", ""), get("State/Region", ""),
           get("Postal Code", ""), get("Country/Region", "") or get("Country", ""))  # fmt: skip
    return _sound(contact)


def _salesforce(number: int, cells: Cells) -> Contact | None:
    get = cells.get
    if get("IsDeleted", "").lower() in {"true", "1"}:
        return None
    contact = Contact(
        number, full_name(get("FirstName", ""), get("LastName", "")), get("AccountName", "") or get("Account.Name", ""),
        get("Department", ""), get("Title", ""), note=get("Description", ""), birthday=day_of(get("Birthdate", "")),
    )  # fmt: skip
    phones = (("Phone", "work"), ("MobilePhone", "mobile"), ("HomePhone", "home"), ("Fax", "fax"))
    contact.phones = [(cells[name], sort) for name, sort in phones if name in cells]
    contact.emails = [(cells["Email"], "")] if "Email" in cells else []
    _place(contact, "office", get("MailingStreet", ""), get("MailingCity", ""), get("MailingState", ""),
           get("MailingPostalCode", ""), get("MailingCountry", ""))  # fmt: skip
    return _sound(contact)


_List = tuple[str, frozenset[str], Callable[[int, Cells], Contact | None]]
_LISTS: Sequence[_List] = (
    (
        "Google Contacts",
        frozenset({"First Name", "Last Name", "Organization Name", "E-mail 1 - Value"}),
        _google,
    ),
    ("Google Contacts", frozenset({"Given Name", "Family Name", "Organization 1 - Name"}), _google),
    ("Outlook", frozenset({"First Name", "Last Name", "E-mail Address", "Business Phone"}), _outlook),
    ("HubSpot", frozenset({"Record ID", "First Name", "Last Name", "Email"}), _hubspot),
    ("Salesforce", frozenset({"Id", "FirstName", "LastName", "AccountId"}), _salesforce),
)
_KEYS = {"hubspot": "Record ID", "salesforce": "Id"}
_OFFICE = "contacts.addresses[office]."
_ACCOUNTS: Sequence[tuple[str, str, frozenset[str], Mapping[str, str]]] = (
    (
        "Salesforce", "salesforce", frozenset({"Id", "Name", "BillingCity", "OwnerId"}),
        {
            "Name": "name", "BillingStreet": f"{_OFFICE}street", "BillingCity": f"{_OFFICE}city",
            "BillingState": f"{_OFFICE}province", "BillingPostalCode": f"{_OFFICE}postal_code",
            "BillingCountry": f"{_OFFICE}country", "Phone": "contacts.phones[work].number",
            "Fax": "contacts.phones[fax].number", "Website": "website", "Description": "description",
            "Type": "Type (Salesforce)", "Industry": "Industry (Salesforce)",
        },
    ),
    (
        "HubSpot", "hubspot", frozenset({"Record ID", "Company name"}),
        {
            "Company name": "name", "Website URL": "website", "Phone Number": "contacts.phones[work].number",
            "Street Address": f"{_OFFICE}street", "City": f"{_OFFICE}city", "State/Region": f"{_OFFICE}province",
            "Postal Code": f"{_OFFICE}postal_code", "Country/Region": f"{_OFFICE}country",
            "Description": "description", "Industry": "Industry (HubSpot)", "Company owner": "Owner (HubSpot)",
        },
    ),
)  # fmt: skip


def _place(
    contact: Contact, sort: str, street: str, city: str, province: str, code: str, country: str
) -> None:
    if street or city:
        contact.addresses.append(Address(sort, street, city, province, code, country))


def _phone_type(label: str) -> str:
    word = label.lower()
    return next((sort for part, sort in (("fax", "fax"), ("mobile", "mobile"), ("cell", "mobile"), ("work", "work"),
                                         ("main", "work"), ("home", "home")) if part in word), "other")  # fmt: skip


def _email_type(label: str) -> str:
    word = label.lower()
    return "work" if "work" in word else "private" if "home" in word else ""


def _web(text: str) -> str:
    text = text.strip()
    return (
        text
        if text.startswith(("http://", "https://"))
        else f"https://{text}"
        if "." in text and " " not in text
        else ""
    )


def _sound(contact: Contact) -> Contact | None:
    """Return the contact if it has a name or a way to reach somebody."""
    if not contact.person and not contact.company:
        contact.person = next((way for way, _ in [*contact.emails, *contact.phones]), "")
    return contact if contact.person or contact.company else None
