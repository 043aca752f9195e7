"""One call from a reader to an open, current index."""

from __future__ import annotations

from pathlib import Path

from custodex.errors import EnvironmentFault
from custodex.search.engine import Searcher
from custodex.search.record import Reader
from custodex.search.sync import discard, sync


def open_index(reader: Reader, folder: Path) -> Searcher:
    """Sync the index in *folder* and open it; what cannot be opened is made anew once."""
    sync(reader, folder)
    try:
        return Searcher(folder)
    except EnvironmentFault:
        discard(folder)
        sync(reader, folder)
        return Searcher(folder)
