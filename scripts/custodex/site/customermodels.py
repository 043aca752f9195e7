"""The page model of a customer (conventions: ``models``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from custodex.site.modelling import model
from custodex.site.pieces import (
    Badge,
    Change,
    EventKind,
    Field,
    FieldGroup,
    Finding,
    Forge,
    Frame,
    Link,
    Moment,
    Provenance,
    Task,
    Value,
)


@model
class Reach:
    """A way to reach a person: shown as ``text``, opened by ``url``; ``copy`` goes to the clipboard."""

    kind: Literal["phone", "email", "wechat"]
    text: str
    url: str
    copy: str
    label: str = ""  # mobile, work …
    primary: bool = False
    note: str = ""
    origin: Provenance | None = None


@model
class Person:
    """A contact person; ``extra`` are the schema's further fields."""

    id: str
    anchor: str  # "p-p1"
    name: str
    other_name: str
    title: str
    department: str
    role: Badge | None
    left: bool
    reaches: Sequence[Reach]
    note: str = ""
    extra: Sequence[Field] = ()
    initials: str = ""  # one CJK character or up to two letters for the avatar
    vcard: str = ""  # of a .vcf file, from the site's root
    qr: str = ""  # address of an image in the page itself: a QR code with the same


@model
class Address:
    """A postal address, written the way of its country, lines joined by line breaks."""

    label: str
    text: str
    primary: bool = False
    copy: str = ""
    origin: Provenance | None = None


@model
class Preferences:
    """How the customer wants to be reached; ``do_not_contact`` puts a banner where one would act."""

    do_not_contact: bool
    fields: Sequence[Field] = ()
    note: str = ""


@model
class TagGroup:
    """Tags of one dimension."""

    label: str
    tags: Sequence[Badge]


@model
class TreeNode:
    """One line of the group tree in depth-first order; ``current`` is this customer."""

    link: Link
    depth: int
    current: bool = False
    short: str = ""  # what a narrow box may say instead of the name


@model
class GroupBox:
    """A box of the drawing: its left edge, its middle line; a label like ``+12`` counts what is left out."""

    x: int
    y: int
    label: str
    title: str
    current: bool


@model
class GroupGraph:
    """The group drawn: boxes, and lines from (x, y) to (x, y); all in pixels."""

    width: int
    height: int
    boxes: Sequence[GroupBox]
    lines: Sequence[tuple[int, int, int, int]]


@model
class Relation:
    """A typed link to or from another customer; ``label`` reads from this one ("supplier of")."""

    label: str
    incoming: bool
    target: Link
    since: str = ""
    note: str = ""
    ended: bool = False


@model
class Text:
    """A headed text of an event: summary, communication, needs, follow-up, resolution, outcome and so on."""

    id: str  # property name: "summary"
    label: str
    text: str


@model
class Line:
    """A line of an order, contract or invoice; amounts are formatted."""

    title: str
    quantity: str
    unit_price: str
    discount: str
    amount: str
    href: str = ""


@model
class Event:
    """One entry of the timeline, newest first.

    ``icon``: call visit email meeting wechat service note, order contract invoice payment policy claim
    purchase loan, survey complaint praise suggestion correction, task, change (else: the icon of the kind).
    """

    kind: EventKind
    icon: str
    label: str  # of the type: "phone call", "order"
    when: Moment
    month: str  # heading: "March 2026"
    anchor: str  # "e-2026-03-02-9fj2k1"; for changes "h-<short commit>"
    title: str = ""
    by: Link | None = None
    people: Sequence[Link] = ()  # href "#p-p1" is within the page
    texts: Sequence[Text] = ()
    facts: Sequence[Field] = ()
    state: Badge | None = None
    amount: Value | None = None
    lines: Sequence[Line] = ()
    tags: Sequence[Badge] = ()
    changes: Sequence[Change] = ()
    corrects: Link | None = None  # href "#e-…"
    corrected_by: Link | None = None
    forge: Forge | None = None
    url: str = ""  # of the commit, for changes


@model
class Completeness:
    """How complete the record is for its stage: ``percent`` 0..100 and the fields that are missing."""

    percent: int
    missing: Sequence[Link] = ()  # label = field; href "" or an edit link inside the site


@model
class Suggested:
    """Something to do: why, and where (href "" where this site has no such place)."""

    code: str
    reason: str
    act: Link


@model
class CustomerPage:
    """``customer.html.j2`` → c/<id>.html and each older part of a long timeline (c/<id>-1.html is the oldest)."""

    frame: Frame
    id: str
    name: str
    type: Literal["organization", "person"]
    type_label: str
    initials: str
    other_names: Sequence[str]
    stage: Badge | None
    grade: Badge | None
    owner: Link | None
    team: Link | None
    last_note: Moment | None
    next_due: Moment | None
    since: Moment | None
    featured: Sequence[Field]  # x-featured, header facts, at most about six
    people: Sequence[Person]
    addresses: Sequence[Address]
    preferences: Preferences | None
    groups: Sequence[FieldGroup]
    tags: Sequence[TagGroup]
    tree: Sequence[TreeNode]
    graph: GroupGraph | None  # of the same, large groups folded
    relations: Sequence[Relation]  # the first of relations_total
    tasks: Sequence[Task]  # the first open ones of tasks_total, by due date
    events: Sequence[Event]
    counts: Mapping[EventKind, int]  # of all events of the customer; on an older part of those on the page
    completeness: Completeness | None
    findings: Sequence[Finding]  # the first of findings_total
    forge: Forge
    merged_ids: Sequence[str] = ()  # ids of duplicates merged into this one
    findings_total: int = 0
    tasks_total: int = 0
    relations_total: int = 0
    suggestions: Sequence[Suggested] = ()  # on the customer's own page only
    part: int = 0  # 0: the customer's own page; from 1 on only header and events are shown
    newer: str = ""  # href of the page with newer events
    older: str = ""  # href of the page with older events
    vcard: str = ""  # of the .vcf file with everybody, from the site's root
    feed: str = ""  # of the change feed, from the site's root
    api: str = ""  # of the record for programs, from the site's root
    reaches: Sequence[Reach] = ()  # of the customer itself: switchboard, shared mailbox


@model
class StubPage:
    """``stub.html.j2`` → c/<id>.html of a merged duplicate or an erased customer."""

    frame: Frame
    id: str
    kind: Literal["merged", "erased"]
    target: Link | None = None  # merged
    when: Moment | None = None  # erased
    reason: str = ""
    basis: str = ""
    forge: Forge | None = None
