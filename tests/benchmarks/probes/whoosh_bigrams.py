"""Whoosh's stemming analyzer for Latin words, pairs of characters for Chinese, with positions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.analysis import StemFilter, Token, Tokenizer

from .sample_documents import tokens


class Bigrams(Tokenizer):  # type: ignore[misc]
    """Yields the tokens of a text one after the other."""

    def __call__(self, value: str, positions: bool = False, mode: str = "", **options: Any) -> Iterator[Any]:
        token = Token(positions, False, mode=mode, **options)
        for place, text in enumerate(tokens(value)):
            token.text, token.stopped, token.boost = text, False, 1.0
            if positions:
                token.pos = place
            yield token


def analyzer() -> Any:
    """Return the whole chain."""
    return Bigrams() | StemFilter()
