"""Whether clauses are met, by themselves or by a route: True, False or a branch on what is missing."""

from __future__ import annotations

from typing import Any

from .feel.evaluate import Evaluation
from .packs.model import Clause, Route, Version


def qualifying(version: Version, run: Evaluation) -> Any:
    """Whether everything is met: True, False or a branch on what is missing."""
    met: Any = True
    for clause in version.clauses:
        met = run.both(met, clause_met(version, run, clause))
        if met is False:
            return False
    return met


def clause_met(version: Version, run: Evaluation, clause: Clause) -> Any:
    """A clause by itself or by a route that stands in for it. No answer (null) counts as not met."""
    met = condition_met(run, clause)
    for route in version.routes_for(clause.id):
        if met is True:
            return True
        met = run.either(met, route_met(run, route))
    return met


def route_met(run: Evaluation, route: Route) -> Any:
    met: Any = False
    for option in route.options:
        met = run.either(met, condition_met(run, option))
        if met is True:
            return True
    return met


def condition_met(run: Evaluation, clause: Clause) -> Any:
    return run.diagrams.lift(_is_true, run.value(clause.when))


def _is_true(value: Any) -> bool:
    return value is True
