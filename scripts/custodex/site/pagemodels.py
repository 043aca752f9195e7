"""Page models of every page but the customer's (conventions: ``models``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from custodex.site.overseemodels import Governing, Mentions, Week
from custodex.site.pieces import (
    Badge,
    Bar,
    Change,
    Chart,
    CustomerTable,
    Field,
    FieldGroup,
    Figure,
    Finding,
    Forge,
    Frame,
    Lang,
    Link,
    Moment,
    Severity,
    Task,
    Value,
)


@dataclass(frozen=True, slots=True)
class ChangedRecord:
    """A record touched by a commit, with its field changes (at most about 12; ``more`` counts the rest)."""

    link: Link
    kind_label: str
    deleted: bool = False
    created: bool = False
    changes: Sequence[Change] = ()
    added: Sequence[str] = ()  # events added: "phone call of 2 March 2026"
    more: int = 0


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of the change feed."""

    id: str  # short hash
    when: Moment
    who: str
    subject: str
    records: Sequence[ChangedRecord]
    day: str = ""  # of `when`, with the day of the week
    url: str = ""
    more: int = 0  # records beyond those listed


@dataclass(frozen=True, slots=True)
class Recent:
    """A recently changed customer on the home page."""

    customer: Link
    when: Moment
    who: str
    what: str
    stage: Badge | None = None


