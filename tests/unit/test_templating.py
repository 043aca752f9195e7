"""Templates put together beforehand say what Jinja itself says of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
from markupsafe import Markup

from custodex.errors import EnvironmentFault
from custodex.templating import Messages, Templates

TEXTS = {"plain": "<1> & 2", "who": "{a} & <{b}>", "nav.one": "<one>", "nav.two": "two"}
LAYOUT = """{%- set f = page.name -%}
<a>{{ f }}{% block head %}none{% endblock %}</a>
{% for id, n in [('one', 1), ('two', 2)] %}<i{% if page.name == id %} on{% endif %}>{{ t('nav.' ~ id) }}{{ n }}</i>
{%- endfor %}
<b>{% block main %}{% endblock %}{{ f }}</b>
"""
PARTS = """
{%- macro one(v, up, cls='') -%}
<x{% if cls %} class="{{ cls }}"{% endif %} t="{{ v }}">{{ up }}{{ v }}</x>
{%- endmacro -%}
{%- macro many(list, up) -%}
{%- if list|length == 1 -%}{{ one(list[0], up) }}{%- else -%}
{%- for v in list -%}<li>{{ loop.index }}{{ one(v, up, 'm') }}</li>{%- endfor -%}{%- endif -%}
{%- endmacro -%}
{%- macro own(v) -%}{% set up = v ~ '&' %}{{ up }}{% for v in [1, 2] %}{{ v }}{% endfor %}{{ v }}{%- endmacro -%}
{%- macro deep(n) -%}{{ n }}{% if n %}{{ deep(n - 1) }}{% endif %}{%- endmacro -%}
{%- macro wrap(n) -%}<w>{{ caller() }}{{ n }}</w>{%- endmacro -%}
"""
IMPORT = "{% from 'parts.html.j2' import one, many, own, deep, wrap %}"
PAGES: list[str] = [
    "{{ page.name }}{{ t('plain') }}{{ t('nav.' ~ 'one') }}{{ t('who', a=page.name, b=1) }}",
    IMPORT + "{{ one(page.name, '../') }}|{{ one(page.name, page.name, cls='<c>') }}|{{ one(v='1', up=2) }}",
    IMPORT + "{{ many(page.list, page.name) }}{{ many(['<'], '>') }}{{ many([], 1) }}",
    IMPORT
    + "{% set up = page.name %}{{ own(up) }}{{ up }}{% for v in page.list %}{{ own(v) }}{{ v }}{% endfor %}",
    IMPORT + "{{ deep(3) }}{{ one(deep(1), 0) }}{% set x = one('&', 1) %}{{ x }}{{ one('&', 1) ~ '<' }}",
    IMPORT + "{% call wrap(2) %}<{{ page.name }}>{% endcall %}",
    IMPORT
    + "{% for v in page.list %}{% for w in page.list %}{{ one(loop.index0, w) }}"
    + "{{ many([v, loop.last], w) }}{% endfor %}{% else %}none{% endfor %}",
    "{% for v in page.list if v != 'b' %}{{ v }}{% else %}none{% endfor %}{{ [1, 2]|join(' < ') }}",
    "{% if 1 %}a{% elif page.name %}b{% endif %}{% if '' %}c{% elif page.name %}d{% elif 1 %}e{% else %}f{% endif %}",
    (
        "{% set ns = namespace(n='') %}{% for v in page.list %}"
        "{% if v != ns.n %}{% set ns.n = v %}{{ ns.n }}{% endif %}"
        "{% endfor %}{{ ns.n }}"
    ),
    "{{ 'a' if page.name else 'b' }}{{ '<' if 1 else '>' }}{{ page.safe }}{{ page.safe ~ '<' }}{{ 5 // 2 }}{{ 3.5 }}",
    "{% extends 'layout.html.j2' %}"
    + IMPORT
    + "{% block head %}{{ one(page.name, 1) }}{% endblock %}"
    + "{% block main %}{% set f = 'mine' %}{{ f }}{{ many(page.list, f) }}{% endblock %}",
    "{% extends 'layout.html.j2' %}{% block main %}{% set x = 1 %}{{ x }}{% endblock %}",
    "{% extends 'layout.html.j2' %}{% block head %}<{{ super() }}>{% endblock %}",
    "{% extends 'middle.html.j2' %}{% block main %}{{ page.name }}{% endblock %}",
    "{% macro here(x) %}<i>{{ x }}</i>{% endmacro %}{{ here('<') }}{% set s %}{{ here(page.name) }}{% endset %}{{ s }}",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    middle = "{% extends 'layout.html.j2' %}{% block head %}middle{% endblock %}"
    for name, text in (("layout", LAYOUT), ("parts", PARTS), ("middle", middle)):
        (tmp_path / f"templates/{name}.html.j2").write_text(text, "utf-8")
    return tmp_path


def page(name: str) -> Any:
    return SimpleNamespace(name=name, list=["a", "b", "<c>"], safe=Markup("<safe>"))


@pytest.mark.parametrize("text", PAGES)
@pytest.mark.parametrize("name", ["one", '<two> & "three"'])
def test_a_template_put_together_says_what_jinja_says(folder: Path, text: str, name: str) -> None:
    (folder / "templates/page.html.j2").write_text(text, "utf-8")
    messages = Messages(TEXTS, "en")
    plain = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    plain.globals["t"] = messages
    wanted = plain.get_template("page.html.j2").render(page=page(name))
    for cache in (None, folder / "cache", folder / "cache"):
        made = Templates([folder], messages, "en", cache).render("page", page(name)).decode()
        assert made == wanted


@pytest.mark.parametrize("call", ["one()", "one(1)", "one(1, 2, 3, 4)", "one(1, 2, colour=3)"])
def test_a_macro_called_wrongly_stops_the_build(folder: Path, call: str) -> None:
    (folder / "templates/page.html.j2").write_text(IMPORT + f"{{{{ {call} }}}}", "utf-8")
    with pytest.raises(EnvironmentFault) as caught:
        Templates([folder], Messages(TEXTS, "en"), "en", None).render("page", page("x"))
    assert "one()" in caught.value.message.en


def test_a_changed_part_is_seen_although_byte_code_is_kept(folder: Path) -> None:
    (folder / "templates/page.html.j2").write_text(IMPORT + "{{ one(1, 2) }}", "utf-8")
    before = Templates([folder], Messages(TEXTS, "en"), "en", folder / "cache").render("page", page("x"))
    (folder / "templates/parts.html.j2").write_text(PARTS.replace("<x", "<y"), "utf-8")
    after = Templates([folder], Messages(TEXTS, "en"), "en", folder / "cache").render("page", page("x"))
    assert before.startswith(b"<x")
    assert after.startswith(b"<y")


def test_pages_go_on_where_another_version_swept_the_byte_code_away(folder: Path) -> None:
    (folder / "templates/page.html.j2").write_text("{{ page.name }}", encoding="utf-8")
    made = Templates([folder], Messages(TEXTS, "en"), "en", folder / "cache")
    shutil.rmtree(folder / "cache")
    assert made.render("page", page("x")) == b"x"
