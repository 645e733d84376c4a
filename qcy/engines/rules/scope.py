"""What the names in a version mean: facts, the application's own dates, definitions, tables and points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from .facts import Dictionary, FactKind
from .feel.evaluate import Evaluation
from .feel.types import BOOLEAN, DATE, NUMBER, TEXT, Kind
from .outcomes.diagrams import Diagrams
from .packs.model import ScoreGroup, Version
from .scores import group_points, total_points

FROM_APPLICATION = {
    "application_date": Kind(DATE),
    "application": Kind(TEXT, ("new", "recheck")),
    "fiscal_year": Kind(NUMBER),
}
"""Names every version knows: the day and the kind of the application, and the last full fiscal year before it."""

POINTS = "points_"
TOTAL = "points_total"

_KINDS = {"bool": BOOLEAN, "int": NUMBER, "decimal": NUMBER, "date": DATE, "enum": TEXT, "text": TEXT}


def fact_kind(kind: FactKind) -> Kind:
    return Kind(_KINDS[kind.type], kind.values)


def score_names(version: Version) -> Iterator[str]:
    """`points_<group>`, `points_<item>` where items are shown, and `points_total`."""
    for group in version.groups:
        yield POINTS + group.id
        yield from (POINTS + item.id for item in group.items if group.show_items)
    if version.scored:
        yield TOTAL


class Names:
    """The scope of one version for one firm: every name evaluated at most once, and only when it is used.

    `facts` are plain values; a fact that is not there stands for everything it can be.
    """

    def __init__(
        self,
        version: Version,
        dictionary: Dictionary,
        facts: Mapping[str, Any],
        on: date,
        kind: str,
        calendar: Any = None,
    ) -> None:
        self.version, self.dictionary, self.facts = version, dictionary, facts
        self._application = {"application_date": on, "application": kind, "fiscal_year": on.year - 1}
        self._found: dict[str, Any] = {}
        self.run = Evaluation(self.value, Diagrams(), calendar)

    def value(self, name: str) -> Any:
        if name in self.facts:
            return self.facts[name]
        if name not in self._found:
            self._found[name] = self._evaluated(name)
        return self._found[name]

    def _evaluated(self, name: str) -> Any:
        if name in self._application:
            return self._application[name]
        if name in self.version.definitions:
            return self.run.value(self.version.definitions[name].tree)
        if name in self.version.tables:
            return self.version.tables[name].value(self.run)
        if name.startswith(POINTS):
            return self._points(name.removeprefix(POINTS))
        return self.dictionary[name].unknown(self.run.diagrams)

    def _points(self, name: str) -> Any:
        if name == "total":
            return total_points([self.value(POINTS + group.id) for group in self.version.groups])
        for group in self.version.groups:
            if group.id == name:
                return group_points(self.run, group, self._judged(group))
            for item in group.items:
                if item.id == name and group.show_items:
                    return group_points(
                        self.run, ScoreGroup(item.id, item.title, (item,), judge=group.judge), None
                    )
        raise KeyError(name)

    def _judged(self, group: ScoreGroup) -> Any:
        return self.facts.get(group.judge) if group.judge else None
