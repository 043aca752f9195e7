"""The vocabularies as checks ask for them: codes, tags with their dimension, stages with their moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from custodex.books import Book
from custodex.texts import Text
from custodex.vocabularies import labels


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its dimension, whether a record may carry one of it only, whether it is retired."""

    dimension: str
    single: bool
    retired: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its label, its rank (0 asks for nothing), if a record may start here, where it may go."""

    label: Text
    rank: int
    initial: bool
    moves: frozenset[str]


@dataclass(frozen=True, slots=True)
class Term:
    """One banned form, in lower case, and the preferred form to write instead."""

    banned: str
    preferred: str


@dataclass(frozen=True, slots=True)
class Codes:
    """What the vocabularies of one book hold; a vocabulary that is absent or broken judges nothing."""

    tags: Mapping[str, Tag] = field(default_factory=dict)
    synonyms: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, Stage] = field(default_factory=dict)
    grades: Mapping[str, frozenset[str]] = field(default_factory=dict)
    terms: tuple[Term, ...] = ()

    def rank(self, stage: object) -> int:
        """Return the rank of a stage; 0 for one that is unknown or asks for nothing."""
        found = self.stages.get(stage) if isinstance(stage, str) else None
        return found.rank if found else 0


@lru_cache(maxsize=2)
def codes_of(book: Book) -> Codes:
    """Return the codes of a book, made once."""
    tags = book.vocabulary("tags").get("dimensions")
    return Codes(
        tags=dict(_tags(tags)),
        synonyms=dict(_synonyms(tags)),
        stages=dict(_stages(book.vocabulary("stages").get("stages"))),
        grades=dict(_grades(book.vocabulary("grades").get("types"))),
        terms=tuple(_terms(book.vocabulary("glossary").get("terms"))),
    )


@lru_cache(maxsize=32)
def known_codes(book: Book, vocabulary: str) -> frozenset[str]:
    """Return the codes a record may use of a vocabulary as `x-vocabulary` names it; empty: unknown."""
    return frozenset(labels(book, vocabulary))


def _items(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the groups of a list: a vocabulary that does not fit its schema is a finding of its own."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def _words(value: Any) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _tags(dimensions: Any) -> Iterator[tuple[str, Tag]]:
    for dimension in _items(dimensions):
        name = str(dimension.get("id"))
        for tag in _items(dimension.get("tags")):
            single = dimension.get("cardinality") == "one"
            yield f"{name}:{tag.get('id')}", Tag(name, single, tag.get("retired") is True)


def _synonyms(dimensions: Any) -> Iterator[tuple[str, str]]:
    for dimension in _items(dimensions):
        for tag in _items(dimension.get("tags")):
            code = f"{dimension.get('id')}:{tag.get('id')}"
            names = tag.get("label")
            for word in [
                *_words(tag.get("synonyms")),
                *_words(list(names.values()) if isinstance(names, dict) else 0),
            ]:
                yield word.casefold(), code
            yield str(tag.get("id")), code


def _stages(stages: Any) -> Iterator[tuple[str, Stage]]:
    for stage in _items(stages):
        name, label, rank = stage.get("id"), stage.get("label"), stage.get("rank")
        if isinstance(name, str):
            names = label if isinstance(label, dict) else {}
            text = Text(str(names.get("zh", name)), str(names.get("en", name)))
            moves = frozenset(_words(stage.get("moves")))
            yield name, Stage(text, rank if isinstance(rank, int) else 0, stage.get("initial") is True, moves)


def _grades(types: Any) -> Iterator[tuple[str, frozenset[str]]]:
    for type_ in _items(types):
        yield str(type_.get("type")), frozenset(str(grade.get("id")) for grade in _items(type_.get("grades")))


def _terms(terms: Any) -> Iterator[Term]:
    for term in _items(terms):
        preferred = term.get("preferred")
        if isinstance(preferred, dict):
            for word in _words(term.get("banned")):
                # a banned form is replaced by the preferred one of its own script
                lang = "en" if word.isascii() else "zh"
                if word and isinstance(preferred.get(lang), str):
                    yield Term(word.lower(), preferred[lang])
