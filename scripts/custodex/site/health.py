"""The data health page: every finding by rule, who looks after the records, how complete they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from custodex.findings import Finding
from custodex.records import locate
from custodex.rules import example, hint, message
from custodex.site import phrases, pieces
from custodex.site.cards import Card
from custodex.site.charts import bars
from custodex.site.governance import governing
from custodex.site.modelling import replaced
from custodex.site.pagemodels import (
    HealthPage,
    HelpField,
    HelpPage,
    OwnerCount,
    RuleCount,
    RulePage,
)
from custodex.site.pieces import Bar, Chart, Link
from custodex.site.stock import Stock

_MOST = 200
_BANDS = 5
_AGES = (7, 30, 90)
"""Days up to which a finding counts for the first bands of age."""


def rule_counts(stock: Stock, limit: int) -> list[RuleCount]:
    """Return the rules that found something, errors and frequent ones first, each with *limit* findings."""
    by_code: dict[str, list[Finding]] = {}
    for finding in stock.findings:
        by_code.setdefault(finding.code, []).append(finding)
    rows = [_rule(stock, code, found, limit) for code, found in by_code.items()]
    return sorted(rows, key=lambda row: (row.severity != "error", -row.count, row.code))


def _rule(stock: Stock, code: str, found: Sequence[Finding], limit: int) -> RuleCount:
    rule = stock.rules.get(code)
    return RuleCount(
        code=code,
        title=rule.title.get(stock.context.lang) if rule else code,
        severity=found[0].severity,
        count=len(found),
        href=f"rules/{code}.html",
        fixable=rule.fixable if rule else False,
        findings=[_finding(stock, one) for one in found[:limit]],
        oldest=max(_ages(stock, found)) if limit else -1,
    )


def _ages(stock: Stock, found: Sequence[Finding]) -> list[int]:
    """Return for how many days the file of each finding has stood as it is; 0 for what is in no commit yet."""
    since, today = stock.history.last_touched([one.path for one in found]), date.fromisoformat(stock.today)
    days = (
        (today - date.fromisoformat(since[one.path][:10])).days if one.path in since else 0 for one in found
    )
    return [max(0, one) for one in days]


def _card(stock: Stock, finding: Finding) -> Card | None:
    place = locate(finding.path)
    return stock.state.card(place.record) if place else None


def _finding(stock: Stock, finding: Finding) -> pieces.Finding:
    card = _card(stock, finding)
    shown = stock.customers.finding(finding)
    record = stock.context.known.link(card.key) if card else None
    since = stock.history.last_touched([finding.path]).get(finding.path, "")
    moment = stock.context.moment(since[:10]) if since else None
    return replaced(shown, since=moment, record=record, owner=stock.owner_of(card))


def health_page(stock: Stock) -> HealthPage:
    """Return the health page."""
    context = stock.context
    severities = Counter(finding.severity for finding in stock.findings)
    return HealthPage(
        frame=context.frame(context.messages.plain("nav.health"), "health.html", "health"),
        errors=severities["error"],
        warnings=severities["warning"],
        documents=stock.state.total("#documents"),
        rules=rule_counts(stock, _MOST),
        owners=_owners(stock),
        ages=_by_age(stock) if stock.findings else None,
        completeness=_bands(stock),
        governing=governing(stock),
    )


def _by_age(stock: Stock) -> Chart:
    """Return the findings by how long their files have stood as they are."""
    counts, say = (
        Counter(sum(age > end for end in _AGES) for age in _ages(stock, stock.findings)),
        stock.context.words.say,
    )
    starts = (0, *(end + 1 for end in _AGES))
    labels = [say(phrases.DAYS).format(low=low, high=high) for low, high in zip(starts, _AGES, strict=False)]
    labels.append(say(phrases.DAYS_OVER).format(low=_AGES[-1]))
    rows = [
        (str(low), label, counts[band], "")
        for band, (low, label) in enumerate(zip(starts, labels, strict=True))
    ]
    title = stock.context.messages.plain("health.ages")
    return Chart("ages", title, "bars", say(phrases.FINDINGS), bars(rows))


def _owners(stock: Stock) -> list[OwnerCount]:
    counts: dict[str, Counter[str]] = {}
    oldest: Counter[str] = Counter()
    for finding, age in zip(stock.findings, _ages(stock, stock.findings), strict=True):
        card = _card(stock, finding)
        owner = card.one("owner") if card else ""
        counts.setdefault(owner, Counter())[finding.severity] += 1
        oldest[owner] = max(oldest[owner], age)
    nobody = Link(stock.context.words.say(phrases.NOBODY))
    rows = [
        OwnerCount(
            stock.context.known.person(owner) or nobody, count["error"], count["warning"], oldest[owner]
        )
        for owner, count in sorted(counts.items())
    ]
    return sorted(rows, key=lambda row: (-row.errors, -row.warnings, row.owner.label))


def _bands(stock: Stock) -> list[Bar]:
    counts = stock.state.totals("#complete")
    longest = max((number for band, number in counts.items() if band != "-"), default=0) or 1
    found = []
    for band in range(_BANDS + 1):
        number = counts.get(str(band), 0)
        low, high = band * 20, min(band * 20 + 19, 100)
        text = phrases.FULL if band == _BANDS else phrases.PERCENT
        label = stock.context.words.say(text).format(low=low, high=high)
        found.append(Bar(label, number, number * 1000 // longest, "", str(low)))
    return found if any(bar.count for bar in found) else []


def rule_pages(stock: Stock) -> list[RulePage]:
    """Return a page for every rule: what a finding means and how to mend it."""
    context, lang = stock.context, stock.context.lang
    return [
        RulePage(
            frame=context.frame(rule.title.get(lang), f"rules/{code}.html", "health"),
            code=code,
            title=rule.title.get(lang),
            severity=rule.severity,
            why=rule.why.get(lang),
            message=message(rule, example(rule), lang),
            hint=hint(rule, example(rule), lang),
            bad=rule.bad,
            good=rule.good,
            fixable=rule.fixable,
        )
        for code, rule in sorted(stock.rules.items())
    ]


def help_page(stock: Stock) -> HelpPage:
    """Return the page on searching, with the fields a query may name and all rules."""
    context, lang = stock.context, stock.context.lang
    fields = [_help_field(stock, facet) for facet in context.facet_nodes]
    for name in ("last_note", "next_due", "since"):
        kind = context.words.say(phrases.DATE)
        fields.append(HelpField(name, context.column_label(name), f"{name}:[2026-01 TO]", kind))
    rules = [
        RuleCount(code, rule.title.get(lang), rule.severity, 0, f"rules/{code}.html", rule.fixable)
        for code, rule in sorted(stock.rules.items())
    ]
    title = context.messages.plain("nav.help")
    return HelpPage(context.frame(title, "help.html", "help"), fields, rules)


def _help_field(stock: Stock, facet: str) -> HelpField:
    context = stock.context
    node = context.facet_nodes[facet]
    name = "region" if facet == "region" else (node.items or node).hint("vocabulary")
    values = list(context.words.vocabulary(str(name)) if name else node.schema.get("enum") or ())
    tree = facet in ("region", "industry")
    kind = context.words.say(phrases.WITHIN if tree else phrases.EXACT)
    return HelpField(facet, context.facet_label(facet), f"{facet}:{values[0] if values else '…'}", kind)
