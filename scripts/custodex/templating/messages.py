"""The texts of the site: what `locale/<lang>.json` says, in both languages alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from markupsafe import Markup, escape

from custodex.errors import EnvironmentFault
from custodex.texts import LANGS, Lang, Text


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
