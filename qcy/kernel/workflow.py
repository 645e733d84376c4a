"""A lifecycle is a table of moves; this is the table, and the questions one can ask it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
R = TypeVar("R")


@dataclass(frozen=True)
class Move(Generic[S, R]):
    """`command` leads from any of `sources` to `target` and is open to `roles`.

    Without `target` the state stays as it is (a limit is extended, a remark is left). `not_by` names an
    earlier command: whoever gave that one may not give this one. `leaves_end` marks the few moves that
    may start from an end state (reopen, revoke, archive).
    """

    command: str
    sources: frozenset[S]
    target: S | None
    roles: frozenset[R]
    needs_reason: bool = False
    not_by: str | None = None
    leaves_end: bool = False


@dataclass(frozen=True)
class Workflow(Generic[S, R]):
    """States, where it starts, where it may end, and every move there is."""

    states: type[S]
    start: S
    ends: frozenset[S]
    moves: Sequence[Move[S, R]]

    def move(self, command: str) -> Move[S, R]:
        """The move of that name; KeyError if the table has none (a bug, not a refusal)."""
        for move in self.moves:
            if move.command == command:
                return move
        raise KeyError(f"no move {command!r} in this workflow")

    def allowed(self, state: S) -> tuple[Move[S, R], ...]:
        """Moves that start from `state`, in the order of the table."""
        return tuple(move for move in self.moves if state in move.sources)

    def validate(self) -> list[str]:
        """What is wrong with the table, as Chinese sentences; an empty list means it is sound."""
        return [
            *self._repeated_commands(),
            *self._unreachable_states(),
            *self._dead_ends(),
            *self._leaking_ends(),
            *self._unknown_references(),
        ]

    def _repeated_commands(self) -> Iterator[str]:
        counts = Counter(move.command for move in self.moves)
        return (f"命令“{command}”出现了 {n} 次，只能定义一次。" for command, n in counts.items() if n > 1)

    def _unreachable_states(self) -> Iterator[str]:
        reached = self._reached()
        return (f"状态“{state}”从起点无法到达。" for state in self.states if state not in reached)

    def _dead_ends(self) -> Iterator[str]:
        stuck = (s for s in self.states if s not in self.ends and not any(m.target for m in self.allowed(s)))
        return (f"状态“{state}”没有出口，也不是结束状态。" for state in stuck)

    def _leaking_ends(self) -> Iterator[str]:
        for state in self.states:
            for move in self.allowed(state):
                if state in self.ends and not move.leaves_end:
                    yield f"结束状态“{state}”不应再有命令“{move.command}”。"

    def _unknown_references(self) -> Iterator[str]:
        known = {move.command for move in self.moves}
        for move in self.moves:
            if move.not_by is not None and move.not_by not in known:
                yield f"命令“{move.command}”回避的命令“{move.not_by}”不存在。"

    def _reached(self) -> set[S]:
        reached: set[S] = set()
        waiting = [self.start]
        while waiting:
            state = waiting.pop()
            if state not in reached:
                reached.add(state)
                waiting += [move.target for move in self.allowed(state) if move.target is not None]
        return reached
