"""The OpenFisca peer: 21 policy versions as formulas over one entity, two-valued, float32, one thread.

`with_openfisca.py FILE` (what export.py wrote). Neither loading the firms nor setting them as inputs is counted. A
fact nobody has told has its Variable's default, as OpenFisca does: 0, no, or a choice of its own.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from columns import VERSIONS, Found, best_seconds, given, plain_name, read, words_of
from openfisca_core.indexed_enums import EnumArray
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_facts import CHOICES, FACTS
from openfisca_words import FIRM, FORMULAS, Array

YEAR = "2026"


def main() -> None:
    options = given()
    inputs = dict(_inputs(read(options.file)))
    seconds, simulation = best_seconds(judge, lambda: _simulation(inputs))
    qualify = {version: simulation.calculate(plain_name(version), YEAR) for version in VERSIONS}
    Found("openfisca", seconds, qualify).tell(options.out)


def judge(simulation: Simulation) -> Simulation:
    for name in FORMULAS:
        simulation.calculate(name, YEAR)
    return simulation


def _simulation(inputs: dict[str, Array]) -> Simulation:
    """A new one for every round: it keeps what it has calculated."""
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
