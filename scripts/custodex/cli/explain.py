"""`custodex explain`: the page of a rule, or the list of all rules."""

from __future__ import annotations

import difflib

from custodex.cli.rulebook import all_rules
from custodex.cli.session import Session
from custodex.cli.verbs import argument, verb
from custodex.errors import UsageFault
from custodex.findings import printable
from custodex.rules import Rule, example, hint, message
from custodex.texts import Text


@verb(
    Text(
        "解释一个问题代码：为什么、怎么改、正反例。\n\n不给代码则列出全部。",
        "Explain a finding's code: why it matters, how to mend it, a bad and a good example.\n\n"
        "Without a code, all are listed.",
    )
)
@argument("code", required=False)
def command(session: Session, code: str | None) -> None:
    """Print one rule's page, or every code with its title."""
    rules = all_rules()
    if code is None:
        width = max(len(name) for name in rules)
        session.lines(f"{name:{width}}  {rules[name].title.get(session.lang)}" for name in sorted(rules))
        return
    if code not in rules:
        shown = printable(code)
        near = ", ".join(difflib.get_close_matches(code, rules, 3, 0.4))
        raise UsageFault(
            Text(f"没有代码 {shown}", f"there is no code {shown}"),
            Text(f"相近的有：{near}", f"did you mean: {near}") if near else None,
        )
    session.lines(_page(session, rules[code]))


def _page(session: Session, rule: Rule) -> list[str]:
    lang, say = session.lang, session.say
    kind = say("错误", "error") if rule.severity == "error" else say("警告", "warning")
    more = say("，可用 --fix 改正", ", mended by --fix") if rule.fixable else ""
    lines = [f"{rule.code}: {rule.title.get(lang)} ({kind}{more})", "", rule.why.get(lang), ""]
    lines += [f"{say('提示示例', 'message, for example')}: {message(rule, example(rule), lang)}"]
    lines += [f"{say('修改方法', 'how to mend')}: {hint(rule, example(rule), lang)}"]
    for title, written in ((say("不好", "bad"), rule.bad), (say("好", "good"), rule.good)):
        if written:
            lines += ["", f"{title}:", *(f"    {line}" for line in written.rstrip("\n").split("\n"))]
    return lines
