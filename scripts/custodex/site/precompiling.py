"""The byte code of all templates: kept for every site of a repository, and made before a first build needs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from custodex.site.engine import TEMPLATES
from custodex.templating import SUFFIX, Templates, read_messages
from custodex.texts import Lang

_PARTS = ("layout",)
"""Compiled with every page; the other parts are compiled by themselves as well, for pages that ask for them late."""


def byte_code(state: Path) -> Path:
    """Return where byte code is kept, next to the *state* of a site: it is the same for every audience."""
    return state.parent / "templates"


def precompile(folders: Sequence[Path], languages: Sequence[Lang], cache: Path) -> None:
    """Compile all templates of the program in these languages, those of the customers' pages first."""
    messages = read_messages(folders)
    others = {path.name.removesuffix(SUFFIX) for path in (folders[-1] / "templates").glob(f"*{SUFFIX}")}
    names = [*TEMPLATES, *sorted(others.difference(TEMPLATES, _PARTS))]
    for lang in languages:
        Templates(folders, messages[lang], lang, cache).warm(names)
