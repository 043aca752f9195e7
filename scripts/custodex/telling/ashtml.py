"""Changes as one page that opens by itself: no script, no request, both colour schemes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape

from custodex.findings import printable
from custodex.history import Change
from custodex.telling.words import Teller

STYLE = """
:root { color-scheme: light dark; --line: #d8dce2; --old: #b3261e; --new: #146c2e; --dim: #646b76; }
@media (prefers-color-scheme: dark) { :root { --line: #3a3f47; --old: #ffb4ab; --new: #7fdb95; --dim: #a0a7b2; } }
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.35rem; } h2 { font-size: 1.1rem; border-top: 1px solid var(--line); padding-top: .8rem; }
h3 { font-size: 1rem; font-weight: 600; margin-bottom: .2rem; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0 .8rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
th { font-weight: 500; color: var(--dim); } del { color: var(--old); } ins { color: var(--new); text-decoration: none; }
.dim { color: var(--dim); } .verdict { font-size: 1.15rem; font-weight: 600; } code { overflow-wrap: anywhere; }
"""


def page(title: str, body: Iterable[str], lang: str, style: str = STYLE) -> Iterator[str]:
    """Yield a whole page around *body*, which is HTML already; nothing but *style* may take effect in it."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    yield f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n"
    yield from body
    yield "</body>\n</html>\n"


def html_changes(changes: Iterable[Change], teller: Teller) -> Iterator[str]:
    """Yield changes record by record: before and after in two columns."""
    for _, heading, listed in teller.by_record(changes):
        yield f"<section>\n<h2>{escape(heading)}</h2>\n"
        for change in listed:
            yield from _change(change, teller)
        yield "</section>\n"


def _change(change: Change, teller: Teller) -> Iterator[str]:
    yield f"<h3>{escape(teller.headline(change))}</h3>\n"
    said = [
        change.at[:16].replace("T", " "),
        change.who,
        change.approved,
        teller.reason(change),
        change.subject,
    ]
    if told := " · ".join(printable(part, 200) for part in said if part):
        yield f'<p class="dim">{escape(told)}</p>\n'
    fields = [] if change.moved_from else teller.fields(change)
    if not fields:
        return
    head = (teller.say("字段", "Field"), teller.say("原值", "Before"), teller.say("新值", "After"))
    yield f"<table>\n<tr>{''.join(f'<th scope=col>{escape(one)}</th>' for one in head)}</tr>\n"
    for field in fields:
        old = f"<del>{escape(field.old)}</del>" if field.old is not None else ""
        new = f"<ins>{escape(field.new)}</ins>" if field.new is not None else ""
        yield f"<tr><th scope=row>{escape(field.label)}</th><td>{old}</td><td>{new}</td></tr>\n"
    yield "</table>\n"
