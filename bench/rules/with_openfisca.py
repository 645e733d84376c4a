"""The OpenFisca peer: 21 policy versions as formulas over one entity, two-valued, float32, one thread.

`with_openfisca.py FILE` (what export.py wrote). Neither loading the firms nor setting them as inputs is counted. A
fact nobody has told has its Variable's default, as OpenFisca does: 0, no, or a choice of its own.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from columns import ROUNDS, Found, best_seconds, given, read, words_of
from openfisca_core.indexed_enums import EnumArray
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_facts import CHOICES, FACTS
from openfisca_words import FIRM, FORMULAS, Array

YEAR = "2026"

VERSIONS = (
    "cn.sme_size.2011",
    "cn.tsme.2017",
    "cn.hnte.2016",
    "cn.isme.2022",
    "cn.srdi.2022",
    "cn.srdi.2026",
    "cn.lg.2026",
    "cn.keylg.2024",
    "cn.champion.2023",
    "cn.etc.2016",
    "cn.etc.2026",
    "cn.makerspace.2017",
    "cn.tax.rd_super",
    "cn.tax.small_profit",
    "cn.tax.tech_transfer",
    "cn.startup_loan.2020",
    "cn.startup_loan.2023",
    "gd.srdi_interest.2025",
    "gd.loan35.2025",
    "hz.title_award.2025",
    "sn.qcy.talent",
)


def main() -> None:
    options = given()
    inputs = dict(_inputs(read(options.file)))
    seconds, simulation = float("inf"), None
    for _ in range(ROUNDS):  # a simulation keeps what it has calculated, so every round needs a new one
        simulation = _simulation(inputs)
        spent, _nothing = best_seconds(lambda: judge(simulation), 1)
        seconds = min(seconds, spent)
    qualify = {version: simulation.calculate(version.replace(".", "_"), YEAR) for version in VERSIONS}
    Found("openfisca", seconds, qualify).tell(options.out)


def judge(simulation: Simulation) -> None:
    for name in FORMULAS:
        simulation.calculate(name, YEAR)


def _simulation(inputs: dict[str, Array]) -> Simulation:
    simulation = SimulationBuilder().build_default_simulation(_system(), len(inputs["employees"]))
    for name, values in inputs.items():
        simulation.set_input(name, YEAR, values)
    return simulation


def _system() -> TaxBenefitSystem:
    for policies in ("scored", "plain", "money"):
        importlib.import_module(f"openfisca_{policies}")
    system = TaxBenefitSystem([FIRM])
    for variable in (*FACTS, *FORMULAS.values()):
        system.add_variable(variable)
    return system


def _inputs(table: pa.Table) -> Iterator[tuple[str, Array]]:
    for variable in FACTS:
        name = variable.__name__
        column = table.column(name).combine_chunks()
        if name in CHOICES:
            yield name, _choices(name, column, words_of(table, name))
        else:
            yield name, _plain(column)


def _choices(name: str, column: pa.Array, words: list[str]) -> EnumArray:
    """The places of the words among the choices of the Variable."""
    choices = CHOICES[name]
    places = {choice.value: choice.index for choice in choices}
    elsewhere = places.get("elsewhere", places["untold"])
    to = np.array([*(places.get(word, elsewhere) for word in words), places["untold"]], np.uint8)
    return EnumArray(to[column.indices.fill_null(len(words)).to_numpy()], choices)


def _plain(column: pa.Array) -> Array:
    """Numbers of 32 bits as OpenFisca keeps them; 0, no, or 1970 where nobody has told."""
    if pa.types.is_boolean(column.type):
        return column.fill_null(False).to_numpy(zero_copy_only=False)
    if pa.types.is_date(column.type):
        return column.cast(pa.int32()).fill_null(0).to_numpy().astype("datetime64[D]")
    kind = np.int32 if pa.types.is_integer(column.type) else np.float32
    return column.fill_null(0).to_numpy().astype(kind)


if __name__ == "__main__":
    main()
