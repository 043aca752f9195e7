"""What people and other programs call the columns of a customer list.

The schema's own paths and labels are matched without this table; it only knows the customs of spreadsheets.
A path that the schema does not have is passed over, and so is one that cannot take the column's values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_COMPANY = ("name",)
_PHONE = ("contacts.people.phones[work].number", "contacts.phones[work].number")
_MOBILE = ("contacts.people.phones[mobile].number", "contacts.phones[mobile].number")
_FAX = ("contacts.phones[fax].number",)
_EMAIL = ("contacts.people.emails.address", "contacts.emails.address")
_PERSON = ("contacts.people.name",)
_STREET = ("contacts.addresses.street",)
_POST = ("contacts.addresses.postal_code",)

_WORDS: Sequence[tuple[Sequence[str], str]] = (
    (
        _COMPANY,
        "公司 公司名称 企业名称 单位名称 客户 客户姓名 company company-name account-name organization",
    ),
    (("short_name",), "公司简称 客户简称"),
    (_PERSON, "联系人 联系人姓名 主要联系人 contact contact-name contact-person"),
    (("contacts.people.title",), "职务 职位 联系人职务 job-title contact-title"),
    (_PHONE, "电话 电话号码 联系电话 座机 固定电话 办公电话 phone phone-number telephone tel business-phone"),
    (_MOBILE, "手机 手机号 手机号码 移动电话 mobile mobile-phone cell cell-phone"),
    (_FAX, "传真 传真号码 fax business-fax"),
    (_EMAIL, "邮箱 邮件 电子邮件 电子邮箱 邮箱地址 email e-mail email-address e-mail-address mail"),
    (("contacts.people.wechat",), "微信 微信号 wechat"),
    (_STREET, "地址 详细地址 联系地址 街道 通讯地址 address street street-address business-street"),
    (_POST, "邮编 邮政编码 postal-code postcode zip zip-code business-postal-code"),
    (("region.city", "contacts.addresses.city"), "城市 所在城市 市 city business-city"),
    (("region.province", "contacts.addresses.province"), "省 省份 province state business-state"),
    (("region.country",), "国家 国家地区 国家或地区 国别 country country-region"),
    (("identifiers.uscc",), "统一社会信用代码 社会信用代码 信用代码 税号 uscc"),
    (("identity.resident_id",), "身份证 身份证号 身份证号码"),
    (("identity.birthday",), "生日 出生日期 birthday"),
    (("website",), "网址 官网 主页 website url homepage website-url"),
    (("description",), "备注 说明 简介 note notes remark remarks comment comments"),
    (("source.channel",), "来源 客户来源 来源渠道 source lead-source"),
    (("owner",), "负责人 客户经理 业务员 销售 owner account-owner company-owner contact-owner"),
    (("stage",), "状态 客户状态 阶段 lifecycle-stage"),
    (("grade",), "级别 客户级别 等级 客户等级"),
)

FAMILIAR: Mapping[str, Sequence[str]] = {
    word.replace("-", ""): paths for paths, words in _WORDS for word in words.split()
}
"""Field paths by header, as `taking.loose` writes it, the likeliest first."""

COUNTRIES: Mapping[str, str] = {
    "usa": "US", "u.s.a.": "US", "u.s.": "US", "united states of america": "US", "uk": "GB", "u.k.": "GB",
    "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "korea": "KR", "republic of korea": "KR", "russian federation": "RU", "turkey": "TR", "czech republic": "CZ",
    "viet nam": "VN", "holland": "NL", "the netherlands": "NL", "deutschland": "DE", "österreich": "AT",
    "schweiz": "CH", "españa": "ES", "italia": "IT", "brasil": "BR", "people's republic of china": "CN",
    "prc": "CN", "p.r. china": "CN", "pr china": "CN", "中华人民共和国": "CN", "中国大陆": "CN", "hong kong": "HK",
    "香港": "HK", "macau": "MO", "macao": "MO", "澳门": "MO", "taiwan": "TW", "台湾": "TW", "myanmar": "MM",
}  # fmt: skip
"""What people call countries besides the names of the vocabulary, in folded case."""
