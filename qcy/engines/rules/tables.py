"""Decision tables with the hit policies of DMN 1.5 (chapter 8.2.8): U A P F R O C and C+ C< C> C#."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .feel import functions
from .feel.evaluate import Context, Evaluation
from .feel.tree import Node
from .outcomes.diagrams import identity


@dataclass(frozen=True)
class Row:
    """One rule: a condition per input column (already applied to the input) and a value per output column."""

    conditions: tuple[Node, ...]
    outputs: tuple[Node, ...]


@dataclass(frozen=True)
class Output:
    """A column of results. `priority` lists its values, the most important first (hit policies P and O)."""

    name: str
    priority: tuple[Any, ...] = ()
    default: Node | None = None


@dataclass(frozen=True)
class Table:
    hit: str
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...] = field(default=())

    def value(self, run: Evaluation) -> Any:
        """The table's result; null when nothing matches and there is no default, or rows contradict each other."""
        if self.hit == "F":
            return self._first(run)
        matched = [row_applies(run, row) for row in self.rows]
        possible = [(m, row) for m, row in zip(matched, self.rows, strict=True) if m is not False]
        results = [self._result(run, row.outputs) for _, row in possible]
        count, default = len(possible), self._default(run)

        def settle(*values: Any) -> Any:
            hits = [result for met, result in zip(values[:count], values[count:], strict=True) if met is True]
            return self._settled(run, hits, default)

        return run.diagrams.lift(settle, *[m for m, _ in possible], *results)

    def _first(self, run: Evaluation) -> Any:
        reached: list[tuple[Any, Row]] = []
        for row in self.rows:
            met = row_applies(run, row)
            if met is not False:
                reached.append((met, row))
            if met is True:
                break
        result = self._default(run)
        for met, row in reversed(reached):
            result = run.chosen(met, self._result(run, row.outputs), result)
        return result

    def _result(self, run: Evaluation, outputs: tuple[Node, ...]) -> Any:
        values = [run.value(output) for output in outputs]
        if len(values) == 1:
            return values[0]
        names = [output.name for output in self.outputs]
        return run.diagrams.lift(lambda *parts: Context(tuple(zip(names, parts, strict=True))), *values)

    def _default(self, run: Evaluation) -> Any:
        defaults = [output.default for output in self.outputs]
        given = tuple(d for d in defaults if d is not None)
        return self._result(run, given) if given and len(given) == len(defaults) else None

    def _settled(self, run: Evaluation, hits: list[Any], default: Any) -> Any:
        if not hits and self.hit != "C#":
            return default
        return _HITS[self.hit](self, run, hits)

    def rank(self, result: Any) -> tuple[int, ...]:
        """Place of a result in the priorities of its columns; unlisted values come last."""
        values = [v for _, v in result.entries] if isinstance(result, Context) else [result]
        lists = [output.priority for output in self.outputs]
        return tuple(p.index(v) if v in p else len(p) for v, p in zip(values, lists, strict=True))


def row_applies(run: Evaluation, row: Row) -> Any:
    """Whether a row applies: True, False or a branch. A cell without an answer (null) does not match."""
    met: Any = True
    for condition in row.conditions:
        met = run.both(met, run.diagrams.lift(_is_true, run.value(condition)))
        if met is False:
            return False
    return met


def _is_true(value: Any) -> bool:
    return value is True


def _unique(table: Table, run: Evaluation, hits: list[Any]) -> Any:
    return hits[0] if len(hits) == 1 else None


def _any(table: Table, run: Evaluation, hits: list[Any]) -> Any:
    return hits[0] if len(set(map(identity, hits))) == 1 else None


_HITS: dict[str, Callable[[Table, Evaluation, list[Any]], Any]] = {
    "U": _unique,
    "A": _any,
    "P": lambda table, run, hits: min(hits, key=table.rank),
    "R": lambda table, run, hits: tuple(hits),
    "O": lambda table, run, hits: tuple(sorted(hits, key=table.rank)),
    "C": lambda table, run, hits: tuple(hits),
    "C+": lambda table, run, hits: functions.BUILT_IN["sum"](run, tuple(hits)),
    "C<": lambda table, run, hits: functions.BUILT_IN["min"](run, tuple(hits)),
    "C>": lambda table, run, hits: functions.BUILT_IN["max"](run, tuple(hits)),
    "C#": lambda table, run, hits: len(hits),
}
"""What several matching rows come to. F is evaluated in order, without looking at what follows a certain match."""

HIT_POLICIES = ("F", *_HITS)
