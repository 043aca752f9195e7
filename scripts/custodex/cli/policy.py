"""`custodex policy`: what the organisation's rules say of a proposal, and the files made from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import argument, choice, format_option, option, verb
from custodex.errors import EXIT_FINDINGS, EXIT_OK, EXIT_REFUSED, UsageFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.cli.spans import Span
    from custodex.git import Git
    from custodex.policy import Decision, Policy, Touched

_HELP = Text(
    """按 schema/access.yaml 与 records/staff 判断一个提案；规则取自提案之前的版本。

    check A..B：谁可以写、需要谁批准、已有谁批准；未满足时退出码 6。
    codeowners：生成 CODEOWNERS（--check 只检查是否最新）。
    signers：生成 git 的 allowed_signers。""",
    """Judge a proposal by schema/access.yaml and records/staff, as they stood before it.

    check A..B: who may write this, whose approval it needs and has; exit code 6 until all is met.
    codeowners: write CODEOWNERS from the rules (--check: only tell whether it is up to date).
    signers: print an allowed_signers file for git.""",
)
FORGES = {"github": ".github/CODEOWNERS", "gitlab": ".gitlab/CODEOWNERS", "gitea": ".gitea/CODEOWNERS"}


@verb(_HELP)
@argument("action", type=choice("check", "codeowners", "signers"))
@argument("span", metavar="[A..B]", required=False)
@option("--author", "authors", multiple=True, metavar="WHO",
        help=Text("作者（员工编号或邮箱；默认取自提交）", "an author (id or e-mail), else from commits"))  # fmt: skip
@option("--approved-by", "approvers", multiple=True, metavar="WHO",
        help=Text("批准人（员工编号或邮箱，可重复）", "who approved (staff id or e-mail, repeatable)"))  # fmt: skip
@option("--forge", type=choice(*FORGES), default="github", show_default=True,
        help=Text("为哪个平台生成", "for which forge"))  # fmt: skip
@option("--check", "only_check", is_flag=True, help=Text("只检查，不写", "look only, write nothing"))
@format_option("text", "json")
def command(
    session: Session, *, action: str, span: str | None, authors: Sequence[str], approvers: Sequence[str],
    forge: str, only_check: bool, form: str,
) -> int:  # fmt: skip
    """Decide, or write what is made from the rules."""
    if action == "check":
        return _check(session, span, authors, approvers, form)
    from custodex.policy import policy_at

    policy = policy_at(session.git, session.git.head_tree())
    if action == "signers":
        session.lines(policy.people.allowed_signers())
        return EXIT_OK
    from custodex.policy.codeowners import codeowners

    return _write(session, FORGES[forge], codeowners(policy), only_check=only_check)


def _check(
    session: Session, text: str | None, authors: Sequence[str], approvers: Sequence[str], form: str
) -> int:
    if text is None:
        raise UsageFault(Text("缺少 A..B", "A..B is missing"), Text("如 main..HEAD", "such as main..HEAD"))
    from custodex.cli.spans import span

    decision = decision_on(session, span(session, text, merge=False), authors, approvers)
    if form == "json":
        session.out_json(as_json(decision))
    else:
        from custodex.telling.policy import policy_lines

        session.lines(policy_lines(decision, session.lang))
    return EXIT_OK if decision.allowed else EXIT_REFUSED


def decision_on(
    session: Session, proposed: Span, authors: Sequence[str] = (), approvers: Sequence[str] = ()
) -> Decision:
    """Return what the policy before a proposal says of it."""
    from custodex.git import EMPTY_TREE
    from custodex.policy import decide, policy_at, touched

    policy = policy_at(session.git, proposed.old_tree)
    day = session.today.isoformat()
    approvers = [*approvers, *_signed_approvals(session.git, policy, proposed, day)]
    changed = touched(session.git, policy.book, proposed.changes, proposed.old_tree, proposed.tree)
    if authors:
        return decide(policy, changed, authors, approvers, day)
    written: dict[str, list[Touched]] = {}
    for name, email in proposed.commits:
        before, settled = _before(session, name)
        after = session.git.tree(name) or EMPTY_TREE
        own = tuple(one for one in session.git.tree_changes(before, after, ()) if one.path not in settled)
        found = touched(session.git, policy.book, own, before, after)
        if own:  # an approval is an empty commit
            written.setdefault(email, []).extend(found)
    return decide(policy, changed, tuple(written), approvers, day, written)


def _signed_approvals(git: Git, policy: Policy, proposed: Span, day: str) -> Iterator[str]:
    """Yield who approved by `custodex approve` of exactly what the proposal holds now; others' keys by fingerprint.

    A key counts on its days only, on the *day* of the question too; who signed a change in another's name wrote it.
    """
    from custodex.policy.commits import commits, signatures

    known = commits(git, f"{proposed.old}..{proposed.new}")
    tip = known.get(proposed.new)
    told = [one for one in known.values() if tip and one.approves == tip.tree and len(one.parents) == 1]
    below = commits(git, "--no-walk", *sorted({one.parents[0] for one in told})) if told else {}
    # an approval changes nothing: what does is a change, whatever it says of itself
    found = {one.name for one in told if below[one.parents[0]].tree == one.tree}
    signed = signatures(git, known) if found else {}
    valid = {name: one.fingerprint for name, one in signed.items() if one.valid}
    signers = {name: policy.people.signer(fingerprint) for name, fingerprint in valid.items()}
    wrote = {
        person.id for name, person in signers.items()
        if person and name not in found and known[name].author.casefold() != person.email.casefold()
    }  # fmt: skip
    for name in (one for one in valid if one in found):
        person, key = signers[name], policy.people.key(valid[name])
        if person is None or key is None:
            yield valid[name]
        elif key.holds_on(known[name].day) and key.holds_on(day) and person.id not in wrote:
            yield person.id


def _before(session: Session, name: str) -> tuple[str, frozenset[str]]:
    """Return the tree a commit began with, and the paths it only had to settle.

    A merge began with what Git itself makes of its parents: anything else in it was written by who merged.
    """
    from custodex.cli.spans import inside
    from custodex.git import EMPTY_TREE
    from custodex.policy.chain import TEXT_MERGE

    git = session.git
    first, second = git.commit(f"{name}^1"), git.commit(f"{name}^2")
    if first is None or second is None:
        return (git.tree(first) if first else None) or EMPTY_TREE, frozenset()
    merged = git.merge_trees(first, second, TEXT_MERGE)
    return inside(session, merged.tree), frozenset(merged.conflicts)


def as_json(decision: Decision) -> dict[str, Any]:
    """Return the documented JSON shape of a decision."""
    return {
        "allowed": decision.allowed,
        "authors": list(decision.authors),
        "approvers": list(decision.approvers),
        "refusals": [{"code": one.code, "message": one.message.en} for one in decision.refusals],
        "needs": [
            {
                "rule": need.rule, "label": {"zh": need.label.zh, "en": need.label.en}, "count": need.count,
                "roles": list(need.roles), "candidates": list(need.candidates), "records": list(need.records),
                "given": list(need.given), "met": need.met,
            }
            for need in decision.needs
        ],
    }  # fmt: skip


def _write(session: Session, path: str, text: str, *, only_check: bool) -> int:
    target = session.root / path
    fresh = target.is_file() and target.read_text(encoding="utf-8") == text
    if only_check and not fresh:
        session.err(session.say(f"{path} 不是最新的；运行 custodex policy codeowners",
                                f"{path} is out of date; run custodex policy codeowners"))  # fmt: skip
        return EXIT_FINDINGS
    if not only_check and not fresh:
        from custodex.files import write_atomic

        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, text.encode())
    session.err(session.say(f"{path} 是最新的", f"{path} is up to date"))
    return EXIT_OK
