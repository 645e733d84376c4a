"""The form of the matter as data, and its one validation."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qcy.demo.story import files_of, values_of
from qcy.engines.forms.definition import Field, FieldKind, read_form
from qcy.engines.forms.validation import canonical, fault_in, problems_in, problems_of, shown
from tests.world import FIRMS, ROOT

DOCUMENT = yaml.safe_load((ROOT / "seeds/catalogue/tsme.yaml").read_text("utf-8"))["form"]
FORM = read_form(DOCUMENT)


def complete() -> dict[str, Any]:
    firm = next(f for f in FIRMS if f.patents)
    return {name: value for part in values_of(firm).values() for name, value in part.items()}


FILES = {name: 1 for name in ("licence", "ledger", "evidence", "cover", "ip_certificates")}


def test_a_complete_form_has_no_problem() -> None:
    assert problems_of(FORM, complete(), FILES) == []


def test_every_demo_firm_fills_the_form_completely() -> None:
    for firm in FIRMS:
        values = {n: v for part in values_of(firm).values() for n, v in part.items()}
        assert problems_of(FORM, values, dict.fromkeys(files_of(firm), 1)) == []


@pytest.mark.parametrize("field", [f.name for f in FORM.fields() if f.required and f.when is None])
def test_each_required_question_is_named_when_missing(field: str) -> None:
    values, files = complete(), dict(FILES)
    values.pop(field, None)
    files.pop(field, None)
    found = [p for _, p in problems_of(FORM, values, files)]
    assert field in [p.field for p in found]
    assert all(p.text.startswith("请") for p in found)


def test_questions_hang_on_their_condition() -> None:
    without = complete() | {"has_ip": "no"}
    without.pop("ip")
    assert problems_of(FORM, without, {k: v for k, v in FILES.items() if k != "ip_certificates"}) == []
    direct = complete() | {"direct_route": "hnte"}
    assert [p.field for _, p in problems_of(FORM, direct, FILES)] == ["direct_proof"]


def test_more_scientists_than_staff_is_one_clear_sentence() -> None:
    section = FORM.section("staff")
    found = problems_in(section, {"headcount": "86", "tech_staff": "129"}, {})
    assert [(p.field, p.text) for p in found] == [
        ("tech_staff", "科技人员数比职工总数还多，请核对这两个数。")
    ]


def test_rows_of_the_group_are_checked_one_by_one() -> None:
    values = complete() | {
        "ip": [{"type": "utility", "name": "甲", "number": "1"}, {"type": "", "name": "乙", "number": ""}]
    }
    texts = [p.text for _, p in problems_of(FORM, values, FILES)]
    assert texts == ["第 2 行：请选择类别", "第 2 行：请填写证书编号"]


@pytest.mark.parametrize(
    ("kind", "typed", "expected"),
    [
        (FieldKind.MONEY, "４，８２０．５", 4_820_50_00_00),
        (FieldKind.COUNT, "1,024", 1024),
        (FieldKind.DATE, "2026年7月8日", "2026-07-08"),
        (FieldKind.PHONE, "138 0000 0000", "13800000000"),
    ],
)
def test_what_people_type_is_understood(kind: FieldKind, typed: str, expected: Any) -> None:
    assert canonical(Field("x", "数", kind), typed) == expected


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        (FieldKind.COUNT, "八十六", "整数"),
        (FieldKind.COUNT, "1.5", "整数"),
        (FieldKind.DATE, "2026-02-31", "不是有效的日期"),
        (FieldKind.PHONE, "12345", "11 位手机号"),
        (FieldKind.CHOICE, "偷改的值", "选项不存在"),
        (FieldKind.TEXT, "长" * 121, "最多 120 个"),
    ],
)
def test_what_cannot_be_understood_is_a_sentence(kind: FieldKind, typed: str, sentence: str) -> None:
    assert sentence in fault_in(Field("x", "数", kind), typed)


@given(
    st.text(max_size=80),
    st.sampled_from([k for k in FieldKind if k not in (FieldKind.GROUP, FieldKind.FILE)]),
)
def test_hostile_text_never_crashes_and_faults_agree_with_values(typed: str, kind: FieldKind) -> None:
    field = Field("x", "数", kind, options=(("a", "甲"),), longest=40)
    fault = fault_in(field, typed)
    assert (canonical(field, typed) is None) == bool(fault)
    assert isinstance(shown(field, typed), str)


def test_a_definition_with_a_dangling_condition_is_refused() -> None:
    broken = {
        **DOCUMENT,
        "sections": [
            {
                "key": "a",
                "title": "甲",
                "fields": [
                    {"name": "x", "label": "x", "kind": "text", "when": {"field": "nowhere", "in": ["1"]}}
                ],
            }
        ],
    }
    with pytest.raises(ValueError, match="nowhere"):
        read_form(broken)
