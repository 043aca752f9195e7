"""From the text of a cell to the value of a field, as the schema's node asks for it; never by guessing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Protocol

from custodex.books import Book
from custodex.findings import printable
from custodex.hints import Node
from custodex.imports.familiar import COUNTRIES
from custodex.imports.mapping import Rule
from custodex.imports.paths import FieldPath
from custodex.imports.taking import RowFault
from custodex.schemas import is_date, is_date_time
from custodex.texts import Text
from custodex.vocabularies import labels

_TRUE = frozenset(["true", "yes", "y", "1", "是", "有", "真", "对", "√"])
_FALSE = frozenset(["false", "no", "n", "0", "否", "无", "假", "错", "×"])
_SURE_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SURE_TIME = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?[T ]+"
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?"
)
_PLAIN_DECIMAL = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[-+]?[0-9]{1,3}(?:,[0-9]{3}){2,}(?:\.[0-9]+)?")
_LIST = re.compile(r"[;；|、\n]")
_DECIMAL_FORMATS = frozenset({"money", "rate"})
_PLACES = frozenset({"countries", "provinces", "cities"})
_UPPER_FORMATS = frozenset({"uscc", "resident-id"})


class Names(Protocol):
    """Finds what a reference means: by id, or by a name that only one record has."""

    def find(self, kinds: str, text: str) -> str | None:
        """Return the id of the record of one of *kinds* (`staff|team`) that *text* means."""


class Converter:
    """Converts for one repository: its vocabularies, its time zone, the records one may refer to."""

    def __init__(self, book: Book, zone: tzinfo, names: Names) -> None:
        self._book = book
        self._zone = zone
        self._names = names
        self._codes: dict[str, Mapping[str, str]] = {}

    def convert(self, node: Node, value: Any, rule: Rule) -> Any:
        """Return *value* (text, or a constant of the mapping) as the field wants it."""
        if not isinstance(value, str):
            return self._constant(node, value)
        wanted = node.schema.get("type")
        if wanted == "array" and node.items:
            parts = value.split(rule.split) if rule.split else _parts(value)
            items = [self.convert(node.items, part.strip(), rule) for part in parts if part.strip()]
            return list(dict.fromkeys(items))
        if wanted == "object":
            return _mapping(value)
        if wanted == "boolean":
            return _boolean(value)
        if wanted == "integer":
            return _integer(value, rule)
        return self._string(node, value, rule)

    def accepts(self, path: FieldPath, text: str) -> bool:
        """Tell whether a field can take a text: one of a place's code takes only names the vocabulary has."""
        vocabulary = path.node.hint("vocabulary")
        if vocabulary not in {"provinces", "cities"}:
            return True
        return self._code(str(vocabulary), text) in labels(self._book, str(vocabulary))

    def knows(self, path: FieldPath, code: str) -> bool:
        """Tell whether a code is in the vocabulary of its field, where that is one of places."""
        vocabulary = path.node.hint("vocabulary")
        return vocabulary not in _PLACES or code in labels(self._book, str(vocabulary))

    def _constant(self, node: Node, value: Any) -> Any:
        wanted = node.schema.get("type")
        if wanted == "array":
            return [value]
        return str(value) if wanted == "string" and not isinstance(value, bool) else value

    def _string(self, node: Node, text: str, rule: Rule) -> str:
        form, hint = node.schema.get("format"), node.hint("format")
        if form == "date":
            return _date(text, rule)
        if form == "date-time":
            return self._time(text, rule)
        if hint in _DECIMAL_FORMATS or rule.places is not None or rule.decimal:
            return _decimal(text, rule)
        if "enum" in node.schema:
            return _enum(node, text)
        if vocabulary := node.hint("vocabulary"):
            return self._code(str(vocabulary), text)
        if (ref := node.hint("ref")) and (found := self._names.find(str(ref), text)):
            return found
        return text.replace(" ", "").upper() if hint in _UPPER_FORMATS else text

    def _time(self, text: str, rule: Rule) -> str:
        if is_date_time(text):
            return text
        if rule.date:
            found = _strptime(text, rule.date)
        elif match := _SURE_TIME.fullmatch(text):
            found = _moment(text, [int(part or 0) for part in match.groups()])
        elif match := _SURE_DATE.fullmatch(text):
            found = _moment(text, [int(part) for part in match.groups()])
        else:
            raise _no_date(text)
        aware = found if found.tzinfo and found.tzinfo is not UTC else found.replace(tzinfo=self._zone)
        return aware.isoformat(timespec="seconds")

    def _code(self, vocabulary: str, text: str) -> str:
        if vocabulary not in self._codes:
            named = labels(self._book, vocabulary)
            known = {name: code for name, code in COUNTRIES.items() if code in named}
            self._codes[vocabulary] = {**(known if vocabulary == "countries" else {}), **_codes(named)}
        # an unknown name stays as it is: the checks say what is wrong with it, and what would be right
        return self._codes[vocabulary].get(text.casefold(), text)