@dataclass(frozen=True, slots=True)
class ViewCard:
    """A saved view in a list: ``href`` its page, ``list`` the interactive list with the same filter."""

    title: str
    description: str
    href: str
    list: str
    count: int
    owner: Link | None = None


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Findings of one rule: ``findings`` at most about 200, ``count`` all."""

    code: str
    title: str
    severity: Severity
    count: int
    href: str
    fixable: bool = False
    findings: Sequence[Finding] = ()
    oldest: int = -1  # days the oldest of them has stood, -1: not asked


@dataclass(frozen=True, slots=True)
class OwnerCount:
    """Findings of the records of one owner; ``oldest``: days the oldest of them has stood."""

    owner: Link
    errors: int
    warnings: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Build:
    """What was built: shown on the home page and, through ``data/build.js``, in the footer of every page."""

    commit: str
    when: Moment | None
    url: str = ""
    customers: int = 0
    documents: int = 0


@dataclass(frozen=True, slots=True)
class HomePage:
    """``home.html.j2`` → index.html of the language."""

    frame: Frame
    today: Moment
    figures: Sequence[Figure]
    due: Sequence[Task]  # overdue first, then the next ones, at most about 12
    due_total: int
    recent: Sequence[Recent]
    charts: Sequence[Chart]
    views: Sequence[ViewCard]
    rules: Sequence[RuleCount]  # without findings, worst first, at most about 6
    errors: int
    warnings: int
    build: Build


@dataclass(frozen=True, slots=True)
class ListPage:
    """``customers.html.j2`` → customers.html: the interactive list; ``table``: 200 rows without script."""

    frame: Frame
    table: CustomerTable
    groups: Sequence[Chart]  # links to the pages by region, industry, stage … (SetPage), shown without script


@dataclass(frozen=True, slots=True)
class SetPage:
    """``set.html.j2``: a static set of customers.

    Written to tag/<dimension>--<tag>.html, view/<name>.html and by/<facet>--<value>.html; further parts get
    "--2" and so on before ".html".
    """

    frame: Frame
    kind: Literal["tag", "view", "by"]
    label: str  # what it is: dimension, "saved view", name of the facet
    title: str
    description: str
    table: CustomerTable
    facts: Sequence[Field] = ()  # owner, query and filters of a view; synonyms and definition of a tag
    parts: Sequence[Link] = ()  # further pages of the set, the current one with href ""
    charts: Sequence[Chart] = ()
    forge: Forge | None = None


@dataclass(frozen=True, slots=True)
class TagCount:
    """One tag of the vocabulary with the number of its customers."""

    label: str
    href: str
    count: int
    definition: str = ""
    synonyms: Sequence[str] = ()
    retired: bool = False


@dataclass(frozen=True, slots=True)
class TagDimension:
    """A dimension of tags; ``cardinality`` is a label: "one of" or "any number"."""

    id: str
    label: str
    cardinality: str
    tags: Sequence[TagCount]


@dataclass(frozen=True, slots=True)
class TagsPage:
    """``tags.html.j2`` → tags.html."""

    frame: Frame
    dimensions: Sequence[TagDimension]


@dataclass(frozen=True, slots=True)
class ViewsPage:
    """``views.html.j2`` → views.html."""

    frame: Frame
    views: Sequence[ViewCard]
    forge: Forge


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff in a list."""

    id: str
    link: Link
    initials: str
    title: str
    team: Link | None
    email: Value | None
    phone: Value | None
    customers: int
    tasks: int
    active: bool = True


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in a list."""

    id: str
    link: Link
    description: str
    lead: Link | None
    members: int
    customers: int


@dataclass(frozen=True, slots=True)
class StaffIndexPage:
    """``staff.html.j2`` → staff.html."""

    frame: Frame
    teams: Sequence[TeamRow]
    staff: Sequence[StaffRow]


@dataclass(frozen=True, slots=True)
class StaffPage:
    """``person.html.j2`` → staff/<id>.html."""

    frame: Frame
    row: StaffRow
    other_name: str
    groups: Sequence[FieldGroup]
    tasks: Sequence[Task]
    table: CustomerTable  # customers owned
    mentions: Mentions
    charts: Sequence[Chart] = ()
    forge: Forge | None = None


@dataclass(frozen=True, slots=True)
class TeamPage:
    """``team.html.j2`` → team/<id>.html."""

    frame: Frame
    row: TeamRow
    staff: Sequence[StaffRow]
    tasks: Sequence[Task]
    table: CustomerTable
    mentions: Mentions
    charts: Sequence[Chart] = ()
    forge: Forge | None = None


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """Open tasks of one person or team, by due date; of many the first, ``total`` counts all."""

    assignee: Link
    team: Link | None
    tasks: Sequence[Task]
    total: int
    overdue: int
    next: Moment | None  # when the first of them is due


@dataclass(frozen=True, slots=True)
class TaskTeam:
    """The open tasks of a team and its members together."""

    team: Link
    total: int
    overdue: int
    next: Moment | None


@dataclass(frozen=True, slots=True)
class TasksPage:
    """``tasks.html.j2`` → tasks.html."""

    frame: Frame
    today: Moment
    teams: Sequence[TaskTeam]  # most overdue first, as the groups
    groups: Sequence[TaskGroup]
    total: int
    overdue: int


@dataclass(frozen=True, slots=True)
class HealthPage:
    """``health.html.j2`` → health.html."""

    frame: Frame
    errors: int
    warnings: int
    documents: int
    rules: Sequence[RuleCount]
    owners: Sequence[OwnerCount]
    ages: Chart | None = None  # findings by how long their file has stood as it is
    completeness: Sequence[Bar] = ()  # customers by completeness band
    governing: Sequence[Governing] = ()  # the next review first


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """``changes.html.j2`` → changes.html: the newest commits, at most about 200."""

    frame: Frame
    week: Week | None
    commits: Sequence[Commit]
    total: int
    shallow: bool = False  # history was cut by a shallow clone


@dataclass(frozen=True, slots=True)
class RulePage:
    """``rule.html.j2`` → rules/<code>.html."""

    frame: Frame
    code: str
    title: str
    severity: Severity
    why: str
    message: str
    hint: str
    bad: str
    good: str
    fixable: bool


@dataclass(frozen=True, slots=True)
class HelpField:
    """A field that a query may name."""

    name: str
    label: str
    example: str
    kind: str = ""  # label: "exact", "text", "date", "hierarchy"


@dataclass(frozen=True, slots=True)
class HelpPage:
    """``help.html.j2`` → help.html."""

    frame: Frame
    fields: Sequence[HelpField]
    rules: Sequence[RuleCount]


@dataclass(frozen=True, slots=True)
class IndexPage:
    """``index.html.j2`` → index.html of the site root: links, and a tiny script picks the language."""

    title: Mapping[Lang, str]
    default: Lang
