"""Names that are one company and names that are not, by outside rules; the keys follow every change."""

from __future__ import annotations

import random

import pytest

from custodex.duplicates.companies import Normaliser
from custodex.duplicates.likeness import NEAR, likeness
from workbench import ROOT

PLACES = ("广东省", "深圳市", "北京市", "上海市", "内蒙古自治区", "杭州市", "武汉市", "湖北省")
NAME = Normaliser(PLACES)
CORPUS = ROOT.parent / "shared" / "data" / "cn-company-short" / "short28w.txt"


def score(one: str, other: str, *, person: bool = False) -> float:
    return likeness(NAME(one, person=person), NAME(other, person=person))[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华为技术有限公司", "華為技術有限公司"),
        ("华为技术有限公司", "Ｈ华为技术有限公司"[1:]),
        ("海尔（集团）股份有限公司", "海尔集团公司"),
        ("海尔(集团)股份有限公司", "海尔 集团"),
        ("样例股份有限公司", "样例有限责任公司"),
        ("株式会社日立制作所", "日立制作所"),
        ("Example Co., Ltd.", "EXAMPLE COMPANY LIMITED"),
        ("Example GmbH & Co. KG", "Example"),
        ("The Example Company", "Example Inc"),
        ("Société Exemple S.A.", "Societe Exemple SA"),
        ("ООО Пример", "Пример"),
        ("Example Pte. Ltd.", "Example Pty Limited"),
    ],
)
def test_width_script_brackets_and_legal_form_do_not_count(one: str, other: str) -> None:
    assert NAME(one).stem == NAME(other).stem
    assert score(one, other) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("深圳市腾讯计算机系统有限公司", "腾讯"),
        ("广东省深圳市样例甲科技有限公司", "样例甲科技有限公司"),
        ("中国工商银行股份有限公司", "工商银行"),
        ("Huawei", "华为技术有限公司"),
        ("字节跳动科技有限公司", "字节跳运科技有限公司"),
        ("克洛德网络科技有限公司", "科洛德实业有限公司"),
        ("Acme Instruments Ltd", "Acmee Instruments"),
        ("Silver Harbour Ltd", "Silverharbor"),
        ("Harbour Silver Trading", "Silver Harbour Trading Ltd"),
    ],
)
def test_a_near_name_is_near(one: str, other: str) -> None:
    assert NEAR <= score(one, other) < 1.0
    assert score(one, other) == pytest.approx(score(other, one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("中国银行股份有限公司", "中国工商银行股份有限公司"),
        ("深圳市明达科技有限公司", "深圳市华达科技有限公司"),
        ("北京星河网络科技有限公司", "北京云海网络科技有限公司"),
        ("Silver Harbour Logistics", "Northern Harbour Logistics"),
        ("Global Trading International", "National Trading Group"),
        ("Unit 1 Ltd", "Unit 2 Ltd"),
        ("毅翔科技有限公司", "意翔贸易有限公司"),
        ("新香文化传媒有限公司", "信香文化传媒有限公司"),
    ],
)
def test_a_shared_trade_place_or_form_makes_no_two_companies_one(one: str, other: str) -> None:
    assert score(one, other) < NEAR


def test_a_branch_is_told_apart_from_its_company() -> None:
    code = likeness(NAME("样例技术有限公司"), NAME("样例技术有限公司北京分公司"))
    assert code == (0.9, "branch")


def test_two_chinese_persons_are_one_by_the_whole_name_only() -> None:
    assert score("张伟", "張偉", person=True) == 1.0
    assert score("张伟", "章伟", person=True) == 0.0
    assert score("张伟", "Zhang Wei", person=True) >= NEAR
    assert score("张伟", "Wei Zhang", person=True) >= NEAR
    assert score("Ann Example", "Example, Ann", person=True) == 1.0
    assert score("Ann Example", "Ben Example", person=True) < NEAR
    assert likeness(NAME("张伟", person=True), NAME("张伟"))[0] == 0.0


def test_no_name_however_odd_breaks_the_comparison() -> None:
    odd = [
        "",
        " ",
        "有限公司",
        "公司",
        "Ltd",
        "The",
        "...",
        "&",
        "🙂",
        "集团",
        "上海",
        "中国",
        "\u200b",
        "a" * 200,
    ]
    for one in odd:
        for other in odd:
            for person in (False, True):
                assert 0.0 <= score(one, other, person=person) <= 1.0


def test_real_company_names_stay_apart_and_are_known_again_in_every_writing() -> None:
    if not CORPUS.is_file():
        pytest.skip("the company names are not beside this checkout")
    import opencc

    rng = random.Random(7)
    lines = CORPUS.read_text(encoding="utf-8").splitlines()[3:]
    names = [name for name in rng.sample(lines, 4000) if len(name.strip()) >= 2]
    traditional = opencc.OpenCC("s2t")
    stems = {NAME(f"深圳市{name}科技有限公司").stem for name in names}
    assert len(stems) >= len(set(names)) * 0.999
    for name in rng.sample(names, 500):
        full = f"深圳市{name}科技有限公司"
        for written in (traditional.convert(full), " ".join(full), full.replace("有限", "股份有限")):
            assert score(written, full) == 1.0, (full, written)
