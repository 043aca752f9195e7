"""Sentences of notes, from a seeded source: a third are stock phrases that everybody writes, the rest have slots.

Slots are filled with goods, places, people, firms, amounts and numbers, so that the texts hold many thousands
of different pairs of characters and most sentences are said once, as in a real book.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

STOCK_ZH = (
    "客户希望在下个季度增加备货",
    "对上一批货的交付时间表示满意",
    "提出延长账期到六十天的要求",
    "介绍了新的检测设备并演示",
    "仓库温控需要在雨季前完成改造",
    "对方采购经理更换，约定重新拜访",
    "报价已经发出，等待财务批准",
    "讨论了年度框架协议的续签",
    "样品测试通过，准备小批量试产",
    "反映包装破损，已安排补发",
    "询问售后服务的响应时间",
    "确认下周三到厂验收",
)
STOCK_EN = (
    "customer wants to raise the safety stock next quarter",
    "was pleased with the delivery of the last batch",
    "asked for sixty days of credit",
    "saw a demonstration of the new test bench",
    "needs the cold store refitted before summer",
    "has a new buyer, we agreed on another visit",
    "quote sent, waiting for finance",
    "talked about renewing the framework agreement",
    "samples passed, a pilot run follows",
    "reported damaged packaging, replacement on its way",
    "asked how fast service answers",
    "acceptance on site next Wednesday",
)
_ZH = (
    "{who}说{goods}在{place}的库存只够用{number}天",
    "向{who}报了{goods}的价格，每{unit}{number}元，比{firm}低百分之{small}",
    "{place}的项目改到{month}月开工，{goods}要提前{small}周备好",
    "{firm}也在接触他们，主要拿{quality}和{quality}比较",
    "订单{order}里的{goods}少发了{small}{unit}，{who}要求本周补齐",
    "陪{who}参观{place}的车间，对{quality}印象很深",
    "{goods}的{fault}还没有解决，已经请{team}去现场看",
    "合同编号{order}，金额{number}万元，{who}负责签字",
    "发票抬头要改成{firm}，税号和账号另发邮件",
    "{who}想了解{goods}能不能换成{goods}，{team}下周给答复",
    "{month}月{small}号在{place}开会，议题是{goods}的{quality}",
    "上次提到的{fault}由{team}跟进，{who}表示可以接受",
    "物流走{place}中转，{goods}到货时{fault}，照片已存档",
    "预计全年采购{goods}{number}{unit}，其中{place}占三分之一",
    "{who}转岗去了{place}，新的联系人是{who}",
    "客户内部审批卡在{team}，估计要等到{month}月中旬",
    "{quality}不如预期，{who}提出按{small}折结算",
    "和{who}吃饭时聊到{firm}准备在{place}设厂",
)
_EN = (
    "{who} says {goods} in {place} will last {number} days only",
    "quoted {goods} to {who} at {number} per {unit}, {small} percent below {firm}",
    "the {place} project moves to {month}, {goods} are needed {small} weeks earlier",
    "{firm} is talking to them as well, mostly about {quality} and {quality}",
    "order {order} was short of {small} {unit} of {goods}, {who} expects them this week",
    "showed {who} the workshop in {place}, the {quality} impressed them",
    "the {goods} still have {fault}, {team} will look at it on site",
    "contract {order} over {number} thousand, {who} signs",
    "invoices now go to {firm}, new account details follow by mail",
    "{who} asked whether {goods} can replace {goods}, {team} answers next week",
    "meeting on {small} {month} in {place} about the {quality} of the {goods}",
    "{team} follows up on {fault}, which {who} can live with",
    "shipped through {place}, {goods} arrived with {fault}, photographs are filed",
    "they will buy {number} {unit} of {goods} this year, a third of it for {place}",
    "{who} moved to {place}, the new contact is {who}",
    "approval is stuck with {team} until the middle of {month}",
    "{quality} fell short, {who} wants {small} percent off",
    "over lunch {who} mentioned that {firm} plans a plant in {place}",
)
_SLOTS_ZH = {
    "goods": "温控阀 伺服电机 轴承钢 铝型材 冷凝器 密封圈 包装纸箱 工业相机 光纤跳线 锂电池组 变频器 "
    "输送带 压力传感器 不锈钢板 环氧树脂 阻燃电缆 注塑模具 液压油缸 齿轮箱 空压机 过滤网 "
    "印刷油墨 医用口罩 冷链车厢 咖啡生豆 茶叶礼盒 羊绒面料 瓷砖样品 太阳能支架 充电桩 "
    "仓储货架 手持终端 净水滤芯 宠物饲料 有机肥料 玻璃幕墙 地坪漆 儿童座椅",
    "place": "深圳龙岗 佛山顺德 苏州园区 宁波北仑 成都双流 武汉光谷 青岛黄岛 郑州航空港 西安高新 "
    "厦门海沧 合肥肥西 长沙星沙 天津滨海 沈阳铁西 昆明呈贡 南宁五象 哈尔滨松北 石家庄正定 "
    "义乌 昆山 东莞松山湖 嘉兴乌镇 珠海横琴 温州瓯海",
    "quality": "表面光洁度 交期稳定性 耐高温性能 尺寸公差 噪音水平 能耗指标 售后响应 环保认证 包装强度 "
    "颜色一致性 使用寿命 安装便利性 单位成本 防水等级 抗震能力 软件接口 培训材料 备件供应",
    "fault": "渗漏问题 异响 标签错贴 外箱受潮 漆面划痕 参数漂移 接口松动 批次混装 数据丢失 启动缓慢 "
    "焊点开裂 说明书缺页 温度偏高 扫码失败 单据不符 颜色偏差",
    "team": "品管部 技术支持组 华南仓 法务 财务中心 海外事业部 研发二组 计划科 客服热线 驻场工程师 "
    "质量委员会 采购办",
    "unit": "台 箱 吨 米 套 件 卷 桶",
}
_SLOTS_EN = {
    "goods": "valves;servo drives;bearings;aluminium profiles;condensers;gaskets;carton boxes;"
    "line cameras;patch cables;battery packs;inverters;conveyor belts;pressure sensors;"
    "steel plates;epoxy resins;moulds;hydraulic cylinders;gearboxes;compressors;"
    "filter meshes;printing inks;face masks;reefer bodies;green coffee;gift boxes;cashmere;"
    "tile samples;solar mounts;wall boxes;pallet racks;scanners;water filters;pet food;"
    "fertiliser;floor coatings;child seats",
    "place": "Rotterdam;Lyon;Gdansk;Porto;Leipzig;Graz;Malmo;Bergen;Antwerp;Turin;Bilbao;Cork;Tallinn;"
    "Varna;Izmir;Haifa;Durban;Mombasa;Chennai;Penang;Osaka;Busan;Perth;Tampa;Denver;Halifax;"
    "Monterrey;Santos",
    "quality": "surface finish;lead times;heat resistance;tolerances;noise level;energy use;"
    "response times;certificates;packaging strength;colour match;service life;"
    "ease of fitting;unit cost;ingress protection;interfaces;training material",
    "fault": "leaks;a rattling noise;wrong labels;damp boxes;scratched paint;drifting readings;"
    "loose plugs;mixed batches;lost data;a slow start;cracked joints;missing pages;"
    "failed scans;papers that do not match",
    "team": "quality control;technical support;the southern warehouse;legal;accounting;"
    "the export desk;planning;the hotline;the resident engineer;purchasing",
    "unit": "pieces;boxes;tons;metres;sets;rolls;drums",
    "month": "January;February;March;April;May;June;July;August;September;October;November;December",
}
_STOCK = 1 / 3


class Writer:
    """Writes sentences in one language; *firms* and *people* are names to mention."""

    def __init__(
        self, source: random.Random, *, chinese: bool, firms: Sequence[str], people: Sequence[str]
    ) -> None:
        self._random = source
        self._stock, self._said = (STOCK_ZH, _ZH) if chinese else (STOCK_EN, _EN)
        slots, mark = (_SLOTS_ZH, None) if chinese else (_SLOTS_EN, ";")
        self._slots = {name: values.split(mark) for name, values in slots.items()}
        self._slots.setdefault("month", [str(month) for month in range(1, 13)])
        self._firms, self._people = firms, people

    def sentences(self, count: int) -> list[str]:
        """Return *count* sentences, all different."""
        stock = iter(self._random.sample(self._stock, min(count, len(self._stock))))
        return [next(stock) if self._random.random() < _STOCK else self._filled() for _ in range(count)]

    def _filled(self) -> str:
        text = self._random.choice(self._said)
        while "{" in text:
            before, _, rest = text.partition("{")
            name, _, after = rest.partition("}")
            text = before + self._value(name) + after
        return text

    def _value(self, name: str) -> str:
        pick = self._random.randint
        if name in ("firm", "who"):
            return self._random.choice(self._firms if name == "firm" else self._people)
        if name == "order":
            return f"SO-{pick(2023, 2026)}-{pick(1, 999_999):06d}"
        if name in ("small", "number"):
            return str(pick(2, 28) if name == "small" else pick(30, 9_999))
        return self._random.choice(self._slots[name])
