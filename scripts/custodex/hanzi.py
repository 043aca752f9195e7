"""The one place that knows Chinese writing: folding to one form, readings in pinyin, order by reading.

OpenCC and pypinyin are imported when the first Chinese character needs them; a query only needs the table
of characters, which the search index keeps beside itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

_HAN_BLOCKS = ((0x3400, 0xA000), (0x20000, 0x32000))
_MAX_VARIANTS = 12
_MOST_KNOWN = 8192
_LATIN_OR_HAN = re.compile(r"[A-Za-z]|[0-9]+|[\u3007\u3400-\u9fff\U00020000-\U00031fff]")

# the reading of a character as a family name, where it differs from its commonest reading
SURNAMES: Mapping[str, str] = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "查": "zha", "解": "xie", "区": "ou", "任": "ren", "朴": "piao",
    "盖": "ge", "尉": "wei", "缪": "miao", "翟": "zhai", "召": "shao", "员": "yun", "折": "she", "乐": "yue",
    "覃": "qin", "谌": "chen", "冼": "xian", "洗": "xian", "隗": "wei", "秘": "bi", "牟": "mu", "宁": "ning",
    "曲": "qu", "燕": "yan", "种": "chong", "祭": "zhai", "繁": "po", "车": "che", "石": "shi", "沈": "shen",
    "贾": "jia", "柏": "bai", "晁": "chao", "褚": "chu", "逄": "pang", "万": "wan", "俞": "yu", "哈": "ha",
    "黑": "he", "葛": "ge", "纪": "ji", "郗": "xi", "臧": "zang", "粘": "nian", "阚": "kan", "撒": "sa",
    "句": "gou", "莘": "shen", "么": "yao",
}  # fmt: skip
COMPOUND_SURNAMES: Mapping[str, Sequence[str]] = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "长孙": ("zhang", "sun"), "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"), "宰父": ("zai", "fu"), "令狐": ("ling", "hu"), "夏侯": ("xia", "hou"),
}  # fmt: skip

DOUBLE_SURNAMES = frozenset((
    "欧阳", "上官", "司马", "司徒", "司空", "诸葛", "东方", "独孤", "南宫", "皇甫", "公孙", "慕容", "轩辕",
    "端木", "百里", "东郭", "西门", "呼延", "赫连", "钟离", "宇文", "鲜于", "闾丘", "濮阳", "淳于", "太史",
    "申屠", "拓跋", "歐陽", "諸葛", "東方", "獨孤", "南宮", "軒轅", "東郭", "西門",
))  # fmt: skip
"""Family names of two characters beside those above, whose readings need no help."""


@cache
def simplified() -> Mapping[int, str]:
    """Return the table of traditional characters and their simplified form (OpenCC, `t2s`).

    Character by character, so that the fold of a part of a text is a part of the fold of the text; OpenCC's
    phrases (乾隆 keeps 乾) would break that, and with it finding by any substring.
    """
    import opencc

    chars = [chr(code) for first, end in _HAN_BLOCKS for code in range(first, end)]
    plain = opencc.OpenCC("t2s").convert("\n".join(chars)).split("\n")
    return {ord(char): new for char, new in zip(chars, plain, strict=True) if char != new and len(new) == 1}


@cache
def lowered() -> Mapping[int, str]:
    """Return the characters whose folded case is not their lower case (ß -> ss, ς -> σ)."""
    chars = (chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000)
    return {ord(char): char.casefold() for char in chars if char.casefold() != char.lower()}


class Fold:
    """Brings what people type and what records hold to one form.

    Compatibility forms are unified (NFKC), case is dropped, traditional characters become simplified ones
    and runs of white space become one space.
    """

    def __init__(self, table: Mapping[int, str] | None = None) -> None:
        self._table = table
        # whoever brings a table folds one query: compiling would take longer than all the rest
        self._any: re.Pattern[str] | None = re.compile("") if table else None

    def __call__(self, text: str) -> str:
        """Return *text* in that one form, without white space at its ends."""
        if text.isascii():
            return " ".join(text.lower().split())
        text = _composed(_composed(text).casefold())
        # translating asks the table for every character: five times the price of seeing that none is in it
        if (self._any or self._compiled()).search(text):
            text = text.translate(self.table)
        return " ".join(text.split())

    def _compiled(self) -> re.Pattern[str]:
        # one range for the rare planes: their characters one by one would be compared one by one
        near = "".join(re.escape(chr(code)) for code in self.table if code < 0x10000)
        self._any = re.compile(f"[{near}\U00010000-\U00031fff]")
        return self._any

    @property
    def table(self) -> Mapping[int, str]:
        """The traditional characters and their simplified forms."""
        if self._table is None:
            self._table = simplified()
        return self._table


def _composed(text: str) -> str:
    """Return *text* in NFKC; asking first is much cheaper than doing it."""
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


fold = Fold()


def prepare() -> None:
    """Load all tables now, so that processes forked later share them."""
    readings("单", person=True)
    fold("單")


def has_han(text: str) -> bool:
    """Tell whether *text* holds a Chinese character."""
    return any("\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U00031fff" for char in text)


def family_and_given(name: str) -> tuple[str, str]:
    """Return the family name and the given name of a person: 曾雨桐, 欧阳娜, Eva Lund."""
    plain = name.strip()
    if has_han(plain[:1]):
        length = 2 if plain[:2] in COMPOUND_SURNAMES or plain[:2] in DOUBLE_SURNAMES else 1
        return plain[:length], plain[length:].strip()
    given, _, family = plain.rpartition(" ")
    return family, given.strip()


def readings(name: str, *, person: bool = False, override: str = "") -> tuple[str, ...]:
    """Return the ways to read *name* aloud, best first: `ZengGuoFan`, every syllable with a capital.

    Empty for a name without Chinese characters. A character with several readings gives one variant each
    (at most twelve), a person's family name its own reading first, *override* the only one.
    """
    if override:
        syllables = re.findall(r"[a-z]+|[0-9]+", fold(override).replace("ü", "v"))
        capital = [syllable.capitalize() for syllable in syllables]
        return tuple(dict.fromkeys(map("".join, (capital, *_with_umlauts(capital)))))
    name = fold(name)
    if not has_han(name):
        return ()
    return _readings(name, person)


@lru_cache(maxsize=4096)
def _readings(name: str, person: bool) -> tuple[str, ...]:
    parts = _LATIN_OR_HAN.findall(name)
    return _varied(parts, _syllables(parts), person, _alternatives)


def _varied(
    parts: Sequence[str], likely: Sequence[str], person: bool, others: Callable[[str], Sequence[str]]
) -> tuple[str, ...]:
    best = _as_person(parts, likely) if person else likely
    variants = dict.fromkeys(map("".join, (best, *([likely] if person else []), *_with_umlauts(best))))
    for index, part in enumerate(parts):
        for other in others(part):
            if other and other != best[index] and len(variants) < _MAX_VARIANTS:
                variants["".join((*best[:index], other, *best[index + 1 :]))] = None
    return tuple(variants)


def common_readings() -> Mapping[str, Sequence[str]]:
    """Return the readings of the characters of GB 2312, the commonest first, each with a capital."""
    rows = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    chars = (row.decode("gb2312", "ignore") for row in rows)
    found = {char: _alternatives(char) for char in chars if char}
    return {char: ways for char, ways in found.items() if ways and ways[0] == _alone(char)}


class Spelled:
    """Reads names by their characters alone, from the readings of `common_readings` and the family names."""

    def __init__(self, table: Mapping[str, Sequence[str]]) -> None:
        self.table = table
        self._known: dict[tuple[str, bool], tuple[str, ...] | None] = {}

    def __call__(self, name: str, *, person: bool) -> tuple[str, ...] | None:
        """Return what `readings` of a folded name would be if no phrase had a reading of its own.

        None for a name with characters that are not in the table.
        """
        if not has_han(name):
            return ()
        key = name, person
        if key not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[key] = self._read(name, person)
        return self._known[key]

    def _read(self, name: str, person: bool) -> tuple[str, ...] | None:
        parts = _LATIN_OR_HAN.findall(name)
        likely = [part.capitalize() if part.isascii() else self._ways(part)[0] for part in parts]
        return _varied(parts, likely, person, self._ways) if all(likely) else None

    def _ways(self, part: str) -> Sequence[str]:
        return self.table.get(part, ("",))


def _syllables(parts: Sequence[str]) -> list[str]:
    """Return one syllable a part, with a capital: the likeliest reading of the characters in their phrase."""
    han = "".join(" " if part.isascii() else part for part in parts)
    reading = iter([syllable for run in han.split() for syllable in _spoken(run)])
    return [part.capitalize() if part.isascii() else next(reading, part) for part in parts]


def _spoken(run: str) -> Iterator[str]:
    """Yield the reading of every character of a run of Chinese characters, phrase by phrase.

    The words and readings of pypinyin's `lazy_pinyin`, from its tables: a tenth of the time.
    """
    from pypinyin.constants import PHRASES_DICT
    from pypinyin.seg.mmseg import p_set

    at = 0
    while at < len(run):
        end, best = at + 1, at
        while end <= len(run) and run[at:end] in p_set:
            best = end if run[at:end] in PHRASES_DICT else best
            end += 1
        if best > at:
            yield from (_latin(ways[0]) for ways in PHRASES_DICT[run[at:best]])
            at = best
            continue
        # the library gives up looking for phrases where the rest begins one that does not end
        alone = run[at:] if end > len(run) else run[at]
        yield from map(_alone, alone)
        at += len(alone)


@lru_cache(maxsize=8192)
def _alone(char: str) -> str:
    """Return the commonest reading of a character, itself when nobody knows how to read it."""
    from pypinyin.constants import PINYIN_DICT

    return _latin(PINYIN_DICT.get(ord(char), char).partition(",")[0])


def _as_person(parts: Sequence[str], best: Sequence[str]) -> list[str]:
    family = COMPOUND_SURNAMES.get("".join(parts[:2]), ())
    if family:
        return [*(syllable.capitalize() for syllable in family), *best[2:]]
    return [SURNAMES[parts[0]].capitalize() if parts[0] in SURNAMES else best[0], *best[1:]]


@lru_cache(maxsize=8192)
def _alternatives(char: str) -> tuple[str, ...]:
    if char.isascii():
        return ()
    import pypinyin

    ways = pypinyin.pinyin(char, style=pypinyin.Style.NORMAL, heteronym=True)[0]
    return tuple(dict.fromkeys(_latin(way) for way in ways if way != char))


@lru_cache(maxsize=8192)
def _latin(syllable: str) -> str:
    """Return a syllable in plain letters with a capital; `ü` is written `v`, as people type it."""
    plain = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(char for char in plain if char.isascii() and char.isalpha()).capitalize()


def _with_umlauts(best: Sequence[str]) -> list[Sequence[str]]:
    """Return the other spellings of a reading with `lv` and `nv`: `lu`, `lyu`, `nu`, `nyu`."""
    if not any(syllable in ("Lv", "Nv", "Lve", "Nve") for syllable in best):
        return []
    return [[re.sub(r"^([LN])v(e?)$", rf"\1{vowel}\2", one) for one in best] for vowel in ("u", "yu")]


def initials(reading: str) -> str:
    """Return the first letters of the syllables of a reading, in lower case: `zgf`."""
    return "".join(char for char in reading if char.isupper()).lower()


def sort_key(name: str, *, person: bool = False, override: str = "") -> str:
    """Return the key that puts names in the order of their reading: 北京 before 重庆 before Zhongxing."""
    spoken = readings(name, person=person, override=override)
    return f"{spoken[0].lower() if spoken else fold(name)}\t{fold(name)}"
