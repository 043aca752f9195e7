"""Every rule there is, wherever it is kept."""

from __future__ import annotations

from functools import cache

from custodex.rules import Rulebook


@cache
def all_rules() -> Rulebook:
    """Return all rules by code."""
    from custodex.checks import RULES
    from custodex.fixing import RULES as FIXING
    from custodex.pathrules import RULES as PATHS

    return {**{rule.code: rule for rule in (*PATHS, *FIXING)}, **RULES}
