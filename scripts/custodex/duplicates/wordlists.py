"""Words that say what sort of company a name is about, not which one: legal forms, branches, trades."""

from __future__ import annotations

import re

HAN_FORMS = re.compile(
    "(?:集团股份有限公司|集团有限责任公司|控股股份有限公司|股份有限公司|有限责任公司|集团有限公司|控股有限公司"
    "|特殊普通合伙企业|有限合伙企业|普通合伙企业|个人独资企业|特殊普通合伙|有限合伙|普通合伙|股份合作公司|股份公司|有限公司"
    "|集团公司|控股公司|控股集团|责任公司|总公司|株式会社|有限会社|合同会社|集团|控股|股份|公司|有限)+$"
)
"""Legal forms at the end of a name, longest first (Company Law of 2023, Partnership Law; Japanese forms)."""
HAN_FORM_IN_FRONT = re.compile("^(?:株式会社|有限会社|合同会社)")
BRANCH = re.compile(
    "(?:公司|集团|银行|保险|事务所|中心|店|厂)([^公司]{0,12}?"
    "(?:分公司|分行|支行|支公司|分部|分店|分厂|营业部|营业所|办事处|代表处|分所))$"
)
"""A branch has a licence and a number of its own: 华为技术有限公司 北京分公司."""
BRANCH_WORDS = frozenset({"branch", "subsidiary"})

LATIN_FORMS = tuple(
    tuple(form.split())
    for form in (
        """gmbh & co kg|gmbh & co kgaa|gmbh und co kg|ag & co kg|limited liability partnership
        |limited liability company|public limited company|sociedad anonima|societa per azioni|societe anonyme
        |s a de c v|sa de cv|s de r l|sdn bhd|pte ltd|pte limited|pty ltd|pty limited|pvt ltd|pvt limited
        |private limited|co ltd|co limited|company ltd|company limited|company inc|co inc|corp ltd|sp z o o
        |sp zoo|group holdings|holding group|besloten vennootschap|naamloze vennootschap|aktiengesellschaft
        |gesellschaft mit beschrankter haftung|open joint stock company|public joint stock company
        |joint stock company|incorporated|corporation|company|limited|gesellschaft|holdings|holding|group
        |gruppe|groupe|grupo|gmbh|mbh|kgaa|inc|corp|corp|ltd|llc|llp|plc|pllc|ag|kg|ohg|gbr|ug|eg|ev|se|co
        |sa|sas|sasu|sarl|eurl|sci|snc|srl|spa|sapa|sl|slu|ltda|lda|eireli|bv|nv|cv|vof|oy|oyj|ab|as|asa|aps
        |a s|doo|dd|ad|ood|eood|kft|zrt|nyrt|bt|sro|spol|spk|sia|uab|ou|kk|yk|gk|pt|tbk|jsc|ojsc|cjsc|pjsc
        |ooo|zao|oao|pao|ао|ооо|зао|оао|пао|lp|pc|na|trust|ent|est"""
    ).replace("\n", "").split("|")
)  # fmt: skip
LATIN_IN_FRONT = frozenset({"the", "pt", "ooo", "zao", "oao", "pao", "ооо", "зао", "оао", "пао", "ао"})

HAN_TRADES = re.compile(
    "(?:网络科技|信息技术|电子商务|计算机系统|计算机|新能源|新材料|房地产开发|房地产|置业|地产|物业管理|物业|科技发展"
    "|科学技术|科技|技术|信息|网络|软件|系统|数据|数码|智能|电子|通信|通讯|光电|半导体|互联网|在线|国际贸易|进出口|贸易"
    "|商贸|商业|百货|超市|连锁|零售|批发|实业|工业|产业|企业|发展|开发|投资|资本|基金|金融|证券|保险|银行|信托|租赁"
    "|国际|全球|工程|建设|建筑|建材|装饰|设计|设备|机械|机电|制造|制品|材料|金属|化工|化学|石油|石化|能源|电力|电气"
    "|电器|环保|环境|水务|生物|医药|制药|药业|医疗|器械|健康|食品|饮料|酒业|乳业|农业|牧业|渔业|林业|纺织|服装|服饰"
    "|鞋业|家具|家居|玩具|包装|印刷|纸业|塑料|橡胶|文化|传媒|传播|广告|影视|娱乐|体育|旅游|酒店|餐饮|教育|培训|咨询"
    "|顾问|服务|管理|人力资源|物流|运输|航空|航运|铁路|汽车|交通|供应链|仓储|安全|检测|研究院|研究所|中心|事务所"
    "|律师|会计师|股份|集团|控股|经营部|商行|商店|店|厂|行)$"
)
"""Trades at the end of a Chinese name; what is left when they are gone is the name proper (字号)."""
_TRADES = """technology technologies technical tech international global worldwide trading trade trust systems
    system solutions solution services service consulting consultants industries industrial industry
    engineering engineers bank banking capital partners partner media software digital data energy power
    foods food china american national enterprises enterprise management associates investment investments
    finance financial insurance logistics shipping marine transport travel hotel hotels pharma pharmaceutical
    pharmaceuticals medical health healthcare electronics electric electrical construction building
    properties property real estate design manufacturing products product import export and of the for de
    la del der und et y & import-export general united research institute university school center centre
    association foundation ltd limited co inc group holdings textiles instruments packaging network
    networks communications mining metals steel chemicals chemical oil gas motors automotive auto"""
LATIN_TRADES = frozenset(_TRADES.split())
"""Trades anywhere in a Latin name."""
