"""The one module that imports Jinja2: templates of the package, each replaceable by one of the repository.

Every template escapes, whatever its name; an unknown variable stops the build. Records are only ever values:
nothing of a record is compiled.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from custodex.errors import EnvironmentFault
from custodex.texts import LANGS, Lang, Text

SUFFIX = ".html.j2"
_SPECIAL = re.compile("[&<>'\"]")


class Messages:
    """The texts of the site in one language: `messages("nav.home")`, `messages("table.part", n=3)`."""

    def __init__(self, texts: Mapping[str, str], lang: Lang) -> None:
        self._lang = lang
        self._texts = texts
        digest = hashlib.sha256(json.dumps(dict(texts), sort_keys=True).encode())
        self.digest = digest.hexdigest()[:16]
        # escaped once, not once a page
        self._safe = {name: escape(text) for name, text in texts.items()}

    def __call__(self, name: str, **params: object) -> Markup:
        """Return a text, escaped, its parameters filled in."""
        try:
            text = self._safe[name]
        except KeyError:
            raise _missing(name, self._lang) from None
        if not params:
            return text
        return Markup(str.format(text, **{key: escape(value) for key, value in params.items()}))  # noqa: S704

    def plain(self, name: str, **params: object) -> str:
        """Return a text that is not yet escaped, for titles and data files."""
        if name not in self._texts:
            raise _missing(name, self._lang)
        return self._texts[name].format(**params) if params else self._texts[name]

    def starting(self, prefix: str) -> dict[str, str]:
        """Return the texts whose name starts with *prefix*, sorted by name."""
        return {name: text for name, text in sorted(self._texts.items()) if name.startswith(prefix)}


def _missing(name: str, lang: Lang) -> EnvironmentFault:
    return EnvironmentFault(
        Text(f"缺少文案 {name}（{lang}）", f"the text {name} is missing ({lang})"),
        Text(f"在 site/locale/{lang}.json 中补上", f"add it to site/locale/{lang}.json"),
    )


def read_messages(folders: Sequence[Path]) -> dict[Lang, Messages]:
    """Read `locale/<lang>.json` of every folder, the first one wins; both languages must say everything."""
    texts: dict[Lang, dict[str, str]] = {lang: {} for lang in LANGS}
    for folder in reversed(folders):
        for lang in LANGS:
            path = folder / "locale" / f"{lang}.json"
            if path.exists():
                texts[lang].update(_read_json(path))
    everything = texts["zh"].keys() | texts["en"].keys()
    for lang in LANGS:
        if lacking := sorted(everything - texts[lang].keys()):
            raise _missing(lacking[0], lang)
    return {lang: Messages(texts[lang], lang) for lang in LANGS}


def _read_json(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EnvironmentFault(
            Text(f"{path} 不是有效的 JSON：{error}", f"{path} is not valid JSON: {error}")
        ) from error
    return {str(name): str(text) for name, text in found.items()}


def _escape(value: Any) -> str:
    """Return *value* escaped; most pieces of a page hold nothing to escape and need no wrapping."""
    kind = type(value)
    plain = kind is Markup or (kind is str and not _SPECIAL.search(value))
    return value if plain else escape(value)


class _Quick(jinja2.Template):
    """A compiled template that escapes what it writes by `_escape`: the pieces are joined anyway."""

    @classmethod
    def from_code(
        cls,
        environment: jinja2.Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002 - Jinja2's own name
        uptodate: Callable[[], bool] | None = None,
    ) -> jinja2.Template:
        """Return the template of compiled *code*."""
        template = super().from_code(environment, code, globals, uptodate)
        template.root_render_func.__globals__["escape"] = _escape
        return template


class _Spoken(NodeTransformer):
    """Puts texts without parameters into the template itself: a page asks for a hundred of them."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - named by Jinja
        """Replace `t('nav.home')` by its text."""
        name = node.node
        if isinstance(name, nodes.Name) and name.name == "t" and not node.kwargs and len(node.args) == 1:
            said = node.args[0]
            if isinstance(said, nodes.Const):
                return nodes.Const(self._messages(str(said.value)), lineno=node.lineno)
        return self.generic_visit(node)


class _Code(CodeGenerator):
    """Writes `page.name` as Python says it; Jinja's own way tries more and costs ten times as much."""

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - named by Jinja
        """Write an attribute."""
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        """Write the call of a macro or function by its name; none of ours asks for the context."""
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs or forward_caller:
            super().visit_Call(node, frame, forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", ")
        for keyword in node.kwargs:
            self.write(f"{keyword.key}=")
            self.visit(keyword.value, frame)
            self.write(", ")
        self.write(")")


class _Environment(jinja2.Environment):
    """Jinja with the texts of one language known when templates are compiled."""

    code_generator_class = _Code
    template_class = _Quick
    messages: Messages

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return _Spoken(self.messages).visit(super()._parse(source, name, filename))  # type: ignore[no-any-return]


class Templates:
    """The templates in one language, compiled once; *cache* keeps their byte code between runs."""

    def __init__(self, folders: Sequence[Path], messages: Messages, lang: Lang, cache: Path | None) -> None:
        if cache is not None:
            # texts are part of the compiled templates
            cache = cache / f"{lang}-{messages.digest}"
            cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._environment = _Environment(
            loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder / "templates") for folder in folders]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=jinja2.FileSystemBytecodeCache(str(cache)) if cache is not None else None,
            keep_trailing_newline=True,
        )
        self._environment.messages = messages
        self._environment.globals["t"] = messages
        self._environment.filters["number"] = _number
        self._lang = lang
        self._templates: dict[str, jinja2.Template] = {}

    def render(self, name: str, page: object) -> bytes:
        """Return the page as UTF-8."""
        template = self._templates.get(name) or self._open(name)
        try:
            return template.render(page=page).encode("utf-8", "replace")
        except (jinja2.TemplateError, AttributeError) as error:
            raise _broken(name, error) from error

    def _open(self, name: str) -> jinja2.Template:
        try:
            self._templates[name] = self._environment.get_template(name + SUFFIX)
        except jinja2.TemplateError as error:
            raise _broken(name, error) from error
        return self._templates[name]

    def warm(self, names: Sequence[str]) -> None:
        """Compile these templates now, so that forked processes share them."""
        for name in names:
            self._open(name)


def _broken(name: str, error: Exception) -> EnvironmentFault:
    line = getattr(error, "lineno", None)
    place = f"{name}{SUFFIX}" + (f":{line}" if line else "")
    return EnvironmentFault(
        Text(f"模板 {place} 有误：{error}", f"template {place}: {error}"),
        Text("修正 site/templates 中的模板", "mend the template in site/templates"),
    )


def _number(value: Any) -> str:
    return f"{value:,}"


def digest_of(folders: Sequence[Path]) -> str:
    """Return a digest of all files below *folders*: templates, assets and texts."""
    digest = hashlib.sha256()
    for number, folder in enumerate(folders):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(f"{number}/{path.relative_to(folder).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:32]
