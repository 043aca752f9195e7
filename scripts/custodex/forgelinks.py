"""The addresses of a forge: one template a purpose and kind, and what a setting of the book makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_PATTERNS: Mapping[str, Mapping[str, str]] = {
    "github": {
        "edit": "/edit/{branch}/{path}",
        "history": "/commits/{branch}/{path}",
        "commit": "/commit/{commit}",
        "new": "/new/{branch}?filename={path}&value={value}",
        "report": "/issues/new?title={title}&body={body}",
        "line": "#L{line}",
        "propose": "/compare/{branch}...{head}?expand=1",
    },
    "gitlab": {
        "edit": "/-/edit/{branch}/{path}",
        "history": "/-/commits/{branch}/{path}",
        "commit": "/-/commit/{commit}",
        "new": "/-/new/{branch}?file_name={path}",
        "report": "/-/issues/new?issue[title]={title}&issue[description]={body}",
        "line": "#L{line}",
        "propose": "/-/merge_requests/new?merge_request[source_branch]={head}"
        "&merge_request[target_branch]={branch}",
    },
    "gitea": {
        "edit": "/_edit/{branch}/{path}",
        "history": "/commits/branch/{branch}/{path}",
        "commit": "/commit/{commit}",
        "new": "/_new/{branch}/{folder}",
        "report": "/issues/new?title={title}&body={body}",
        "line": "#L{line}",
        "propose": "/compare/{branch}...{head}",
    },
}
_SAME = {"forgejo": "gitea"}


def forge_of(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the `forge` of the settings, empty if there is none."""
    forge = settings.get("forge")
    return forge if isinstance(forge, Mapping) else {}


def patterns(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the templates of the forge that the settings name, by purpose; none without a forge."""
    forge = forge_of(settings)
    kind = str(forge.get("kind"))
    found = dict(_PATTERNS.get(_SAME.get(kind, kind), {}))
    found.update({k: v for k, v in forge.items() if k in _PATTERNS["github"] and isinstance(v, str)})
    return found


def proposal_link(settings: Mapping[str, Any], head: str) -> str:
    """Return the page that makes a pull request of the branch *head*; empty without a forge."""
    forge = forge_of(settings)
    url, pattern = str(forge.get("url") or "").rstrip("/"), patterns(settings).get("propose")
    if not url or not pattern:
        return ""
    return url + pattern.format(branch=quote(str(forge.get("branch") or "main")), head=quote(head))