def _codes(named: Mapping[str, Text]) -> dict[str, str]:
    """Return the code of every name that means one code only, with and without 省 or 市."""
    found: dict[str, set[str]] = {}
    for code, text in named.items():
        for name in (text.zh, text.en, text.zh.removesuffix("市").removesuffix("省")):
            found.setdefault(name.casefold(), set()).add(code)
    sure = {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}
    return {**sure, **{code.casefold(): code for code in named}}


def _parts(text: str) -> list[str]:
    """Return the values of a cell that holds several; a JSON list is how an export keeps those with separators."""
    if text.startswith("[") and text.endswith("]"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list) and all(isinstance(item, str) for item in found):
            return found
    return _LIST.split(text)


def _mapping(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _unfit(text, Text("不是 JSON 对象", "is no JSON object"))
    return found


def _boolean(text: str) -> bool:
    word = text.casefold()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise _unfit(text, Text("不是 是/否", "is neither yes nor no"))


def _integer(text: str, rule: Rule) -> int:
    number = Decimal(_decimal(text, rule))
    if number != number.to_integral_value():
        raise _unfit(text, Text("不是整数", "is not a whole number"))
    return int(number)


def _decimal(text: str, rule: Rule) -> str:
    """Return a number in plain decimal notation; `1,234` is refused unless the mapping names the sign."""
    plain = text.replace(" ", "").replace("\u00a0", "")
    if rule.decimal == ",":
        plain = plain.replace(".", "").replace(",", ".")
    elif rule.decimal == "." or _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _PLAIN_DECIMAL.fullmatch(plain):
        raise _unfit(
            text,
            Text(
                "不是数字（小数点不明时在映射里写 decimal）",
                "is not a number (name its sign by `decimal` in a mapping)",
            ),
        )
    try:
        number = Decimal(plain)
        if rule.places is not None:
            number = rounded(number, rule.places)
    except InvalidOperation as error:
        raise _unfit(text, Text("数字太大", "is too large a number")) from error
    return f"{number:f}"


def rounded(number: Decimal, places: int) -> Decimal:
    """Return *number* with so many decimal places, halves away from zero."""
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _enum(node: Node, text: str) -> str:
    allowed = [str(value) for value in node.schema["enum"]]
    wanted = text.casefold()
    for value in allowed:
        label = node.enum_label(value)
        names = {value.casefold(), *((label.zh.casefold(), label.en.casefold()) if label else ())}
        if wanted in names:
            return value
    raise _unfit(text, Text(f"不在可选值中：{'、'.join(allowed)}", f"is none of {', '.join(allowed)}"))


def _date(text: str, rule: Rule) -> str:
    if rule.date:
        return _strptime(text, rule.date).date().isoformat()
    match = _SURE_DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if not match:
        raise _no_date(text)
    year, month, day = (int(part) for part in match.groups())
    found = f"{year:04}-{month:02}-{day:02}"
    if not is_date(found):
        raise _no_date(text)
    return found


def _strptime(text: str, form: str) -> datetime:
    try:
        # the zone is put in by the caller, where a time and not only a day is asked for
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError as error:
        raise _unfit(text, Text(f"不合日期格式 {form}", f"does not fit the date format {form}")) from error


def _moment(text: str, parts: list[int]) -> datetime:
    try:
        year, month, day, hour, minute, second = [*parts, 0, 0, 0][:6]
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise _no_date(text) from error


def _no_date(text: str) -> RowFault:
    return _unfit(
        text,
        Text(
            "不是明确的日期；写成 2026-03-02，或在映射里写 date 格式",
            "is no unmistakable date; write 2026-03-02, or name its format by `date` in a mapping",
        ),
    )


def _unfit(text: str, what: Text) -> RowFault:
    shown = printable(text, 40)
    return RowFault(Text(f"{shown} {what.zh}", f"{shown} {what.en}"))
