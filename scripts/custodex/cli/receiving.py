"""What the hook asks of a push, in order: refs, commits, files, and the main branch as it would be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.errors import EnvironmentFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.enforcing import Update
    from custodex.findings import Finding
    from custodex.git import Change, Git
    from custodex.policy import Person, Policy
    from custodex.policy.commits import CommitFacts, Signature

_MOST_COMMITS = 2000
_SKEW_SECONDS = 300
Found = tuple[str, Any]
"""(commit or empty, a finding or a problem: where, code, message)"""


def problems(session: Session, git: Git, root: Path, updates: Sequence[Update]) -> Iterator[Found]:
    """Yield everything that stands against a push; nothing after the first part that does not hold."""
    from custodex.enforcing import problems_of_refs
    from custodex.policy import policy_at

    main_head = git.commit("HEAD") or ""
    policy = policy_at(git, git.tree(main_head) or "") if main_head else _first_policy(git, updates)
    _require_main(git, policy.main, started=bool(main_head))
    there = git.run("for-each-ref", "--format=%(refname)").decode("utf-8", "replace").splitlines()
    refs = [("", problem) for problem in problems_of_refs(updates, policy.main, git.is_ancestor, there)]
    yield from refs
    if not refs:
        pushed = _Push(session, git, root, updates, policy)
        for part in (pushed.dropped, pushed.commits, pushed.files, pushed.landings, pushed.whole):
            found = list(part())
            yield from found
            if found:
                return


def _require_main(git: Git, main: str, *, started: bool) -> None:
    """Refuse to judge by the rules of another branch than the one that counts, or by none for want of it."""
    head = git.run("symbolic-ref", "--quiet", "HEAD", allowed=(0, 1)).decode("utf-8", "replace").strip()
    if head != f"refs/heads/{main}" or not (
        started or not git.run("for-each-ref", "--count=1", "refs/heads")
    ):
        raise EnvironmentFault(
            Text("仓库的 HEAD 不指向主分支", "HEAD of the repository does not name the branch that counts"),
            Text(
                f"在仓库中运行 git symbolic-ref HEAD refs/heads/{main}",
                f"run git symbolic-ref HEAD refs/heads/{main} in the repository",
            ),
        )


def _first_policy(git: Git, updates: Sequence[Update]) -> Policy:
    """Return the policy of a repository's very first push: there is none before it."""
    from custodex.policy import policy_at

    new = next((update.new for update in updates if update.new), "")
    return (
        policy_at(git, git.tree(new) or "")
        if new
        else policy_at(git, "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
    )


class _Push:
    """One push, and what it has to be judged by."""

    def __init__(
        self, session: Session, git: Git, root: Path, updates: Sequence[Update], policy: Policy
    ) -> None:
        from custodex.policy.commits import commits, signatures

        self._session = session
        self._git = git
        self._root = root
        self._policy = policy
        self._updates = updates
        self._main = next(
            (one for one in updates if one.ref == f"refs/heads/{policy.main}" and one.new), None
        )
        heads = [update.new for update in updates if update.new]
        count = int(git.run("rev-list", "--count", *heads, "--not", "--all")) if heads else 0
        self._too_many = count > _MOST_COMMITS
        self._new = commits(git, *heads, "--not", "--all") if heads and not self._too_many else {}
        parents = {name for one in self._new.values() for name in one.parents} - self._new.keys()
        below = commits(git, "--no-walk", *sorted(parents)) if parents else {}
        self._known: dict[str, CommitFacts] = {**self._new, **below}
        self._signed: dict[str, Signature] = dict(signatures(git, self._new)) if policy.signed else {}
        self._changes: list[tuple[str, Change]] = []

    def dropped(self) -> Iterator[Found]:
        """Yield the proposals of others that would lose commits which are nowhere else."""
        from custodex.enforcing import problem_of_dropping, pusher
        from custodex.policy.commits import commits

        git, policy = self._git, self._policy
        kept = [name for one in self._updates for name in (one.new,) if name]
        if self._main is not None and self._main.old:
            kept.append(self._main.old)
        elif head := git.commit("HEAD"):
            kept.append(head)
        for update in self._updates:
            if (
                not update.old
                or update.old in kept
                or (update.new and git.is_ancestor(update.old, update.new))
            ):
                continue
            lost = commits(git, update.old, "--not", *kept)
            who = pusher(policy, self._session.environ) or self._writer(update.new)
            problem = problem_of_dropping(update, lost.values(), who, policy)
            if problem is not None:
                yield "", problem

    def _writer(self, name: str) -> Person | None:
        """Return who wrote a commit that came with this push: by its signature where signatures count.

        An unsigned author is believed only where the server says nothing: everybody may write any name there.
        """
        from custodex.enforcing import is_told

        commit, people = self._new.get(name), self._policy.people
        if commit is None:
            return None
        if not self._policy.signed:
            return None if is_told(self._session.environ) else people.find(commit.author)
        signature = self._signed.get(name)
        return people.signer(signature.fingerprint) if signature and signature.valid else None

    def commits(self) -> Iterator[Found]:
        """Yield what is wrong with the new commits: signatures, times, rights, messages."""
        from custodex.policy import policy_at
        from custodex.policy.chain import Chain

        if self._too_many:
            yield "", ("push", "too-many-commits", Text(
                f"一次最多推送 {_MOST_COMMITS} 个提交", f"a push brings at most {_MOST_COMMITS} commits"
            ))  # fmt: skip
            return
        if not self._git.commit("HEAD"):
            return  # the very first push sets the rules, there are none before it
        chain = Chain(self._git, self._known, self._signed, lambda tree: policy_at(self._git, tree))
        latest = int(self._session.now.timestamp()) + _SKEW_SECONDS
        line = self._line()
        for commit in reversed(self._new.values()):
            if commit.name not in line or not self._policy.signed:
                for breach in chain.judge_proposed(commit, self._policy, latest):
                    yield commit.name, ("commit", breach.code, breach.message)
            elif commit.committed > latest:
                yield commit.name, ("commit", "from-the-future", Text(
                    "提交时间在将来", "the commit claims to be of the future"
                ))  # fmt: skip

    def files(self) -> Iterator[Found]:
        """Yield what is wrong with the files and the messages of the new commits."""
        from custodex.checks import EXAMINER
        from custodex.enforcing import problems_of_files, problems_of_message
        from custodex.revisions import commit_changes

        self._changes = self._own_changes(commit_changes(self._git, list(self._new)))
        yield from problems_of_files(self._git, self._changes, self._policy.book, EXAMINER)
        names = self._names()
        for commit in self._new.values():
            for code, message in problems_of_message(commit.message, names.get(commit.name, ())):
                yield commit.name, ("commit message", code, message)

    def _own_changes(self, found: Iterator[tuple[str, Change]]) -> list[tuple[str, Change]]:
        """Return what commits brought themselves: of a merge, only what differs from each of its parents."""
        changes = list(found)
        seen = Counter((commit, change.path) for commit, change in changes)
        return [
            (commit, change)
            for commit, change in changes
            if seen[commit, change.path] == max(1, len(self._new[commit].parents))
        ]

    def _names(self) -> dict[str, set[str]]:
        """Return the names of the customers whose main file each commit changes."""
        from custodex.records import MAX_BYTES, locate
        from custodex.yamlfile import parse

        blobs: dict[str, set[str]] = {}
        for commit, change in self._changes:
            place = locate(change.path)
            for blob in (change.old_blob, change.blob) if place and place.kind == "customer" else ():
                if blob:
                    blobs.setdefault(blob, set()).add(commit)
        found: dict[str, set[str]] = {}
        for blob_ in self._git.blobs(sorted(blobs), MAX_BYTES) if blobs else ():
            value = parse(blob_.data or b"").value or {}
            for field in ("name", "short_name", "name_en"):
                if isinstance(name := value.get(field), str):
                    for commit in blobs[blob_.name]:
                        found.setdefault(commit, set()).add(name)
        return found

    def _line(self) -> list[str]:
        """Return the new commits of the main line, oldest first; empty where main is not pushed."""
        found: list[str] = []
        name = self._main.new if self._main else ""
        while name in self._new:
            found.append(name)
            name = next(iter(self._new[name].parents), "")
        return found[::-1]

    def landings(self) -> Iterator[Found]:
        """Yield what is wrong with the steps of the main line, each judged by the rules before it."""
        from custodex.policy import policy_at
        from custodex.policy.chain import Chain

        main = self._main
        if main is None or not main.old or not self._policy.signed:
            return
        line = self._line()
        first = next(iter(self._known[line[0]].parents), "") if line else main.new
        if first != main.old:
            yield main.new, (main.ref, "main-turned", Text(
                "主分支的旧状态必须是第一父提交", "the old state of the main branch must be the first parent"
            ))  # fmt: skip
            return
        chain = Chain(self._git, self._known, self._signed, lambda tree: policy_at(self._git, tree))
        parent = self._known.get(main.old)
        for name in line:
            commit = self._known[name]
            brought = self._brought_by(commit)
            for breach in chain.judge(commit, parent, brought).breaches:
                yield breach.commit, (main.ref, breach.code, breach.message)
            parent = commit

    def _brought_by(self, commit: CommitFacts) -> list[CommitFacts]:
        """Return all that a merge brings: also what was pushed as a proposal before and is no news to the server."""
        from custodex.policy.commits import commits, signatures

        if len(commit.parents) != 2:
            return []
        found = commits(self._git, commit.parents[1], f"^{commit.parents[0]}")
        self._signed.update(signatures(self._git, found.keys() - self._signed.keys()))
        below = {name for one in found.values() for name in one.parents} - found.keys() - self._known.keys()
        self._known.update(found)
        self._known.update(commits(self._git, "--no-walk", *sorted(below)) if below else {})
        return list(found.values())

    def whole(self) -> Iterator[Found]:
        """Yield the errors that the main branch would have and did not have before."""
        from custodex.git import EMPTY_TREE
        from custodex.snapshots import Snapshot

        if self._main is None:
            return
        old = self._git.tree(self._main.old) or EMPTY_TREE if self._main.old else EMPTY_TREE
        new = self._git.tree(self._main.new) or EMPTY_TREE
        changes = tuple(self._git.tree_changes(old, new, ("records", "schema")))
        before = self._errors(Snapshot(self._git, "commit", old, {}, old, ())) if self._main.old else {}
        after = self._errors(Snapshot(self._git, "commit", new, {}, old, changes))
        yield from ((self._main.new, finding) for key, finding in after.items() if key not in before)

    def _errors(self, snapshot: Any) -> dict[Any, Finding]:
        from custodex.cli.review import findings_by_identity

        catalog = self._session.catalog_of(self._root, snapshot, processes=1)
        found = findings_by_identity(self._session, catalog)
        return {key: finding for key, finding in found.items() if finding.severity == "error"}
