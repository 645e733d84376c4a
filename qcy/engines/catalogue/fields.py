"""Fields of an implementation list (实施清单): union of the national exchange tables and a provincial export.

Source: field guide 2.4 (GB/T 39554.1-2020, GB/T 39046-2020 by name). Every field exists for every matter; what nobody
has told us has no value and is shown as 待运营方填写.
"""

from __future__ import annotations

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "基本信息",
        (
            ("summary", "事项说明"),
            ("matter_type", "事项类型"),
            ("basic_code", "基本编码"),
            ("implementation_code", "实施编码"),
            ("handling_item_code", "业务办理项编码"),
            ("local_basic_code", "地方基本编码"),
            ("local_implementation_code", "地方实施编码"),
            ("matter_state", "事项状态"),
            ("planned_effective", "计划生效日期"),
            ("planned_cancelled", "计划取消日期"),
            ("basis", "设定依据"),
            ("exercise_level", "行使层级"),
            ("power_source", "权力来源"),
            ("implementing_body", "实施主体"),
            ("implementing_body_code", "实施主体编码"),
            ("implementing_body_kind", "实施主体性质"),
            ("entrusting_body", "委托部门"),
            ("joint_bodies", "联办机构"),
        ),
    ),
    (
        "时限",
        (
            ("answer_by", "受理决定时限"),
            ("legal_limit", "法定办结时限"),
            ("special_procedures", "特别程序"),
            ("public_notice", "公示"),
        ),
    ),
    (
        "办理方式",
        (
            ("applicants", "服务对象"),
            ("handling", "办件类型"),
            ("handling_forms", "办理形式"),
            ("window_flow", "窗口办理流程"),
            ("online_flow", "网上办理流程"),
            ("quantity_limit", "数量限制"),
            ("visits", "到办事现场次数"),
            ("visit_reason", "必须到现场的原因"),
            ("online_depth", "网上办理深度"),
            ("is_online", "是否网办"),
            ("where_official", "网办地址"),
            ("mobile_address", "移动端地址"),
            ("single_sign_on", "单点登录"),
            ("appointment", "是否支持预约"),
            ("appointment_hours", "办理时间"),
            ("terminal", "是否支持自助终端"),
            ("courier", "是否支持快递"),
            ("online_payment", "是否支持网上支付"),
            ("in_hall", "是否进驻大厅"),
            ("cross_region", "通办范围"),
            ("intermediaries", "中介服务"),
            ("topic_legal_person", "法人主题分类"),
            ("topic_natural_person", "自然人主题分类"),
            ("town_code", "乡镇街道代码"),
        ),
    ),
    ("收费", (("fee", "是否收费"), ("fee_basis", "收费依据"), ("fee_reduction", "是否允许减免"))),
    (
        "结果",
        (
            ("result_name", "结果名称"),
            ("result_type", "结果类型"),
            ("result_sample", "结果样本"),
            ("result_note", "结果说明"),
            ("validity", "结果有效期"),
            ("delivery_forms", "送达方式"),
        ),
    ),
    ("咨询与监督", (("consult", "咨询方式"), ("complaint", "监督投诉方式"))),
)

LABELS = {name: label for _, fields in GROUPS for name, label in fields}
NAMES = frozenset(LABELS)
CONFIDENCE = {
    "T": "原文已核",
    "SS": "多源互证",
    "S": "单一来源，待核",
    "demo": "演示设定",
    "node": "由节点填写",
    "none": "没有来源",
}
