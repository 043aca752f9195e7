"""The rules of the organisation as data: who may write what, who has to approve what, whose key signs.

`schema/access.yaml` holds the roles and rules, `records/staff` the people and their keys. A change is always
judged by the policy that stood *before* it: whoever changes the rules is judged by the old ones.
"""

from __future__ import annotations

from custodex.policy.deciding import Decision, Need, Refusal, decide
from custodex.policy.people import Key, People, Person
from custodex.policy.reading import Policy, policy_at
from custodex.policy.touching import Touched, touched

__all__ = [
    "Decision", "Key", "Need", "People", "Person", "Policy", "Refusal", "Touched", "decide", "policy_at",
    "touched",
]  # fmt: skip
