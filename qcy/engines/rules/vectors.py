"""Worked cases from outside: compares every expected key with what the engine answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from .decide import MANUAL, UNKNOWN, Answer, decide
from .facts import Dictionary
from .outcomes.terms import Number
from .packs.model import Pack


@dataclass(frozen=True)
class Difference:
    key: str
    expected: Any
    found: Any


@dataclass(frozen=True)
class Checked:
    """One case; no differences means passed. `problem` says why it could not be run."""

    id: str
    policy: str
    differences: tuple[Difference, ...] = ()
    problem: str = ""

    @property
    def passed(self) -> bool:
        return not self.differences and not self.problem


def check_vectors(
    vectors: list[Mapping[str, Any]], packs: Mapping[str, Pack], dictionary: Dictionary, *, allow_draft: bool = False
) -> Iterator[Checked]:
    """Every vector in the file's order; a policy without a pack is reported, not skipped."""
    for vector in vectors:
        pack = packs.get(vector["policy"])
        if pack is None:
            yield Checked(vector["id"], vector["policy"], problem="没有这项政策的规则文件。")
            continue
        facts, errors = dictionary.read(vector["facts"])
        if errors:
            yield Checked(vector["id"], vector["policy"], problem="；".join(error.says for error in errors))
            continue
        plain = {name: told.value for name, told in facts.items()}
        on, kind = date.fromisoformat(vector["date"]), vector["application"]
        answer = decide(pack, dictionary, plain, on, kind, allow_draft=allow_draft)
        yield Checked(vector["id"], vector["policy"], tuple(differences(vector["expect"], as_expected(answer))))


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Difference]:
    """What differs; an expectation lists everything, so a list nobody expects must be empty."""
    complete = {**dict.fromkeys(("undecided_by", "judged_by"), []), **expected}
    for key, value in complete.items():
        if found.get(key) != value:
            yield Difference(key, value, found.get(key))


def as_expected(answer: Answer) -> dict[str, Any]:
    """The answer in the shape and spelling of the vectors."""
    found: dict[str, Any] = {
        "verdict": answer.verdict,
        "undecided_by": list(answer.undecided_by) if answer.verdict == UNKNOWN else [],
        "judged_by": list(answer.judged_by) if answer.verdict in {UNKNOWN, MANUAL} else [],
        "rule_version": answer.version.id if answer.version else None,
        "points": {name: _span(span) for name, span in answer.points.items()},
        "amount": {name: spelled(value) for name, value in answer.amounts.items()},
        "flags": list(answer.flags),
    }
    if answer.categories:
        one = len(answer.categories) == 1
        found["category"] = answer.categories[0] if one else list(answer.categories)
    return found


def _span(span: Any) -> Any:
    return [_points(end) for end in span] if isinstance(span, tuple) else _points(span)


def _points(value: Number) -> Any:
    return value if isinstance(value, int) else spelled(value)


def spelled(value: Number) -> str:
    """An exact decimal without trailing zeros; amounts and points never have more than six decimals."""
    exact = Fraction(value)
    whole = exact * 10**6
    sign, digits = ("-" if whole < 0 else ""), f"{abs(whole.numerator):07d}"
    return (sign + digits[:-6] + "." + digits[-6:]).rstrip("0").rstrip(".")
