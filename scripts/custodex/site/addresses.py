"""Where pages stand in the site and how they are linked: one function an address, always percent-encoded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

LIST = "customers.html"
_SPAN = re.compile(r"\[\s*(\S*?)\s*\bTO\b\s*(\S*?)\s*\]")
_SCHEMES = ("http://", "https://", "mailto:", "tel:")


def customer(key_or_id: str, part: int = 0) -> str:
    """Return the page of a customer, or an older part of its timeline: from 1 on, the oldest first."""
    name = key_or_id.rpartition("/")[2]
    return f"c/{name}-{part}.html" if part else f"c/{name}.html"


def record(key: str) -> str:
    """Return the page of a record by its key; records without a page of their own give ""."""
    folder, _, name = key.partition("/")
    if folder == "customers":
        return customer(name)
    pages = {"staff": "staff", "teams": "team", "views": "view", "policies": "policy"}
    return f"{pages[folder]}/{name}.html" if folder in pages else ""


def tag(value: str) -> str:
    """Return the page of a tag, `risk:low`."""
    return f"tag/{quote(value.replace(':', '--'))}.html"


def by(facet: str, value: str) -> str:
    """Return the page of all customers with this value of a facet."""
    return f"by/{quote(f'{facet}--{value}')}.html"


def filtered(filters: Mapping[str, Sequence[str]], query: str = "", sort: Sequence[str] = ()) -> str:
    """Return the interactive list with these filters, written as in a saved view: same field OR, `!value` not."""
    pairs = [("q", query)] if query else []
    pairs += [_asked(field, value) for field, values in filters.items() for value in values]
    if sort:
        pairs.append(("sort", ",".join(sort)))
    if not pairs:
        return LIST
    return f"{LIST}?v=1&" + "&".join(
        f"{quote(field, safe='')}={quote(value, safe='')}" for field, value in pairs
    )


def _asked(field: str, value: str) -> tuple[str, str]:
    """Return a filter of a saved view as the address of the list says it."""
    if value.startswith("!"):
        return f"{field}!", value[1:]
    span = _SPAN.fullmatch(value)
    return field, f"{span[1]}..{span[2]}" if span else value


def outward(url: str) -> str:
    """Return *url* if it may be followed from a page; any scheme but these four gives no link."""
    return url if url.lower().startswith(_SCHEMES) and "\\" not in url else ""


def mail(address: str) -> str:
    """Return a link that writes a mail."""
    return f"mailto:{quote(address, safe='@.+-_')}"


def call(number: str) -> str:
    """Return a link that dials; "" when there is nothing to dial."""
    digits = "".join(char for char in number if char in "0123456789+")
    return f"tel:{digits}" if any(char.isdecimal() for char in digits) else ""
