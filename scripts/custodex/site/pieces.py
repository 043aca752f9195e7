"""The parts that page models share: frame, links, values, tables, charts, tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from custodex.site.modelling import model

Lang = Literal["zh", "en"]
Section = Literal[
    "home", "customers", "tasks", "views", "tags", "staff", "changes", "health", "help", "policies", "none"
]
ValueKind = Literal[
    "text", "long", "code", "link", "url", "phone", "email", "date", "number", "money", "badge"
]
EventKind = Literal["note", "transaction", "feedback", "task", "change"]
Severity = Literal["error", "warning"]


@model
class Frame:
    """What the layout of every page needs (``layout.html.j2``)."""

    lang: Lang
    title: str  # of this page, without the site's title
    path: str  # of this page from the language root, "c/k3….html"
    section: Section  # which navigation entry is current
    up: str  # from this page to the language root: "" or "../"
    root: str  # from this page to the site root: "../" or "../../"
    site_title: str
    audience: str = ""  # label of the role this build is for, "" = everything
    audience_id: str = ""
    description: str = ""
    forms: Sequence[str] = ()  # kinds this site has forms for
    policies: bool = False  # the audience may read the governance documents
    figures: bool = False  # the audience may read all that the figures from history count
    extras: bool = True  # feeds, calendars, tables of charts are there to be linked


@model
class Link:
    """A link inside the site; ``hint`` is a second, quieter text (title of a person, stage of a customer)."""

    label: str
    href: str = ""
    hint: str = ""


@model
class Moment:
    """A date or time: ``text`` to read, ``iso`` for machines (2026-03-02, 2026-03-02T09:30+08:00)."""

    text: str
    iso: str


@model
class Badge:
    """A short coded value (stage, grade, state, tag); ``href``: the list filtered by it."""

    value: str
    label: str
    href: str = ""


@model
class Value:
    """One value of a field; ``raw`` is for machines (datetime attribute, copying), "" = same as text.

    Amounts use kind ``money``: text "¥1,234.50", raw "1234.50 CNY". ``code`` is set in a monospaced face.
    """

    text: str
    kind: ValueKind = "text"
    href: str = ""
    url: str = ""
    raw: str = ""


@model
class Change:
    """One value of one field changed: from ``old`` ("" = was absent) to ``new`` ("" = removed)."""

    label: str
    old: str
    new: str
    about: Link | None = None  # the note, task or other event whose field it is; None: the record's own


@model
class Revision:
    """One commit in the history of one field: newest first in ``Provenance.revisions``."""

    when: Moment
    who: str
    old: str
    new: str
    why: str = ""  # subject of the commit
    url: str = ""  # of the commit on the forge


@model
class Provenance:
    """Since when a value has been what it is, who said so, and what it was before."""

    since: Moment
    by: str
    revisions: Sequence[Revision] = ()


@model
class Field:
    """A labelled field: several values when the field is a list."""

    label: str
    values: Sequence[Value]
    pointer: str = ""  # JSON pointer in its document, for links and tests
    help: str = ""
    origin: Provenance | None = None


@model
class FieldTable:
    """A list of objects in a record (verifications, consents): a row an item, a cell a property."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Sequence[Value]]]


@model
class FieldGroup:
    """Fields that the schema keeps together (a nested object or a document), under one heading."""

    id: str  # "facts", "insurance", "identity", "consents"
    title: str
    fields: Sequence[Field] = ()
    tables: Sequence[FieldTable] = ()


@model
class Forge:
    """Links made from URL templates for one file or record; "" where the forge (or none) has no such page."""

    edit: str = ""
    history: str = ""
    report: str = ""  # a prefilled issue: "report a correction"
    add_note: str = ""  # a prefilled new file
    path: str = ""  # of the file or folder in the repository, always given
    command: str = ""  # what to type in a terminal instead, "custodex note k3…"


@model
class Finding:
    """A finding of ``check`` on one record."""

    code: str
    severity: Severity
    message: str
    hint: str
    href: str  # rules/<code>.html
    place: str  # path:line:column
    field: str = ""  # label of the field, if the pointer has one
    url: str = ""  # edit page of the file at that line, if the forge has one
    since: Moment | None = None  # the commit that last changed the file, on pages that tell ages
    record: Link | None = None  # set on pages that list findings of several records
    owner: Link | None = None


@model
class Column:
    """A column of a static table; ``kind`` decides alignment (number and date right or tabular)."""

    id: str
    label: str
    kind: ValueKind = "text"


@model
class Row:
    """One customer in a static table: the link, then one value list per column after the name."""

    id: str
    name: str
    href: str
    cells: Sequence[Sequence[Value]] = ()


@model
class CustomerTable:
    """A static table of customers, the name first; ``total`` may exceed the rows shown."""

    columns: Sequence[Column]  # without the name column
    rows: Sequence[Row]
    total: int
    all: str = ""  # href of the interactive list with the same filter


@model
class Bar:
    """One bar: ``share`` is 0..1000 of the longest bar (an int keeps pages deterministic)."""

    label: str
    count: float
    share: int
    href: str = ""
    value: str = ""
    note: str = ""  # said quietly after the label: of how many cases


@model
class Chart:
    """Figures by one dimension: ``bars`` = a horizontal list (stage), ``months`` = columns over time."""

    id: str
    title: str
    kind: Literal["bars", "months"]
    unit: str  # heading of the number column: "customers"
    bars: Sequence[Bar]
    more: Link | None = None
    csv: str = ""  # of the same figures, all of them, from the language root


@model
class Figure:
    """A number of the home page; ``id``: customers, new, notes, tasks or overdue (decides the tone)."""

    id: str
    label: str
    count: int
    href: str = ""
    hint: str = ""
    bars: Sequence[Bar] = ()  # small chart below (customers by stage)


@model
class Task:
    """A task; ``overdue`` only on pages that may know the clock (home, tasks)."""

    title: str
    due: Moment | None
    state: Badge
    priority: Literal["low", "normal", "high"]
    priority_label: str
    assignee: Link | None
    anchor: str = ""  # id of the element on the customer's page, "e-2026-03-02-9fj2k1"
    customer: Link | None = None  # on pages of several customers; href ends in #anchor
    detail: str = ""
    overdue: bool = False
    forge: Forge | None = None
