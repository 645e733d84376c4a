"""Invented values for the gallery: every component in its normal, empty, long and error state."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.core.paginator import Paginator

from qcy.delivery.components import icons
from qcy.delivery.components.types import (
    ClockRow,
    Fact,
    FieldView,
    FileView,
    Kpi,
    MiniClock,
    NavItem,
    Problem,
    Step,
    TimelineEntry,
)
from qcy.kernel.local_time import SHANGHAI

LONG_NAME = (
    "西咸新区泾河新城精密温控与智能检测装备产业技术创新战略联盟研究院有限责任公司"
    "（演示企业名称，用来检查六十个字的折行效果，仅供测试）"
)


def at(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def cells(**lengths: int) -> tuple[str, ...]:
    """cells(u=4, p=5, left=6): the cells in the order they are named."""
    return tuple(cell for name, n in lengths.items() for cell in ("" if name == "left" else name,) * n)


CLOCK_STATES = (
    ClockRow("未受理", cells=cells(cap=10), end="受理次日起算"),
    ClockRow("办理中", "10 个工作日", cells(u=4, left=6), used=4, left=6),
    ClockRow("暂停", "10 个工作日", cells(u=4, p=3, left=6), left=6),
    ClockRow("今日到期", cells=cells(u=9, t=1), end="今日到期", end_tone="soon"),
    ClockRow("超期", cells=cells(u=10, x=2), end="超期 2 个工作日", end_tone="late"),
)
CLOCK_PAIR = (
    ClockRow("承诺时限", "10 个工作日", cells(u=4, p=5, left=6), used=4, left=6),
    ClockRow("法定时限", "20 个工作日", cells(u=4, p=5, left=16), used=4, left=16),
)
CLOCK_GUIDE = (
    ClockRow("承诺时限", "从受理次日起", cells(u=2, s2=4, s3=2), end="8 个工作日"),
    ClockRow("法定时限", "本事项", end="无法定时限", note="办法没有规定总的办理天数，以承诺时限为准。"),
)
CLOCK_LONG = (
    ClockRow("承诺时限", "45 个工作日", cells(u=20, left=25), used=20, left=25),
    ClockRow("法定时限", "60 个工作日", cells(u=20, left=40), used=20, left=40),
)
GUIDE_STEPS = (("u", "形式审核 2 日"), ("s2", "属地核实 4 日"), ("s3", "省级复核 2 日"))

MINI_CLOCKS = (
    MiniClock(cells(u=5, left=5), cells(u=5, left=15), "剩 5 日", "", "法定剩 15 / 20"),
    MiniClock(cells(u=4, p=5, left=6), cells(u=4, p=5, left=16), "剩 6 日", "", "暂停 5 日 · 法定剩 16 / 20"),
    MiniClock(cells(u=7, t=1), (), "今日到期", "soon", "无法定时限"),
    MiniClock(cells(u=10, x=1), (), "超期 1 日", "late", "无法定时限"),
    MiniClock(cells(u=2, left=3), (), "剩 3 日", "", "受理决定 5 日"),
    MiniClock(headline="补正截止 7 月 14 日", sub="未受理，时限未起算"),
)

TIMELINE = (
    TimelineEntry("您提交了申请", at(6, 24, 10, 12), "", "已出具收件回执。", "ok", (("收件回执", "#"),)),
    TimelineEntry("已受理", at(6, 25, 9, 40), "", "经办人 01 受理，材料齐全。从 6 月 26 日开始计时。", "ok"),
    TimelineEntry(
        f"{LONG_NAME}补充了材料", at(7, 7, 16, 40), "", "", "ok", (("补充材料通知书", "#"), ("回执", "#"))
    ),
    TimelineEntry("等待您补充材料", None, "截止 7 月 15 日", "到期前 3 个工作日会再提醒您一次。", "now"),
    TimelineEntry("恢复计时，继续审核", text="收到补充材料的次日接着算，已用的 4 个工作日不变。"),
    TimelineEntry("发放技术合同认定登记证明"),
)

FACTS = (
    Fact("统一社会信用代码", "91000000MA0DEM0C32", "市场监管", "07-06", "A"),
    Fact("合同名称", LONG_NAME, "企业填写", "", "D", self_filled=True),
    Fact("合同成交额", "86.00 万元", "合同正文第 4 页", "", "C"),
    Fact("开户银行与账号", "待企业补充"),
)
KV = (
    ("办理结果", "入库登记编号"),
    ("设定依据", "国科发政〔2017〕115号", "#"),
    ("申请企业", LONG_NAME),
    ("咨询", "待运营方填写"),
)
DEFINITION = (
    ("定义", "到账金额 ÷ 申报金额"),
    ("数值", "3,556 / 10,100 万元"),
    ("截止", "2021 年 10 月"),
    ("来源", "2021-12-14 新闻发布会"),
    ("版本", "第 1 版，无更正"),
)
STEPS = (
    Step("企业信息", "done", "#"),
    Step("人员", "done", "#"),
    Step("研发投入", "current"),
    Step("科技成果", "", "#"),
    Step("承诺与提交"),
)
PROBLEMS = (
    Problem("f-cost", "填写 2025 年度成本费用总额"),
    Problem("f-ledger", "上传研发费用辅助账"),
    Problem("f-listed", "选择是否属于上市公司"),
)
KPIS = (
    Kpi("我经办", 10, "件", icon="user", url="?scope=mine", current=True),
    Kpi("本组在办", 24, "件", icon="users", url="?scope=team"),
    Kpi("今日到期", 3, "件", "，我的 2", "clock", "?scope=today", tone="warn"),
    Kpi("已超期", 2, "件", "，我的 1", "alert-circle", "?scope=late", tone="bad"),
)
KPIS_PLAIN = (
    Kpi("本月办结", "1,206", "件", tone="ok"),
    Kpi("平均用时", "5.2", "个工作日"),
    Kpi("满意率", "98.6", "%", "，212 / 215 件", tone="info"),
)

FILES = (
    FileView("1", "研发项目立项决议.pdf", "1.8 MB", "14:28 上传，已查毒", "ok", "#", "#remove-1"),
    FileView("2", f"{LONG_NAME}.xlsx", "12.4 MB", "正在查毒", "info", "", "#remove-2"),
    FileView("3", "扫描件.jpg", "0.2 MB", "打不开，请重新上传", "bad", "", "#remove-3"),
)
FIELDS = (
    FieldView(
        "rd",
        "f-rd",
        "研发费用合计",
        "按加计扣除口径归集，与企业所得税年度申报表一致。",
        "money",
        "254.00",
        "万元",
        source="税务 · 2025 年度申报",
        grade="A",
        date="2026-05-31",
    ),
    FieldView(
        "cost",
        "f-cost",
        "成本费用总额",
        "营业成本与税金、销售、管理、财务等费用之和。",
        "money",
        "",
        "万元",
        "请填写 2025 年度成本费用总额，例如 4,510.00",
        source="暂无部门数据，由企业填写",
        grade="D",
        help_links=(("在哪张表里能找到", "#"),),
    ),
    FieldView(
        "staff", "f-staff", "职工总数", "", "count", "86", "人", source="沿用本企业 2025 年申报", grade="B"
    ),
    FieldView(
        "uscc",
        "f-uscc",
        "统一社会信用代码",
        "",
        "code",
        "91000000MA0DEM0C32",
        maxlength=18,
        source="市场监管",
        grade="A",
        date="2026-07-06",
    ),
    FieldView("name", "f-name", "企业名称", "", "text", LONG_NAME, autocomplete="organization"),
    FieldView("founded", "f-founded", "成立日期", "", "date", "2019-03-18"),
    FieldView(
        "field",
        "f-field",
        "技术领域",
        "选最接近的一项。",
        "choice",
        "it",
        required=False,
        options=(("it", "电子信息"), ("bio", "生物与新医药"), ("long", LONG_NAME)),
    ),
    FieldView("listed", "f-listed", "是否属于上市公司", "", "yesno", error="请选择是或否"),
    FieldView(
        "about", "f-about", "主要研发内容", "两三句话即可。", "long_text", required=False, maxlength=500
    ),
    FieldView(
        "ledger",
        "f-ledger",
        "研发费用辅助账",
        "xlsx 或 PDF，20 MB 以内。",
        "file",
        error="请上传辅助账，xlsx 或 PDF，20 MB 以内",
        accept=".xlsx,.pdf",
        url_upload="?upload=1",
        help_links=(("下载空白表", "#"), ("看样表", "#")),
    ),
    FieldView(
        "minutes", "f-minutes", "研发项目立项文件", "", "file", files=FILES, required=False, multiple=True
    ),
)


def shell() -> dict[str, Any]:
    """What the layouts read from the context."""
    link = SimpleNamespace
    return {
        "nav": tuple(
            NavItem(text, "#", current=text == "办事") for text in ("首页", "办事", "我的办件", "投诉与建议")
        ),
        "nodes": tuple(
            NavItem(text, "#", current=text == "沣西新城") for text in ("总窗口", "沣西新城", "泾河新城")
        ),
        "node": "沣西新城",
        "account": link(initial="A", label="演示企业 A", url="#"),
        "office": {"hours": "工作日 9:00–17:00"},
        "complaint_url": "#",
        "large_print_url": "?large=1",
        "footer_note": "本页企业、人员与办件均为演示数据",
        "console_nav": (
            NavItem("总览", "#", False, "layout-dashboard", 0),
            NavItem("办件", "#", True, "inbox", 24),
            NavItem("投诉", "#", False, "message-square", 3),
            NavItem("事项", "#", False, "file-text", 0),
        ),
        "user_name": "经办人 01",
        "sign_out_url": "#",
    }


def components() -> dict[str, Any]:
    """Everything gallery.html shows."""
    pages = Paginator(range(240), 20)
    return {
        "long_name": LONG_NAME,
        "swatches": ("brand-900", "brand-700", "brand-600", "accent", "ok", "warn", "bad", "info"),
        "tags": (
            ("", "待受理"),
            ("info", "办理中"),
            ("warn", "待补正"),
            ("warn", "待补材料 · 计时暂停"),
            ("bad", "已超期"),
            ("ok", "已办结"),
            ("", "不符合"),
        ),
        "clock_states": CLOCK_STATES,
        "clock_pair": CLOCK_PAIR,
        "clock_guide": CLOCK_GUIDE,
        "clock_long": CLOCK_LONG,
        "guide_steps": GUIDE_STEPS,
        "mini_clocks": MINI_CLOCKS,
        "timeline_entries": TIMELINE,
        "facts": FACTS,
        "pairs": KV,
        "definition": DEFINITION,
        "steps": STEPS,
        "problems": PROBLEMS,
        "kpis": KPIS,
        "kpis_plain": KPIS_PLAIN,
        "fields": FIELDS,
        "messages": ("补充材料已提交，计时恢复",),
        "page": pages.page(6),
        "icon_names": icons.names(),
    }
