"""Which customers share what hardly two share by chance, by the tokens that the state keeps (`Job.strong`)."""

from __future__ import annotations

from collections.abc import Iterable

from custodex.site.cards import Card
from custodex.site.state import State

_CROWD = 8
"""What more customers share says nothing about two of them."""


def sharing(state: State, token: str) -> list[str]:
    """Return the keys of the customers with this token; none where it is shared by a crowd."""
    query = "SELECT key FROM twins WHERE token = ? ORDER BY key LIMIT ?"
    found = [key for (key,) in state.store.db.execute(query, (token, _CROWD + 1))]
    return found if len(found) <= _CROWD else []


def all_sharing(state: State) -> dict[str, list[str]]:
    """Return these keys for every token that more than one customer has."""
    query = (
        "SELECT token, key FROM twins WHERE token IN"
        " (SELECT token FROM twins GROUP BY token HAVING count(*) BETWEEN 2 AND ?) ORDER BY token, key"
    )
    found: dict[str, list[str]] = {}
    for token, key in state.store.db.execute(query, (_CROWD,)):
        found.setdefault(token, []).append(key)
    return found


def shifted(pairs: Iterable[tuple[Card | None, Card | None]]) -> set[str]:
    """Return the tokens that customers gained or lost, given each before and after."""
    return {
        token for old, new in pairs for token in set(old.twins if old else ()) ^ set(new.twins if new else ())
    }


def told(state: State, tokens: Iterable[str]) -> set[str]:
    """Return the keys of the customers whose pages tell of others by one of these tokens."""
    return {key for token in tokens for key in sharing(state, token)}
