"""How the verbs that tell of changes write them: one format option, one masking option."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from custodex.cli.session import Session
from custodex.cli.verbs import option
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.history import Change, History
    from custodex.readers import Reader
    from custodex.telling import Teller

FORMATS = ("text", "markdown", "html", "json")

sensitive_option = option(
    "--sensitive", is_flag=True,
    help=Text("也显示敏感类别（证件等）的值", "show values of sensitive classes (identity) as well"),
)  # fmt: skip


def teller(session: Session, history: History, reader: Reader, *, sensitive: bool) -> Teller:
    """Return who tells changes in the person's language."""
    from custodex.telling import Teller

    return Teller(history, reader, session.lang, sensitive=sensitive)


def write(session: Session, changes: Sequence[Change], told: Teller, form: str, title: str) -> None:
    """Write changes record by record as text, Markdown or a page."""
    from custodex.telling import ashtml, astext

    if form == "html":
        session.write(ashtml.page(title, ashtml.html_changes(changes, told), session.lang))
    elif form == "markdown":
        session.lines(astext.markdown_lines(changes, told))
    else:
        session.lines(astext.grouped_lines(changes, told))
