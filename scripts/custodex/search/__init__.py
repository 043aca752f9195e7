"""Search: an index of customers that is always equal to reading them all.

`sync` brings the index up to date, `Searcher` answers queries and filters, `tiers` makes what the
browser searches. `oracle` is the definition they are all tested against.
"""

from custodex.search.cards import Card
from custodex.search.engine import Hit, Result, Searcher
from custodex.search.session import open_index
from custodex.search.sync import SyncResult, folder_of, sync

__all__ = ["Card", "Hit", "Result", "Searcher", "SyncResult", "folder_of", "open_index", "sync"]
