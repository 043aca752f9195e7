"""Likely duplicates of a customer: the same numbers, or a name that comes close.

The catalog keeps what customers are found by (`index`), so that one candidate is compared with the few it could
be; nothing that the asking audience may not read is compared or told.
"""

from custodex.duplicates.finder import Duplicates, Match, Pair, Reason

__all__ = ["Duplicates", "Match", "Pair", "Reason"]
