"""Texts for people, always in Chinese and in English."""

from __future__ import annotations

from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, Lang] = ("zh", "en")


class Text(NamedTuple):
    """One text in both languages; either may be a `str.format` template."""

    zh: str
    en: str

    def get(self, lang: Lang) -> str:
        """Return the text in *lang*."""
        return self.zh if lang == "zh" else self.en
