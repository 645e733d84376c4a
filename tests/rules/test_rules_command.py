"""The commands as somebody at a terminal uses them, wrong input included: sentences, exit codes, no stack traces."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from qcy.engines.rules.command import main
from qcy.engines.rules.whatif import thresholds

from .firm import POLICIES, ROOT, SHARED, policies

TSME = POLICIES / "cn.tsme.2017.yaml"
TALENT = POLICIES / "sn.qcy.talent.yaml"


def run(*words: str | Path) -> int:
    return main([str(word) for word in words], POLICIES)


def test_check_names_the_pack_and_its_cases(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("check", TSME) == 0
    assert "算例全部通过" in capsys.readouterr().out
    broken = tmp_path / "broken.yaml"
    broken.write_text(TSME.read_text("utf-8").replace("sales_y0 <= 20000", "sale_y0 <= 20000"), "utf-8")
    assert run("check", broken) == 1
    told = capsys.readouterr().out
    assert f"{broken}:" in told and "是不是“sales_y0”" in told
    wrong_case = tmp_path / "case.yaml"
    wrong_case.write_text(TSME.read_text("utf-8").replace("sales_y0 <= 20000", "sales_y0 <= 1"), "utf-8")
    assert run("check", wrong_case) == 1
    assert "没有通过" in capsys.readouterr().out


def test_eval_explains_and_records(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(
        '{"legal_person": true, "reg_province": "陕西", "talent_category": "broker", "guaranteed_pay": 60.5}'
    )
    assert run("eval", TALENT, "--facts", facts, "--date", "2026-06-15") == 0
    assert "符合" in capsys.readouterr().out
    assert run("eval", TALENT, "--facts", facts, "--date", "2026-06-15", "--json", "--language", "en") == 0
    stored = json.loads(capsys.readouterr().out)
    assert stored["answer"]["amount"] == {"subsidy": "50"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"employes": 3}', "是不是“employees”"),
        ('{"employees": -3}', "不能小于 0"),
        ("{", "不是完整的 JSON"),
        ('{"rd_y0": "1e999"}', "超出"),
    ],
)
def test_bad_facts_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, says: str
) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(content)
    assert run("eval", TSME, "--facts", facts, "--date", "2026-06-15") == 2
    assert says in capsys.readouterr().err


def test_a_missing_file_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("eval", tmp_path / "no.yaml", "--facts", tmp_path / "no.json", "--date", "2026-06-15") == 2
    assert "打不开" in capsys.readouterr().err
    assert run("register", TSME, "--snapshot", tmp_path / "no.arrow") == 2
    assert "不是企业数据快照" in capsys.readouterr().err
    assert run("tck", tmp_path) == 2


def test_register_and_whatif_over_a_made_up_register(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    snapshot = tmp_path / "register.arrow"
    assert run("demo-register", "--firms", "400", "--out", snapshot) == 0
    assert (
        run("register", TALENT, POLICIES / "gd.etc.2022.yaml", "--snapshot", snapshot, "--date", "2026-06-15")
        == 0
    )
    told = capsys.readouterr().out
    assert "400 家企业（演示数据，不是真实企业）" in told
    assert told.count("还不能确定") == 2
    etc = POLICIES / "gd.etc.2022.yaml"
    staff = next(c for c in policies()["gd.etc.2022"].versions[0].clauses if thresholds(c) == [50])
    assert (
        run("whatif", etc, "--set", f"{staff.id}.threshold=0", "--snapshot", snapshot, "--date", "2026-06-15")
        == 0
    )
    assert "由 50 改为 0" in capsys.readouterr().out
    for setting, says in (
        ("x", "读不懂"),
        ("nobody.threshold=1", "可以改的有"),
        (f"{staff.id}.threshold.3=1", "只有 1 个"),
    ):
        assert run("whatif", etc, "--set", setting, "--snapshot", snapshot, "--date", "2026-06-15") == 2
        assert says in capsys.readouterr().err


def test_vectors_and_kit_print_their_sums(capsys: pytest.CaptureFixture[str]) -> None:
    vectors = SHARED / "domain" / "vectors" / "vectors.json"
    if not vectors.exists():
        pytest.skip("the shared vectors are not beside this checkout (../shared/domain/vectors)")
    assert run("vectors", vectors) == 0
    assert "695 通过     0 未通过，共 695" in capsys.readouterr().out
    assert run("tck", SHARED / "tck" / "compliance-level-2") == 0
    assert "116 通过     0 未通过，共 116" in capsys.readouterr().out


def test_the_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    from qcy.engines.rules.examples.a_million_firms import FOLDER
    from qcy.engines.rules.examples.a_million_firms import main as example

    counts = example(20_000)
    assert sum(counts.values()) == 20_000 and counts["unknown"] > 5_000
    assert capsys.readouterr().out.startswith("unknown ('sales',)")
    assert main(["check", str(FOLDER / "five_percent.yaml"), "--packs", str(FOLDER)]) == 0


def test_the_engine_runs_without_the_platform() -> None:
    """No Django, no settings, none of the product's other packages are loaded."""
    probe = (
        "import sys; import qcy.engines.rules.command, qcy.engines.rules.setwise.evaluate, qcy.engines.rules.dmn.tck;"
        "print([m for m in sys.modules if m.split('.')[0] == 'django' or m.startswith(('qcy.kernel', 'qcy.foundation'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True, env={}
    )
    assert done.stdout.strip() == "[]"
