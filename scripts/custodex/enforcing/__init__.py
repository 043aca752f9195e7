"""What a server takes: every ref, commit and file of a push, judged before anything of it can be seen.

Nothing of the push is checked out, run or imported: it is read from Git's quarantine as bytes. The rules are
those of the branch as it was before.
"""

from __future__ import annotations

from custodex.enforcing.contents import problems_of_files
from custodex.enforcing.dropping import PUSHERS, is_told, problem_of_dropping, pusher
from custodex.enforcing.messages import problems_of_message
from custodex.enforcing.refs import Update, problems_of_refs, updates

__all__ = [
    "PUSHERS", "Update", "is_told", "problem_of_dropping", "problems_of_files", "problems_of_message",
    "problems_of_refs", "pusher", "updates",
]  # fmt: skip
