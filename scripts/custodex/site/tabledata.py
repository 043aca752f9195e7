"""What the scripts of the site read: the columns of the interactive list and the facts of the build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class BuildData:
    """``data/build.<lang>.js``: ``custodex.build({...})``, small, loaded by every page.

    With the home page the only place of the commit, so that other pages stay as they are.
    ``{"commit": "1a2b3c4", "iso": "2026-11-22", "when": "22 November 2026", "url": "", "customers": 60,
    "views": [{"title": "…", "list": "customers.html?…", "href": "view/….html"}]}`` (views: at most 12).
    """

    commit: str
    iso: str
    when: str
    url: str
    customers: int
    views: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of the interactive list.

    ``type``: "text" (strings), "code" (one coded value), "codes" (several), "date" (days since 1970-01-01),
    "number". ``values``: for code and codes the known values in display order, as
    ``[value, label, parent value or "", sort text or ""]``; a value missing there is shown as itself.
    ``facet``: offered in the side bar; ``show``: visible by default; ``link``: href prefix of a value's page
    ("staff/", then value and ".html") or "". ``sort``: id of a hidden text column with the sort keys
    ("name_key") or "".
    """

    id: str
    label: str
    type: Literal["text", "code", "codes", "date", "number"]
    facet: bool
    show: bool
    values: Sequence[Sequence[str]] = ()
    sort: str = ""
    link: str = ""
    hidden: bool = False  # never offered in the column chooser (sort keys)


@dataclass(frozen=True, slots=True)
class TableData:
    """``data/table.<lang>.js``: ``custodex.table({"v": 1, "rows": n, "chunks": [...], "columns": [...]})``.

    ``chunks`` are file names in data/ ("rows-00.js"); ``columns`` are ``TableColumn`` as objects with the
    keys id, label, type, facet, show, values, sort, link, hidden (defaults may be left out). The column
    "name" is required, type text. Ids with behaviour of their own: stage (board, colours), next_due (late).

    The address of the list, for links of the builder: ``customers.html?v=1&q=华为&stage=lead&stage=customer``
    (same field OR, different fields AND), ``owner!=li-na`` (parameter ``owner!``: exclude), ``grade=`` (no
    value), ``last_note=2026-01..2026-03`` (either end may be empty), ``sort=-last_note,name``,
    ``cols=stage,owner``. Field names are column ids; a value matches its descendants (``parent value``).
    """

    rows: int
    chunks: Sequence[str]
    columns: Sequence[TableColumn]


@dataclass(frozen=True, slots=True)
class TableChunk:
    """``data/rows-<n>.js``: ``custodex.rows("rows-00.js", {"n": 2, "ids": "…", "columns": {…}})``.

    Shared by both languages. ``ids``: the ids of the rows joined without separator (11 characters each).
    ``columns`` maps a column id to

    * text: one string, the values joined by line feeds (line breaks inside a value become spaces)
    * code: ``[values, codes]``: the chunk's own values and one index a row, -1 = no value
    * codes: ``[values, codes]`` with a list of indexes a row
    * date, number: a list of numbers, null = no value

    A column may be absent (no row of the chunk has a value). Chunks are self-contained: to keep the change of
    one record small, put a row into a chunk by a hash of its id; the order of rows is free.
    """

    n: int
    ids: str
    columns: Mapping[str, object]
