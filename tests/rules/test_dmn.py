"""DMN models: the compatibility kit where it is at hand, and the hit policies and refusals in any case."""

from __future__ import annotations

from pathlib import Path

import pytest

from qcy.engines.rules.dmn.model import DmnError, read_model
from qcy.engines.rules.dmn.tck import run_kit

from .firm import SHARED

KIT = SHARED / "tck" / "compliance-level-2"

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/">
  <inputData name="Age" id="i"/>
  <decision name="Result" id="d">%s</decision>
</definitions>"""

TABLE = """<decisionTable hitPolicy="%s" %s>
  <input><inputExpression><text>Age</text></inputExpression></input>
  <output name="points"><outputValues><text>3, 2, 1</text></outputValues>%s</output>
  <rule><inputEntry><text>&gt;= 10</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
  <rule><inputEntry><text>&gt;= 20</text></inputEntry><outputEntry><text>3</text></outputEntry></rule>
  <rule><inputEntry><text>-</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>
</decisionTable>"""


def test_the_compatibility_kit_passes_in_full() -> None:
    if not KIT.exists():
        pytest.skip("the DMN compatibility kit is not beside this checkout (../shared/tck)")
    outcomes = list(run_kit(KIT))
    assert [outcome for outcome in outcomes if not outcome.passed] == []
    assert len(outcomes) == 116


@pytest.mark.parametrize(
    ("hit", "aggregation", "age", "result"),
    [
        ("FIRST", "", 25, 1),
        ("UNIQUE", "", 25, None),
        ("UNIQUE", "", 5, 2),
        ("ANY", "", 25, None),
        ("ANY", "", 5, 2),
        ("PRIORITY", "", 25, 3),
        ("RULE ORDER", "", 25, (1, 3, 2)),
        ("OUTPUT ORDER", "", 25, (3, 2, 1)),
        ("COLLECT", "", 15, (1, 2)),
        ("COLLECT", 'aggregation="SUM"', 25, 6),
        ("COLLECT", 'aggregation="MIN"', 25, 1),
        ("COLLECT", 'aggregation="MAX"', 25, 3),
        ("COLLECT", 'aggregation="COUNT"', 25, 3),
        ("FIRST", "", None, 2),
    ],
)
def test_hit_policies(hit: str, aggregation: str, age: int | None, result: object) -> None:
    model = read_model((MODEL % (TABLE % (hit, aggregation, ""))).encode())
    assert model.decide("Result", {"Age": age}) == result


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<definitions>", "不是完整的 XML"),
        (MODEL % "", "还不支持"),
        (MODEL % (TABLE % ("BEST", "", "")), "命中策略"),
        (MODEL % '<informationRequirement><requiredDecision href="#d"/></informationRequirement>'
         '<literalExpression><text>1</text></literalExpression>', "成了环"),
        (MODEL % (TABLE % ("FIRST", "", "")).replace("<inputEntry><text>-</text></inputEntry>", ""), "1 列条件"),
    ],
)  # fmt: skip
def test_models_that_cannot_be_read(text: str, says: str) -> None:
    with pytest.raises(DmnError, match=says):
        read_model(text.encode())


def test_entities_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    literal = "<literalExpression><text>&x;</text></literalExpression>"
    hostile = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>' + MODEL % literal
    with pytest.raises((DmnError, ValueError)) as wrong:
        read_model(hostile.encode()).decide("Result", {})
    assert "geheim" not in str(wrong.value)
