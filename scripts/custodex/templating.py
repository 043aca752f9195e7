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

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    pass_context,
)
from jinja2.runtime import Context
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
        # escaped once, not once a page
        self._safe = {name: escape(text) for name, text in texts.items()}

    def __call__(self, name: str, **params: object) -> Markup:
        """Return a text, escaped, its parameters filled in."""
        try:
            text = self._safe[name]
        except KeyError:
            raise _missing(name, self._lang) from None
        return text.format(**params) if params else text

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
    """Read `locale/<lang>.json` of every folder; the first folder wins. Both languages must say everything."""
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
    if kind is Markup or (kind is str and not _SPECIAL.search(value)):
        return value  # type: ignore[no-any-return]
    return escape(value)


class _Quick(Template):
    """A compiled template that escapes what it writes by `_escape`: the pieces are joined anyway."""

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002 - Jinja2's own name
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        """Return the template of compiled *code*."""
        template = super().from_code(environment, code, globals, uptodate)
        template.root_render_func.__globals__["escape"] = _escape  # type: ignore[attr-defined]
        return template


class Templates:
    """The templates in one language, compiled once; *cache* keeps their byte code between runs."""

    def __init__(self, folders: Sequence[Path], messages: Messages, lang: Lang, cache: Path | None) -> None:
        if cache is not None:
            cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder / "templates") for folder in folders]),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=FileSystemBytecodeCache(str(cache)) if cache is not None else None,
            keep_trailing_newline=True,
        )
        self._environment.template_class = _Quick
        self._environment.globals["t"] = messages
        self._environment.filters["number"] = _number
        self._lang = lang
        self._templates: dict[str, Template] = {}

    def render(self, name: str, page: object) -> bytes:
        """Return the page as UTF-8."""
        template = self._templates.get(name) or self._open(name)
        try:
            return template.render(page=page).encode("utf-8", "replace")
        except TemplateError as error:
            raise _broken(name, error) from error

    def _open(self, name: str) -> Template:
        try:
            self._templates[name] = self._environment.get_template(name + SUFFIX)
        except TemplateError as error:
            raise _broken(name, error) from error
        return self._templates[name]

    def warm(self, names: Sequence[str]) -> None:
        """Compile these templates now, so that forked processes share them."""
        for name in names:
            self._open(name)


def _broken(name: str, error: TemplateError) -> EnvironmentFault:
    line = getattr(error, "lineno", None)
    place = f"{name}{SUFFIX}" + (f":{line}" if line else "")
    return EnvironmentFault(
        Text(f"模板 {place} 有误：{error.message}", f"template {place}: {error.message}"),
        Text("修正 site/templates 中的模板", "mend the template in site/templates"),
    )


@pass_context
def _number(_context: Context, value: Any) -> str:
    # the context argument keeps Jinja from folding constants into byte code that both languages share
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
