"""A made-up register of any size for measuring and trying out: dependent facts, gaps, firms exactly on thresholds.

Nothing in it is a real firm; files made by it say so in their state.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from .facts import Dictionary
from .setwise.columns import Array, grid
from .setwise.snapshot import STRETCH, Layout, Stretch, column_name, writing

STATE = "演示数据，不是真实企业"

SOURCES = ("", "企业填报", "审计报告", "税务申报", "政府部门名录")

ON_THRESHOLD = 0.06
"""Share of firms whose R&D is put exactly on a percentage of their sales."""

Progress = Callable[[int, int], None]


def make_register(
    path: Path,
    dictionary: Dictionary,
    firms: int,
    on: date,
    seed: int = 20260708,
    progress: Progress = lambda done, total: None,
) -> None:
    """Writes a snapshot of `firms` made-up firms as of `on`, stretch by stretch; memory does not grow with the number."""
    facts = {
        column_name(kind, on): name
        for name, kind in dictionary.kinds.items()
        if kind.period not in _OF_ONE_MATTER
    }
    words = {column: _TEXTS[name] for column, name in facts.items() if dictionary[name].type == "text"}
    with writing(path, Layout(facts, words, SOURCES, STATE), dictionary) as writer:
        for start in range(0, firms, STRETCH):
            count = min(STRETCH, firms - start)
            writer.write(_Made(dictionary, on, count, start, seed).stretch(facts))
            progress(start + count, firms)


_OF_ONE_MATTER = {"合同", "贷款", "申报期内", "历来", "项目", "转化", "本自然年"}
"""Facts of one contract, loan or project are asked in its form; the register does not keep them."""

_TEXTS = {
    "reg_province": ("陕西", "广东", "四川", "浙江"),
    "reg_city": ("西安", "咸阳", "宝鸡", "惠州", "成都", "杭州"),
}


class _Made:
    """One stretch of firms. Money in 万元 as floats while it is made, whole steps when it is written."""

    def __init__(self, dictionary: Dictionary, on: date, count: int, start: int, seed: int) -> None:
        self.dictionary, self.on, self.count, self.start = dictionary, on, count, start
        self.chance = np.random.default_rng([seed, start])
        self.values: dict[str, Array] = {}
        self._size()
        self._money()
        self._people_and_rights()
        self._on_thresholds()

    def stretch(self, facts: dict[str, str]) -> Stretch:
        ids = [f"demo-{self.start + n:08d}" for n in range(self.count)]
        columns = {column: self._with_gaps(name) for column, name in facts.items()}
        return Stretch(ids, columns, {column: self._provenance(values) for column, values in columns.items()})

    # -- how a firm hangs together ------------------------------------------------

    def _size(self) -> None:
        """Mostly small firms; sales follow the heads, years follow each other."""
        v, chance = self.values, self.chance
        v["employees"] = np.maximum(1, np.round(chance.lognormal(3.2, 1.2, self.count)))
        per_head = chance.lognormal(3.6, 0.7, self.count)
        v["revenue_y0"] = v["employees"] * per_head
        for year in ("y1", "y2", "y3"):
            before = {"y1": "y0", "y2": "y1", "y3": "y2"}[year]
            v[f"revenue_{year}"] = v[f"revenue_{before}"] / np.clip(
                chance.normal(1.12, 0.25, self.count), 0.4, 3
            )
        for year in ("y0", "y1", "y2"):
            v[f"sales_{year}"] = v[f"revenue_{year}"] * chance.uniform(0.97, 1.0, self.count)
            v[f"main_revenue_{year}"] = v[f"revenue_{year}"] * np.clip(
                chance.beta(8, 1.5, self.count), 0.2, 1
            )

    def _money(self) -> None:
        v, chance = self.values, self.chance
        intensity = np.where(chance.random(self.count) < 0.45, chance.lognormal(-2.9, 0.7, self.count), 0)
        for year in ("y0", "y1", "y2"):
            v[f"rd_{year}"] = v[f"revenue_{year}"] * np.clip(
                intensity * chance.normal(1, 0.2, self.count), 0, 0.9
            )
            v[f"rd_domestic_{year}"] = v[f"rd_{year}"] * np.where(chance.random(self.count) < 0.9, 1, 0.5)
            v[f"net_assets_{year}"] = v[f"revenue_{year}"] * chance.normal(0.45, 0.4, self.count)
            v[f"equity_in_{year}"] = np.where(
                chance.random(self.count) < 0.03, chance.lognormal(6.5, 1, self.count), 0
            )
        v["assets_y0"] = v["revenue_y0"] * chance.lognormal(-0.1, 0.5, self.count)
        v["liabilities_y0"] = v["assets_y0"] * chance.beta(3, 3, self.count)
        v["cost_expense_y0"] = v["sales_y0"] * chance.uniform(0.75, 1.1, self.count)
        v["net_profit_y0"] = v["sales_y0"] - v["cost_expense_y0"]
        v["taxable_income_y0"] = v["net_profit_y0"] * chance.uniform(0.8, 1.2, self.count)
        v["total_income_y0"] = v["revenue_y0"] * 1.02
        v["hitech_income_y0"] = v["total_income_y0"] * chance.beta(5, 3, self.count)
        v["assets_qavg_y0"], v["employees_qavg_y0"] = v["assets_y0"], v["employees"]

    def _people_and_rights(self) -> None:
        v, chance = self.values, self.chance
        share = chance.beta(2, 8, self.count)
        v["tech_staff"] = np.round(v["employees"] * share)
        v["rd_staff"] = np.round(v["tech_staff"] * chance.uniform(0.5, 1, self.count))
        v["ip1"] = chance.poisson(np.clip(v["rd_y0"] / 150, 0, 12))
        for part, rate in (("ip1_self_developed", 0.8), ("ip1_earning", 0.7), ("invention_patents", 0.9)):
            v[part] = chance.binomial(v["ip1"].astype(int), rate)
        v["ip1_high_value"] = chance.binomial(v["ip1"].astype(int), 0.1)
        v["ip1_earning_own"] = chance.binomial(v["ip1_earning"].astype(int), 0.8)
        v["ip2"] = chance.poisson(np.clip(v["rd_y0"] / 40 + 0.3, 0, 30))
        v["segment_years"] = chance.integers(0, 25, self.count)

    def _on_thresholds(self) -> None:
        """Some firms sit exactly on a percentage, to the fen."""
        v, chance = self.values, self.chance
        chosen = chance.random(self.count) < ON_THRESHOLD
        percent = chance.choice([2, 3, 4, 5, 6, 10], self.count)
        whole = np.maximum(100, np.round(v["sales_y0"] / 100) * 100)
        for name in ("sales_y0", "revenue_y0"):
            v[name] = np.where(chosen, whole, v[name])
        v["rd_y0"] = np.where(chosen, whole * percent / 100, v["rd_y0"])

    # -- writing --------------------------------------------------------------

    def _with_gaps(self, name: str) -> Array:
        """The fact as written: in steps, with 10 to 70 % of the firms missing, always the same share for a fact."""
        kind = self.dictionary[name]
        share = 0.1 + 0.6 * (sum(map(ord, name)) % 61) / 60
        gone = self.chance.random(self.count) < share
        if kind.type in {"bool", "enum", "text"}:
            return np.where(gone, -1, self._choice(name)).astype(np.int8 if kind.type == "bool" else np.int32)
        steps = np.floor(self._number(name) * grid(kind) / _round_to(kind.type)) * _round_to(kind.type)
        return np.where(gone, np.nan, steps)

    def _choice(self, name: str) -> Array:
        kind = self.dictionary[name]
        if kind.type == "bool":
            return (self.chance.random(self.count) < _LIKELY.get(name, 0.08)).astype(int)
        options = len(_TEXTS[name]) if kind.type == "text" else len(kind.values)
        return np.minimum(self.chance.geometric(0.35, self.count) - 1, options - 1)

    def _number(self, name: str) -> Array:
        kind = self.dictionary[name]
        if kind.type == "date":
            return self.on.toordinal() - self.chance.integers(30, 9000, self.count)
        found = self.values.get(name)
        if found is None:
            top = float(kind.high) if kind.high is not None else 40.0
            found = self.chance.random(self.count) * top
        low = -np.inf if kind.low is None else float(kind.low)
        high = np.inf if kind.high is None else float(kind.high)
        return np.clip(found, low, high)

    def _provenance(self, values: Array) -> tuple[Array, Array, Array]:
        known = ~np.isnan(values) if values.dtype.kind == "f" else values >= 0
        source = np.where(known, self.chance.integers(1, len(SOURCES), self.count), 0)
        day = np.where(known, self.on.toordinal() - self.chance.integers(1, 500, self.count), 0)
        grade = np.where(known, np.frombuffer(b"DBAA", np.uint8)[source - 1], 0)
        return source, day, grade


def _round_to(type: str) -> int:
    """Money is made to 0.01 万元: firms do not report fen."""
    return 10_000 if type == "decimal" else 1


_LIKELY = {
    "resident_enterprise": 0.99,
    "legal_person": 0.97,
    "hitech_field": 0.5,
    "core_ip_owned": 0.5,
    "hnte_valid": 0.12,
    "tsme_valid": 0.2,
    "isme_valid": 0.1,
    "srdi_valid": 0.05,
    "lg_valid": 0.01,
    "strategic_industry": 0.3,
    "clear_direction": 0.9,
    "dedicated_operator": 0.8,
    "statistics_filed": 0.8,
    "levy_audited": 0.95,
}
"""How often a yes-or-no fact is yes; the others 8 times in a hundred."""
