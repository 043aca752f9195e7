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
    ("staff/", then value and ".html") or "". The rows come in the order of the names.
    """

    id: str
    label: str
    type: Literal["text", "code", "codes", "date", "number"]
    facet: bool
    show: bool
    values: Sequence[Sequence[str]] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class TableData:
    """``data/table.<lang>.js``: ``custodex.table({"v": 2, "rows": n, "chunks": [...], "columns": [...]})``.

    ``chunks`` are file names in data/ ("rows-….js"), in the order of their rows; ``columns`` are
    ``TableColumn`` as objects with the keys id, label, type, facet, show, values, link (defaults may be left
    out). The column "name" is required, type text. Ids with behaviour of their own: stage (board, colours),
    next_due (late).

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
    """``data/rows-<id>.js``: ``custodex.rows("rows-<id>.js", {"n": 2, "ids": "…", "columns": {…}})``.

    Shared by both languages, named after the customer it begins with ("0" for the first file). All files, in
    the order of the table's ``chunks``, hold the customers by name (zh by pinyin). Which customers begin a
    file follows from their ids, so a change of one customer rewrites the file it stands in and no other.
    ``ids``: the ids of the rows joined without separator (11 characters each). ``columns`` maps a column id to

    * text: one string, the values joined by line feeds (line breaks inside a value become spaces)
    * all others: ``[occurring, digits]``: what occurs in the file, and a number a row, 0 = no value, k = the
      k-th that occurs; a number is one or more characters of ``datafiles.DIGITS`` (all rows alike, so many as
      ``len(digits) / n``). What occurs: a value (code), a list of values (codes), days since 1970-01-01
      (date), a number.

    A column may be absent: no row of the file has a value.
    """

    n: int
    ids: str
    columns: Mapping[str, object]
