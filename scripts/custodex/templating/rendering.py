"""Templates in one language: found, put together, compiled once, and what they make of a page."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes

from custodex.errors import EnvironmentFault
from custodex.templating.flattening import TooClever, flattened, with_texts
from custodex.templating.messages import Messages
from custodex.templating.writing import Code, Quick
from custodex.texts import Lang, Text

SUFFIX = ".html.j2"


class _Environment(jinja2.Environment):
    """Jinja with the texts of one language put in when templates are compiled; if `whole`, macros and layout too."""

    code_generator_class = Code
    template_class = Quick
    messages: Messages
    whole: bool
    parsed: dict[str, nodes.Template]  # whoever puts them in copies them

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        return flattened(tree, self._source, self.messages) if self.whole else with_texts(tree, self.messages)

    def _source(self, name: str) -> nodes.Template:
        if self.loader is None:
            raise jinja2.TemplateNotFound(name)
        if name not in self.parsed:
            text, filename, _ = self.loader.get_source(self, name)
            self.parsed[name] = super()._parse(text, name, filename)
        return self.parsed[name]


class _ByteCode(jinja2.FileSystemBytecodeCache):
    """Byte code kept in a folder; where it cannot be kept, for another version swept the folder away, pages go on."""

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


class Templates:
    """The templates in one language, compiled once; *cache* keeps their byte code between runs."""

    def __init__(self, folders: Sequence[Path], messages: Messages, lang: Lang, cache: Path | None) -> None:
        kept = _kept(folders, messages, lang, cache) if cache is not None else None
        self._whole = _environment(folders, messages, kept, whole=True)
        self._as_is = _environment(folders, messages, None, whole=False)
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
            found = self._whole.get_template(name + SUFFIX)
        except TooClever:
            found = self._as_is.get_template(name + SUFFIX)
        except jinja2.TemplateError as error:
            raise _broken(name, error) from error
        self._templates[name] = found
        return found

    def warm(self, names: Sequence[str]) -> None:
        """Compile these templates now, so that forked processes share them."""
        for name in names:
            self._open(name)


def _environment(
    folders: Sequence[Path], messages: Messages, cache: jinja2.BytecodeCache | None, *, whole: bool
) -> _Environment:
    made = _Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder / "templates") for folder in folders]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=cache,
        keep_trailing_newline=True,
    )
    made.messages, made.whole, made.parsed = messages, whole, {}
    made.globals["t"] = messages
    made.filters["number"] = _number
    return made


def _kept(folders: Sequence[Path], messages: Messages, lang: Lang, cache: Path) -> jinja2.BytecodeCache:
    """Return where byte code is kept: a compiled template holds parts of others, texts and our own program."""
    own = digest_of([Path(__file__).parent, *(folder / "templates" for folder in folders)])
    name = f"{lang}-{messages.digest}-{own[:16]}"
    for other in cache.glob(f"{lang}-*"):
        if other.name != name:
            shutil.rmtree(other, ignore_errors=True)
    (cache / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    return _ByteCode(str(cache / name))


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
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{number}/{path.relative_to(folder).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:32]
