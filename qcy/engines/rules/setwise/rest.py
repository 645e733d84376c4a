"""What a version says beside the verdict: flags that are certain, classes that are possible, points of a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..decide import Answer, decide
from ..outcomes.diagrams import TooOpen
from ..packs.model import Pack, Version
from .alone import Alone
from .answers import Answers, column
from .columns import Array
from .lattice import Lattice
from .pieces import Question
from .quantities import NotCertain
from .units import facts_of
from .views import Stretch


class Aside:
    """A unit that decides nothing. Firms that arrays do not settle are asked of the interpreter, equal ones once."""

    def __init__(self, pack: Pack, unit: Version, question: Question) -> None:
        self.pack, self.unit, self.question = pack, unit, question
        self.asked = Alone(facts_of(unit, question.dictionary.__contains__), self._decided)
        try:
            self.prepare()
            self.followed = True
        except (NotCertain, TooOpen):
            self.followed = False

    def prepare(self) -> None:
        """Makes the lattices. NotCertain when arrays cannot follow them."""
        raise NotImplementedError

    def _decided(self, facts: Mapping[str, Any]) -> Answer:
        q = self.question
        pack = replace(self.pack, versions=(self.unit,))
        more: dict[str, Any] = {"allow_draft": True, "calendar": q.calendar}
        return replace(decide(pack, q.dictionary, facts, q.on, q.kind, **more), names=None)


class Rest(Aside):
    """One flag, or the class."""

    def prepare(self) -> None:
        run = self.question.names.run
        (root,) = [run.value(flag.when) for flag in self.unit.flags] or [
            run.value(category.value) for category in [self.unit.category] if category
        ]
        self.lattice = Lattice(root, self.question.dictionary, self.question.axes, {})

    def note(self, answers: Answers, stretch: Stretch, rows: slice) -> None:
        names = [flag.id for flag in self.unit.flags]
        category = self.unit.category
        target = answers.flags if names else answers.categories
        names = names or list(category.order if category else ())
        places, open_rows = self._placed(stretch)
        for name in names:
            found = column(target, name, answers.count, bool)[rows]
            if places is not None:
                found[:] = self.lattice.taken(places, name, self._says(name), bool)
        for row in np.nonzero(open_rows)[0]:
            answer = self.asked.of(stretch.all, int(row))
            for name in names:
                target[name][rows.start + row] = name in (
                    answer.flags if self.unit.flags else answer.categories
                )

    def _says(self, name: str) -> Any:
        """A flag is raised only when it is certain; a class is named while it is possible."""
        if self.unit.flags:
            return lambda outcome: outcome.endings == (True,)
        return lambda outcome: name in outcome.endings

    def _placed(self, stretch: Stretch) -> tuple[Any, Array]:
        if self.followed:
            try:
                places = self.lattice.places(stretch)
                wide = self.lattice.taken(
                    places,
                    "open",
                    lambda o: o.waits.unsure or (len(o.endings) > 1 and bool(o.waits.knots)),
                    bool,
                )
                return places, wide
            except NotCertain:
                self.followed = False
        return None, np.ones(stretch.count, bool)
