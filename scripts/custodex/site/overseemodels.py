"""Parts of the page models by which a team is overseen: mentions, the week, governance documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from custodex.site.pieces import Chart, FieldTable, Forge, Frame, Link, Moment
from custodex.site.prose import Block


@dataclass(frozen=True, slots=True)
class Said:
    """A document that mentions a colleague or a team; the customer's link leads to it."""

    customer: Link
    when: Moment
    kind_label: str
    by: Link | None
    passage: str


@dataclass(frozen=True, slots=True)
class Mentions:
    """The newest documents that mention somebody, and how many there are."""

    newest: Sequence[Said]
    total: int


@dataclass(frozen=True, slots=True)
class Author:
    """What one person committed in the last seven days."""

    name: str
    commits: int
    customers: int


@dataclass(frozen=True, slots=True)
class Week:
    """The seven days that end with the newest commit; ``part``: there was more than is counted."""

    since: Moment
    until: Moment
    commits: int
    customers: int  # touched, new ones too
    created: int
    authors: Sequence[Author]  # the busiest first
    part: bool = False


@dataclass(frozen=True, slots=True)
class Governing:
    """A governance document; ``late``: its review was due before the day of the build."""

    title: str
    href: str  # of its page
    kind_label: str
    version: str
    owner: Link | None
    since: Moment | None  # in force
    reviewed: Moment | None
    due: Moment | None
    late: bool
    forge: Forge | None = None


@dataclass(frozen=True, slots=True)
class GoverningIndexPage:
    """``policies.html.j2`` → policies.html."""

    frame: Frame
    documents: Sequence[Governing]  # the next review first


@dataclass(frozen=True, slots=True)
class GoverningPage:
    """``policy.html.j2`` → policy/<id>.html."""

    frame: Frame
    document: Governing
    text: Sequence[Block]
    tables: Sequence[FieldTable]


@dataclass(frozen=True, slots=True)
class FigurePart:
    """The figures by team or by person."""

    by: str  # team or person
    title: str
    charts: Sequence[Chart]


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """``figures.html.j2`` → figures.html: the days that end with *until*."""

    frame: Frame
    until: Moment
    days: int
    state: str  # "shallow": history was cut off, "unborn": nothing was committed by then, "": as it should be
    parts: Sequence[FigurePart]
