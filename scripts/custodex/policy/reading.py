"""The policy of one tree: rules, people and reading classes, read from Git without a catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from custodex.books import Book
from custodex.git import EMPTY_TREE, Git
from custodex.hints import as_text
from custodex.policy.people import People
from custodex.records import MAX_BYTES, ROOT, SCHEMA_ROOT
from custodex.texts import Text
from custodex.yamlfile import parse

STRUCTURE = "structure"
"""The class of everything that is no record: schema, hooks, workflows, attributes, program."""
_PEOPLE = (f"{ROOT}/staff", f"{ROOT}/teams")


@dataclass(frozen=True, slots=True)
class Rule:
    """Who has to approve a change, and when."""

    id: str
    label: Text
    count: int
    roles: frozenset[str]
    owner: bool
    when: Mapping[str, Any] = field(default_factory=dict)


class Policy:
    """What one state of the repository says about changing it."""

    def __init__(self, book: Book, people: People) -> None:
        self.book = book
        self.people = people
        access = book.access
        self._rules: Mapping[str, Any] = access.get("policy") or {}
        self._write = {
            str(role.get("id")): frozenset(role["write"])
            for role in access.get("roles") or ()
            if isinstance(role.get("write"), list)
        }

    @property
    def signed(self) -> bool:
        """Tell whether the main line takes signed, reviewed merges only."""
        return self._rules.get("signed") is True

    @property
    def main(self) -> str:
        """The name of the branch that counts."""
        return str(self._rules.get("main") or "main")

    @property
    def restricts_writing(self) -> bool:
        """Tell whether roles name what they may write; where none does, everybody writes everything."""
        return bool(self._write)

    def may_write(self, roles: frozenset[str]) -> frozenset[str]:
        """Return the classes that people with these roles may write."""
        return frozenset().union(*(self._write.get(role, frozenset()) for role in roles))

    def field_rules(self) -> Iterator[tuple[str, str, frozenset[str]]]:
        """Yield (kind, field, roles): fields that only people with one of these roles may write."""
        for rule in self._rules.get("fields") or ():
            kind, _, name = str(rule.get("field")).partition(".")
            yield kind, name, frozenset(rule.get("roles") or ())

    def apart(self) -> Iterator[tuple[str, str]]:
        """Yield (kind, field): what nobody may write together with the rest of the same file."""
        for written in self._rules.get("apart") or ():
            kind, _, name = str(written).partition(".")
            yield kind, name

    def rules(self) -> Iterator[Rule]:
        """Yield the rules on approvals, in their order."""
        for value in self._rules.get("approvals") or ():
            name = str(value.get("id"))
            yield Rule(
                name,
                as_text(value.get("label")) or Text(name, name),
                int(value.get("count", 1)),
                frozenset(value.get("roles") or ()),
                value.get("owner") is True,
                value.get("when") or {},
            )


def policy_at(git: Git, tree: str) -> Policy:
    """Return the policy that the tree *tree* holds; one without rules asks for nothing."""
    changes = git.tree_changes(EMPTY_TREE, tree, (SCHEMA_ROOT, *_PEOPLE)) if tree != EMPTY_TREE else ()
    entries = [(change.path, change.blob or "") for change in changes if change.mode.startswith("100")]
    contents = dict(
        zip((path for path, _ in entries), _read(git, [blob for _, blob in entries]), strict=True)
    )
    schema = {path: (blob, contents[path]) for path, blob in entries if path.startswith(f"{SCHEMA_ROOT}/")}
    book = Book(schema, known=())  # judging the schema itself is the check's business
    staff, teams = (
        [
            value
            for path, _ in entries
            if path.startswith(f"{folder}/")
            if (value := parse(contents[path]).value)
        ]
        for folder in _PEOPLE
    )
    return Policy(book, People(staff, teams))


def _read(git: Git, blobs: Sequence[str]) -> Iterator[bytes]:
    if blobs:
        yield from (blob.data or b"" for blob in git.blobs(blobs, MAX_BYTES))
