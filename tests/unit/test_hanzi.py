"""Chinese writing: one form for what is compared, readings for what is typed, order by reading."""

from __future__ import annotations

import random
import re
import unicodedata

import pypinyin
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodex.hanzi import Fold, Spelled, common_readings, fold, initials, readings, simplified, sort_key


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("華為技術", "华为技术"), ("ＡＢＣ　１２３", "abc 123"), ("Straße", "strasse"), (" a\t\n b ", "a b"),
        ("乾隆", "干隆"), ("ﬁrm", "firm"), ("ΣΑΣ", "σασ"), ("カﾞ", "ガ"), ("Ⅷ", "viii"), ("", ""),
    ],
)  # fmt: skip
def test_fold_brings_writing_to_one_form(written: str, folded: str) -> None:
    assert fold(written) == unicodedata.normalize("NFKC", folded)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12), st.data())
def test_the_fold_of_a_part_is_part_of_the_fold(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert fold(text[start:end]) in fold(text)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_kept_table_folds_like_the_library() -> None:
    assert Fold(dict(simplified()))("臺灣積體電路") == fold("臺灣積體電路") == "台湾积体电路"


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("曾小岚", "ZengXiaoLan"), ("单立群", "ShanLiQun"), ("仇一舟", "QiuYiZhou"),
        ("查良田", "ZhaLiangTian"), ("解语花", "XieYuHua"), ("尉迟风", "YuChiFeng"), ("吕青", "LvQing"),
    ],
)  # fmt: skip
def test_a_family_name_has_its_own_reading(name: str, spoken: str) -> None:
    assert readings(name, person=True)[0] == spoken


def test_other_readings_are_kept_too() -> None:
    assert {"CengXiaoLan", "ZengXiaoLan"} <= set(readings("曾小岚", person=True))
    assert {"ChongQingChangXing", "ChongQingChangHang"} & set(readings("重庆长行"))
    assert {"LvQing", "LuQing", "LyuQing"} <= set(readings("吕青", person=True))
    assert len(readings("重行长单曾" * 4)) <= 12


def test_an_override_is_the_only_reading() -> None:
    assert readings("曾国", override="zeng guo") == ("ZengGuo",)


def test_latin_letters_within_a_name_are_read_letter_by_letter() -> None:
    assert readings("TCL集团")[0] == "TCLJiTuan"
    assert initials("TCLJiTuan") == "tcljt"
    assert readings("Harbor Ltd") == ()


def test_names_sort_by_reading() -> None:
    names = ["中兴", "重庆", "北京", "Aachen", "张江", "阿里"]
    random.Random(1).shuffle(names)
    assert sorted(names, key=sort_key) == ["Aachen", "阿里", "北京", "重庆", "张江", "中兴"]


def test_names_are_read_as_the_library_reads_them() -> None:
    source = random.Random(7)
    chars = [chr(source.randint(0x4E00, 0x9FFF)) for _ in range(300)]
    words = [
        "重庆",
        "长安",
        "女皇",
        "有限公司",
        "一板一眼",
        "银行",
        "行长",
        "绿地",
        "〇",
        "单县",
        "朝阳",
        "音乐",
    ]
    for _ in range(600):
        name = "".join(source.choices(words, k=2) + source.choices(chars, k=2))
        plain = [re.sub("[^a-z]", "", one) for one in pypinyin.lazy_pinyin(fold(name), errors=lambda _: "?")]
        if "" not in plain:
            assert readings(name)[0].lower() == "".join(plain), name


def test_readings_follow_from_characters_where_no_phrase_says_otherwise() -> None:
    spelled = Spelled(common_readings())
    for name, person in (
        ("云帆科技", False),
        ("曾小岚", True),
        ("尉迟恭", True),
        ("吕氏3g行", False),
        ("大 b 厦", False),
    ):
        assert spelled(fold(name), person=person) == readings(name, person=person), name
    assert readings("重庆")[0] == "ChongQing"
    assert (spelled("重庆", person=False) or ("",))[0] == "ZhongQing"
    assert spelled("harbor", person=False) == ()
    assert spelled("云\u3427", person=False) is None
