"""The rules of the main line: signed, merged by somebody else, nothing but what was merged.

Every step is judged by the policy of the commit it was put on, so that nobody changes the rules and uses them in
one go. Rules and attacks: the design of gittuf and of Git's own pre-receive (githooks(5)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from custodex.git import EMPTY_TREE, Git
from custodex.policy.commits import CommitFacts, Signature
from custodex.policy.deciding import decide
from custodex.policy.people import People, Person
from custodex.policy.reading import Policy
from custodex.policy.touching import Touched, touched
from custodex.revisions import merge_bases
from custodex.texts import Text

PolicyOf = Callable[[str], Policy]
TEXT_MERGE: Mapping[str, str] = {"merge.custodex.driver": "git merge-file --marker-size=%L %A %O %B"}
"""A merge into the main line is Git's own, on every machine and at every forge: none of them knows our driver.

The merge by fields happens on the proposal (`refresh`)."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a commit breaks."""

    commit: str
    code: str
    message: Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said about one commit of the main line; `required` is false before the policy asked for it."""

    commit: str
    required: bool
    authors: tuple[str, ...]
    approvers: tuple[str, ...]
    breaches: tuple[Breach, ...]


class Chain:
    """Judges commits of one repository."""

    def __init__(
        self, git: Git, known: Mapping[str, CommitFacts], signed: Mapping[str, Signature], policy_of: PolicyOf
    ) -> None:
        self._git = git
        self._known = known
        self._signed = signed
        self._policy_of = policy_of
        self._compared: dict[tuple[int, str, str], list[Touched]] = {}

    def judge(
        self, commit: CommitFacts, parent: CommitFacts | None, brought: Sequence[CommitFacts]
    ) -> Verdict:
        """Judge one step of the main line from *parent*; *brought* are the commits it adds below itself."""
        policy = self._policy_of(parent.tree) if parent else None
        if parent is None or policy is None or not policy.signed:
            return Verdict(commit.name, required=False, authors=(), approvers=(), breaches=())
        self._compared.clear()
        breaches = [
            *self._shape(commit, parent, brought),
            *self._signature(commit, policy.people, commit.day),
        ]
        authors: list[str] = []
        approvers: list[str] = []
        written: dict[str, list[Touched]] = {}
        tip = self._known.get(commit.parents[1]) if len(commit.parents) == 2 else None
        for inner in brought:
            breaches.extend(self._signature(inner, policy.people, commit.day))
            breaches.extend(self._times(inner))
            signer = self._signer(inner, policy.people)
            if signer is None:
                continue
            if self._is_approval(inner):
                if tip is not None and inner.approves == tip.tree:
                    approvers.append(signer.id)
            else:
                authors.append(signer.id)
                written.setdefault(signer.id, []).extend(self._touched(policy, inner))
        if tip is not None and (merger := self._signer(commit, policy.people)):
            if merger.id in authors:
                breaches.append(_breach(commit, "own-approval", Text(
                    f"{merger.id} 合并了自己写的内容", f"{merger.id} merged what {merger.id} wrote"
                )))  # fmt: skip
            approvers.append(merger.id)
            breaches.extend(self._decision(policy, commit, parent, authors, approvers, written))
        return Verdict(
            commit.name, required=True, authors=tuple(dict.fromkeys(authors)),
            approvers=tuple(dict.fromkeys(approvers)), breaches=tuple(breaches),
        )  # fmt: skip

    def judge_proposed(self, commit: CommitFacts, policy: Policy, latest: int) -> Iterator[Breach]:
        """Judge one commit of a proposal as it comes in; *latest* is the newest second it may claim."""
        if policy.signed:
            yield from self._signature(commit, policy.people, commit.day)
        yield from self._times(commit)
        if commit.committed > latest:
            yield _breach(
                commit, "from-the-future", Text("提交时间在将来", "the commit claims to be of the future")
            )
        if len(commit.parents) > 2:
            yield _breach(commit, "octopus", Text("一次合并多个分支", "it merges more than one branch"))
        if not self._is_approval(commit):
            signer = (
                self._signer(commit, policy.people) if policy.signed else policy.people.find(commit.author)
            )
            yield from self._rights(policy, commit, signer.id if signer else commit.author)

    def _rights(self, policy: Policy, commit: CommitFacts, author: str) -> Iterator[Breach]:
        if not policy.restricts_writing and not policy.signed:
            return
        for refusal in decide(policy, self._touched(policy, commit), (author,), (), commit.day).refusals:
            yield Breach(commit.name, refusal.code, refusal.message)

    # --- one commit

    def _signature(self, commit: CommitFacts, people: People, day: str) -> Iterator[Breach]:
        signature = self._signed.get(commit.name)
        if signature is None or signature.status == "N":
            yield _breach(commit, "unsigned", Text("没有签名", "it is not signed"))
            return
        if not signature.valid:
            yield _breach(
                commit, "signature-bad", Text("签名与内容不符", "its signature does not fit its content")
            )
            return
        person = people.signer(signature.fingerprint)
        key = people.key(signature.fingerprint)
        if person is None or key is None:
            yield _breach(commit, "key-unknown", Text(
                f"签名的钥匙不属于任何员工：{signature.fingerprint}",
                f"it is signed by a key of nobody in records/staff: {signature.fingerprint}",
            ))  # fmt: skip
            return
        if not (key.holds_on(day) and key.holds_on(commit.day)):
            yield _breach(commit, "key-ended", Text(
                f"{person.id} 的钥匙在 {day} 无效", f"the key of {person.id} does not hold on {day}"
            ))  # fmt: skip
        if reason := person.unfit_on(day):
            yield _breach(commit, "signer-unfit", Text(
                f"{person.id} 不能签名：{reason.zh}", f"{person.id} may not sign: {reason.en}"
            ))  # fmt: skip
        if commit.author.casefold() != person.email.casefold():
            yield _breach(commit, "author-not-signer", Text(
                f"作者 {commit.author} 不是签名人 {person.id}",
                f"the author {commit.author} is not who signed, {person.id}",
            ))  # fmt: skip

    def _times(self, commit: CommitFacts) -> Iterator[Breach]:
        parents = [self._known[name] for name in commit.parents if name in self._known]
        if any(parent.committed > commit.committed for parent in parents):
            yield _breach(
                commit,
                "backdated",
                Text("提交时间早于它的上一个提交", "it claims to be older than a parent"),
            )

    def _shape(
        self, commit: CommitFacts, parent: CommitFacts, brought: Sequence[CommitFacts]
    ) -> Iterator[Breach]:
        yield from self._times(commit)
        if len(commit.parents) < 2:
            yield _breach(commit, "direct-commit", Text(
                "主分支只接受合并，不接受直接提交", "the main line takes merges only, no direct commits"
            ))  # fmt: skip
        elif len(commit.parents) > 2:
            yield _breach(commit, "octopus", Text("一次合并多个分支", "it merges more than one branch"))
        elif self._merged_tree(parent, self._known[commit.parents[1]], brought) != commit.tree:
            yield _breach(commit, "evil-merge", Text(
                "合并的内容不等于两边合并的结果", "the merge holds something else than what was merged"
            ))  # fmt: skip

    def _merged_tree(self, parent: CommitFacts, tip: CommitFacts, brought: Sequence[CommitFacts]) -> str:
        """Return the one tree that a merge may hold; empty where Git sees a conflict or crossed histories."""
        inside = {commit.name for commit in brought} | {parent.name}
        if brought and all(commit.parents and inside.issuperset(commit.parents) for commit in brought):
            return tip.tree  # all of it was written on top of the main line as it stood
        bases = merge_bases(self._git, parent.name, tip.name)
        if bases == [parent.name]:
            return tip.tree
        if len(bases) != 1:
            return ""
        merged = self._git.merge_trees(parent.name, tip.name, TEXT_MERGE)
        return "" if merged.conflicts else merged.tree

    def _is_approval(self, commit: CommitFacts) -> bool:
        parent = self._known.get(commit.parents[0]) if len(commit.parents) == 1 else None
        return bool(commit.approves) and parent is not None and parent.tree == commit.tree

    def _signer(self, commit: CommitFacts, people: People) -> Person | None:
        signature = self._signed.get(commit.name)
        return people.signer(signature.fingerprint) if signature and signature.valid else None

    def _touched(self, policy: Policy, commit: CommitFacts) -> list[Touched]:
        if len(commit.parents) > 1:
            return self._added_by_merge(policy, commit)
        before = self._known[commit.parents[0]].tree if commit.parents else EMPTY_TREE
        return self._between(policy, before, commit.tree)

    def _added_by_merge(self, policy: Policy, commit: CommitFacts) -> list[Touched]:
        """Return what a merge on a proposal holds besides what it merges: that is written by who merged.

        Where Git sees a conflict, it is what differs from both sides.
        """
        ours, theirs = commit.parents[:2]
        if not merge_bases(self._git, ours, theirs):
            return self._between(policy, self._known[ours].tree, commit.tree)
        merged = self._git.merge_trees(ours, theirs, TEXT_MERGE)
        if merged.tree == commit.tree:
            return []
        conflicts = frozenset(merged.conflicts)
        added = [
            item for item in self._between(policy, merged.tree, commit.tree) if item.path not in conflicts
        ]
        if conflicts:
            sides = [self._between(policy, self._known[name].tree, commit.tree) for name in (ours, theirs)]
            other = {item.path: item for item in sides[1] if item.path in conflicts}
            for item in sides[0]:
                if there := other.get(item.path):
                    classes, fields = item.classes & there.classes, item.fields & there.fields
                    added.append(replace(item, classes=classes, fields=fields))
        return added

    def _between(self, policy: Policy, before: str, after: str) -> list[Touched]:
        """Return what differs between two trees; a proposal of one commit is what landing it changes."""
        key = (id(policy), before, after)
        if key not in self._compared:
            changes = tuple(self._git.tree_changes(before, after, ()))
            self._compared[key] = touched(self._git, policy.book, changes, before, after)
        return self._compared[key]

    def _decision(
        self, policy: Policy, commit: CommitFacts, parent: CommitFacts, authors: Sequence[str],
        approvers: Sequence[str], written: Mapping[str, Sequence[Touched]],
    ) -> Iterator[Breach]:  # fmt: skip
        changed = self._between(policy, parent.tree, commit.tree)
        decision = decide(policy, changed, authors, approvers, commit.day, written)
        for refusal in decision.refusals:
            yield _breach(commit, refusal.code, refusal.message)
        for need in decision.needs:
            if not need.met:
                label = need.label
                yield _breach(commit, "approval-missing", Text(
                    f"缺少批准：{label.zh}（{len(need.given)}/{need.count}）",
                    f"an approval is missing: {label.en} ({len(need.given)}/{need.count})",
                ))  # fmt: skip


def _breach(commit: CommitFacts, code: str, message: Text) -> Breach:
    return Breach(commit.name, code, message)


def brought_by(commit: CommitFacts, known: Mapping[str, CommitFacts], landed: set[str]) -> list[CommitFacts]:
    """Return the commits below *commit* that had not landed, newest first, and count them as landed."""
    found: list[CommitFacts] = []
    waiting = [name for name in commit.parents[1:] if name not in landed]
    landed.add(commit.name)
    while waiting:
        name = waiting.pop(0)
        if name in landed or name not in known:
            continue
        landed.add(name)
        found.append(known[name])
        waiting.extend(known[name].parents)
    return found
