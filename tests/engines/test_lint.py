"""Each rule of the lint finds the fault it was made for, and the seeds have none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qcy.engines.catalogue.depth import level_of
from qcy.engines.catalogue.files import as_book, as_yaml, read_file
from qcy.engines.catalogue.lint import RULES, Severity, lint
from qcy.kernel.refusals import Refused
from tests.world import ROOT

FILES = sorted(f for f in (ROOT / "seeds/catalogue").glob("*.yaml") if f.stem != "flows")


def matter(code: str = "tsme") -> dict[str, Any]:
    read: dict[str, Any] = read_file(f"{code}.yaml", (ROOT / f"seeds/catalogue/{code}.yaml").read_bytes())
    return read


def field(name: str, value: Any, confidence: str = "demo", source: str = "") -> Callable[[Any], None]:
    def plant(document: Any) -> None:
        wanted = {"value": value, "source": source, "confidence": confidence}
        document["edition"].setdefault("fields", {})[name] = wanted

    return plant


def fields(**values: Any) -> Callable[[Any], None]:
    def plant(document: Any) -> None:
        for name, value in values.items():
            field(name, value)(document)

    return plant


def edition(**values: Any) -> Callable[[Any], None]:
    return lambda document: document["edition"].update(values)


def days(count: int) -> dict[str, Any]:
    return {"unit": "working_day", "value": count}


PLANTED: dict[str, Callable[[Any], None]] = {
    "depth_known": field("online_depth", "1^9"),
    "instant": field("handling", "即办件"),
    "promised": field("handling", "其他"),
    "result_type": fields(result_name="批复", result_type="出文办结"),
    "result_sample": field("result_sample", None),
    "visit_reason": fields(visits=1, online_depth="1^2^4"),
    "no_visit_no_reason": field("visit_reason", "要核对原件"),
    "by_post": fields(is_online="否", courier="否"),
    "fully_online": fields(visits=1, visit_reason="核对原件"),
    "online_depth": field("online_depth", "1^2"),
    "free_is_not_paid": field("online_payment", "是"),
    "fee_basis": field("fee", "每件 50 元"),
    "two_phones": fields(consult="029-12345678", complaint="029-12345678"),
    "address": field("window_flow", "到大厅办理"),
    "hours": field("appointment_hours", "9:00–17:00"),
    "topics": field("topic_natural_person", "就业创业"),
    "applicant_text": field("applicants", "自然人"),
    "licence_flow": lambda d: (field("matter_type", "行政许可")(d), edition(questions=[])(d)),
    "steps": edition(steps=[{"name": "审核", "days": 99}]),
    "steps_named": edition(steps=[]),
    "legal": field("legal_limit", days(5)),
    "tighter": edition(promised_limit=days(99)),
    "follow_up": edition(follow_up_limit=days(99)),
    "materials": lambda d: (
        d["edition"].update(materials=[{"name": "章程", "field": "charter", "how": "扫描件"}]),
        d["form"].update(sections=d["form"]["sections"]),
    ),
    "sentences": edition(sentences={"charter": []}),
    "sources": field("basis", "某文件", "SS"),
    "person": edition(applicants=["person"]),
    "unknown_field": field("sumary", "写错的字段"),
    "conditions": edition(conditions=[]),
    "limit": edition(correction_limit={"unit": "month", "value": 1}),
    "category": lambda d: d["item"].update(category="科技"),
    "level": lambda d: d["item"].update(level="乡镇"),
    "unreadable": lambda d: d["item"].pop("name"),
}
NEVER_ALONE = {
    "materials"
}  # an upload is made for every material: only a resolved, overridden matter can lack one


def test_every_rule_has_a_planted_fault() -> None:
    assert {name for name, _, _ in RULES} <= set(PLANTED)
    assert len(RULES) >= 14


@pytest.mark.parametrize("rule", sorted(set(PLANTED) - NEVER_ALONE))
def test_the_rule_finds_its_fault(rule: str) -> None:
    document = matter()
    assert rule not in {f.rule for f in lint(document)}, "the seed is sound in this"
    PLANTED[rule](document)
    found = [f for f in lint(document) if f.rule == rule]
    assert found and all(f.say.endswith(("。", "？")) for f in found)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_no_matter_of_the_seeds_contradicts_itself(file: Any) -> None:
    assert [f.say for f in lint(matter(file.stem)) if f.severity is Severity.ERROR] == []


def test_an_unknown_field_is_a_warning_with_the_nearest_name() -> None:
    document = matter()
    field("sumary", "写错的字段")(document)
    (found,) = [f for f in lint(document) if f.rule == "unknown_field"]
    assert found.severity is Severity.WARNING and "summary（事项说明）" in found.say


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "name", "days", "unit", "x"]), inner, max_size=3), max_leaves=6), st.data())  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_no_file_however_odd_makes_the_lint_crash(value: Any, data: st.DataObject) -> None:
    document = matter()
    part = data.draw(st.sampled_from(["item", "edition", "form"]))
    document[part][data.draw(st.sampled_from([*document[part]]))] = value
    assert all(f.say for f in lint(document))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_export_and_import_lose_nothing(file: Any) -> None:
    from qcy.engines.catalogue.documents import complete

    written = matter(file.stem)
    whole = complete(written)
    assert complete(read_file("a.yaml", as_yaml(whole))) == whole
    again = complete(read_file("a.xlsx", as_book(whole)))
    for part in ("conditions", "steps", "questions"):
        assert [dict(r) for r in again["edition"][part]] == [dict(r) for r in whole["edition"][part]]
    assert again["form"] == whole["form"]
    assert {m["name"] for m in again["edition"]["materials"]} == {
        m["name"] for m in whole["edition"]["materials"]
    }


@pytest.mark.parametrize("name", ["a.xlsx", "a.yaml", "a.docx"])
def test_a_file_that_is_none_says_what_to_do(name: str) -> None:
    with pytest.raises(Refused) as refused:
        read_file(name, b"\x00\x01 not a file: [")
    assert refused.value.refusal.fix


def test_yaml_that_runs_code_is_refused() -> None:
    with pytest.raises(Refused):
        read_file("a.yaml", b"!!python/object/apply:os.system ['true']")
    assert yaml.safe_load("a: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("stored", "level"),
    [("1", "Ⅰ"), ("1^2", "Ⅱ"), ("1^3", "Ⅱ"), ("1^2^4", "Ⅲ"), ("4^5^6", "Ⅳ"), ("7", "Ⅳ"), ("8", "Ⅰ")],
)
def test_the_national_set_becomes_one_of_four_levels(stored: str, level: str) -> None:
    assert level_of(stored) == level
