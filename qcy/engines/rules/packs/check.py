"""What can be wrong with a version although every line of it reads well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..facts import Dictionary
from ..feel import tree as t
from ..feel.parse import FeelError
from ..feel.types import ANY, NUMBER, Kind, Typing
from ..met import qualifying
from ..outcomes.diagrams import TooOpen, endings
from ..scope import FROM_APPLICATION, POINTS, Names, fact_kind, score_names
from ..scores import bounds
from . import model as m
from .habits import hints, overlaps
from .ladders import ladder_faults
from .names import table_trees, trees_of
from .signs import Signs
from .units import Units
from .written import Problem, Written


@dataclass(frozen=True)
class Placed:
    """A tree, where it stands in the file, and what it has to give."""

    tree: t.Node
    part: Written
    gives: str


def problem_at(file: str, part: Written, wrong: FeelError) -> Problem:
    """A mistake inside an expression, at its place in the file."""
    line, column = part.place_of(wrong.at.line, wrong.at.column)
    return Problem(file, line, column, f"{wrong.says}（{part.text.strip()[:60]}）")


def check_version(
    version: m.Version, dictionary: Dictionary, placed: Sequence[Placed], written: Written, file: str
) -> list[Problem]:
    """Everything wrong with the version: names, kinds, cycles, signs, bands, references, sources, dead clauses."""
    check = _Check(version, dictionary, placed, written, file)
    faults = [*check.references(), *check.cycles()]
    if not faults:
        faults = [*check.kinds()]
    if not faults:
        faults = [*check.signs(), *check.bands(), *check.unbounded_points(), *check.unlisted_classes()]
    if not faults and check.was_read():
        faults = [*check.dead_clauses(), *check.dead_routes()]
    if not any(not fault.warning for fault in faults) and check.was_read():
        faults += [*check.contradictions(), *check.overlaps(), *check.hints()]
    return [*faults, *check.sources()]


class _Check:
    def __init__(
        self,
        version: m.Version,
        dictionary: Dictionary,
        placed: Sequence[Placed],
        written: Written,
        file: str,
    ) -> None:
        self.version, self.dictionary, self.placed = version, dictionary, placed
        self.written, self.file = written, file
        self.parts = {id(p.tree): p.part for p in placed}

    def fault(self, at: Written, says: str, *, warning: bool = False) -> Problem:
        return Problem(self.file, at.line, at.column, says, warning)

    def place(self, section: str, id: str) -> Written:
        """Where the entry with that id stands in a section of the file."""
        part = self.written.get(section)
        if part is None:
            return self.written
        named = part.get(id)
        if named is not None:
            return named
        entries = part.value if isinstance(part.value, tuple) else ()
        return next((e for e in entries if (found := e.get("id")) and found.text == id), part)

    def references(self) -> Iterator[Problem]:
        version = self.version
        clauses = {clause.id for clause in version.clauses}
        for route in version.routes:
            for replaced in route.replaces:
                if replaced not in clauses:
                    yield self.fault(
                        self.place("routes", route.id), f"没有编号为“{replaced}”的条件可以代替。"
                    )
        for group in version.groups:
            if group.judge and (
                group.judge not in self.dictionary or not self.dictionary[group.judge].judgement
            ):
                yield self.fault(
                    self.place("scores", group.id), f"“{group.judge}”不是由专家或其他平台给出的数据。"
                )
            if not group.judge and any(_awarded(item) for item in group.items):
                yield self.fault(
                    self.place("scores", group.id),
                    "有 [低, 高] 的分数，请用 judge 写明专家给的分放在哪个数据里。",
                )
            if group.judge in self.dictionary and self.dictionary[group.judge].type not in {"int", "decimal"}:
                yield self.fault(
                    self.place("scores", group.id), f"“{group.judge}”不是数字，不能放专家给的分。"
                )
            if group.id == "total" or not group.items:
                yield self.fault(self.place("scores", group.id), "每组至少要有一项，编号不能用 total。")
        if not version.clauses and version.status != m.DRAFT:
            yield self.fault(self.written, "没有写条件（clauses）：照这样人人符合。")
        yield from self._amount_lines()
        yield from self._twice()
        yield from self._hidden_names()

    def _amount_lines(self) -> Iterator[Problem]:
        for amount in self.version.amounts:
            for line in amount.lines:
                if line not in self.version.definitions:
                    yield self.fault(
                        self.place("amounts", amount.id), f"计算过程里的“{line}”没有在 define 里写出来。"
                    )

    def _twice(self) -> Iterator[Problem]:
        version = self.version
        ids = {
            "clauses": [c.id for c in version.clauses],
            "routes": [r.id for r in version.routes],
            "scores": [g.id for g in version.groups],
            "amounts": [a.id for a in version.amounts],
            "flags": [f.id for f in version.flags],
        }
        for section, found in ids.items():
            for name, count in Counter(found).items():
                if count > 1:
                    yield self.fault(self.place(section, name), f"编号“{name}”用了 {count} 次，请分开。")

    def _hidden_names(self) -> Iterator[Problem]:
        for section, names in (("define", self.version.definitions), ("tables", self.version.tables)):
            for name in names:
                taken = name in self.dictionary or name in FROM_APPLICATION or name.startswith(POINTS)
                if taken or (section == "define" and name in self.version.tables):
                    yield self.fault(
                        self.place(section, name), f"“{name}”已经是数据、得分或决策表的名称，请换一个。"
                    )

    def cycles(self) -> Iterator[Problem]:
        trees = {name: [d.tree] for name, d in self.version.definitions.items()}
        trees |= {name: table_trees(self.version.tables[name]) for name in self.version.tables}
        done: set[str] = set()

        def visit(name: str, path: tuple[str, ...]) -> Iterator[Problem]:
            if name in path:
                at = self.place("define" if name in self.version.definitions else "tables", name)
                yield self.fault(
                    at, f"算式互相引用，成了环：{' → '.join((*path[path.index(name) :], name))}。"
                )
            elif name not in done:
                done.add(name)
                for needed in _names_in(trees[name]):
                    if needed in trees:
                        yield from visit(needed, (*path, name))

        for name in trees:
            yield from visit(name, ())

    def kinds(self) -> Iterator[Problem]:
        names = self._kinds_of_names()
        typing = Typing(names, self.dictionary.nearest)
        for placed in self.placed:
            typing.errors = []
            if placed.gives:
                typing.expect(placed.tree, placed.gives, "这里")
            else:
                typing.kind(placed.tree)
            yield from (problem_at(self.file, placed.part, wrong) for wrong in typing.errors)

    def _kinds_of_names(self) -> dict[str, Kind]:
        names = {name: fact_kind(kind) for name, kind in self.dictionary.kinds.items()}
        names |= FROM_APPLICATION | {m.MEASURED: Kind(NUMBER)}
        names |= {name: Kind(NUMBER) for name in score_names(self.version)}
        names |= {name: Kind(ANY) for name in (*self.version.tables, *self.version.definitions)}
        for name in _in_order(self.version):
            names[name] = Kind(Typing(names).kind(self.version.definitions[name].tree))
        return names

    def signs(self) -> Iterator[Problem]:
        """A quotient has a sign that means something only where its denominator cannot be negative."""
        signs = Signs(self.version, self.dictionary)
        for placed in self.placed:
            for denominator in signs.doubtful_denominators(placed.tree):
                says = "这里的分母可能是负数，比出来的大小会反过来。请先用 if 分母 > 0 then … else … 分开。"
                yield problem_at(self.file, placed.part, FeelError(says, denominator.at))

    def bands(self) -> Iterator[Problem]:
        for group in self.version.groups:
            for item in group.items:
                for ladder in item.ladders:
                    for says in ladder_faults(ladder, self.dictionary):
                        yield self.fault(self.place("scores", group.id), f"{item.title}：{says}")

    def unbounded_points(self) -> Iterator[Problem]:
        """A formula for points has to say how many they can be at most, whatever is missing."""
        names = Names(self.version, self.dictionary, {}, self.version.start, self.version.kinds[0])
        for group in self.version.groups:
            try:
                low, high = bounds(names.run, names.value(POINTS + group.id))
            except TooOpen:
                yield self.fault(self.place("scores", group.id), "这一组的项目互相牵连太多，请拆成几组。")
                continue
            if low is None or high is None:
                yield self.fault(self.place("scores", group.id), "这一组的分数没有上限或下限，请写成档次。")

    def unlisted_classes(self) -> Iterator[Problem]:
        """Every class that can come out has to stand in the order."""
        category = self.version.category
        if category is None:
            return
        names = Names(self.version, self.dictionary, {}, self.version.start, self.version.kinds[0])
        found = {str(c) for c in endings(names.run.value(category.value)) if c is not None}
        for name in sorted(found - set(category.order)):
            yield self.fault(self.place("category", "order"), f"归类会得出“{name}”，请把它写进 order。")

    def was_read(self) -> bool:
        """What could not be read has been told, and would look like something that is never met."""
        return all(id(tree) in self.parts for tree in trees_of(self.version))

    def dead_clauses(self) -> Iterator[Problem]:
        """With nothing known, a clause that is already decided decides nothing."""
        for clause in self.version.clauses:
            found = {
                self._with_nothing_known(clause, day, kind)
                for day in self._days()
                for kind in self.version.kinds
            }
            if found <= {False, None}:
                yield self.fault(self.place("clauses", clause.id), "这个条件永远不会满足，请核对。")
            elif found == {True}:
                yield self.fault(
                    self.place("clauses", clause.id), "这个条件总是满足，可以删去。", warning=True
                )

    def dead_routes(self) -> Iterator[Problem]:
        """A way that is always open lifts the condition for everybody; one that never opens is a slip."""
        for route in self.version.routes:
            for option in route.options:
                found = {
                    self._with_nothing_known(option, d, k) for d in self._days() for k in self.version.kinds
                }
                if found == {True}:
                    says = f"“{option.title}”对所有企业都成立，等于取消了它代替的条件。"
                    yield self.fault(self.place("routes", route.id), says)
                elif found <= {False, None}:
                    yield self.fault(
                        self.place("routes", route.id), f"“{option.title}”永远不会成立，请核对。"
                    )

    def contradictions(self) -> Iterator[Problem]:
        """Clauses that can each be met, but never all of them by one firm."""
        found = {self._anybody(day, kind) for day in self._days() for kind in self.version.kinds}
        if self.version.clauses and found == {False}:
            yield self.fault(self.place("clauses", ""), "这些条件互相矛盾，没有企业能全部满足。")

    def overlaps(self) -> Iterator[Problem]:
        for kind in self.version.kinds[:1]:
            names = Names(self.version, self.dictionary, {}, self.version.start, kind)
            for hint in overlaps(self.version, names):
                yield self.fault(self.place(hint.section, hint.id), hint.says)

    def hints(self) -> Iterator[Problem]:
        for hint in hints(self.version, self.dictionary):
            yield self.fault(self.place(hint.section, hint.id), hint.says, warning=True)
        units = Units(self.version, self.dictionary)
        for placed in self.placed:
            for at, says in units.unlike(placed.tree):
                yield replace(problem_at(self.file, placed.part, FeelError(says, at)), warning=True)

    def _anybody(self, day: date, kind: str) -> bool:
        try:
            return (
                qualifying(self.version, Names(self.version, self.dictionary, {}, day, kind).run) is not False
            )
        except (TooOpen, FeelError):
            return True

    def _days(self) -> tuple[date, date]:
        """First and last day of the version; thirty years where it has no end."""
        start = self.version.start
        return start, self.version.end or start.replace(
            year=min(start.year + 30, 9999), day=min(start.day, 28)
        )

    def _with_nothing_known(self, clause: m.Clause, day: date, kind: str) -> bool | str | None:
        try:
            found = Names(self.version, self.dictionary, {}, day, kind).run.value(clause.when)
        except (TooOpen, FeelError):
            return "open"
        return found if isinstance(found, bool) or found is None else "open"

    def sources(self) -> Iterator[Problem]:
        for clause in self.version.clauses:
            if not clause.source or not clause.grade:
                optional = self.version.status == m.DRAFT
                says = "缺少出处（source）或出处的把握（grade），生效的版本每个条件都要写明。"
                yield self.fault(self.place("clauses", clause.id), says, warning=optional)


def _awarded(item: m.ScoreItem) -> bool:
    if item.awarded is not None:
        return True
    return any(band.points[0] != band.points[1] for ladder in item.ladders for band in ladder.bands)


def _names_in(trees: Sequence[t.Node]) -> list[str]:
    return list(dict.fromkeys(node.id for tree in trees for node in tree.walk() if isinstance(node, t.Name)))


def _in_order(version: m.Version) -> list[str]:
    """Definitions, each after those it uses (there are no cycles any more)."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name in version.definitions and name not in order:
            for needed in _names_in([version.definitions[name].tree]):
                visit(needed)
            order.append(name)

    for name in version.definitions:
        visit(name)
    return order
