"""A document as somebody wants it to stand: what those who make changes hand to the one writer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole value that the document of this kind at *path* is to have, None where it is to go.

    *data* is the exact content with that value, where a person or an older version chose it.
    """

    path: str
    kind: str
    value: Mapping[str, Any] | None
    data: bytes | None = None
